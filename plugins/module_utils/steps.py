# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps a plan is made of: small frozen values that say what will be done, and nothing about how.

An ``image_id`` of None stands for the image that this very plan makes: its id is not known while planning.
``text()`` is what a result lists under ``actions``; a step that changes nothing has none. ``attempt()`` is what a
failure of the step says was tried.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.apsarastack.cloud.plugins.module_utils.tags import MARK

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Source


class _Change:
    """A step that changes something."""

    def text(self) -> str:
        raise NotImplementedError

    def attempt(self) -> str:
        return self.text()


class _Look:
    """A step that only looks."""

    def text(self) -> None:
        return None


@dataclass(frozen=True)
class Create(_Change):
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
class Modify(_Change):
    """Name and description travel in one call, so they are one step. None leaves a field alone."""

    image_id: str | None
    image_name: str | None = None
    description: str | None = None

    def text(self) -> str:
        subject = _subject(self.image_id)
        if self.image_name is None:
            return f"set the description of {subject} to {self.description!r}"
        renamed = f"rename {subject} to {self.image_name!r}"
        return renamed if self.description is None else f"{renamed} and set its description to {self.description!r}"


@dataclass(frozen=True)
class SetTags(_Change):
    image_id: str | None
    tags: t.Mapping[str, str]

    def text(self) -> str:
        pairs = ", ".join(f"{key}={self.tags[key]}" for key in sorted(self.tags))
        return f"set tags {pairs} on {_subject(self.image_id)}"


@dataclass(frozen=True)
class UnsetTags(_Change):
    image_id: str | None
    keys: tuple[str, ...]

    def text(self) -> str:
        return f"remove tags {', '.join(self.keys)} from {_subject(self.image_id)}"


@dataclass(frozen=True)
class Delete(_Change):
    image_id: str
    image_name: str | None
    force: bool = False
    reason: str = ""

    def text(self) -> str:
        forced = ", even if instances use it" if self.force else ""
        reason = f" ({self.reason})" if self.reason else ""
        return f"delete image {self.image_id} {self.image_name!r}{forced}{reason}"


@dataclass(frozen=True)
class DeleteSnapshot(_Change):
    """One that refuses is told and does not end the task: the image is gone all the same."""

    snapshot_id: str

    def text(self) -> str:
        return f"delete snapshot {self.snapshot_id}"


@dataclass(frozen=True)
class WaitUntilUsable(_Look):
    image_id: str | None

    def attempt(self) -> str:
        return f"wait until {_subject(self.image_id)} is usable"


@dataclass(frozen=True)
class WaitUntilSettled(_Look):
    """Until the cloud no longer works on it: only then can an image be deleted."""

    image_id: str

    def attempt(self) -> str:
        return f"wait until the cloud has finished with image {self.image_id}"


@dataclass(frozen=True)
class WaitUntilGone(_Look):
    image_id: str

    def attempt(self) -> str:
        return f"wait until image {self.image_id} is deleted"


@dataclass(frozen=True)
class ReadBack(_Look):
    """Until the image shows what was written to it: reads may lag behind writes."""

    image_id: str | None

    def attempt(self) -> str:
        return f"read {_subject(self.image_id)} back"


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
