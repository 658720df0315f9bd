# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of plans for an image: frozen values that say what will be done, but not how.

An ``image_id`` of None stands for the image that the plan creates, whose id is not known yet. ``text()`` is the text
under ``actions`` in a result; a step that changes nothing has none. ``attempt()`` is the text that a failure uses for
what was tried.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import snapshots_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Change, Planned, ReadOnly
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, Predicted
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Snapshot
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import AnySource
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Expected, Replacement


@dataclass(frozen=True)
class OfAnImage(Planned):
    image_id: str | None

    def with_id(self, new_id: str | None) -> t.Any:
        return self if self.image_id is not None else replace(self, image_id=new_id)


@dataclass(frozen=True)
class Create(Change):
    image_name: str
    source: AnySource
    description: str | None = None
    tags: t.Mapping[str, str] = field(default_factory=dict)
    image_version: str | None = None
    platform: str | None = None
    architecture: str | None = None
    os_type: str | None = None
    boot_mode: str | None = None
    license_type: str | None = None
    image_family: str | None = None

    def text(self) -> str:
        # The mark begins with the id of the image being replaced.
        replaced = self.tags.get(MARK, "").partition("/")[0]
        purpose = f", to replace image {replaced}" if replaced else ""
        return f"create image {self.image_name!r} from {self.source.text()}{purpose}"


@dataclass(frozen=True)
class Modify(Change, OfAnImage):
    """All of them are set in one call, so they are one step. None does not change a field."""

    image_name: str | None = None
    description: str | None = None
    image_family: str | None = None
    boot_mode: str | None = None
    license_type: str | None = None

    def attributes(self) -> dict[str, str]:
        """What it sets except the name and the description."""
        known = {"image_family": self.image_family, "boot_mode": self.boot_mode, "license_type": self.license_type}
        return {name: value for name, value in known.items() if value is not None}

    def text(self) -> str:
        subject = image_text(self.image_id)
        described = {} if self.description is None else {"description": self.description}
        settings = {name.replace("_", " "): value for name, value in {**described, **self.attributes()}.items()}
        own = [f"its {name} to {value!r}" for name, value in settings.items()]
        if self.image_name is not None:
            renamed = f"rename {subject} to {self.image_name!r}"
            return f"{renamed} and set {' and '.join(own)}" if own else renamed
        name, value = next(iter(settings.items()))
        return " and ".join([f"set the {name} of {subject} to {value!r}", *own[1:]])


@dataclass(frozen=True)
class SetDeprecated(Change, OfAnImage):
    """``deprecated``: false ends the deprecation. The status is set in a call of its own."""

    deprecated: bool

    def text(self) -> str:
        subject = image_text(self.image_id)
        return f"deprecate {subject}" if self.deprecated else f"end the deprecation of {subject}"


@dataclass(frozen=True)
class SetTags(Change, OfAnImage):
    tags: t.Mapping[str, str]

    def text(self) -> str:
        pairs = ", ".join(f"{key}={self.tags[key]}" for key in sorted(self.tags))
        return f"set tags {pairs} on {image_text(self.image_id)}"


@dataclass(frozen=True)
class UnsetTags(Change, OfAnImage):
    keys: tuple[str, ...]

    def text(self) -> str:
        return f"remove tags {', '.join(self.keys)} from {image_text(self.image_id)}"


@dataclass(frozen=True)
class Unmark(Change, OfAnImage):
    """Removes the mark from an image whose replacement is complete. It stays if a later run may delete the replaced
    image."""

    def text(self) -> str:
        return f"remove tags {MARK} from {image_text(self.image_id)}"


@dataclass(frozen=True)
class Swap(Change):
    """The replacement image gets the name, and the old image is renamed, in one step. ``made``: the expected
    replacement image before the swap. ``old``: the expected old image; None if it is deleted."""

    has_parts = True

    new: Replacement
    made: Image | Predicted
    old: Expected | None = None
    replaced_name: str | None = None

    def with_id(self, new_id: str | None) -> Swap:
        return self if self.new.image_id is not None else replace(self, new=replace(self.new, image_id=new_id))

    def text(self) -> str:
        return f"rename {' and '.join(f'{image_text(one.image_id)} to {one.image_name!r}' for one in self.parts())}"

    def parts(self) -> tuple[Modify, ...]:
        """The renames. An earlier run may already have renamed the replacement image."""
        is_named = self.made["image_name"] == self.new.image_name
        new = [] if is_named else [Modify(self.new.image_id, self.new.image_name)]
        old = [] if self.old is None else [Modify(self.old.image["image_id"], self.replaced_name)]
        return (*new, *old)


