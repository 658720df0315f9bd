# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting: one loop for every resource, and the pauses between its looks."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import State
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, DeadlineError

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline


@dataclass(frozen=True)
class Watched(t.Generic[State]):
    """What the waiter has to know of a kind of resource.

    ``progress``: in percent, None where it is not told. ``text``: its state, for a sentence. ``facts``: keys of the
    result that tell it. ``vanished``: the error where it is no longer listed. ``left``: what a task leaves that stops
    waiting, as a sentence.
    """

    progress: t.Callable[[State], int | None]
    text: t.Callable[[State], str]
    facts: t.Callable[[State], t.Mapping[str, t.Any]]
    vanished: t.Callable[[State], ApsaraStackError]
    left: str = "Nothing was rolled back."


@dataclass(frozen=True)
class Goal(t.Generic[State]):
    """What is waited for. ``is_reached`` is asked of what a look shows, None where it is not listed. ``lost``: the
    error where the goal can no longer be reached, else None."""

    watched: Watched[State]
    is_reached: t.Callable[[State | None], bool]
    lost: t.Callable[[State], ApsaraStackError | None] = lambda _resource: None


# Seconds.
SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 180.0
# Parts of the time that has passed: what is spent where the progress foretells nothing, and close to a foretold end.
BLIND_PAUSE = 1 / 7
FINEST_PAUSE = 0.03
# A pace is measured over so many looks. More of them tell it better, and find out later that it has changed.
LOOKS_OF_A_PACE = 4
# A look that starts this long before the deadline still has time for its answer.
LAST_LOOK = 1.0
# Seconds that a resource has to be missing: a list may come from a replica that has not heard of it yet.
VANISHED_AFTER = 10.0

# What resolves a time that is over. A run that does not find the resource cannot resume waiting for it.
_LISTED = "Run the task again to resume waiting, or raise wait_timeout."
_NOT_LISTED = (
    "Until the cloud lists it, no run finds it, and each would create it again: wait a minute before you run "
    "the task again, and raise wait_timeout."
)

# Seconds since the first look, and the progress in per cent as it was told then.
Look = tuple[float, t.Optional[int]]


def wait_until(goal: Goal[State], look: t.Callable[[], State | None], deadline: Deadline) -> State | None:
    """Look until the goal is reached, and return the resource as it is then.

    Raises ApsaraStackError when the goal can no longer be reached, DeadlineError when it times out; both carry the
    facts of the last resource that was seen.
    """
    seen: State | None = None
    missed_at: float | None = None
    looks: list[Look] = []
    started = deadline.elapsed()
    while True:
        try:
            resource = look()
        except DeadlineError as error:
            raise _too_late(goal, seen, deadline) from error
        if goal.is_reached(resource):
            return resource
        if resource is not None:
            lost = goal.lost(resource)
            if lost is not None:
                raise lost
            seen, missed_at = resource, None
        elif missed_at is None:
            missed_at = deadline.elapsed()
        elif seen is not None and deadline.elapsed() - missed_at >= VANISHED_AFTER:
            raise goal.watched.vanished(seen)
        if deadline.remaining() <= LAST_LOOK:
            raise _too_late(goal, seen, deadline)
        looks.append((deadline.elapsed() - started, None if resource is None else goal.watched.progress(resource)))
        deadline.sleep(min(next_pause(looks), deadline.remaining() - LAST_LOOK))


def next_pause(looks: t.Sequence[Look]) -> float:
    """Seconds until the next look, which is how late the end of a build may be noticed. T: what the build takes.

    Whatever the progress tells or hides, the pause is a part of the time passed: the end is noticed at most 1 s + T/7
    late, and never more than three minutes. Without any progress that costs 35 looks at ten minutes and 53 at an hour;
    3 % of T would cost 110 and 170.

    Where the last looks foretell the end, the next is half way there: a progress that grows evenly, in steps of at most
    4 %, from some moment in the first half, has its end noticed at most 2 s or 3 % of T late, for two or three looks
    more. One that stalls shortly before its end costs up to eight more, until its pace is seen to be none.
    """
    elapsed, _progress = looks[-1]
    pause = SHORTEST_PAUSE + elapsed * BLIND_PAUSE
    left = _seconds_left(looks)
    if left is not None:
        pause = min(pause, max(left / 2, elapsed * FINEST_PAUSE))
    return min(max(pause, SHORTEST_PAUSE), LONGEST_PAUSE)


def _seconds_left(looks: t.Sequence[Look]) -> float | None:
    """What the pace of the last looks promises to be left; None where nothing has moved."""
    # Only what was never reached before is progress: one that is not told, or goes back, stands still.
    reached = itertools.accumulate((progress or 0 for _elapsed, progress in looks), max)
    recent = list(zip((elapsed for elapsed, _progress in looks), reached))[-LOOKS_OF_A_PACE:]
    (begun, low), (now, high) = recent[0], recent[-1]
    return (100 - high) * (now - begun) / (high - low) if high > low else None


def _too_late(goal: Goal[State], seen: State | None, deadline: Deadline) -> DeadlineError:
    state = "not listed yet" if seen is None else goal.watched.text(seen)
    return DeadlineError(
        f"timed out after {deadline.seconds:g} seconds (wait_timeout); it is {state}",
        advice=f"{goal.watched.left} {_NOT_LISTED if seen is None else _LISTED}",
        facts={} if seen is None else goal.watched.facts(seen),
    )
