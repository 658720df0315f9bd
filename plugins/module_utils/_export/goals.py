# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The goals of a wait for a task that exports an image."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import is_canceled, is_done, is_running
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.waiter import Goal, Watched
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import Task


def _name(task: Task) -> str:
    return f"export task {task['task_id']}"


def _facts(task: Task) -> dict[str, t.Any]:
    return {"task_id": task["task_id"], "objects": task["objects"]}


def _vanished(seen: Task) -> ApsaraStackError:
    return ApsaraStackError(
        f"{_name(seen)} is no longer listed; it was {_EXPORT.text(seen)}",
        "vanished",
        advice="Run the task again to export the image again.",
        facts=_facts(seen),
    )


def _lost(task: Task) -> ApsaraStackError | None:
    if is_running(task) or is_done(task):
        return None
    if is_canceled(task):
        return ApsaraStackError(
            f"{_name(task)} was canceled by somebody else",
            "canceled",
            advice="Run the task again to export the image again.",
            facts=_facts(task),
        )
    return ApsaraStackError(
        f"{_name(task)} failed: {_reasons(task)}",
        "export_failed",
        advice="Remove the cause and run the task again to export the image again.",
        facts=_facts(task),
    )


def _reasons(task: Task) -> str:
    if task["failures"]:
        # Several disks often fail for the same reason.
        return "; ".join(dict.fromkeys(task["failures"]))
    return f"its status is {task['status']}, and the cloud gives no reason; it may have been canceled"


_LEFT = "The export continues in the cloud."
_UNLISTED = (
    "Until the cloud lists the export task, no run finds it, and each would export the image again: wait a minute "
    "before you run the task again, and raise wait_timeout."
)
CONTINUES = f"{_LEFT} Once it can be read, run the task again to resume waiting for it."


_EXPORT: Watched[Task] = Watched(lambda task: task["progress"], lambda task: task["status"], _name, _facts, _vanished)
# Its progress says nothing about when the cancellation takes effect.
_LEAVING = dataclasses.replace(_EXPORT, progress=lambda _task: None, status=lambda task: f"still {task['status']}")
# A task that is not part of the result.
_OTHER = dataclasses.replace(_EXPORT, facts=lambda _task: {})

DONE: Goal[Task] = Goal(_EXPORT, lambda task: task is not None and is_done(task), _LEFT, _lost, _UNLISTED)
CANCELED: Goal[Task] = Goal(
    _LEAVING, lambda task: task is None or not is_running(task), "The cancellation continues in the cloud."
)
ENDED: Goal[Task] = Goal(_OTHER, lambda task: task is None or not is_running(task), _LEFT)
