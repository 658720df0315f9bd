# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swap of names: two calls that neither the deadline nor a signal separates."""

from __future__ import annotations

import contextlib
import functools
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import is_usable
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import interruption, waiter
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.running import LONGEST_LAG
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import obstacles, verifying
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import Modify
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    DeadlineError,
    ServiceError,
    may_be_done,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.running import ImageRunning
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import Swap

# Seconds that the calls of a slow site take: with less time left, the swap is not begun.
NEEDED_SECONDS = 5.0
# Seconds that the renames get beyond the deadline once they have begun.
RESERVED_SECONDS = 30.0

_DUPLICATED = "InvalidImageName.Duplicated"


def swap(step: Swap, run: ImageRunning) -> bool:
    """Gives the replacement image the name. Returns False if there was nothing to do, or if not all was done; what was
    done is then in the outcome.

    If names need not be unique, the new image is renamed first, so that an image always has the name. If it raises
    ApsaraStackError, the old image has the name, if the cloud allows that.
    """
    new_id = run.id_of(step.new.image_id)
    new, old = _looked_at(step, run, new_id)
    if new["image_name"] == step.new.image_name and (old is None or old["image_name"] != step.new.image_name):
        # Another run has finished the same replacement meanwhile.
        run.outcome.know_image(new)
        return False
    if run.deadline.remaining() < NEEDED_SECONDS:
        raise obstacles.no_time_for_the_swap(step, new, old, run.deadline.seconds)
    is_old_first = _take_name(step, run, new, old)
    try:
        named = _confirmed(step, run, new_id)
    except (DeadlineError, interruption.InterruptedTaskError):
        # The next run sees how far this one came.
        raise
    except ApsaraStackError as error:
        if is_old_first:
            _undo(step, run, new_id, error)
        raise
    # If somebody has renamed the old image meanwhile, it is not in this list and keeps its name.
    if old is not None and not is_old_first and any(one["image_id"] == old["image_id"] for one in named):
        _rename_old(step, run, str(step.replaced_name))
    return all(part in run.outcome.done for part in step.with_id(new_id).parts())


def _looked_at(step: Swap, run: ImageRunning, new_id: str) -> tuple[Image, Image | None]:
    """Both images as they are now. Raises ApsaraStackError if one has changed since the plan."""
    old_id = None if step.old is None else step.old.image["image_id"]
    ids = [new_id] if old_id is None else [new_id, old_id]
    found: dict[str, Image] = {}

    def look() -> t.Iterable[Image]:
        found.update(run.images.by_ids(ids))
        return found.values()

    new = run.seen_image(new_id, look, waiter.VANISHED_AFTER)
    old = None if old_id is None else found.get(old_id)
    if new is None:
        if old is not None:
            run.outcome.know_image(old)
        raise obstacles.replacement_vanished(new_id, old)
    verifying.judge_replacement(step, new, is_complete=old is None)
    if step.old is not None and old is not None and old["image_name"] != step.replaced_name:
        verifying.judge_unchanged(step.old, old)
    named = run.images.by_name(step.new.image_name)
    strangers = _strangers(step, new_id, named)
    if strangers:
        raise obstacles.name_was_taken(new, strangers)
    again = next((one for one in named if one["image_id"] == old_id), None)
    if step.old is not None and again is not None:
        verifying.judge_unchanged(step.old, again)
    return new, old


def _strangers(step: Swap, new_id: str, named: t.Iterable[Image]) -> list[Image]:
    """The usable images of the name except the two of the swap."""
    own = (new_id, None if step.old is None else step.old.image["image_id"])
    return [image for image in verifying.usable(named) if image["image_id"] not in own]


def _take_name(step: Swap, run: ImageRunning, new: Image, old: Image | None) -> bool:
    """Gives the new image the name. Returns whether the old image was renamed first because names must be unique.

    Neither the deadline nor a signal separates the two calls, since the second one completes the first.
    """
    new_id, name = new["image_id"], step.new.image_name
    if new["image_name"] == name:
        return False
    with _uncut(run):
        try:
            _rename(run, new_id, name)
        except ServiceError as error:
            if error.code != _DUPLICATED or old is None or old["image_name"] != name:
                raise
        else:
            return False
        renamed, renamed_old = Modify(new_id, name), Modify(old["image_id"], step.replaced_name)
        try:
            _rename_old(step, run, str(step.replaced_name))
            _rename(run, new_id, name)
        except ApsaraStackError as error:
            if renamed_old not in run.outcome.perhaps_done:
                # The old image still has the name, or somebody has deleted it.
                raise
            if _gives_back(step, run, new_id, error):
                run.outcome.did_not(renamed)
                raise
            # Its answer was lost, but the new image has the name.
            run.outcome.settle(renamed, is_certain=True)
    return True


