# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How each step is carried out: one function for each step. It decides only whether its expectations still hold.

A handler returns False if there was nothing to do.
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import waiter
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.execution import Handler, Handlers
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import (
    obstacles,
    sharing_handlers,
    steps,
    swapping,
    verifying,
    waits,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.sharing_steps import (
    ReadSharing,
    Share,
    StopSharing,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError, may_be_done

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Replacement
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.running import ImageRunning

# Seconds. After an image is deleted, the cloud may take a moment until its snapshots can be deleted.
SNAPSHOT_PATIENCE = 10.0

# The reasons to keep an image that was to be deleted.
_KEPT_FOR = ("ImageUsingByInstance", "ImageUseShared", "ImageIsPublic")
_CREATED_WITH = ("description", "image_family", "image_version", "platform", "architecture", "tags")
# The refusal of a status that the image already has.
_HAS_STATUS = ("ImageStatus.NotAvailable", "ImageStatus.NotDeprecated")
_PASSING = {"usage", "is_self_shared"}


# --- writing ---------------------------------------------------------------------------------------------------------


def create(step: steps.Create, run: ImageRunning) -> None:
    if step.source.kind != "create":
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import beginning  # noqa: PLC0415

        beginning.begin(step, step.source, run)
        return
    image_id = run.images.create(
        step.image_name,
        **step.source.parts(),
        **{name: getattr(step, name) for name in _CREATED_WITH},
        look_again=run.looking_again(may_create, step),
    )
    run.outcome.know(image_id, None)
    run.outcome.unlisted = step.image_name


def may_create(step: steps.Create, run: ImageRunning) -> bool:
    others = verifying.usable(run.images.by_name(step.image_name))
    if others:
        raise obstacles.created_meanwhile(step.image_name, others)
    return True


def modify(step: steps.Modify, run: ImageRunning) -> None:
    run.images.modify(run.id_of(step.image_id), step.image_name, step.description, **step.attributes())


def set_deprecated(step: steps.SetDeprecated, run: ImageRunning) -> None:
    change = run.images.set_deprecated if step.deprecated else run.images.restore
    try:
        change(run.id_of(step.image_id))
    except ServiceError as error:
        # An earlier attempt, whose answer was lost, has probably done it. The read that follows confirms it.
        if not may_be_done(error) or error.code not in _HAS_STATUS:
            raise


def set_tags(step: steps.SetTags, run: ImageRunning) -> None:
    run.images.set_tags(run.id_of(step.image_id), step.tags)


def unset_tags(step: steps.UnsetTags, run: ImageRunning) -> None:
    run.images.unset_tags(run.id_of(step.image_id), step.keys)


def unmark(step: steps.Unmark, run: ImageRunning) -> bool:
    image_id, known = run.id_of(step.image_id), run.outcome.image
    # Another run may have finished the same replacement.
    is_unmarked = known is not None and known["image_id"] == image_id and MARK not in known["tags"]
    if run.outcome.is_unfinished or is_unmarked:
        return False
    try:
        run.images.unset_tags(image_id, (MARK,))
    except ServiceError as error:
        if error.code != "InvalidResourceId.NotFound":
            raise
        raise obstacles.replacement_vanished(image_id, None) from error
    return True


def may_delete(step: steps.Delete, run: ImageRunning) -> bool:
    """The last read before the deletion shows both the image and the one that replaces it."""
    if step.image_id in run.outcome.kept:
        # So its withdrawal, the step before, has found.
        return False
    new = step.replacement
    new_id = None if new is None else run.id_of(new.image_id)
    if new is not None:
        _judge_name(step, new, run)
    ids = [step.image_id] if new_id is None else [step.image_id, new_id]
    seen: dict[str, Image] = {}

    def look() -> Image | None:
        seen.clear()
        seen.update(run.images.by_ids(ids))
        is_renamed = new is None or verifying.has_name(new, seen.get(str(new_id)))
        return seen.get(step.image_id) if is_renamed else None

    run.seen(look, waiter.VANISHED_AFTER)
    found = seen.get(step.image_id)
    changed = {} if found is None else _changes(step, found, run)
    if changed and step.may_stay:
        return _keep(step, run, " and ".join(changed.values()), is_passing=changed.keys() <= _PASSING)
    if found is None:
        run.outcome.vanished.append(step.image_id)
    elif changed:
        raise obstacles.changed_meanwhile(found, changed)
    if new is not None:
        verifying.judge_named_replacement(new, str(new_id), seen.get(str(new_id)), is_complete=found is None)
    return found is not None


def _changes(step: steps.Delete, found: Image, run: ImageRunning) -> dict[str, str]:
    shared = sharing_handlers.changes(step.image_id, step.expected.sharing, run)
    return {**step.expected.changes(found), **shared}


def may_stop_sharing(step: StopSharing, run: ImageRunning) -> bool:
    """If it is for a deletion, nobody loses the image unless it can be deleted."""
    if step.deletion is not None:
        return may_delete(step.deletion, run)
    sharing_handlers.judge_unchanged(step, run)
    return True


def delete(step: steps.Delete, run: ImageRunning) -> bool:
    if step.cancels is not None:
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import canceling  # noqa: PLC0415

        return canceling.delete(step, step.cancels, run)
    try:
        was_deleted = run.images.delete(step.image_id, step.force, look_again=run.looking_again(may_delete, step))
    except ServiceError as error:
        if step.may_stay and error.code in _KEPT_FOR:
            return _keep(step, run, error.message, is_passing=True)
        raise
    run.outcome.vanished += [] if was_deleted else [step.image_id]
    return was_deleted


def _judge_name(step: steps.Delete, new: Replacement, run: ImageRunning) -> None:
    """Raises ApsaraStackError unless the replacement image is the only one that is listed under the name."""
    new_id = run.id_of(new.image_id)
    named: tuple[Image, ...] = ()

    def look() -> tuple[Image, ...]:
        nonlocal named
        named = run.images.by_name(new.image_name)
        return named

    if run.seen_image(new_id, look, waiter.VANISHED_AFTER) is None:
        raise obstacles.replacement_missing(new, new_id)
    others = [one for one in verifying.usable(named) if one["image_id"] not in (new_id, step.image_id)]
    if others:
        raise obstacles.also_named(new.image_name, new_id, others)


def _keep(step: steps.Delete, run: ImageRunning, why: str, *, is_passing: bool) -> bool:
    """``is_passing``: nobody has changed it, so a later run deletes it once it is no longer in use or shared."""
    run.outcome.kept.append(step.image_id)
    run.outcome.is_unfinished = run.outcome.is_unfinished or is_passing
    run.outcome.warnings.append(obstacles.image_kept(step.image_id, why))
    return False


def may_delete_snapshot(step: steps.DeleteSnapshot, run: ImageRunning) -> bool:
    if any(image_id in run.outcome.kept for image_id in step.image_ids):
        return False
    found = run.images.snapshots([step.snapshot_id]).get(step.snapshot_id)
    if found is None:
        _record_missing(step, run)
        return False
    if (found.name, found.creation_time) != (step.expected.name, step.expected.creation_time):
        run.outcome.warnings.append(f"snapshot {step.snapshot_id} is kept because somebody has changed it")
        return False
    return True


def delete_snapshot(step: steps.DeleteSnapshot, run: ImageRunning) -> bool:
    started, look_again = run.deadline.elapsed(), run.looking_again(may_delete_snapshot, step)
    while True:
        try:
            was_deleted = run.images.delete_snapshot(step.snapshot_id, look_again)
        except ServiceError as error:
            if error.code != "SnapshotCreatedImage" or not run.has_patience(started, SNAPSHOT_PATIENCE):
                raise
        else:
            if not was_deleted:
                _record_missing(step, run)
            return was_deleted
        run.pause()


def _record_missing(step: steps.DeleteSnapshot, run: ImageRunning) -> None:
    if step.goes_along:
        run.outcome.did(step)
    else:
        run.outcome.vanished.append(step.snapshot_id)


HANDLERS: Handlers = {
    steps.Create: Handler(create, may_create),
    steps.Modify: Handler(modify),
    steps.SetDeprecated: Handler(set_deprecated),
    steps.SetTags: Handler(set_tags),
    steps.UnsetTags: Handler(unset_tags),
    steps.Unmark: Handler(unmark),
    StopSharing: Handler(sharing_handlers.stop_sharing, may_stop_sharing),
    Share: Handler(sharing_handlers.share),
    ReadSharing: Handler(sharing_handlers.read_sharing),
    steps.Swap: Handler(swapping.swap),
    steps.Delete: Handler(delete, may_delete),
    steps.DeleteSnapshot: Handler(delete_snapshot, may_delete_snapshot),
    steps.WaitUntilUsable: Handler(waits.wait_until_usable),
    steps.WaitUntilListed: Handler(waits.wait_until_listed),
    steps.WaitUntilSettled: Handler(waits.wait_until_settled),
    steps.WaitUntilGone: Handler(waits.wait_until_gone),
    steps.CheckUnchanged: Handler(waits.check_unchanged),
    steps.ReadBack: Handler(waits.read_back),
}
