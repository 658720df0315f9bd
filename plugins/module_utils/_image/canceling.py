# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deletes an image while the cloud is copying or importing it: the copy or the import is canceled first."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import snapshots_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.tasks import NOT_CANCELABLE
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import waiter
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import goals, imports, steps, verifying
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    CallError,
    NotNeededError,
    ServiceError,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.reader import Reader
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.running import ImageRunning

# It has ended, or does not exist any more.
_ENDED = (NOT_CANCELABLE, "IncorrectImageStatus", "InvalidImageId.NotFound", "InvalidTaskId.NotFound")
# The site does not cancel it, so it must be waited for.
_NOT_CANCELED = (
    "CancelNotSupported",
    "ImageCreatedNotFromCopy",
    "InvalidTaskId.TaskActionNotSupport",
    "CancelTaskFailed",
)


def cancelation(image: Image, reader: Reader) -> steps.Cancelation | None:
    """What has to be canceled before an image that the cloud is processing can be deleted; None if nothing can be."""
    if image["is_copied"]:
        return steps.Cancelation()
    task = reader.import_task(image, running=True) if imports.may_be_import(image) else None
    return None if task is None else steps.Cancelation(task["task_id"])


def delete(step: steps.Delete, canceled: steps.Cancelation, run: ImageRunning) -> bool:
    """Cancels, and deletes the image if the cloud has left one."""
    goal = goals.CANCELED
    try:
        if canceled.task_id is None:
            run.images.copies.cancel(step.image_id)
        else:
            run.images.tasks.cancel(canceled.task_id)
        # The image may still be left, until this step is complete.
        run.outcome.did(step, is_certain=False)
    except ServiceError as error:
        if error.code not in (*_ENDED, *_NOT_CANCELED) and not error.is_not_offered:
            raise
        if error.code not in _ENDED:
            run.outcome.warnings.append(f"{canceled.subject()} could not be canceled, so the task waited for its end")
            goal = goals.SETTLED
    left = run.wait(goal, lambda: run.images.by_id(step.image_id), f"image {step.image_id}")
    if left is not None:
        # That was the read right before the deletion.
        verifying.judge_unchanged(step.expected, left)
        with contextlib.suppress(NotNeededError):
            run.images.delete(step.image_id, step.force, look_again=run.looking_again(_is_left, step))
    _look_for_snapshots(step, run)
    return True


def _is_left(step: steps.Delete, run: ImageRunning) -> bool:
    left = run.seen(lambda: run.images.by_id(step.image_id), waiter.VANISHED_AFTER)
    if left is not None:
        verifying.judge_unchanged(step.expected, left)
    return left is not None


def _look_for_snapshots(step: steps.Delete, run: ImageRunning) -> None:
    """Finds out which snapshots the cloud has deleted with the unfinished image. Those that the task deletes are read
    when it does that."""
    going = steps.deleted_snapshots(run.plan.steps)
    staying = [one for one in snapshots_of([step.expected.image]) if one not in going]
    if not staying:
        return
    try:
        found = run.images.snapshots(staying)
    except CallError as error:
        # The image is deleted, so the task has not failed.
        run.outcome.warnings += [f"snapshot {one} may be left: {error.message}" for one in staying]
        return
    run.outcome.vanished += [one for one in staying if one not in found]
