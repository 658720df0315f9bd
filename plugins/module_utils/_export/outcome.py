# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcome of a plan for an export, as in the result."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.outcome import Outcome
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.plans import NewTask

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import Task
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export.plans import ExportPlan


class ExportOutcome(Outcome["Task", NewTask]):
    def __init__(self, plan: ExportPlan) -> None:
        super().__init__(plan)
        # If the plan starts another export, an earlier one is not part of the result.
        known = plan.before if plan.after is None else plan.after
        if known is not None and not isinstance(known, NewTask):
            self.know_task(known)

    @property
    def task(self) -> Task | None:
        return None if isinstance(self.resource, NewTask) else self.resource

    def know_task(self, task: Task) -> None:
        self.know(task["task_id"], task)

    def facts(self) -> dict[str, t.Any]:
        return {
            **super().facts(),
            "task_id": self.resource_id,
            "task_status": None if self.task is None else self.task["status"],
            "task_progress": None if self.task is None else self.task["progress"],
            "objects": [] if self.task is None else self.task["objects"],
            **self.plan.facts,
        }
