# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invariants 4 and 5: ok means reached, `changed: false` means nothing written, and a failure leads somewhere."""

from __future__ import annotations

import typing as t

from . import excuses
from .adapter import MARK_KEY, RECENT
from .beginning import TAGS
from .findings import LAST_ROUND_TRIP, SIMULTANEOUS, Finding, Findings
from .history import History, is_after, named

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
    time, name = run.ended or 0.0, run.run.name
    state = history.state_at(time)
    missing = list(_missing(history, run, state, time))
    looks = [call for call in history.record.of(name) if call.action == "DescribeImages"]
    last = looks[-1].moment if looks else run.started
    since = last - history.window
    is_late = any(one.actor != name and one.time >= since for one in history.changes if one.time <= time)
    # What the list did not show yet when the plan was made, and what nobody could read again later.
    planned = (looks[0].moment if looks else run.started) - history.window
    is_hidden = any(one.actor != name and planned <= one.time <= time for one in history.changes)
    for kind, what in missing:
        is_excused = (is_late and kind != "outdated") or (is_hidden and kind == "not handed on")
        excuse = LAST_ROUND_TRIP if is_excused else ""
        if kind in ("several", "still there") and _came_meanwhile(history, run, state):
            excuse = SIMULTANEOUS
        yield Finding(4, kind, time, name, f"the run says ok, but {what}", excuse)


def _came_meanwhile(history: History, run: Played, state: State) -> bool:
    """Whether the others of the name came after the run had looked for it: of several that create at once, the first
    one need not notice."""
    looks = [look for look in history.record.of(run.run.name) if look.form.get("ImageName") == run.name]
    own = str(run.ending.result.get("image_id") if run.ending else "")
    given = [history.of(one.image_id, "name", "made") for one in named(state, run.name) if one.image_id != own]
    return bool(looks) and all(changes and is_after(changes[-1], looks[-1]) for changes in given)


# A kind, and the sentence.
_Problem = tuple[str, str]


def _missing(history: History, run: Played, state: State, time: float) -> t.Iterator[_Problem]:
    options = run.options
    if options.get("state") == "absent":
        image_id = options.get("image_id")
        left = [one for one in state.values() if one.image_id == image_id or (not image_id and one.name == run.name)]
        yield from (("still there", f"image {one.image_id} {one.name!r} is there") for one in left)
        return
    image = state.get(str(run.ending.result.get("image_id") if run.ending else ""))
    if image is None or image.is_lost(time):
        yield "not there", "the image of the result is not there"
        return
    if not _is_one(run, [one for one in named(state, run.name) if not one.is_lost(time)]):
        yield "several", f"{len(named(state, run.name))} images are called {run.name!r}"
    if not options.get("wait", True):
        # Nothing more was promised.
        return
    if not image.is_usable(time) and not image.deprecated:
        yield "not usable", f"image {image.image_id} is not usable"
    yield from (("differs", text) for text in _differences(run, image))
    yield from (("not handed on", text) for text in _of_replacement(history, run, image))
    yield from (("outdated", text) for text in _outdated(history, run, image))


def _is_one(run: Played, images: t.Sequence[Truth]) -> bool:
    """One image, or an unfinished replacement with what it replaces, where the task may not finish that."""
    if not run.name or len(images) == 1:
        return True
    tags = [value for image in images for key, value in image.tags if key == MARK_KEY]
    is_pair = len(images) == 2 and any(value.startswith(image.image_id) for value in tags for image in images)
    return is_pair and run.options.get("recreate", "never") == "never"


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
        yield f"it was made of {image.snapshots} and not of {snapshot_id}"


def _of_replacement(history: History, run: Played, image: Truth) -> t.Iterator[str]:
    """What a new image has to have, of the task or of the image that it replaces."""
    options, result = run.options, run.ending.result if run.ending is not None else {}
    maker = history.runs.get(history.maker(image.image_id))
    # A task that must not replace the image can only warn.
    if maker is run or (maker is not None and options.get("recreate", "never") != "never"):
        for field, value in _labels(run).items():
            # A release that does not tell the field says nothing.
            if value is not None and getattr(image, field) not in ("", value):
                yield f"its {field} is {getattr(image, field)!r} and not {value!r}"
    makers = ("" if maker is None else maker.run.name, run.run.name)
    is_own = all(one.actor in makers for one in history.of(image.image_id, "tags"))
    asks = options.get("tags") is not None or (maker is not None and maker.options.get("tags") is not None)
    if result.get("replaced_image_id") and is_own and not asks:
        # What has changed since belongs to whoever has changed it.
        begun = (run if maker is None else maker).started - history.site.lag
        old = history.state_at(begun).get(str(result["replaced_image_id"]))
        kept = set(old.tags) & set(history.last_tags(old.image_id)) if old is not None else set()
        lost = sorted(pair for pair in kept if pair not in image.tags and pair[0] in TAGS)
        if lost:
            yield f"the tags {dict(lost)} of the replaced image are lost"


def _outdated(history: History, run: Played, image: Truth) -> t.Iterator[str]:
    """With recreate=always: a recent image, made for a task like this one."""
    if run.options.get("recreate") != "always":
        return
    maker = history.runs.get(history.maker(image.image_id))
    if image.created < run.started - RECENT:
        yield f"image {image.image_id} is {run.started - image.created:.0f} s old, and recreate is always"
    if maker is not None and _source(maker) != _source(run):
        yield f"image {image.image_id} was made for another task, of another source"


def _labels(run: Played) -> dict[str, t.Any]:
    return {"version": run.options.get("image_version"), "platform": run.options.get("platform")}


def _source(run: Played) -> tuple[t.Any, ...]:
    return (run.options.get("instance_id"), run.options.get("snapshot_id"))


# --- 5 ---------------------------------------------------------------------------------------------------------------


def _names_what_exists(history: History, run: Played) -> Findings:
    time, name = run.ended or 0.0, run.run.name
    told = run.ending.text() if run.ending is not None else ""
    for image in history.state_at(time).values():
        if history.maker(image.image_id) == name and image.image_id not in told and image.name not in told:
            text = f"the failure does not name image {image.image_id} {image.name!r}, which this run has made"
            yield Finding(5, "not named", time, name, text)


def _converges(history: History) -> Findings:
    first, second = history.runs.get("Y"), history.runs.get("Z")
    if first is None or second is None or first.ending is None or second.ending is None:
        return
    if not second.is_ok:
        if not excuses.may_refuse(history, second):
            text = f"further runs do not converge: {second.ending.result.get('msg')}"
            yield Finding(5, "stuck", second.ended or 0.0, "Z", text)
    elif second.ending.changed and first.is_ok and second.options.get("recreate") != "always":
        text = f"the second run in peace changes something again: {second.ending.result.get('actions')}"
        yield Finding(5, "restless", second.ended or 0.0, "Z", text)
