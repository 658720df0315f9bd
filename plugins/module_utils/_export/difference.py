# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The diff of an export."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import difference
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.plans import NewTask

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import Task
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.difference import Side
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export.desired import DesiredExport
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export.plans import ExportPlan


def diff(plan: ExportPlan, desired: DesiredExport) -> Side:
    handle = desired.handle()
    return difference.diff(_managed(plan.before, desired), _managed(plan.after, desired), (handle, handle))


def _managed(task: Task | NewTask | None, desired: DesiredExport) -> Side:
    if task is None:
        return difference.ABSENT
    made_by = "a new task" if isinstance(task, NewTask) else f"task {task['task_id']}"
    return {"state": "present", **desired.place(), "exported_by": made_by}
