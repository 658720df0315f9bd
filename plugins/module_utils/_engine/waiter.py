# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting: one loop for all resources."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.pauses import Poll, next_pause
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


# Seconds. A poll that starts this long before the deadline still has time for its answer.
LAST_LOOK = 1.0
# Seconds for which a resource must be missing: a list may come from a replica that does not know it yet.
VANISHED_AFTER = 10.0

# The advice after a timeout. A run that does not find the resource cannot resume waiting for it.
_LISTED = "Run the task again to resume waiting, or raise wait_timeout."
_NOT_LISTED = (
    "Until the cloud lists it, no run finds it, and each would create it again: wait a minute before you run "
    "the task again, and raise wait_timeout."
)


def wait_until(goal: Goal[State], look: t.Callable[[], State | None], deadline: Deadline) -> State | None:
    """Polls until the goal is reached, and returns the resource.

    Raises ApsaraStackError if the goal can no longer be reached, DeadlineError on a timeout; both have the facts of the
    last known resource.
    """
    seen: State | None = None
    missed_at: float | None = None
    polls: list[Poll] = []
    started = deadline.elapsed()
    while True:
        asked = deadline.elapsed()
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
        now = deadline.elapsed()
        polls.append(Poll(now - started, None if resource is None else goal.watched.progress(resource), now - asked))
        deadline.sleep(min(next_pause(polls), deadline.remaining() - LAST_LOOK))


def _too_late(goal: Goal[State], seen: State | None, deadline: Deadline) -> DeadlineError:
    state = "not listed yet" if seen is None else goal.watched.text(seen)
    return DeadlineError(
        f"timed out after {deadline.seconds:g} seconds (wait_timeout); it is {state}",
        advice=f"{goal.watched.left} {_NOT_LISTED if seen is None else _LISTED}",
        facts={} if seen is None else goal.watched.facts(seen),
    )
