# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan that is being carried out: what the handlers of its steps share."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import waiter
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import Foreseen, State

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.outcome import Outcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline

# Seconds that a list may lag behind a write.
LONGEST_LAG = 60.0

Found = t.TypeVar("Found")


class Running(t.Generic[State, Foreseen]):
    """``is_stale``: something lies between what the plan saw and now."""

    def __init__(self, outcome: Outcome[State, Foreseen], deadline: Deadline) -> None:
        self.plan = outcome.plan
        self.outcome = outcome
        self.deadline = deadline
        self.is_stale = False

    def begin(self, step: Step) -> None:
        """A step begins: for what a resource has to keep in mind."""

    def end(self) -> None:
        """All steps are done: for what a resource then knows."""

    def id_of(self, resource_id: str | None) -> str:
        """The id in a step, where None stands for the resource that the plan creates."""
        return str(self.outcome.resource_id if resource_id is None else resource_id)

    def has_patience(self, started: float, seconds: float) -> bool:
        """Whether another look is worth its pause. ``started``: the elapsed seconds when the looking began."""
        return self.deadline.elapsed() - started < seconds and self.deadline.remaining() > 2 * waiter.LAST_LOOK

    def seen(self, look: t.Callable[[], Found | None], patience: float) -> Found | None:
        """What a look finds; None when none finds anything within ``patience`` seconds.

        One look proves nothing: a list may come from a replica that lags behind.
        """
        started = self.deadline.elapsed()
        while True:
            found = look()
            if found is not None or not self.has_patience(started, patience):
                return found
            self.deadline.sleep(waiter.SHORTEST_PAUSE)
