# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The history of a record: who created, named and changed an image, and what a run knew of it and when."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass

from .adapter import MARK_KEY
from .play import COLLEAGUE, Call, Played, Record

if t.TYPE_CHECKING:
    from .cloud import State, Truth

# Round trips between a read and the write that follows from it: the image, its users, its shares, the write.
ROUND_TRIPS = 6
SHORT_MOMENT = 1.0
# A page size that holds every list of a story.
WHOLE_PAGE = 50
# The replaced id, a digest, and the time.
PARTS_OF_A_MARK = 3


@dataclass(frozen=True)
class Change:
    """``field``: of Truth; ``made`` and ``gone`` for the image itself; ``mark`` for the tag of a replacement image.
    ``old``: the image before the change; None if it was created."""

    number: int
    time: float
    actor: str
    image_id: str
    field: str
    value: t.Any
    old: Truth | None = None


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
        """Seconds between a read and a write within which a change cannot be noticed."""
        return ROUND_TRIPS * self.site.latency + SHORT_MOMENT

    def state_at(self, time: float) -> State:
        return self._after_last(call for call in self.writes if call.time <= time)

    def state_before(self, number: int) -> State:
        """The state before the call of this number."""
        return self._after_last(call for call in self.writes if call.number < number)

    def _after_last(self, writes: t.Iterable[Call]) -> State:
        past = [call.after for call in writes]
        return past[-1] or {} if past else self.record.first

    def before_end(self, run: Played) -> State:
        """The state when the run ended, without the images that have disappeared on their own."""
        state = self.state_before(run.number)
        return {each: one for each, one in state.items() if one.fails != "gone" or not one.is_lost(run.stopped)}

    def last_tags(self, image_id: str) -> tuple[tuple[str, str], ...]:
        """The tags of the image at the end, or right before it was deleted."""
        states = [self.record.last, *((call.before or {}) for call in reversed(self.writes)), self.record.first]
        return next((state[image_id].tags for state in states if image_id in state), ())

    def replaced_by(self, image_id: str) -> set[str]:
        """The ids of the images that it was to replace, according to all its marks."""
        states = [self.record.first, *((call.after or {}) for call in self.writes)]
        return {replaced_by(state[image_id]) for state in states if image_id in state} - {""}

    def is_undone(self, change: Change, look: Call, until: int) -> bool:
        """Whether others have changed it back to what the list shows, before the call of the number ``until``."""
        then = self.shown_by(look).get(change.image_id)
        others = self.of(change.image_id, change.field, by_others_than=look.actor)
        last = [one for one in others if one.number < until][-1]
        return then is not None and change.field != "gone" and _known(then)[change.field] == last.value

    def maker(self, image_id: str) -> str:
        """Who created the image; empty for initial images."""
        return next((one.actor for one in self.changes if one.image_id == image_id and one.field == "made"), "")

    def of(self, image_id: str, *fields: str, by_others_than: str = "") -> list[Change]:
        return [
            one
            for one in self.changes
            if one.image_id == image_id and one.actor != by_others_than and (not fields or one.field in fields)
        ]

    def named_by(self, image_id: str, until: float = math.inf) -> Change | None:
        """The change that gave the image its name; None for initial names. ``until``: only calls before this number
        count."""
        given = [one for one in self.of(image_id, "name", "made") if one.number < until]
        return given[-1] if given else None

    def has_temporary_name(self, image: Truth, desired: str, until: float = math.inf) -> bool:
        """Whether a run gave it its current name on the way to ``desired``, and nobody has changed it since.

        ``until``: see ``named_by``.
        """
        given = self.named_by(image.image_id, until)
        if given is None or given.actor == COLLEAGUE:
            return False
        return self.runs[given.actor].name == desired and image.name != desired

    def is_retirement(self, change: Change, desired: str) -> bool:
        """Whether another run has taken the name from an image on the way to ``desired``, as this one would."""
        if change.field != "name" or change.actor == COLLEAGUE:
            return False
        run = self.runs[change.actor]
        return run.name == desired and change.value != desired and "image_id" not in run.options

    # --- what a run knew ---------------------------------------------------------------------------------------------

    def shown_by(self, look: Call) -> State:
        """The state that the list shows."""
        return self.state_at(look.moment) if look.age else self.state_before(look.number)

    def looks(self, actor: str, image_id: str, until: float) -> list[Call]:
        """The lists that showed the run the image, since they were requested by its id or by its name at that time.

        A list of similar names shows it as well, but does not count. ``until``: only calls before this number count.
        """
        found: list[Call] = []
        for call in self.record.of(actor):
            if self._is_look(call, until) and self._shows(call, image_id, found):
                found.append(call)
        return found

    def _is_look(self, call: Call, until: float) -> bool:
        return call.action == "DescribeImages" and call.number < until and call.number not in self.record.unheard

    def _shows(self, look: Call, image_id: str, earlier: t.Sequence[Call]) -> bool:
        if image_id in look.form.get("ImageId", "").split(","):
            return True
        name = look.form.get("ImageName")
        if name is None:
            return False
        if image_id in look.listed:
            image = self.shown_by(look).get(image_id)
            return image is not None and image.name == name
        # A complete list without the image counts as well.
        return self.site.page >= WHOLE_PAGE and any(one.form.get("ImageName") == name for one in earlier)

    def looks_for(self, name: str, actor: str, until: float) -> list[Call]:
        """The lists that the run requested by this name. ``until``: see ``looks``."""
        return [
            call for call in self.record.of(actor) if self._is_look(call, until) and call.form.get("ImageName") == name
        ]

    def is_unseen(self, change: Change, looks: t.Sequence[Call], write: Call) -> bool:
        """Whether the run read a list right before the write, after its previous writes, and the last of these lists
        could not show the change."""
        if not looks or write.time - looks[-1].time > self.window:
            return False
        between = (one for one in self.record.of(write.actor) if looks[-1].number < one.number < write.number)
        return is_after(change, looks[-1]) and all(one.before == one.after for one in between)

    def decision(self, write: Call) -> Call:
        """The write that the run decided on after reading: the first of consecutive writes without a read in between,
        and of the two renames of a swap. Each deletion is a separate decision."""
        mine = [call for call in self.record.of(write.actor) if call.number < write.number]
        while mine and write.action != "DeleteImage":
            writes = [call for call in mine if call.is_write]
            if not writes or writes[-1].action == "DeleteImage":
                break
            belongs = mine[-1].is_write or (is_rename(write) and is_rename(writes[-1]))
            if not belongs:
                break
            write = writes[-1]
            mine = [call for call in mine if call.number < write.number]
        return write


