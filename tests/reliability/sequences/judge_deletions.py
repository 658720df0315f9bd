# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invariants 1 and 2: only what is named is touched, and what is usable stays until something takes its place."""

from __future__ import annotations

import typing as t

from .adapter import TEMPORARY_NAMES
from .findings import KILLED_IN_SWAP, LAST_ROUND_TRIP, SIMULTANEOUS, Finding, Findings
from .history import Change, History, is_after, usable
from .play import COLLEAGUE, Call, Played

if t.TYPE_CHECKING:
    from .cloud import State, Truth

_TAKING = ("DeleteImage", "ModifyImageAttribute", "ModifyImageSharePermission")


def findings(history: History) -> Findings:
    for call in history.writes:
        if call.actor == COLLEAGUE or (call.before == call.after and call.action != "DeleteSnapshot"):
            continue
        run = history.runs[call.actor]
        image = (call.before or {}).get(call.image_id)
        if call.action == "DeleteSnapshot":
            yield from _snapshot(history, run, call)
        elif image is not None:
            yield from _touched(history, run, call, image)
            yield from _old_facts(history, run, call, image)
            yield from _taken_away(history, run, call, image)


# --- 1: only what is named -------------------------------------------------------------------------------------------


def _touched(history: History, run: Played, call: Call, image: Truth) -> Findings:
    name, image_id = run.name, image.image_id
    is_named = image.name == name or image_id == run.options.get("image_id") or _is_replacement(history, run, image)
    if is_named or history.maker(image_id) == call.actor or history.has_temporary_name(image, name, call.number):
        return
    renamed = [one for one in history.of(image_id, "name", by_others_than=call.actor) if one.number < call.number]
    is_late = bool(renamed) and history.is_late(renamed[-1], call)
    text = f"{call.action} of image {image_id} {image.name!r}, which the task does not name"
    yield Finding(1, "touched", call.time, call.actor, text, LAST_ROUND_TRIP if is_late else "")


def _is_replacement(history: History, run: Played, image: Truth) -> bool:
    """A run has made it for this name, and it bears a temporary one, whoever has given that back to it."""
    maker = history.runs.get(history.maker(image.image_id))
    return image.name in TEMPORARY_NAMES and maker is not None and maker.name == run.name


def _snapshot(history: History, run: Played, call: Call) -> Findings:
    """Only those that the cloud has made for an image; the user's own are recognized by their id."""
    snapshot_id = call.form.get("SnapshotId", "")
    if call.outcome:
        return
    if not run.options.get("delete_snapshots") or snapshot_id in USERS_OWN:
        text = f"snapshot {snapshot_id} of the user is deleted"
        yield Finding(1, "snapshot", call.time, call.actor, text)


def _old_facts(history: History, run: Played, call: Call, image: Truth) -> Findings:
    """A deletion, or the loss of the name, of an image that others have changed since the run first saw it."""
    image_id = image.image_id
    is_rename = call.action == "ModifyImageAttribute" and image.name == run.name and "image_id" not in run.options
    is_taken = call.action == "DeleteImage" or (is_rename and image_id not in _named(call.after, run.name))
    looks = history.looks(call)
    if not is_taken or not looks:
        return
    changed = [
        one
        for one in history.of(image_id, by_others_than=call.actor)
        if one.field not in ("made", "mark") and is_after(one, looks[0]) and one.number < call.number
        if not history.is_retirement(one, run.name) and not history.is_undone(one, looks[0])
    ]
    for change in changed[:1]:
        text = (
            f"{call.action} of image {image_id}, whose {change.field} was changed by {change.actor} "
            f"at {change.time:.2f} s, after the run had seen it"
        )
        excuse = LAST_ROUND_TRIP if _is_late(history, change, call) else ""
        yield Finding(1, "old facts", call.time, call.actor, text, excuse)


def _is_late(history: History, change: Change, call: Call) -> bool:
    """Too late for this write, or for a renaming by the same run that has hidden the change from its later looks."""
    own = [
        one
        for one in history.writes
        if one.actor == call.actor and one.image_id == call.image_id and change.number < one.number <= call.number
    ]
    hides = change.field == "name" and own[0].action == "ModifyImageAttribute"
    return history.is_late(change, own[0] if hides else call)


def _named(state: State | None, name: str) -> set[str]:
    return {image.image_id for image in (state or {}).values() if image.name == name}


# --- 2: once there was a usable one, there is one --------------------------------------------------------------------


def _taken_away(history: History, run: Played, call: Call, image: Truth) -> Findings:
    if run.options.get("state") == "absent" or "image_id" in run.options or not run.name:
        return
    time, name = call.time, run.name
    before, after = call.before or {}, call.after or {}
    if usable(after, name, time):
        return
    if call.action == "DeleteImage" and image.is_usable(time):
        text = f"usable image {image.image_id} {image.name!r} is deleted, and no usable image {name!r} is left"
        excuse = LAST_ROUND_TRIP if _went_just_now(history, call, image) else ""
        yield Finding(2, "lost", time, call.actor, text, excuse)
    elif call.action == "ModifyImageAttribute" and usable(before, name, time):
        yield from _nameless(history, run, call)


def _went_just_now(history: History, call: Call, image: Truth) -> bool:
    """Whether another one was usable under the name when the run looked for the last time, after all that it wrote
    before, and somebody else has taken it away since."""
    name = history.runs[call.actor].name
    written = [one.number for one in history.writes if one.actor == call.actor and one.number < call.number]
    looks = [
        look
        for look in history.record.of(call.actor)
        if look.listed and max(written, default=-1) < look.number < call.number
        if call.time - look.time <= history.window
    ]
    for taken in (one for one in history.writes if one.actor != call.actor and one.number < call.number):
        others = {one.image_id for one in usable(taken.before or {}, name, taken.time)} - {image.image_id}
        left = {one.image_id for one in usable(taken.after or {}, name, taken.time)}
        if any((others - left) & set(look.listed) and taken.time > look.moment for look in looks):
            return True
    return False


def _nameless(history: History, run: Played, call: Call) -> Findings:
    time, name, unique = call.time, run.name, history.site.unique_names
    text = f"no usable image {name!r} is left by the renaming of {call.image_id}"
    following = [one for one in history.writes if one.actor == call.actor and one.number > call.number]
    restored = next((one for one in following if usable(one.after or {}, name, one.time)), None)
    if restored is None:
        excuse = KILLED_IN_SWAP if run.was_killed and unique else ""
        if _went_just_now(history, call, (call.before or {})[call.image_id]):
            excuse = LAST_ROUND_TRIP
        if any(one.actor != call.actor and one.field == "made" and one.value == name for one in _during(history, run)):
            excuse = SIMULTANEOUS
        yield Finding(2, "nameless", time, call.actor, f"{text}, and stays so when the run ends", excuse)
    elif not unique:
        yield Finding(2, "gap", time, call.actor, f"{text} for {restored.time - time:.2f} s")


def _during(history: History, run: Played) -> list[Change]:
    return [one for one in history.changes if run.started <= one.time <= (run.ended or run.started)]


# Snapshots that the user has taken: see `beginning`.
USERS_OWN = frozenset({"s-1", "s-2", "s-3", "s-of-web-2", "s-of-old-web", "s-of-web-old"})
