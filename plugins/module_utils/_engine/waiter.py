# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting: one loop for all resources, and the pauses between its polls."""

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
    """What the waiter must know about a type of resource.

    ``progress``: in percent, None if unknown. ``text``: its state, for a sentence. ``facts``: its keys in the result.
    ``vanished``: the error if it is no longer listed. ``left``: a sentence about what remains if a task stops waiting.
    """

    progress: t.Callable[[State], int | None]
    text: t.Callable[[State], str]
    facts: t.Callable[[State], t.Mapping[str, t.Any]]
    vanished: t.Callable[[State], ApsaraStackError]
    left: str = "Nothing was rolled back."


@dataclass(frozen=True)
class Goal(t.Generic[State]):
    """The goal of a wait. ``is_reached``: takes the resource, or None if it is not listed. ``lost``: returns the error
    if the goal can no longer be reached, or None."""

    watched: Watched[State]
    is_reached: t.Callable[[State | None], bool]
    lost: t.Callable[[State], ApsaraStackError | None] = lambda _resource: None


# Seconds.
SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 180.0
# Fractions of the elapsed time: the pause if the progress predicts nothing, and close to a predicted end.
BLIND_PAUSE = 1 / 7
FINEST_PAUSE = 0.03
# The number of polls over which a pace is measured. More polls are more precise, but notice a change later.
LOOKS_OF_A_PACE = 4
# A poll that starts this long before the deadline still has time for its answer.
LAST_LOOK = 1.0
# Seconds for which a resource must be missing: a list may come from a replica that does not know it yet.
VANISHED_AFTER = 10.0

# The advice after a timeout. A run that does not find the resource cannot resume waiting for it.
_LISTED = "Run the task again to resume waiting, or raise wait_timeout."
_NOT_LISTED = (
    "Until the cloud lists it, no run finds it, and each would create it again: wait a minute before you run "
    "the task again, and raise wait_timeout."
)

# Seconds since the first poll, and the progress in percent at that time.
Look = tuple[float, t.Optional[int]]


def wait_until(goal: Goal[State], look: t.Callable[[], State | None], deadline: Deadline) -> State | None:
    """Polls until the goal is reached, and returns the resource.

    Raises ApsaraStackError if the goal can no longer be reached, DeadlineError on a timeout; both have the facts of the
    last known resource.
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
    """Seconds until the next poll, and thus the maximum delay before the end of a build is noticed. T: duration of the
    build.

    Whatever the progress, the pause is a fraction of the elapsed time: the end is noticed at most 1 s + T/7 late, and
    never more than three minutes. Without progress, this takes 35 polls in ten minutes and 53 in an hour; 3 % of T
    would take 110 and 170.

    If the last polls predict the end, the next one is half way there: if the progress grows linearly, in steps of at
    most 4 %, from some moment in the first half, the end is noticed at most 2 s or 3 % of T late, with two or three
    more polls. A progress that stalls shortly before the end takes up to eight more, until the pace is zero.
    """
    elapsed, _progress = looks[-1]
    pause = SHORTEST_PAUSE + elapsed * BLIND_PAUSE
    left = _seconds_left(looks)
    if left is not None:
        pause = min(pause, max(left / 2, elapsed * FINEST_PAUSE))
    return min(max(pause, SHORTEST_PAUSE), LONGEST_PAUSE)


def _seconds_left(looks: t.Sequence[Look]) -> float | None:
    """The remaining seconds according to the pace of the last polls; None without progress."""
    # Only a new maximum counts as progress: a missing or decreasing value does not.
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
