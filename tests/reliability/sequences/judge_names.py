# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invariant 3: one image for each desired one, and nothing else of the module's making when all is done."""

from __future__ import annotations

import typing as t

from .findings import KILLED_IN_LAG, LAST_ROUND_TRIP, SIMULTANEOUS, Finding, Findings
from .history import Change, History, named
from .play import COLLEAGUE, Call, Played

if t.TYPE_CHECKING:
    from .cloud import Truth


def findings(history: History) -> Findings:
    for call in history.writes:
        if call.actor == COLLEAGUE or call.before == call.after:
            continue
        if call.action == "CreateImage":
            yield from _made_twice(history, call)
        elif call.action == "ModifyImageAttribute":
            yield from _renamed_twice(history, call)
    yield from _rubbish(history)


def _others(call: Call, name: str, image_id: str) -> list[Truth]:
    return [one for one in named(call.after or {}, name) if one.image_id != image_id and not one.is_lost(call.time)]


def _made_twice(history: History, call: Call) -> Findings:
    made = _new(call)
    name = call.form.get("ImageName", "")
    for image_id in made:
        for other in _others(call, name, image_id):
            text = f"image {image_id} {name!r} is made although image {other.image_id} has the name"
            excuse = _excuse(history, history.runs[call.actor], call, other)
            yield Finding(3, "twice", call.time, call.actor, text, excuse)


def _excuse(history: History, run: Played, call: Call, other: Truth) -> str:
    """Whether the run could not know of the other one when it looked for the last time."""
    looks = history.looks_for(other.name, call)
    given = [one for one in history.of(other.image_id, "name", "made") if one.number < call.number][-1:]
    if not looks or not given or given[0].time <= looks[-1].moment:
        return ""
    return _excuse_of_maker(history, run, given[0])


def _excuse_of_maker(history: History, run: Played, given: Change) -> str:
    if given.actor == COLLEAGUE or given.actor == run.run.name:
        return SIMULTANEOUS
    maker = history.runs[given.actor]
    if maker.was_killed or (maker.ended is not None and maker.ended - given.time < history.site.lag):
        return KILLED_IN_LAG
    return SIMULTANEOUS if maker.ended is None or maker.ended > run.started else ""


def _renamed_twice(history: History, call: Call) -> Findings:
    image_id, name = call.image_id, call.form.get("ImageName")
    before = (call.before or {}).get(image_id)
    run = history.runs[call.actor]
    # Of a temporary name there may be several for a while: no task asks for it.
    if name != run.name or before is None or before.name == name:
        return
    for other in _others(call, name, image_id):
        if _is_pair(history, run, call, image_id, other):
            continue
        given = [one for one in history.of(other.image_id, "name", "made") if one.number < call.number][-1:]
        is_late = bool(given) and call.time - given[0].time <= history.window + history.site.lag
        text = f"image {image_id} is renamed to {name!r}, which image {other.image_id} is called already"
        yield Finding(3, "renamed", call.time, call.actor, text, LAST_ROUND_TRIP if is_late else "")


def _is_pair(history: History, run: Played, call: Call, image_id: str, other: Truth) -> bool:
    """A replacement takes the name before the image that it replaces gives it up: its tag says which one that is."""
    image = (call.after or {})[image_id]
    return any(other.image_id in value for _key, value in image.tags) and "image_id" not in run.options


def _rubbish(history: History) -> Findings:
    """When a run of the task that made them has succeeded, nothing is left under a temporary name."""
    record = history.record
    final = history.runs.get("Z")
    if final is None or not final.is_ok:
        return
    for image in record.last.values():
        if not history.has_temporary_name(image, final.name):
            continue
        if not _same_task(history.runs[history.of(image.image_id, "name", "made")[-1].actor], final):
            continue
        # What others have changed is kept for them.
        namer = history.of(image.image_id, "name", "made")[-1].actor
        changed = history.of(image.image_id, "tags", "description", "deprecated", by_others_than=namer)
        if not image.used and not image.shared and not changed:
            text = f"image {image.image_id} {image.name!r} is left over"
            yield Finding(3, "left over", record.end, "Z", text, _excuse_of_rubbish(history, image))


def _excuse_of_rubbish(history: History, image: Truth) -> str:
    """The run has failed, and has named it, since others came in between: no later run knows for what it was made."""
    run = history.runs[history.of(image.image_id, "name", "made")[-1].actor]
    if run.is_ok or (run.ending is not None and image.image_id not in run.ending.text()):
        return ""
    end = history.record.end if run.ended is None else run.ended
    others = [one for one in history.changes if one.actor != run.run.name and run.started <= one.time <= end]
    made = [one for one in history.writes if image.image_id in _new(one)]
    raced = any(one.excuse for call in made if call.actor != COLLEAGUE for one in _made_twice(history, call))
    if raced or any(
        one.field == "gone" or one.actor == COLLEAGUE or one.value in (run.name, image.name) for one in others
    ):
        return KILLED_IN_LAG if run.was_killed else SIMULTANEOUS
    return ""


def _new(call: Call) -> set[str]:
    return (call.after or {}).keys() - (call.before or {}).keys()


def _same_task(one: Played, other: Played) -> bool:
    own = {key: value for key, value in one.options.items() if key not in ("wait", "wait_timeout")}
    return own == {key: value for key, value in other.options.items() if key not in ("wait", "wait_timeout")}
