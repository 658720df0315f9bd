# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invariants 4 and 5: ok means the desired state, `changed: false` means no write, and a failure can be resolved."""

from __future__ import annotations

import math
import typing as t

from . import excuses, judge_names
from .adapter import MARK_KEY, RECENT
from .beginning import TAGS
from .findings import LAST_ROUND_TRIP, SIMULTANEOUS, Finding, Findings
from .history import Change, History, is_after, is_pair, may_replace, named

if t.TYPE_CHECKING:
    from .cloud import State, Truth
    from .play import Played


def findings(history: History) -> Findings:
    for run in history.record.runs:
        if run.ending is None or run.ended is None:
            continue
        yield from _unchanged(history, run)
        if run.is_ok:
            yield from _reached(history, run)
        else:
            yield from _names_what_exists(history, run)
    yield from _converges(history)


# --- 4 ---------------------------------------------------------------------------------------------------------------


def _unchanged(history: History, run: Played) -> Findings:
    mine = [call for call in history.writes if call.actor == run.run.name]
    written = [
        call for call in mine if call.before != call.after or (call.action == "DeleteSnapshot" and not call.outcome)
    ]
    if written and run.ending is not None and not run.ending.changed:
        text = f"the result says that nothing was changed, but {written[0].action} was carried out"
        yield Finding(4, "unchanged", run.ended or 0.0, run.run.name, text)


def _reached(history: History, run: Played) -> Findings:
    for problem in _missing(history, run, history.before_end(run), run.stopped):
        text = f"the run says ok, but {problem.text}"
        yield Finding(4, problem.kind, run.stopped, run.run.name, text, _excuse(history, run, problem))


class _Problem(t.NamedTuple):
    """``image_ids``: the images that are not in the desired state."""

    kind: str
    text: str
    image_ids: tuple[str, ...]


def _excuse(history: History, run: Played, problem: _Problem) -> str:
    if problem.kind == "several" and _shows_a_pair(history, run):
        return LAST_ROUND_TRIP
    if problem.kind == "not there" and _fails_unseen(history, run, problem.image_ids[0]):
        return LAST_ROUND_TRIP
    if problem.kind in ("several", "still there"):
        return _excuse_of_others(history, run, problem.image_ids)
    changed = [one for image_id in problem.image_ids for one in history.of(image_id, by_others_than=run.run.name)]
    if problem.kind != "outdated" and any(_is_unseen(history, run, one) for one in changed):
        return LAST_ROUND_TRIP
    return ""


def _fails_unseen(history: History, run: Played, image_id: str) -> bool:
    """Whether the last list that the run read, shortly before its end, could not show the failure of the creation."""
    looks = history.looks(run.run.name, image_id, math.inf)
    if not looks or run.stopped - looks[-1].time > history.window:
        return False
    shown = history.shown_by(looks[-1]).get(image_id)
    return shown is not None and not shown.is_lost(looks[-1].moment)


def _shows_a_pair(history: History, run: Played) -> bool:
    """Whether the last list that the run read, shortly before its end, shows an unfinished replacement, which a task
    like this one must not finish."""
    looks = history.looks_for(run.name, run.run.name, math.inf)
    if not looks or may_replace(run) or run.stopped - looks[-1].time > history.window:
        return False
    shown = named(history.shown_by(looks[-1]), run.name)
    return len(shown) > 1 and is_pair(shown)


def _is_unseen(history: History, run: Played, change: Change) -> bool:
    """Whether the change came after the last read of the image by the run, which was shortly before its end."""
    looks = history.looks(run.run.name, change.image_id, math.inf)
    is_recent = bool(looks) and run.stopped - looks[-1].time <= history.window
    return is_recent and change.number < run.number and is_after(change, looks[-1])


def _excuse_of_others(history: History, run: Played, image_ids: t.Iterable[str]) -> str:
    """Whether the others got the name after the run had looked it up: the first of several simultaneous creators need
    not notice the others; otherwise it happened right before its end."""
    looks = history.looks_for(run.name, run.run.name, math.inf)
    given = [history.named_by(image_id, run.number) for image_id in image_ids]
    if not looks or not all(one is not None and is_after(one, looks[-1]) for one in given):
        return ""
    if all(one is not None and judge_names.is_made_at_once(history, one, run) for one in given):
        return SIMULTANEOUS
    return LAST_ROUND_TRIP if run.stopped - looks[-1].time <= history.window else ""


def _missing(history: History, run: Played, state: State, time: float) -> t.Iterator[_Problem]:
    options = run.options
    if options.get("state") == "absent":
        image_id = options.get("image_id")
        left = [one for one in state.values() if one.image_id == image_id or (not image_id and one.name == run.name)]
        for one in left:
            yield _Problem("still there", f"image {one.image_id} {one.name!r} is there", (one.image_id,))
        return
    own_id = str(run.ending.result.get("image_id") if run.ending else "")
    image = state.get(own_id)
    if image is None or image.is_lost(time):
        yield _Problem("not there", "the image of the result does not exist", (own_id,))
        return
    others = [one for one in named(state, run.name) if one.image_id != own_id and not one.is_lost(time)]
    if not _is_one(run, image, others):
        text = f"{len(others)} other images are named {run.name!r}"
        yield _Problem("several", text, tuple(one.image_id for one in others))
    if not options.get("wait", True):
        # No more is guaranteed.
        return
    if not image.is_usable(time) and not image.deprecated:
        yield _Problem("not usable", f"image {own_id} is not usable", (own_id,))
    yield from (_Problem("differs", text, (own_id,)) for text in _differences(run, image))
    yield from (_Problem("not handed on", text, (own_id,)) for text in _of_replacement(history, run, image))
    yield from (_Problem("outdated", text, (own_id,)) for text in _outdated(history, run, image))


