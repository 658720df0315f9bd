# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps a plan is made of: small frozen values that say what will be done, and nothing about how.

An ``image_id`` of None stands for the image that this very plan makes: its id is not known while planning.
``text()`` is what a result lists under ``actions``; a step that changes nothing has none.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.apsarastack.cloud.plugins.module_utils.tags import MARK

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Source


@dataclass(frozen=True)
class Create:
    image_name: str
    source: Source
    description: str | None = None
    tags: t.Mapping[str, str] = field(default_factory=dict)
    image_version: str | None = None
    platform: str | None = None
    architecture: str | None = None

    def text(self) -> str:
        replaced = self.tags.get(MARK)
        purpose = "" if replaced is None else f", to replace image {replaced}"
        return f"create image {self.image_name!r} from {self.source.text()}{purpose}"


@dataclass(frozen=True)
class Modify:
    """Name and description travel in one call, so they are one step. None leaves a field alone."""

    image_id: str | None
    image_name: str | None = None
    description: str | None = None

    def text(self) -> str:
        changes = []
        if self.image_name is not None:
            changes.append(f"rename it to {self.image_name!r}")
        if self.description is not None:
            changes.append(f"set its description to {self.description!r}")
        return f"{_subject(self.image_id)}: {' and '.join(changes)}"


@dataclass(frozen=True)
class SetTags:
    image_id: str | None
    tags: t.Mapping[str, str]

    def text(self) -> str:
        pairs = ", ".join(f"{key}={self.tags[key]}" for key in sorted(self.tags))
        return f"{_subject(self.image_id)}: set tags {pairs}"


@dataclass(frozen=True)
class UnsetTags:
    image_id: str | None
    keys: tuple[str, ...]

    def text(self) -> str:
        return f"{_subject(self.image_id)}: remove tags {', '.join(self.keys)}"


@dataclass(frozen=True)
class Delete:
    image_id: str
    image_name: str | None
    force: bool = False
    reason: str = ""

    def text(self) -> str:
        forced = ", even if instances use it" if self.force else ""
        reason = f" ({self.reason})" if self.reason else ""
        return f"delete image {self.image_id} {self.image_name!r}{forced}{reason}"


@dataclass(frozen=True)
class DeleteSnapshot:
    """One that refuses is told and does not end the task: the image is gone all the same."""

    snapshot_id: str

    def text(self) -> str:
        return f"delete snapshot {self.snapshot_id}"


@dataclass(frozen=True)
class WaitUntilUsable:
    image_id: str | None

    def text(self) -> None:
        return None


@dataclass(frozen=True)
class WaitUntilSettled:
    """Until the cloud no longer works on it: only then can an image be deleted."""

    image_id: str

    def text(self) -> None:
        return None


@dataclass(frozen=True)
class WaitUntilGone:
    image_id: str

    def text(self) -> None:
        return None


@dataclass(frozen=True)
class ReadBack:
    """Until the image shows what was written to it: reads may lag behind writes."""

    image_id: str | None

    def text(self) -> None:
        return None


def _subject(image_id: str | None) -> str:
    return "the new image" if image_id is None else f"image {image_id}"


Step = t.Union[
    Create,
    Modify,
    SetTags,
    UnsetTags,
    Delete,
    DeleteSnapshot,
    WaitUntilUsable,
    WaitUntilSettled,
    WaitUntilGone,
    ReadBack,
]