def is_rename(call: Call) -> bool:
    return call.action == "ModifyImageAttribute" and "ImageName" in call.form


def is_after(change: Change, look: Call) -> bool:
    """Whether the list does not show the change yet. The model cloud's lists lag in names, descriptions and tags."""
    return change.number > look.number or (change.field not in _SHOWN_AT_ONCE and change.time > look.moment)


def named(state: State, name: str) -> list[Truth]:
    return [image for image in state.values() if image.name == name]


def usable(state: State, name: str, now: float) -> list[Truth]:
    return [image for image in named(state, name) if image.is_usable(now)]


def replaced_by(image: Truth) -> str:
    """The id of the image that the mark names; empty for a tag that the module did not write."""
    parts = dict(image.tags).get(MARK_KEY, "").split("/")
    return parts[0] if len(parts) == PARTS_OF_A_MARK else ""


def is_pair(images: t.Sequence[Truth]) -> bool:
    """Whether they are an unfinished replacement: the new image and the one that it replaces."""
    first, *rest = images
    return len(rest) == 1 and bool({replaced_by(one) for one in images} & {first.image_id, rest[0].image_id})


def may_replace(run: Played) -> bool:
    return bool(run.options.get("recreate", "never") != "never")


def _changes(call: Call) -> t.Iterator[Change]:
    before, after = call.before or {}, call.after or {}

    def change(image_id: str, field: str, value: t.Any) -> Change:
        return Change(call.number, call.time, call.actor, image_id, field, value, before.get(image_id))

    for image_id in after.keys() - before.keys():
        yield change(image_id, "made", after[image_id].name)
    for image_id in before.keys() - after.keys():
        yield change(image_id, "gone", None)
    for image_id in sorted(before.keys() & after.keys()):
        old, new = _known(before[image_id]), _known(after[image_id])
        yield from (change(image_id, field, new[field]) for field in new if old[field] != new[field])


def _known(image: Truth) -> dict[str, t.Any]:
    tags = dict(image.tags)
    mark = tags.pop(MARK_KEY, None)
    return {**{field: getattr(image, field) for field in _FIELDS}, "tags": tags, "mark": mark}
