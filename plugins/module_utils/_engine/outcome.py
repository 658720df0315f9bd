# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcome of a plan: what was done, what may have been done, and the state of the resource."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import Foreseen, Plan, State, texts
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import may_be_done

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, ServiceError


# Added to the text of a step whose failure may have come after the cloud carried it out.
_UNCERTAIN = "(may have been carried out)"


class Outcome(t.Generic[State, Foreseen]):
    """``resource``: its last known state; None if there is none. ``noted``: refused steps that did not end the task.
    ``remarks``: sentences to append to a failure.

    Each resource extends ``facts`` and ``notes``.
    """

    def __init__(self, plan: Plan[State, Foreseen]) -> None:
        self.plan = plan
        self.resource_id: str | None = None
        self.resource: State | Foreseen | None = None
        self.noted: list[tuple[Step, ServiceError]] = []
        self.remarks: list[str] = []
        self.warnings: list[str] = list(plan.warnings)
        # In order, each with whether it is certain that it was carried out.
        self._tried: list[tuple[Step, bool]] = []
        self._before_step = 0
        self._reached: Step | None = None

    @property
    def actions(self) -> list[str]:
        """What was done, and what may have been done. Nothing else can have changed anything."""
        return [
            text if is_certain else f"{text} {_UNCERTAIN}" for step, is_certain in self._tried for text in texts([step])
        ]

    @property
    def done(self) -> list[Step]:
        """The steps that were carried out."""
        return [step for step, is_certain in self._tried if is_certain]

    @property
    def perhaps_done(self) -> list[Step]:
        """The steps that were or may have been carried out."""
        return [step for step, _is_certain in self._tried]

    def know(self, resource_id: str | None, resource: State | Foreseen | None) -> None:
        self.resource_id, self.resource = resource_id, resource

    @property
    def rest(self) -> list[Step]:
        """The steps that are still to be carried out, beginning with the one that has failed."""
        steps = self.plan.steps
        return [*steps] if self._reached is None else [*steps[steps.index(self._reached) :]]

    @property
    def is_resumable(self) -> bool:
        """Whether a later run can continue after a failure."""
        return True

    def begin(self, step: Step) -> None:
        """Called before each step."""
        self._reached = step
        self._before_step = len(self._tried)

    def did(self, step: Step, *, is_certain: bool = True) -> None:
        """Records a step, or one of the writes of a step that has several."""
        self._tried.append((step, is_certain))

    def settle(self, step: Step, *, is_certain: bool) -> None:
        """Corrects what was recorded about this step."""
        self._tried = [(one, is_certain if one == step else known) for one, known in self._tried]

    def did_not(self, step: Step) -> None:
        """Removes a step that may have been carried out, but was not."""
        self._tried = [(one, is_certain) for one, is_certain in self._tried if is_certain or one != step]

    def complete(self, step: Step) -> None:
        """Records a completed step instead of its writes."""
        del self._tried[self._before_step :]
        self.did(step)

    def doubt(self, step: Step, error: ApsaraStackError, *, was_sent: bool) -> None:
        """Records a failed step if it may have been carried out. ``was_sent``: whether its expectations held."""
        if was_sent and step.text() is not None and not step.has_parts and may_be_done(error):
            self.did(step, is_certain=False)

    @property
    def is_in_doubt(self) -> bool:
        """Whether the last step may have been carried out."""
        return any(not is_certain for _step, is_certain in self._tried[self._before_step :])

    def stop(self) -> None:
        """Called when a failure ends the task."""

    def note(self, step: Step, error: ServiceError) -> None:
        """Records a refused step that does not end the task."""
        self.noted.append((step, error))

    def facts(self) -> dict[str, t.Any]:
        """The keys of every result, whether success or failure."""
        return {
            "changed": bool(self.actions),
            "actions": self.actions,
            "warnings": self.warnings,
        }

    def facts_after(self, error: ApsaraStackError) -> dict[str, t.Any]:
        """The keys of the result of a failure."""
        return {**self.facts(), **error.facts}

    def notes(self) -> list[str]:
        """Sentences to append to a failure."""
        return self.remarks
