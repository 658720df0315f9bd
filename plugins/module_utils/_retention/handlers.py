# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How each step is carried out: one function for each step. A handler returns False if there was nothing to do."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import DEPRECATED
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import waiter
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.execution import Handler, Handlers
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.running import LONGEST_LAG, Running
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import goals, handlers
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import DeleteSnapshot
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention import judging, obstacles, steps
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.plans import Division, Obstacle
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    DeadlineError,
    NoAnswerError,
    NotNeededError,
    ServiceError,
    may_be_done,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.writable_images import WritableImages
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.watching import Log
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.outcome import RetentionOutcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline

# The cloud is working on the image. Waiting for the end of it would keep the others from being removed.
_BEING_PROCESSED = (
    "ImageIsCreating",
    "ImageIsExporting",
    "ImageIsImporting",
    "InvalidStatus.ImageIsCreating",
    "OperationDenied.ImageCopying",
    "OperationDenied.ImageExporting",
)
# An image that an earlier attempt has deprecated cannot be deprecated again.
_NOT_AVAILABLE = "ImageStatus.NotAvailable"
# Errors that would occur with every image.
_OF_THE_TASK = ("credentials", "not_supported_by_site", "throttled")
_IGNORED = Obstacle("ignored", "the site accepted the call, but has not deprecated it")
_VANISHED = Obstacle("vanished", "somebody else has deleted it")
# Refusals that may be due to what somebody else has done in this moment.
_OF_THE_MOMENT = ("in_use", "shared", "not_found")


class RetentionRunning(Running[Division, Division]):
    """``lacking``: the images that were to be kept and no longer count, once one is found."""

    outcome: RetentionOutcome

    def __init__(self, outcome: RetentionOutcome, images: WritableImages, deadline: Deadline, log: Log) -> None:
        super().__init__(outcome, deadline, log)
        self.images = images
        self.lacking: list[str] = []
        # Other calls were made since the list was read.
        self.is_stale = True

    def end(self) -> None:
        """Raises ApsaraStackError if the cloud has refused to remove each image."""
        refusals = [each for each in self.outcome.refusals if each[1].reason not in _OF_THE_MOMENT]
        if refusals and not self.outcome.removals:
            raise obstacles.all_refused(*refusals[0], self.outcome)


# --- removing --------------------------------------------------------------------------------------------------------


def may_remove(step: steps.Removal, run: RetentionRunning) -> bool:
    """Reads the image and those that are kept again, right before the image is removed."""
    obstacle = _lacking(run) or _shared(step, run) or _changed(step, run)
    if obstacle is not None:
        run.outcome.skip(step, obstacle)
    return obstacle is None


def _lacking(run: RetentionRunning) -> Obstacle | None:
    if not run.lacking:
        return None
    named = ", ".join(run.lacking)
    return Obstacle(
        "too_few_usable", f"image {named}, which is to be kept, is no longer usable, no longer selected, or deleted"
    )


def _shared(step: steps.Removal, run: RetentionRunning) -> Obstacle | None:
    try:
        told = run.images.shares.of(step.image_id).text()
    except ServiceError as error:
        if error.code != "InvalidImageId.NotFound":
            raise
        return None  # the next read tells
    return None if told is None else Obstacle("shared", told)


def _changed(step: steps.Removal, run: RetentionRunning) -> Obstacle | None:
    wanted = [step.image_id, *step.guards]
    found: dict[str, Image] = {}

    def look() -> bool | None:
        found.clear()
        found.update(run.images.by_ids(wanted))
        return found.keys() >= set(wanted) or None

    # A list may come from a replica that lags.
    run.seen(look, waiter.VANISHED_AFTER)
    run.lacking = [one for one in step.guards if one not in found or not judging.counts(step.desired, found[one])]
    image = found.get(step.image_id)
    return _lacking(run) or _difference(step, image)


def _difference(step: steps.Removal, image: Image | None) -> Obstacle | None:
    if image is None:
        return _VANISHED
    obstacle = judging.obstacle(image)
    if obstacle is not None:
        return obstacle
    changed = [*step.expected.changes(image).values()]
    if not changed and not step.desired.selects(image):
        changed = ["the task no longer selects it"]
    return Obstacle("changed_meanwhile", f"somebody has changed it: {' and '.join(changed)}") if changed else None


def delete(step: steps.Delete, run: RetentionRunning) -> bool:
    try:
        was_deleted = run.images.delete(
            step.image_id, force=False, handled=_BEING_PROCESSED, look_again=run.looking_again(may_remove, step)
        )
    except ServiceError as error:
        if may_be_done(error):
            raise
        return _refused(step, run, error)
    if not was_deleted:
        run.outcome.skip(step, _VANISHED)
    return was_deleted


def deprecate(step: steps.Deprecate, run: RetentionRunning) -> bool:
    # It is not certain before the site shows it.
    run.outcome.did(step, is_certain=False)
    try:
        run.images.set_deprecated(step.image_id, run.looking_again(may_remove, step))
    except NotNeededError:
        run.outcome.did_not(step)
        raise
    except (DeadlineError, NoAnswerError) as error:
        if not may_be_done(error):
            run.outcome.did_not(step)
        raise
    except ServiceError as error:
        if not may_be_done(error):
            run.outcome.did_not(step)
            return _refused(step, run, error)
        if error.code != _NOT_AVAILABLE:
            raise
    _read_back(step, run)
    return True


def _refused(step: steps.Removal, run: RetentionRunning, error: ServiceError) -> bool:
    obstacle = obstacles.refused(error)
    if error.reason in _OF_THE_TASK:
        run.outcome.leave(step, obstacle)
        raise error
    run.outcome.refuse(step, error, obstacle)
    return False


def _read_back(step: steps.Deprecate, run: RetentionRunning) -> None:
    """Raises ApsaraStackError if the image does not become Deprecated, because the site ignores it."""
    status: str | None = None

    def look() -> bool | None:
        nonlocal status
        image = run.images.by_id(step.image_id)
        status = None if image is None else image["status"]
        return status == DEPRECATED or None

    started = run.deadline.elapsed()
    if run.seen(look, LONGEST_LAG) is not None:
        return
    if run.deadline.elapsed() - started < LONGEST_LAG:
        raise obstacles.not_deprecated_yet(status, run.deadline.seconds)
    run.outcome.did_not(step)
    run.outcome.leave(step, _IGNORED)
    raise obstacles.not_deprecated(status)


# --- waiting ---------------------------------------------------------------------------------------------------------


def wait_until_gone(step: steps.WaitUntilGone, run: RetentionRunning) -> None:
    for image_id in run.images.by_ids([one for one in step.image_ids if one not in run.outcome.kept]):
        run.wait(goals.GONE, lambda: run.images.by_id(image_id), f"image {image_id}")  # noqa: B023


HANDLERS: Handlers = {
    steps.Delete: Handler(delete, may_remove),
    steps.Deprecate: Handler(deprecate, may_remove),
    steps.WaitUntilGone: Handler(wait_until_gone),
    DeleteSnapshot: Handler(handlers.delete_snapshot, handlers.may_delete_snapshot),
}
