# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invariants 1 and 2: only named images are touched, and a usable image stays until it is replaced."""

from __future__ import annotations

import itertools
import math
import typing as t

from .adapter import TEMPORARY_NAMES
from .findings import KILLED_IN_SWAP, LAST_ROUND_TRIP, SIMULTANEOUS, Finding, Findings
from .history import Change, History, is_after, is_rename, named, usable
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


# --- 1: only named images --------------------------------------------------------------------------------------------


def _touched(history: History, run: Played, call: Call, image: Truth) -> Findings:
    name, image_id = run.name, image.image_id
    is_named = image.name == name or image_id == run.options.get("image_id") or _is_replacement(history, run, image)
    if is_named or history.has_temporary_name(image, name, call.number):
        return
    if call.action not in _TAKING and (history.maker(image_id) == call.actor or _is_unmarking(history, call)):
        return
    renamed = [one for one in history.of(image_id, "name", by_others_than=call.actor) if one.number < call.number]
    is_late = bool(renamed) and _is_late(history, renamed[-1], call)
    text = f"{call.action} of image {image_id} {image.name!r}, which the task does not name"
    yield Finding(1, "touched", call.time, call.actor, text, LAST_ROUND_TRIP if is_late else "")


def _is_unmarking(history: History, call: Call) -> bool:
    """The mark belongs to the module, so that changing it does not affect other users of the image."""
    return all(one.field == "mark" for one in history.changes if one.number == call.number)


def _is_replacement(history: History, run: Played, image: Truth) -> bool:
    """Whether a run created the image for this name, and it has a temporary name, whoever gave it back."""
    maker = history.runs.get(history.maker(image.image_id))
    return image.name in TEMPORARY_NAMES and maker is not None and maker.name == run.name


def _snapshot(history: History, run: Played, call: Call) -> Findings:
    """Only snapshots that the cloud created for an image; the user's own are recognized by their id."""
    snapshot_id = call.form.get("SnapshotId", "")
    if call.outcome:
        return
    if not run.options.get("delete_snapshots") or snapshot_id in USERS_OWN:
        text = f"snapshot {snapshot_id} of the user is deleted"
        yield Finding(1, "snapshot", call.time, call.actor, text)


def _old_facts(history: History, run: Played, call: Call, image: Truth) -> Findings:
    """A deletion, or the loss of the name, of an image that others have changed since the run first saw it."""
    image_id = image.image_id
    is_taken = call.action == "DeleteImage" or (_loses_name(run, call) and not _is_undone(history, call, image))
    looks = history.looks(call.actor, image_id, call.number)
    if not is_taken:
        return
    for change in _changed_since(history, run, call, looks)[:1]:
        text = (
            f"{call.action} of image {image_id}, whose {change.field} was changed by {change.actor} "
            f"at {change.time:.2f} s, after the run had seen it"
        )
        excuse = LAST_ROUND_TRIP if _is_late(history, change, call) else ""
        yield Finding(1, "old facts", call.time, call.actor, text, excuse)


def _changed_since(history: History, run: Played, call: Call, looks: t.Sequence[Call]) -> list[Change]:
    """What others have changed in the image since the run first read it, or since the run began."""
    changed = [
        one
        for one in history.of(call.image_id, by_others_than=call.actor)
        if one.field not in ("made", "mark") and one.number < call.number
        if not history.is_retirement(one, run.name) and not (one.field == "used" and run.options.get("force"))
    ]
    if not looks:
        return [one for one in changed if one.time > run.started]
    first = looks[0]
    return [one for one in changed if is_after(one, first) and not history.is_undone(one, first, call.number)]


def _loses_name(run: Played, call: Call) -> bool:
    if not is_rename(call) or "image_id" in run.options:
        return False
    had = call.image_id in _named(call.before, run.name)
    return had and call.image_id not in _named(call.after, run.name)


def _is_undone(history: History, call: Call, image: Truth) -> bool:
    """Whether the run takes back a name that it gave itself, so that the image has its previous name again."""
    given = history.named_by(image.image_id, call.number)
    return (
        given is not None
        and given.actor == call.actor
        and given.old is not None
        and given.old.name == call.form["ImageName"]
    )


