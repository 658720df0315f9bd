# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan that is being carried out: the shared state of the handlers."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import waiter
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import Foreseen, State
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NotNeededError

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.outcome import Outcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.waiter import Goal
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.watching import Log
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline

# Seconds by which a list may lag behind a write, and between two reads of what it lags behind.
LONGEST_LAG = 60.0
PAUSE = 1.0

Found = t.TypeVar("Found")
# What a task waits for, which may be something else than the resource of its plan.
Awaited = t.TypeVar("Awaited")


class Running(t.Generic[State, Foreseen]):
    """``is_stale``: whether time has passed since the plan read the resource."""

    def __init__(self, outcome: Outcome[State, Foreseen], deadline: Deadline, log: Log = lambda _line: None) -> None:
        """``log``: writes a line to the log of the host."""
        self.plan = outcome.plan
        self.outcome = outcome
        self.deadline = deadline
        self.log = log
        self.is_stale = False

    def begin(self, step: Step) -> None:
        """Called before each step, for resources that keep state."""

    def end(self) -> None:
        """Called after the last step, for resources that keep state."""

    def id_of(self, resource_id: str | None) -> str:
        """The id of a step; None stands for the resource that the plan creates."""
        return str(self.outcome.resource_id if resource_id is None else resource_id)

    def looking_again(self, still_holds: t.Callable[[t.Any, t.Any], bool], step: Step) -> t.Callable[[], None]:
        """For the call of a step, which may have to be repeated: ``still_holds`` is asked again before each attempt.

        The result raises what ``still_holds`` raises, and NotNeededError if it returns False.
        """

        def look_again() -> None:
            if not still_holds(step, self):
                raise NotNeededError

        return look_again

    def has_patience(self, started: float, seconds: float) -> bool:
        """Whether there is time for another read. ``started``: the elapsed seconds when reading began."""
        return self.deadline.elapsed() - started < seconds and self.deadline.remaining() > 2 * waiter.LAST_LOOK

    def wait(self, goal: Goal[Awaited], look: t.Callable[[], Awaited | None], resource_id: str) -> Awaited | None:
        """Waits as ``waiter.wait_until`` does."""
        return waiter.wait_until(goal, look, self.deadline, self.log, resource_id)

    def pause(self) -> None:
        """Between two reads while a list lags."""
        self.deadline.sleep(PAUSE)

    def seen(self, look: t.Callable[[], Found | None], patience: float) -> Found | None:
        """Reads until the resource is found; returns None after ``patience`` seconds.

        A single read proves nothing: a list may come from a replica that lags.
        """
        started = self.deadline.elapsed()
        while True:
            found = look()
            if found is not None or not self.has_patience(started, patience):
                return found
            self.pause()
