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


class Outcome(t.Generic[State, Foreseen]):
    """``resource``: its last known state; None if there is none. ``done``: the steps that were carried out.
    ``uncertain``: the failed step, if the cloud may have carried it out. ``noted``: refused steps that did not end the
    task. ``has_begun``: whether a step has written something, even if it failed later.

    Each resource extends ``facts`` and ``notes``.
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
        """The steps that were or may have been carried out."""
        return self.done if self.uncertain is None else [*self.done, self.uncertain]

    def know(self, resource_id: str | None, resource: State | Foreseen | None) -> None:
        self.resource_id, self.resource = resource_id, resource

    def fail(self, step: Step, error: ApsaraStackError) -> None:
        """Records a failed step that ends the task."""
        if step.text() is not None and may_be_done(error):
            self.uncertain = step

    def note(self, step: Step, error: ServiceError) -> None:
        """Records a refused step that does not end the task."""
        self.noted.append((step, error))

    def facts(self) -> dict[str, t.Any]:
        """The keys of every result, whether success or failure."""
        return {
            "changed": bool(self.actions) or self.has_begun or self.uncertain is not None,
            "actions": self.actions,
            "warnings": self.warnings,
        }

    def facts_after(self, error: ApsaraStackError) -> dict[str, t.Any]:
        """The keys of the result of a failure."""
        return {**self.facts(), **error.facts}

    def notes(self) -> list[str]:
        """Sentences to append to a failure."""
        return []
