# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan came to: what was done, what may have been done, and what is known of the resource."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import Foreseen, Plan, State, texts
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import may_be_done

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, ServiceError


class Outcome(t.Generic[State, Foreseen]):
    """``resource``: as last known; None when there is none to know. ``done``: the steps that were carried out.
    ``uncertain``: the step that failed, where the cloud may have carried it out. ``noted``: the steps that were
    refused, which did not end the task. ``has_begun``: a step has written, also if it then failed.

    A resource adds to ``facts`` and ``notes`` what only it knows.
    """

    def __init__(self, plan: Plan[State, Foreseen]) -> None:
        self.plan = plan
        self.resource_id: str | None = None
        self.resource: State | Foreseen | None = None
        self.done: list[Step] = []
        self.uncertain: Step | None = None
        self.noted: list[tuple[Step, ServiceError]] = []
        self.has_begun = False
        self.warnings: list[str] = list(plan.warnings)

    @property
    def actions(self) -> list[str]:
        return texts(self.done)

    @property
    def perhaps_done(self) -> list[Step]:
        """The steps that were carried out, or may have been."""
        return self.done if self.uncertain is None else [*self.done, self.uncertain]

    def know(self, resource_id: str | None, resource: State | Foreseen | None) -> None:
        self.resource_id, self.resource = resource_id, resource

    def fail(self, step: Step, error: ApsaraStackError) -> None:
        """A step has failed, and ends the task."""
        if step.text() is not None and may_be_done(error):
            self.uncertain = step

    def note(self, step: Step, error: ServiceError) -> None:
        """A step was refused, which does not end the task."""
        self.noted.append((step, error))

    def facts(self) -> dict[str, t.Any]:
        """What every result tells, be it a success or a failure."""
        return {
            "changed": bool(self.actions) or self.has_begun or self.uncertain is not None,
            "actions": self.actions,
            "warnings": self.warnings,
        }

    def facts_after(self, error: ApsaraStackError) -> dict[str, t.Any]:
        """What the result of a failure tells."""
        return {**self.facts(), **error.facts}

    def notes(self) -> list[str]:
        """Sentences that belong behind a failure."""
        return []
