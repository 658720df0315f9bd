# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a record tells on a closer look: who made, named and changed an image, and what a run knew of it and when."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass

from .adapter import MARK_KEY
from .play import COLLEAGUE, Call, Played, Record

if t.TYPE_CHECKING:
    from .cloud import State, Truth

# Of the round trips between a look and a write that belongs to it: the image, its users, its shares, the write.
ROUND_TRIPS = 6
SHORT_MOMENT = 1.0


@dataclass(frozen=True)
class Change:
    """``field``: of Truth; ``made`` and ``gone`` for the whole image; ``mark`` for the tag of a replacement."""

    number: int
    time: float
    actor: str
    image_id: str
    field: str
    value: t.Any


_SHOWN_AT_ONCE = ("deprecated", "used", "shared")
_FIELDS = ("name", "description", *_SHOWN_AT_ONCE)


class History:
    def __init__(self, record: Record) -> None:
        self.record = record
        self.writes = [call for call in record.calls if call.is_write]
        self.changes = [change for call in self.writes for change in _changes(call)]
        self.site = record.story.site
        self.runs: dict[str, Played] = {played.run.name: played for played in record.runs}

    @property
    def window(self) -> float:
        """Seconds between a look and a write in which nobody can know better."""
        return ROUND_TRIPS * self.site.latency + SHORT_MOMENT

    def state_at(self, time: float) -> State:
        past = [call.after for call in self.writes if call.time <= time]
        return past[-1] or {} if past else self.record.first

    def last_tags(self, image_id: str) -> tuple[tuple[str, str], ...]:
        """Those that the image had in the end, or right before it was deleted."""
        states = [self.record.last, *((call.before or {}) for call in reversed(self.writes)), self.record.first]
        return next((state[image_id].tags for state in states if image_id in state), ())

    def is_undone(self, change: Change, look: Call) -> bool:
        """Whether others have changed it back to what the list shows."""
        then = self.state_at(look.moment).get(change.image_id)
        last = [one for one in self.of(change.image_id, change.field) if one.actor == change.actor][-1]
        return then is not None and change.field != "gone" and _told(then)[change.field] == last.value

    def maker(self, image_id: str) -> str:
        """Who made it; empty for what was there before."""
        return next((one.actor for one in self.changes if one.image_id == image_id and one.field == "made"), "")

    def of(self, image_id: str, *fields: str, by_others_than: str = "") -> list[Change]:
        return [
            one
            for one in self.changes
            if one.image_id == image_id and one.actor != by_others_than and (not fields or one.field in fields)
        ]

    def has_temporary_name(self, image: Truth, desired: str, until: float = math.inf) -> bool:
        """Whether a run gave it its present name on the way to ``desired``, and nobody has changed that since.

        ``until``: number of the call before which this is asked.
        """
        named = [one for one in self.of(image.image_id, "name", "made") if one.number < until]
        if not named or named[-1].actor == COLLEAGUE:
            return False
        run = self.runs[named[-1].actor]
        return run.name == desired and image.name != desired

    def is_retirement(self, change: Change, desired: str) -> bool:
        """Whether another run has taken the name from an image on the way to ``desired``, as this one would."""
        if change.field != "name" or change.actor == COLLEAGUE:
            return False
        run = self.runs[change.actor]
        return run.name == desired and change.value != desired and "image_id" not in run.options

    # --- what a run knew ---------------------------------------------------------------------------------------------

    def looks(self, write: Call) -> list[Call]:
        """The lists that showed the image to the run before it wrote to it."""
        return [
            call for call in self.record.of(write.actor) if write.image_id in call.listed and call.number < write.number
        ]

    def looks_for(self, name: str, write: Call) -> list[Call]:
        """The lists that the run asked for by this name before it wrote."""
        return [
            call
            for call in self.record.of(write.actor)
            if call.action == "DescribeImages" and call.form.get("ImageName") == name and call.number < write.number
        ]

    def is_late(self, change: Change, write: Call) -> bool:
        """Whether the change came too late for the run's looks right before the write: the last one before a deletion,
        any of them before a renaming, since the two renamings of a swap belong together."""
        is_deletion = write.action == "DeleteImage"
        # Between the two renamings lies the time until lists show the first.
        window = self.window if is_deletion else self.window + self.site.lag
        looks = [look for look in self.looks(write) if write.time - look.time <= window]
        deciding = looks[-1:] if is_deletion else looks
        return any(is_after(change, look) for look in deciding)


def is_after(change: Change, look: Call) -> bool:
    """Whether the list does not show the change yet. The model cloud's lists lag in names, descriptions and tags."""
    return change.number > look.number or (change.field not in _SHOWN_AT_ONCE and change.time > look.moment)


def named(state: State, name: str) -> list[Truth]:
    return [image for image in state.values() if image.name == name]


def usable(state: State, name: str, now: float) -> list[Truth]:
    return [image for image in named(state, name) if image.is_usable(now)]


def _changes(call: Call) -> t.Iterator[Change]:
    before, after = call.before or {}, call.after or {}

    def change(image_id: str, field: str, value: t.Any) -> Change:
        return Change(call.number, call.time, call.actor, image_id, field, value)

    for image_id in after.keys() - before.keys():
        yield change(image_id, "made", after[image_id].name)
    for image_id in before.keys() - after.keys():
        yield change(image_id, "gone", None)
    for image_id in sorted(before.keys() & after.keys()):
        old, new = _told(before[image_id]), _told(after[image_id])
        yield from (change(image_id, field, new[field]) for field in new if old[field] != new[field])


def _told(image: Truth) -> dict[str, t.Any]:
    tags = dict(image.tags)
    mark = tags.pop(MARK_KEY, None)
    return {**{field: getattr(image, field) for field in _FIELDS}, "tags": tags, "mark": mark}