@dataclass(frozen=True)
class Cancelation:
    """What is canceled before an image is deleted. ``task_id``: of its import; None stands for a copy, which has no
    task."""

    task_id: str | None = None

    def subject(self) -> str:
        return "the copy" if self.task_id is None else f"the import (task {self.task_id})"


@dataclass(frozen=True)
class Delete(Change):
    """``expected``: the expected image. ``replacement``: the image that must have its name before. ``may_stay``: if it
    must no longer be deleted, this is a warning and not a failure."""

    expected: Expected
    force: bool = False
    reason: str = ""
    replacement: Replacement | None = None
    may_stay: bool = False
    cancels: Cancelation | None = None

    @property
    def image_id(self) -> str:
        return self.expected.image["image_id"]

    def text(self) -> str:
        if self.cancels is not None:
            name = self.expected.names[-1]
            return f"cancel {self.cancels.subject()} that creates image {self.image_id} {name!r}, and delete the image"
        forced = ", even if instances use it" if self.force else ""
        reason = f" ({self.reason})" if self.reason else ""
        return f"delete image {self.image_id} {self.expected.names[-1]!r}{forced}{reason}"


@dataclass(frozen=True)
class DeleteSnapshot(Change):
    """``expected``: the expected snapshot. ``image_ids``: the images that must be deleted before. ``goes_along``: the
    copy or the import of its image is canceled, with which the cloud may have deleted it."""

    # The image is already deleted.
    is_noted = True

    snapshot_id: str
    expected: Snapshot
    image_ids: tuple[str, ...] = ()
    goes_along: bool = False

    def text(self) -> str:
        return f"delete snapshot {self.snapshot_id}"


@dataclass(frozen=True)
class WaitUntilUsable(ReadOnly, OfAnImage):
    """``name``: of the image, if no other image may have it. None: it is read by its id, and others are not noticed."""

    name: str | None = None

    def attempt(self) -> str:
        return f"wait for {image_text(self.image_id)} to become usable"


@dataclass(frozen=True)
class WaitUntilSettled(ReadOnly):
    """Waits until the cloud no longer processes it: only then an image can be deleted."""

    image_id: str

    def attempt(self) -> str:
        return f"wait for the cloud to finish processing image {self.image_id}"


@dataclass(frozen=True)
class WaitUntilGone(ReadOnly):
    """``name``: of the image, if no image may have it afterwards. None: it is read by its id."""

    image_id: str
    name: str | None = None

    def attempt(self) -> str:
        return f"wait for image {self.image_id} to be deleted"


@dataclass(frozen=True)
class WaitUntilListed(ReadOnly):
    """Waits a limited time until lists show a new image: before that, the next run would not find it and create
    another."""

    image_name: str

    def attempt(self) -> str:
        return "look for the new image in the list"


@dataclass(frozen=True)
class CheckUnchanged(ReadOnly):
    """After a wait and before a write: the facts of the plan must still hold."""

    expected: Expected

    def attempt(self) -> str:
        return f"compare image {self.expected.image['image_id']} with what it was before the wait"


@dataclass(frozen=True)
class ReadBack(ReadOnly, OfAnImage):
    """Waits until the image shows what was written: reads may lag behind writes. ``wanted``: the expected image; None
    stands for the predicted one. ``name``: see ``WaitUntilUsable``."""

    wanted: Image | Predicted | None = None
    name: str | None = None

    def attempt(self) -> str:
        return f"read {image_text(self.image_id)} after the change"


def image_text(image_id: str | None) -> str:
    return "the new image" if image_id is None else f"image {image_id}"


def deleted_snapshots(done: t.Iterable[Step]) -> list[str]:
    """The snapshots that these steps delete."""
    return [step.snapshot_id for step in done if isinstance(step, DeleteSnapshot)]


def snapshots_without_image(done: t.Iterable[Step]) -> list[str]:
    """The snapshots of the images that these steps delete."""
    return [*snapshots_of(step.expected.image for step in done if isinstance(step, Delete))]


def snapshots_of_canceled(done: t.Iterable[Step]) -> list[str]:
    """The snapshots of the images whose copy or import these steps cancel."""
    return snapshots_without_image(step for step in done if isinstance(step, Delete) and step.cancels is not None)
