# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swap of names: two calls that belong together, so that no clock and no signal comes between them."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils import interruption, obstacles, verifying, waiter
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import ApsaraStackError, ServiceError

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils.running import Running
    from ansible_collections.apsarastack.cloud.plugins.module_utils.steps import Swap

# Seconds. Three calls of a slow site take that long: with less time left the swap is not begun.
NEEDED_SECONDS = 5.0
# Once it is begun it is not cut short: what the two halves and their confirmation get beyond the deadline.
RESERVED_SECONDS = 30.0
# A list may come from a replica that has not heard of the new name yet.
CONFIRMATION_SECONDS = 15.0

_DUPLICATED = "InvalidImageName.Duplicated"


def swap(step: Swap, run: Running) -> bool:
    """Give the replacement image the name. Returns whether anything had to be done.

    Where names need not be unique the new image takes the name first, so that there is always one that has it. Raises
    ApsaraStackError, with the old image under the name, wherever the cloud allows that.
    """
    new_id = run.id_of(step.new.image_id)
    new, old = _looked_at(step, run, new_id)
    if new["image_name"] == step.new.image_name and (old is None or old["image_name"] != step.new.image_name):
        # Another run has finished the same replacement meanwhile.
        run.outcome.know(new)
        return False
    if run.deadline.remaining() < NEEDED_SECONDS:
        raise obstacles.no_time_for_the_swap(step, new, old, run.deadline.seconds)
    try:
        with interruption.deferred(), run.deadline.reserved(RESERVED_SECONDS):
            _swap_names(step, run, new, old)
    except interruption.InterruptedTaskError:
        # It has waited until all was done.
        run.outcome.done.append(step)
        raise
    return True


def _looked_at(step: Swap, run: Running, new_id: str) -> tuple[Image, Image | None]:
    """Both images as they are now. Raises ApsaraStackError where one is not what the plan saw."""
    old_id = None if step.old is None else str(step.old.image["image_id"])
    ids = [new_id] if old_id is None else [new_id, old_id]
    found: dict[str, Image] = {}

    def look() -> t.Iterable[Image]:
        found.update(run.images.by_ids(ids))
        return found.values()

    new = run.seen(new_id, look, waiter.VANISHED_AFTER)
    old = None if old_id is None else found.get(old_id)
    if new is None:
        raise obstacles.replacement_vanished(new_id, old)
    verifying.judge_replacement(step, new, is_complete=old is None)
    if step.old is not None and old is not None and old["image_name"] == step.new.image_name:
        verifying.judge_unchanged(step.old, old)
    strangers = _strangers(step, new_id, run.images.by_name(step.new.image_name))
    if strangers:
        raise obstacles.name_was_taken(new, strangers)
    return new, old


def _strangers(step: Swap, new_id: str, named: t.Iterable[Image]) -> list[Image]:
    """The usable images of the name that are none of the two of the swap."""
    own = (new_id, None if step.old is None else step.old.image["image_id"])
    return [image for image in verifying.usable(named) if image["image_id"] not in own]


def _swap_names(step: Swap, run: Running, new: Image, old: Image | None) -> None:
    new_id, name = str(new["image_id"]), step.new.image_name
    has_old_name = old is not None and old["image_name"] == name
    try:
        if new["image_name"] != name:
            run.images.modify(new_id, name, None)
    except ServiceError as error:
        if error.code != _DUPLICATED or not has_old_name:
            raise
        _swap_old_first(step, run, new_id)
        return
    _confirm(step, run, new_id)
    if has_old_name:
        _rename_old(step, run, str(step.retired_name))


def _swap_old_first(step: Swap, run: Running, new_id: str) -> None:
    """Where names are unique the old image gives the name up first, and gets it back when the new one is refused."""
    _rename_old(step, run, str(step.retired_name))
    try:
        run.images.modify(new_id, step.new.image_name, None)
        _confirm(step, run, new_id)
    except ApsaraStackError as error:
        _undo(step, run, new_id, error)
        raise


def _undo(step: Swap, run: Running, new_id: str, why: ApsaraStackError) -> None:
    try:
        _rename_old(step, run, step.new.image_name)
    except ApsaraStackError as error:
        if isinstance(error, ServiceError) and error.code == _DUPLICATED:
            # The new image has the name after all.
            raise why from error
        raise obstacles.nobody_has_the_name(step, new_id, why) from error


def _rename_old(step: Swap, run: Running, name: str) -> None:
    old = step.old
    if old is None:
        return
    try:
        run.images.modify(str(old.image["image_id"]), name, None)
    except ServiceError as error:
        if error.code != "InvalidImageId.NotFound":
            raise


def _confirm(step: Swap, run: Running, new_id: str) -> None:
    """Read the new image under the name: an answer that says success is no proof."""
    named: tuple[Image, ...] = ()

    def look() -> t.Iterable[Image]:
        nonlocal named
        named = run.images.by_name(step.new.image_name)
        return named

    found = run.seen(new_id, look, CONFIRMATION_SECONDS)
    if found is None:
        raise obstacles.rename_was_ignored(new_id, step.new.image_name)
    run.outcome.know(found)
    verifying.judge_replacement(step, found, is_complete=False)
    strangers = _strangers(step, new_id, named)
    if strangers:
        # Another task has given the name away in the same moment: the later of the two sees it here, and steps back.
        run.images.modify(new_id, step.made["image_name"], None)
        raise obstacles.name_was_taken(step.made, strangers)
