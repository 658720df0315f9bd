# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of plans for a retention: frozen values that say what will be done, but not how."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Change, ReadOnly

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Expected
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.desired import DesiredRetention


@dataclass(frozen=True)
class Removal(Change):
    """``expected``: the image. ``guards``: the ids of the images that must still count as kept. ``why``: for its
    text."""

    action: t.ClassVar[str]

    expected: Expected
    desired: DesiredRetention
    guards: tuple[str, ...]
    why: str = ""

    @property
    def image(self) -> Image:
        return self.expected.image

    @property
    def image_id(self) -> str:
        return self.image["image_id"]

    def text(self) -> str:
        why = f" ({self.why})" if self.why else ""
        return f"{self.action} image {self.image_id} {self.image['image_name']!r}{why}"


class Delete(Removal):
    action = "delete"


class Deprecate(Removal):
    action = "deprecate"
    # Its handler records it before the site shows it.
    has_parts = True


@dataclass(frozen=True)
class WaitUntilGone(ReadOnly):
    image_ids: tuple[str, ...]

    def attempt(self) -> str:
        others = f" and {len(self.image_ids) - 1} others" if len(self.image_ids) > 1 else ""
        return f"wait for image {self.image_ids[0]}{others} to be deleted"