def _rename(run: ImageRunning, image_id: str, name: str | None) -> None:
    """Renames the image, and records it in the outcome."""
    part = Modify(image_id, name)
    try:
        run.images.modify(image_id, name, None)
    except ApsaraStackError as error:
        if may_be_done(error):
            run.outcome.did(part, is_certain=False)
        raise
    run.outcome.did(part)


@contextlib.contextmanager
def _uncut(run: ImageRunning) -> t.Iterator[None]:
    """Within the context, neither the deadline nor a signal separates calls; a signal only limits their remaining
    time."""
    shorten = functools.partial(run.deadline.shorten, RESERVED_SECONDS)
    with interruption.deferred(shorten), run.deadline.reserved(RESERVED_SECONDS):
        yield


def _undo(step: Swap, run: ImageRunning, new_id: str, why: ApsaraStackError) -> None:
    """Rolls the swap back: the old image gets the name back, unless somebody has deleted it meanwhile."""
    with _uncut(run):
        if step.old is None or not run.images.by_ids([step.old.image["image_id"]]):
            return
        if not _gives_back(step, run, new_id, why):
            _rename(run, new_id, step.made["image_name"])
            _gives_back(step, run, new_id, why)


def _gives_back(step: Swap, run: ImageRunning, new_id: str, why: ApsaraStackError) -> bool:
    """Whether the old image has the name again; False if the new one has it."""
    try:
        _rename_old(step, run, step.new.image_name)
    except ApsaraStackError as error:
        if isinstance(error, ServiceError) and error.code == _DUPLICATED:
            return False
        raise obstacles.no_image_has_the_name(step, new_id, why) from error
    run.outcome.remarks.append(obstacles.name_given_back(step))
    return True


def _rename_old(step: Swap, run: ImageRunning, name: str) -> None:
    old = step.old
    if old is None:
        return
    try:
        _rename(run, old.image["image_id"], name)
    except ServiceError as error:
        if error.code != "InvalidImageId.NotFound":
            raise


def _confirmed(step: Swap, run: ImageRunning, new_id: str) -> tuple[Image, ...]:
    """The images of the name, including the new one, since a successful answer proves nothing."""
    named: tuple[Image, ...] = ()

    def look() -> t.Iterable[Image]:
        nonlocal named
        named = run.images.by_name(step.new.image_name)
        return named

    started = run.deadline.elapsed()
    found = run.seen_image(new_id, look, LONGEST_LAG)
    if found is None and _strangers(step, new_id, named):
        raise obstacles.name_was_taken({**step.made, "image_id": new_id}, _strangers(step, new_id, named))
    if found is None:
        run.outcome.settle(Modify(new_id, step.new.image_name), is_certain=False)
    if found is None and run.deadline.elapsed() - started < LONGEST_LAG:
        raise obstacles.rename_not_shown_yet(step, new_id, run.deadline.seconds)
    if found is None:
        raise obstacles.rename_was_ignored(new_id, step.new.image_name)
    run.outcome.know_image(found)
    if step.old is not None and any(one["image_id"] == step.old.image["image_id"] for one in named):
        verifying.judge_replacement(step, found, is_complete=False)
    # Otherwise the old image has lost the name, and another run may finish the same replacement with other tags.
    verifying.judge_usable(found)
    strangers = _strangers(step, new_id, named)
    if strangers:
        if not any(is_usable(one) for one in named if one["image_id"] != new_id):
            # The other one is still being created, which may fail.
            raise obstacles.also_named(step.new.image_name, new_id, strangers)
        # Another task has given another image the name at the same moment: the later of the two tasks notices it here
        # and gives way.
        _rename(run, new_id, step.made["image_name"])
        raise obstacles.name_was_taken({**step.made, "image_id": new_id}, strangers)
    return named