def _is_one(run: Played, image: Truth, others: t.Sequence[Truth]) -> bool:
    """One image, or an unfinished replacement with the image that it replaces, if the task must not finish it."""
    if not run.name or not others:
        return True
    return not may_replace(run) and is_pair((image, *others))


def _differences(run: Played, image: Truth) -> t.Iterator[str]:
    options = run.options
    wanted = {"name": run.name or image.name, "description": options.get("description", image.description)}
    for field, value in wanted.items():
        if getattr(image, field) != value:
            yield f"its {field} is {getattr(image, field)!r} and not {value!r}"
    tags = options.get("tags")
    if tags is not None and not set(tags.items()) <= set(image.tags):
        yield f"its tags are {dict(image.tags)} and not {tags}"
    snapshot_id = options.get("snapshot_id")
    if snapshot_id is not None and image.snapshots != (snapshot_id,):
        yield f"it was created from {image.snapshots} and not from {snapshot_id}"


def _of_replacement(history: History, run: Played, image: Truth) -> t.Iterator[str]:
    """The properties of a new image, from the task or from the image that it replaces."""
    options, result = run.options, run.ending.result if run.ending is not None else {}
    maker = history.runs.get(history.maker(image.image_id))
    # A task that must not replace the image can only warn.
    if maker is run or (maker is not None and options.get("recreate", "never") != "never"):
        for field, value in _labels(run).items():
            # A release that does not report the field proves nothing.
            if value is not None and getattr(image, field) not in ("", value):
                yield f"its {field} is {getattr(image, field)!r} and not {value!r}"
    makers = ("" if maker is None else maker.run.name, run.run.name)
    is_own = all(one.actor in makers for one in history.of(image.image_id, "tags"))
    asks = options.get("tags") is not None or (maker is not None and maker.options.get("tags") is not None)
    if result.get("replaced_image_id") and is_own and not asks:
        # Later changes are those of somebody else.
        begun = (run if maker is None else maker).started - history.site.lag
        old = history.state_at(begun).get(str(result["replaced_image_id"]))
        kept = set(old.tags) & set(history.last_tags(old.image_id)) if old is not None else set()
        lost = sorted(pair for pair in kept if pair not in image.tags and pair[0] in TAGS)
        if lost:
            yield f"the tags {dict(lost)} of the replaced image are lost"


def _outdated(history: History, run: Played, image: Truth) -> t.Iterator[str]:
    """With recreate=always, it must be a recent image, created for a task like this one, and not an earlier one.

    The exception is an image that was still being created when the run began, from the same source as far as the cloud
    reports it.
    """
    if run.options.get("recreate") != "always":
        return
    looks = history.looks(run.run.name, image.image_id, math.inf)
    seen = history.shown_by(looks[0]).get(image.image_id) if looks else None
    if seen is not None and seen.ready_at > looks[0].moment and _fits(run, seen):
        return
    maker = history.runs.get(history.maker(image.image_id))
    if image.created < run.started - RECENT:
        yield f"image {image.image_id} is {run.started - image.created:.0f} s old, and recreate is always"
    if maker is not None and _source(maker) != _source(run):
        yield f"image {image.image_id} was created for another task, from another source"
    if maker is not run and seen is not None and seen.name == run.name and MARK_KEY not in dict(seen.tags):
        yield f"image {image.image_id} was {run.name!r} when the run began, and recreate is always"


def _fits(run: Played, image: Truth) -> bool:
    snapshot_id = run.options.get("snapshot_id")
    return snapshot_id is None or image.snapshots == (snapshot_id,)


def _labels(run: Played) -> dict[str, t.Any]:
    return {"version": run.options.get("image_version"), "platform": run.options.get("platform")}


def _source(run: Played) -> tuple[t.Any, ...]:
    return (run.options.get("instance_id"), run.options.get("snapshot_id"))


# --- 5 ---------------------------------------------------------------------------------------------------------------


def _names_what_exists(history: History, run: Played) -> Findings:
    name = run.run.name
    told = run.ending.text() if run.ending is not None else ""
    for image in history.before_end(run).values():
        given = history.named_by(image.image_id, run.number)
        if name not in (history.maker(image.image_id), given.actor if given is not None else ""):
            continue
        if image.image_id not in told and (_knows_id(history, run, image) or image.name not in told):
            text = (
                f"the failure does not name image {image.image_id} {image.name!r}, which this run has created or named"
            )
            yield Finding(5, "not named", run.stopped, name, text)


def _knows_id(history: History, run: Played, image: Truth) -> bool:
    """Whether it knew the id, from the answer to its creation or from a list."""
    calls = history.record.of(run.run.name)
    if any(call.image_id == image.image_id for call in calls) or history.looks(run.run.name, image.image_id, math.inf):
        return True
    made = [one.number for one in history.of(image.image_id, "made") if one.actor == run.run.name]
    return bool(made) and made[0] not in history.record.unheard


def _converges(history: History) -> Findings:
    first, second = history.runs.get("Y"), history.runs.get("Z")
    if first is None or second is None or first.ending is None or second.ending is None:
        return
    for run in (first, second):
        if run.ending is not None and not run.is_ok and not excuses.may_refuse(history, run):
            text = f"further runs do not converge: {run.ending.result.get('msg')}"
            yield Finding(5, "stuck", run.stopped, run.run.name, text)
    if second.is_ok and second.ending.changed and first.is_ok and second.options.get("recreate") != "always":
        text = f"the second run in peace changes something again: {second.ending.result.get('actions')}"
        yield Finding(5, "restless", second.stopped, "Z", text)
