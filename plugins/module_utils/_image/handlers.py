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
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.running import LONGEST_LAG
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import (
    goals,
    obstacles,
    steps,
    swapping,
    verifying,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.running import ImageRunning

# Seconds. After an image is deleted, the cloud may take a moment until its snapshots can be deleted.
SNAPSHOT_PATIENCE = 10.0

# The reasons to keep an image that was to be deleted.
_KEPT_FOR = ("ImageUsingByInstance", "ImageUseShared", "ImageIsPublic")
_CREATED_WITH = ("description", "image_version", "platform", "architecture", "tags")
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
    )
    run.outcome.know(image_id, None)
    run.unlisted = step.image_name


def may_create(step: steps.Create, run: ImageRunning) -> bool:
    others = verifying.usable(run.images.by_name(step.image_name))
    if others:
        raise obstacles.created_meanwhile(step.image_name, others)
    return True


def modify(step: steps.Modify, run: ImageRunning) -> None:
    run.images.modify(run.id_of(step.image_id), step.image_name, step.description)


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
    found = run.seen_image(step.image_id, lambda: run.images.by_ids([step.image_id]).values(), waiter.VANISHED_AFTER)
    if found is None:
        run.outcome.vanished.append(step.image_id)
        # Looking up the image may have taken a while.
        _judge_successor(step, run, is_complete=True)
        return False
    changed = step.expected.changes(found)
    if changed and step.may_stay:
        return _keep(step, run, " and ".join(changed.values()), may_go_later=changed.keys() <= _PASSING)
    verifying.judge_unchanged(step.expected, found)
    _judge_successor(step, run)
    return True


def delete(step: steps.Delete, run: ImageRunning) -> bool:
    if step.cancels is not None:
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import canceling  # noqa: PLC0415

        return canceling.delete(step, step.cancels, run)
    try:
        was_deleted = run.images.delete(step.image_id, step.force)
    except ServiceError as error:
        if step.may_stay and error.code in _KEPT_FOR:
            return _keep(step, run, error.message, may_go_later=True)
        raise
    run.outcome.vanished += [] if was_deleted else [step.image_id]
    return was_deleted


def _judge_successor(step: steps.Delete, run: ImageRunning, *, is_complete: bool = False) -> None:
    new = step.successor
    if new is not None:
        new_id = run.id_of(new.image_id)
        named: tuple[Image, ...] = ()

        def look() -> tuple[Image, ...]:
            nonlocal named
            named = run.images.by_name(new.image_name)
            return named

        found = run.seen_image(new_id, look, waiter.VANISHED_AFTER)
        verifying.judge_successor(new, new_id, found, is_complete=is_complete)
        others = [one for one in verifying.usable(named) if one["image_id"] not in (new_id, step.image_id)]
        if others:
            raise obstacles.also_named(new.image_name, new_id, others)


def _keep(step: steps.Delete, run: ImageRunning, why: str, *, may_go_later: bool) -> bool:
    """``may_go_later``: nobody has changed it, so a later run deletes it once it is no longer in use or shared."""
    run.outcome.kept.append(step.image_id)
    run.outcome.is_unfinished = run.outcome.is_unfinished or may_go_later
    run.outcome.warnings.append(obstacles.image_kept(step.image_id, why))
    return False


def may_delete_snapshot(step: steps.DeleteSnapshot, run: ImageRunning) -> bool:
    if any(image_id in run.outcome.kept for image_id in step.image_ids):
        return False
    found = run.images.snapshots([step.snapshot_id]).get(step.snapshot_id)
    if found is None:
        run.outcome.vanished.append(step.snapshot_id)
        return False
    if (found.name, found.creation_time) != (step.expected.name, step.expected.creation_time):
        run.outcome.warnings.append(f"snapshot {step.snapshot_id} is kept because somebody has changed it")
        return False
    return True


def delete_snapshot(step: steps.DeleteSnapshot, run: ImageRunning) -> bool:
    started = run.deadline.elapsed()
    while True:
        try:
            was_deleted = run.images.delete_snapshot(step.snapshot_id)
        except ServiceError as error:
            if error.code != "SnapshotCreatedImage" or not run.has_patience(started, SNAPSHOT_PATIENCE):
                raise
        else:
            run.outcome.vanished += [] if was_deleted else [step.snapshot_id]
            return was_deleted
        run.pause()


# --- waiting and reading ---------------------------------------------------------------------------------------------


def wait_until_usable(step: steps.WaitUntilUsable, run: ImageRunning) -> None:
    image_id = run.id_of(step.image_id)

    def look() -> Image | None:
        image = run.images.by_id(image_id) if run.unlisted is None else _newly_listed(image_id, run.unlisted, run)
        # However the wait ends, the result contains the last known image.
        if image is not None:
            run.outcome.know_image(image)
        else:
            run.judge_unlisted(image_id)
        return image

    run.wait(goals.usable(run.why_failed), look, f"image {image_id}")
    run.has_just_looked = True


