# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images, findable by id, name and owner."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .world import Image


class Images:
    """All images, with indexes: a lookup by name among 10,000 takes a fraction of a millisecond."""

    def __init__(self) -> None:
        self._by_id: dict[str, Image] = {}
        self._by_name: dict[str, dict[str, None]] = {}
        self._by_owner: dict[int, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> t.Iterator[Image]:
        return iter(self._by_id.values())

    def get(self, image_id: str) -> Image | None:
        return self._by_id.get(image_id)

    def add(self, image: Image) -> None:
        self._by_id[image.id] = image
        self._by_owner.setdefault(image.organization, {})[image.id] = None
        self.note_name(image, image.attributes.name)
        for _until, attributes in image.stale:
            self.note_name(image, attributes.name)

    def note_name(self, image: Image, name: str) -> None:
        """An image stays findable by each name it ever had: lists may show the old one for a while."""
        self._by_name.setdefault(name, {})[image.id] = None

    def remove(self, image: Image) -> None:
        self._by_id.pop(image.id, None)
        self._by_owner.get(image.organization, {}).pop(image.id, None)
        for name in {image.attributes.name, *(attributes.name for _until, attributes in image.stale)}:
            self._by_name.get(name, {}).pop(image.id, None)

    def count_of_owner(self, organization: int) -> int:
        """In all regions, and with those that are about to vanish."""
        return len(self._by_owner.get(organization, {}))

    def of_owner(self, organization: int) -> list[Image]:
        """Newest first."""
        return [self._by_id[image_id] for image_id in reversed(list(self._by_owner.get(organization, {})))]

    def named(self, name: str) -> list[Image]:
        """Every image that has or had this name, newest first; the caller compares with what is shown."""
        ids = self._by_name.get(name, {})
        return [self._by_id[image_id] for image_id in reversed(list(ids)) if image_id in self._by_id]
