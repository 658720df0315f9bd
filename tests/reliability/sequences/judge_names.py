# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invariant 3: one image for each desired one, and nothing else that the module created is left over."""

from __future__ import annotations

import math
import typing as t

from .findings import KILLED_IN_LAG, LAST_ROUND_TRIP, OVERTAKEN, SIMULTANEOUS, UNMARKED, Finding, Findings
from .history import Change, History, is_after, is_rename, named, replaced_by
from .play import COLLEAGUE, Call, Played

if t.TYPE_CHECKING:
    from .cloud import Truth


def findings(history: History) -> Findings:
    for call in history.writes:
        if call.actor == COLLEAGUE or call.before == call.after:
            continue
        if call.action == "CreateImage":
            yield from _made_twice(history, call)
        elif is_rename(call):
            yield from _renamed_twice(history, call)
    yield from _rubbish(history)


def _others(call: Call, name: str, image_id: str) -> list[Truth]:
    return [one for one in named(call.after or {}, name) if one.image_id != image_id and not one.is_lost(call.time)]


def _made_twice(history: History, call: Call) -> Findings:
    made = (call.after or {}).keys() - (call.before or {}).keys()
    name = call.form.get("ImageName", "")
    for image_id in made:
        for other in _others(call, name, image_id):
            text = f"image {image_id} {name!r} is created although image {other.image_id} has the name"
            excuse = _excuse(history, history.runs[call.actor], call, other)
            yield Finding(3, "twice", call.time, call.actor, text, excuse)


def _excuse(history: History, run: Played, call: Call, other: Truth) -> str:
    """Whether the run could not know the other image when it looked up the name right before."""
    given = history.named_by(other.image_id, call.number)
    looks = history.looks_for(other.name, call.actor, call.number)
    if given is None or given.actor == call.actor or not history.is_unseen(given, looks, call):
        return ""
    return _excuse_of_maker(history, run, given)


def is_made_at_once(history: History, given: Change, first: Played) -> bool:
    """Whether it was created by a run that read the list before it could show the image of the first run."""
    if given.field != "made" or given.actor not in history.runs:
        return False
    call = history.record.calls[given.number]
    firsts = [one for one in _others(call, first.name, given.image_id) if history.maker(one.image_id) == first.run.name]
    return any(_excuse(history, history.runs[given.actor], call, one) == SIMULTANEOUS for one in firsts)


def _excuse_of_maker(history: History, run: Played, given: Change) -> str:
    maker = history.runs.get(given.actor)
    if maker is None or maker.stopped > run.started:
        return SIMULTANEOUS
    # A run that succeeds has read the list until it showed its image.
    has_seen_it = any(given.image_id in look.listed for look in history.looks(given.actor, given.image_id, math.inf))
    return KILLED_IN_LAG if has_seen_it or not maker.is_ok else ""


def _renamed_twice(history: History, call: Call) -> Findings:
    image_id, name = call.image_id, call.form["ImageName"]
    before = (call.before or {}).get(image_id)
    run = history.runs[call.actor]
    # Several images may have a temporary name for a while: no task names it.
    if name != run.name or before is None or before.name == name:
        return
    for other in _others(call, name, image_id):
        if other.image_id in history.replaced_by(image_id) and "image_id" not in run.options:
            # A replacement image gets the name before the replaced image is renamed.
            continue
        given = history.named_by(other.image_id, call.number)
        decision = history.decision(call)
        looks = history.looks_for(name, call.actor, decision.number)
        is_late = given is not None and history.is_unseen(given, looks, decision)
        text = f"image {image_id} is renamed to {name!r}, which image {other.image_id} has that name already"
        yield Finding(3, "renamed", call.time, call.actor, text, LAST_ROUND_TRIP if is_late else "")


def _rubbish(history: History) -> Findings:
    """After a successful run of the task that created them, no image has a temporary name."""
    record = history.record
    final = history.runs.get("Z")
    if final is None or not final.is_ok:
        return
    for image in record.last.values():
        given = history.named_by(image.image_id)
        if given is None or not history.has_temporary_name(image, final.name):
            continue
        namer = history.runs[given.actor]
        is_kept = image.used or image.shared or _is_changed(history, image, namer)
        if _same_task(namer, final) and not is_kept:
            text = f"image {image.image_id} {image.name!r} is left over"
            yield Finding(3, "left over", record.end, "Z", text, _excuse_of_rubbish(history, image, given, namer))


def _is_changed(history: History, image: Truth, namer: Played) -> bool:
    """Whether a colleague has changed it, or anybody while it had the name: then it is kept. Another run of the task
    may change it while it has a temporary name."""
    return any(
        one.actor == COLLEAGUE or (one.old is not None and one.old.name == namer.name)
        for one in history.of(image.image_id, "tags", "description", "deprecated", by_others_than=namer.run.name)
    )


def _excuse_of_rubbish(history: History, image: Truth, given: Change, namer: Played) -> str:
    """The run has failed and reported it, and a later run cannot know it or has no reason to look for it."""
    if namer.is_ok or (namer.ending is not None and image.image_id not in namer.ending.text()):
        return ""
    if "CreateImage.Tag" in history.site.ignores and not replaced_by(image):
        return UNMARKED
    return OVERTAKEN if any(_overtakes(history, one, image, namer) for one in history.changes) else ""


def _overtakes(history: History, change: Change, image: Truth, namer: Played) -> bool:
    """Whether somebody else has deleted, renamed or deprecated one of the two images of the replacement, has
    overwritten its mark, or has given its name to another image."""
    looks = history.looks_for(namer.name, namer.run.name, math.inf)
    is_unknown = bool(looks) and is_after(change, looks[0])
    if change.actor == namer.run.name or change.actor in ("Y", "Z") or not is_unknown:
        return False
    if change.field in ("made", "name") and change.value == namer.name:
        return True
    is_retagged = change.field == "mark" and change.actor == COLLEAGUE
    if change.field not in ("gone", "name", "deprecated") and not is_retagged:
        return False
    pair = history.replaced_by(image.image_id) | history.replaced_by(change.image_id)
    return bool(pair & {image.image_id, change.image_id})


def _same_task(one: Played, other: Played) -> bool:
    own = {key: value for key, value in one.options.items() if key not in ("wait", "wait_timeout")}
    return own == {key: value for key, value in other.options.items() if key not in ("wait", "wait_timeout")}
