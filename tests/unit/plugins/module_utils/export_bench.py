# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An in-memory fake of ``Tasks``, and tasks as it returns them."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import StoredObject, Task, is_running, to_task
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.desired import DesiredExport
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock

WANTED = DesiredExport(image_name="web", bucket="exports", prefix="nightly")


def task_of(**known: t.Any) -> Task:
    return t.cast("Task", {**to_task({}), **known})


def stored(name: str = "nightly_m-1_system.raw.tar.gz", bucket: str | None = "exports") -> StoredObject:
    return StoredObject(bucket=bucket, object=name, format="raw")


def task(task_id: str = "t-1", status: str = "Finished", **known: t.Any) -> Task:
    """An export of image m-1 to the place of WANTED, with the values that matter to the test."""
    return task_of(**{"task_id": task_id, "action": "ExportImage", "status": status, "objects": [stored()], **known})


class FakeTasks:
    """``errors``: raised by the next calls of ``export``; with ``is_processed``, such a call is processed anyway.
    ``takes``: duration of an export in seconds."""

    def __init__(self, *tasks: Task) -> None:
        self.clock = Clock()
        self.tasks = {str(one["task_id"]): one for one in tasks}
        self.calls: list[tuple[t.Any, ...]] = []
        self.errors: list[Exception] = []
        self.is_processed = False
        self.takes = 0.0
        self.end: dict[str, t.Any] = {"status": "Finished"}
        self.cancel_error: Exception | None = None
        self._ends_at = {task_id: 30.0 for task_id, one in self.tasks.items() if is_running(one)}

    @property
    def writes(self) -> list[tuple[t.Any, ...]]:
        return [call for call in self.calls if call[0] in ("export", "cancel")]

    def exports(self, image_id: str) -> tuple[Task, ...]:
        self.calls.append(("exports", image_id))
        self._pass_time()
        return tuple(t.cast("Task", {**one, "objects": []}) for one in reversed(list(self.tasks.values())))

    def task(self, task_id: str) -> Task | None:
        self.calls.append(("task", task_id))
        self._pass_time()
        return self.tasks.get(task_id)

    def export(self, image_id: str, bucket: str, look_again: t.Any = None, **options: t.Any) -> str:
        self.calls.append(("export", image_id, bucket, options))
        error = self.errors.pop(0) if self.errors else None
        task_id = f"t-new-{len(self.tasks)}"
        if error is None or self.is_processed:
            prefix = f"{options['prefix']}_" if options["prefix"] else ""
            objects = [stored(f"{prefix}{image_id}_system.raw.tar.gz", bucket)]
            self.tasks[task_id] = task(task_id, "Processing", objects=objects)
            self._ends_at[task_id] = self.clock.now + self.takes
        if error is not None:
            raise error
        return task_id

    def cancel(self, task_id: str) -> None:
        self.calls.append(("cancel", task_id))
        if self.cancel_error is not None:
            raise self.cancel_error
        self.change(task_id, status="Canceled")

    # Changes that the code under test does not make.

    def change(self, task_id: str, **changes: t.Any) -> None:
        self.tasks[task_id] = t.cast("Task", {**self.tasks[task_id], **changes})

    def _pass_time(self) -> None:
        for task_id, ends_at in list(self._ends_at.items()):
            if self.clock.now >= ends_at:
                del self._ends_at[task_id]
                self.change(task_id, **self.end)
