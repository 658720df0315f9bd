# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting: one loop for all resources."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.pauses import Poll, next_pause
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import State
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.watching import (
    Journal,
    Log,
    described,
    last_pace,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, DeadlineError

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline


@dataclass(frozen=True)
class Watched(t.Generic[State]):
    """What the waiter must know about a type of resource.

    ``progress``: in percent, None if unknown. ``status`` and ``name``: for people. ``facts``: its keys in the result.
    ``vanished``: the error if it is no longer listed.
    """

    progress: t.Callable[[State], int | None]
    status: t.Callable[[State], str]
    name: t.Callable[[State], str]
    facts: t.Callable[[State], t.Mapping[str, t.Any]]
    vanished: t.Callable[[State], ApsaraStackError]

    def text(self, resource: State) -> str:
        return described(self.status(resource), self.progress(resource))


@dataclass(frozen=True)
class Goal(t.Generic[State]):
    """The goal of a wait. ``is_reached``: takes the resource, or None if it is not listed. ``left``: a sentence about
    what continues if a task stops waiting. ``lost``: returns the error if the goal can no longer be reached, or
    None. ``unlisted``: the advice after a timeout if the resource was never listed; a run that does not find it cannot
    resume waiting for it."""

    watched: Watched[State]
    is_reached: t.Callable[[State | None], bool]
    left: str
    lost: t.Callable[[State], ApsaraStackError | None] = lambda _resource: None
    unlisted: str = ""


# Seconds. A poll that starts this long before the deadline still has time for its answer.
LAST_LOOK = 1.0
# Seconds for which a resource must be missing: a list may come from a replica that does not know it yet.
VANISHED_AFTER = 10.0

# The advice after a timeout.
_LISTED = "Run the task again to resume waiting, or raise wait_timeout."


def wait_until(
    goal: Goal[State],
    look: t.Callable[[], State | None],
    deadline: Deadline,
    log: Log = lambda _line: None,
    resource_id: str = "the resource",
) -> State | None:
    """Polls until the goal is reached, and returns the resource. ``resource_id``: its name until it is listed.

    Raises ApsaraStackError if the goal can no longer be reached, DeadlineError on a timeout; both have the facts of the
    last known resource.
    """
    seen: State | None = None
    missed_at: float | None = None
    polls: list[Poll] = []
    journal = Journal(log, deadline)
    started = deadline.elapsed()
    while True:
        asked = deadline.elapsed()
        try:
            resource = look()
        except DeadlineError as error:
            raise _too_late(goal, seen, polls, deadline) from error
        is_reached = goal.is_reached(resource)
        if polls or not is_reached:
            _write(journal, goal.watched, resource, resource_id if seen is None else goal.watched.name(seen))
        if is_reached:
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
        now = deadline.elapsed()
        polls.append(Poll(now - started, None if resource is None else goal.watched.progress(resource), now - asked))
        if deadline.remaining() <= LAST_LOOK:
            raise _too_late(goal, seen, polls, deadline)
        deadline.sleep(min(next_pause(polls), deadline.remaining() - LAST_LOOK))


def _write(journal: Journal, watched: Watched[State], resource: State | None, name: str) -> None:
    if resource is None:
        journal.see(name, "not listed", None)
    else:
        journal.see(watched.name(resource), watched.status(resource), watched.progress(resource))


def _too_late(goal: Goal[State], seen: State | None, polls: t.Sequence[Poll], deadline: Deadline) -> DeadlineError:
    state = "not listed yet" if seen is None else goal.watched.text(seen)
    pace = last_pace(polls)
    return DeadlineError(
        f"timed out after {deadline.seconds:g} seconds (wait_timeout); it is {state}{', and ' if pace else ''}{pace}",
        advice=f"{goal.left} {goal.unlisted if seen is None else _LISTED}".strip(),
        facts={} if seen is None else goal.watched.facts(seen),
    )