def _is_late(history: History, change: Change, call: Call) -> bool:
    """Whether the change came too late for this write, or for a rename by a run that hid it from all later reads."""
    following = [
        one
        for one in history.writes
        if one.actor != COLLEAGUE and one.image_id == call.image_id and change.number < one.number <= call.number
    ]
    hides = change.field == "name" and is_rename(following[0])
    write = history.decision(following[0] if hides else call)
    looks = history.looks(write.actor, call.image_id, write.number)
    # A list by name that follows is read for the other image of a replacement.
    by_id = [look for look in looks if "ImageId" in look.form]
    return history.is_unseen(change, by_id or looks, write)


def _named(state: State | None, name: str) -> set[str]:
    return {image.image_id for image in (state or {}).values() if image.name == name}


# --- 2: a usable image stays -----------------------------------------------------------------------------------------


def _taken_away(history: History, run: Played, call: Call, image: Truth) -> Findings:
    if run.options.get("state") == "absent" or "image_id" in run.options or not run.name:
        return
    time, name = call.time, run.name
    before, after = call.before or {}, call.after or {}
    if usable(after, name, time):
        return
    if call.action == "DeleteImage" and image.is_usable(time):
        text = f"usable image {image.image_id} {image.name!r} is deleted, and no usable image {name!r} is left over"
        excuse = LAST_ROUND_TRIP if _went_just_now(history, call, (name,)) else ""
        yield Finding(2, "lost", time, call.actor, text, excuse)
    elif call.action == "ModifyImageAttribute" and usable(before, name, time):
        yield from _nameless(history, run, call)


def _went_just_now(history: History, call: Call, names: t.Container[str], until: float = 0) -> bool:
    """Whether another usable image had, or was about to get, the name when the run last read it after its own writes,
    and a colleague, or a task that may do so, has taken it away since: no two replacements lose an image together.

    ``until``: only calls before this number count.
    """
    for change in history.changes:
        old = change.old
        if (
            old is not None
            and change.field in ("gone", "name", "deprecated")
            and _may_take_away(history, change.actor)
            and change.actor != call.actor
            and change.number < max(call.number, until)
            and change.image_id != call.image_id
            and old.name in names
            and old.is_usable(change.time)
            and history.is_unseen(change, history.looks(call.actor, change.image_id, call.number), call)
        ):
            return True
    return False


def _may_take_away(history: History, actor: str) -> bool:
    run = history.runs.get(actor)
    return run is None or run.options.get("state") == "absent" or "image_id" in run.options


def _nameless(history: History, run: Played, call: Call) -> Findings:
    time, name, unique = call.time, run.name, history.site.unique_names
    text = f"no usable image {name!r} is left by the renaming of {call.image_id}"
    rest = _rest_of_swap(history, call)
    restored = next((one for one in rest if usable(one.after or {}, name, one.time)), None)
    if restored is None:
        yield Finding(
            2,
            "nameless",
            time,
            call.actor,
            f"{text}, and this remains so after the swap",
            _excuse_of_gap(history, run, call, rest),
        )
    elif not unique:
        yield Finding(2, "gap", time, call.actor, f"{text} for {restored.time - time:.2f} s")


def _rest_of_swap(history: History, call: Call) -> list[Call]:
    """The renames that follow immediately: nothing comes between the two renames of a swap."""
    following = [one for one in history.record.of(call.actor) if one.number > call.number]
    return list(itertools.takewhile(is_rename, following))


def _excuse_of_gap(history: History, run: Played, call: Call, rest: t.Sequence[Call]) -> str:
    last = rest[-1].number if rest else call.number
    is_its_last = history.record.of(call.actor)[-1].number == last
    if run.was_killed and is_its_last and history.site.unique_names:
        return KILLED_IN_SWAP
    if _went_just_now(history, call, (run.name, *TEMPORARY_NAMES), last):
        return LAST_ROUND_TRIP
    # Elsewhere, a usable image keeps the name, although one that is still being created has it as well.
    return SIMULTANEOUS if history.site.unique_names and _is_made_meanwhile(history, run, last) else ""


def _is_made_meanwhile(history: History, run: Played, last: int) -> bool:
    """Whether somebody else has begun to create an image of the name that the run did not see before the swap."""
    looks = history.looks_for(run.name, run.run.name, math.inf)
    made = [history.named_by(image.image_id) for image in named(history.state_before(last + 1), run.name)]
    return any(one is not None and one.actor != run.run.name and is_after(one, looks[0]) for one in made)


# Snapshots taken by the user: see `beginning`.
USERS_OWN = frozenset({"s-1", "s-2", "s-3", "s-of-web-2", "s-of-old-web", "s-of-web-old"})
