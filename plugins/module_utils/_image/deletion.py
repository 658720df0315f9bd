# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans deletions of images, and of the snapshots that are deleted with them. Pure, given a reader."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import UNAVAILABLE, Image, is_settled
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import Plan
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import (
    marks,
    obstacles,
    refusals,
    snapshots,
    steps,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Expected, Replacement

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.reader import Reader


@dataclass(frozen=True)
class Leaving:
    """An image to delete. ``why``: for its step. ``names``: those that it may have by then; by default its own.
    ``replacement``, ``may_stay`` and ``cancels``: see ``steps.Delete``."""

    image: Image
    why: str = ""
    names: tuple[str | None, ...] = ()
    replacement: Replacement | None = None
    may_stay: bool = False
    cancels: steps.Cancelation | None = None


@dataclass(frozen=True)
class Removal:
    """The steps that delete images and their snapshots, and warnings about those that are kept."""

    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()


def plan_absent(desired: DesiredImage, reader: Reader, targets: t.Sequence[Image]) -> ImagePlan:
    """Deletes the first target, which is the image of the task, and the others, which are failed images of its name."""
    if not targets:
        return Plan(before=None, after=None)
    first, *leftovers = targets
    if desired.image_name not in (None, first["image_name"]):
        raise refusals.other_name(desired, first)
    cancels = None if is_settled(first) else _cancelation(first, reader)
    leaving = Leaving(first, cancels=cancels)
    removed = removal(desired, reader, [leaving, *(Leaving(one, "its creation failed") for one in leftovers)])
    also = [f"image {one['image_id']} will also be deleted: {refusals.failure(one)}" for one in leftovers]
    return Plan(
        before=first,
        after=None,
        steps=removed.steps,
        warnings=(*also, *removed.warnings, *_unfinished(first, reader)),
        facts={} if cancels is None or cancels.task_id is None else {"task_id": cancels.task_id},
    )


def _cancelation(image: Image, reader: Reader) -> steps.Cancelation | None:
    # Imported only for images that the cloud is processing.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import canceling  # noqa: PLC0415

    return canceling.cancelation(image, reader)


def _unfinished(image: Image, reader: Reader) -> t.Iterator[str]:
    """A warning about the image that this one was to replace, if it still exists."""
    mark = marks.mark_of(image)
    old = None if mark is None else reader.by_id(mark.replaced_id)
    if old is not None:
        yield (
            f"image {image['image_id']} was created to replace image {old['image_id']}, which still exists as "
            f"{old['image_name']!r}: delete that one with state=absent and image_id={old['image_id']} as well"
        )


def removal(
    desired: DesiredImage, reader: Reader, leaving: t.Sequence[Leaving], *, until_gone: bool = False
) -> Removal:
    """Deletes the images one by one, then their snapshots.

    ``until_gone``: whether the next steps require that they are deleted, even without ``wait``. Raises RefusalError for
    an image that must not be deleted, unless it may stay.
    """
    staying = [each for each in leaving if each.may_stay and obstacle(desired, each.image) is not None]
    going = [each for each in leaving if each not in staying]
    for each in going:
        judge(desired, reader, each.image)
    # Snapshots can only be deleted once the image is deleted (SnapshotCreatedImage).
    waits = desired.wait or until_gone or desired.delete_snapshots
    deleting = [step for each in going for step in _deletion(desired, each, reader, waits)]
    warnings = [obstacles.image_kept(each.image["image_id"], str(obstacle(desired, each.image))) for each in staying]
    canceled = [each.image["image_id"] for each in going if each.cancels is not None]
    with_them, kept = snapshots.deletions(desired, reader, [each.image for each in going], canceled)
    return Removal((*deleting, *with_them), (*warnings, *kept))


def why_useless(image: Image) -> str:
    return "it is UnAvailable" if image["status"] == UNAVAILABLE else "its creation failed"


def obstacle(desired: DesiredImage, image: Image) -> str | None:
    """Why the image must not be deleted, as a part of a sentence; None if it may be."""
    if image["is_self_shared"] and not desired.unshare:
        return "it is shared with other accounts"
    return "instances use it" if image["usage"] == "instance" and not desired.force else None


def judge(desired: DesiredImage, reader: Reader, image: Image) -> None:
    """Raises RefusalError if the image is shared and the task does not set unshare, or is in use and the task does not
    set force."""
    if image["is_self_shared"] and not desired.unshare:
        raise obstacles.shared(image, reader.sharing(image["image_id"]))
    if image["usage"] == "instance" and not desired.force:
        raise refusals.in_use(image, reader.users(image["image_id"]))


def _deletion(desired: DesiredImage, leaving: Leaving, reader: Reader, waits: bool) -> t.Iterator[Step]:
    image = leaving.image
    image_id = image["image_id"]
    settles = not is_settled(image)
    if settles and leaving.cancels is None:
        # The cloud does not delete an image that it is still processing (ImageIsCreating).
        yield steps.WaitUntilSettled(image_id)
    names = leaving.names or (image["image_name"],)
    expected = Expected(image, names, settles=settles, may_be_in_use=desired.force)
    delete = steps.Delete(expected, desired.force, leaving.why, leaving.replacement, leaving.may_stay, leaving.cancels)
    yield from _withdrawn(desired, delete, reader) if desired.unshare else (delete,)
    if waits:
        is_absent = desired.state == "absent" and desired.image_id is None
        yield steps.WaitUntilGone(image_id, desired.image_name if is_absent else None)


def _withdrawn(desired: DesiredImage, delete: steps.Delete, reader: Reader) -> t.Iterator[Step]:
    """The deletion, and before it the withdrawal from the accounts that the image is shared with."""
    # Imported only for tasks that withdraw images.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Sharing  # noqa: PLC0415
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import sharing, sharing_steps  # noqa: PLC0415

    shared = sharing.to_withdraw(desired, reader, delete.expected.image)
    if shared is None:
        yield delete
        return
    before, after = (replace(delete, expected=replace(delete.expected, sharing=one)) for one in (shared, Sharing()))
    yield sharing_steps.StopSharing(delete.image_id, shared.accounts, shared, before)
    yield after