def wait_until_listed(step: steps.WaitUntilListed, run: ImageRunning) -> None:
    image_id = run.id_of(None)
    started = run.deadline.elapsed()
    while _newly_listed(image_id, step.image_name, run) is None:
        if run.deadline.elapsed() - started >= LONGEST_LAG:
            run.outcome.warnings.append(obstacles.not_listed_yet(image_id))
            return
        if not run.has_patience(started, LONGEST_LAG):
            raise obstacles.not_listed_in_time(image_id, run.deadline.seconds)
        run.pause()
    run.has_just_looked = True


def _newly_listed(image_id: str, name: str, run: ImageRunning) -> Image | None:
    """The new image, once it is listed under its name.

    Another task may have read the list before this one wrote, and created an image of the name as well. All but the
    first of these tasks notice it here: a new image is listed no earlier than those that were created before it.
    Duplicates are also reported while the own image is not listed, which may take longer than the task.
    """
    named = run.images.by_name(name)
    image = next((each for each in named if each["image_id"] == image_id), None)
    if image is not None:
        run.unlisted = None
        run.outcome.know_image(image)
    duplicates = [each for each in verifying.usable(named) if each["image_id"] != image_id]
    if duplicates:
        raise obstacles.created_twice(image_id, name, duplicates)
    return image


def wait_until_settled(step: steps.WaitUntilSettled, run: ImageRunning) -> None:
    _wait(goals.SETTLED, step.image_id, run)


def wait_until_gone(step: steps.WaitUntilGone, run: ImageRunning) -> None:
    if step.image_id not in run.outcome.kept:
        _wait(goals.GONE, step.image_id, run)


def _wait(goal: waiter.Goal[Image], image_id: str, run: ImageRunning) -> None:
    run.wait(goal, lambda: run.images.by_id(image_id), f"image {image_id}")


def check_unchanged(step: steps.CheckUnchanged, run: ImageRunning) -> None:
    verifying.judge_unchanged(step.expected, t.cast("Image", run.outcome.image))


def read_back(step: steps.ReadBack, run: ImageRunning) -> None:
    """Waits until the image shows what was written. Raises ApsaraStackError if it never does, because the site ignores
    it."""
    image_id, wanted = run.id_of(step.image_id), step.wanted or t.cast("Image", run.plan.after)
    started = run.deadline.elapsed()
    image = t.cast("Image", run.outcome.image) if run.has_just_looked else run.images.by_id(image_id)
    while True:
        if image is not None:
            run.outcome.know_image(image)
            _judge_foreign(image, wanted, run)
        missing = ["the image itself"] if image is None else _missing(image, wanted, run)
        if not missing:
            break
        if run.deadline.elapsed() - started >= LONGEST_LAG:
            raise obstacles.not_supported(image_id, missing)
        if not run.has_patience(started, LONGEST_LAG):
            raise obstacles.not_shown_yet(image_id, missing, run.deadline.seconds)
        run.pause()
        image = run.images.by_id(image_id)
    run.has_just_looked = True


def _judge_foreign(image: Image, wanted: Image, run: ImageRunning) -> None:
    """Raises ApsaraStackError if somebody has given it values that it had neither before nor after the change."""
    known = (run.plan.subject, run.plan.before)
    before = next((one for one in known if one is not None and one["image_id"] == image["image_id"]), None)
    changed = verifying.foreign(image, wanted, before)
    if before is not None and image["image_name"] not in (before["image_name"], wanted["image_name"]):
        changed["image_name"] = f"its name is now {image['image_name']!r}"
    if changed:
        raise obstacles.changed_after_writing(image, changed)


def _missing(image: Image, wanted: Image, run: ImageRunning) -> list[str]:
    differences = {
        "image_name": image["image_name"] != wanted["image_name"],
        # The mark stays if a replaced image may be deleted later.
        f"tag {MARK}": image["tags"].get(MARK) != wanted["tags"].get(MARK) and not run.outcome.is_unfinished,
    }
    return [*(name for name, differs in differences.items() if differs), *verifying.not_shown(image, wanted)]


HANDLERS: Handlers = {
    steps.Create: Handler(create, may_create),
    steps.Modify: Handler(modify),
    steps.SetTags: Handler(set_tags),
    steps.UnsetTags: Handler(unset_tags),
    steps.Unmark: Handler(unmark),
    steps.Swap: Handler(swapping.swap),
    steps.Delete: Handler(delete, may_delete),
    steps.DeleteSnapshot: Handler(delete_snapshot, may_delete_snapshot),
    steps.WaitUntilUsable: Handler(wait_until_usable),
    steps.WaitUntilListed: Handler(wait_until_listed),
    steps.WaitUntilSettled: Handler(wait_until_settled),
    steps.WaitUntilGone: Handler(wait_until_gone),
    steps.CheckUnchanged: Handler(check_unchanged),
    steps.ReadBack: Handler(read_back),
}
