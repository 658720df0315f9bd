# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of plans for an export. A ``task_id`` of None stands for the task that the plan starts."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Change, ReadOnly

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import Task
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export.desired import DesiredExport


@dataclass(frozen=True)
class _OfATask(ReadOnly):
    """``desired``: the objects that the task must write."""

    task_id: str | None
    image_id: str
    desired: DesiredExport

    def with_id(self, new_id: str | None) -> t.Any:
        return self if self.task_id is not None else replace(self, task_id=new_id)


@dataclass(frozen=True)
class Export(Change):
    """``judged``: the tasks that are known not to be this export."""

    image_id: str
    desired: DesiredExport
    judged: frozenset[str] = frozenset()

    def text(self) -> str:
        prefix = "" if self.desired.prefix is None else f" with prefix {self.desired.prefix!r}"
        image_format = "" if self.desired.image_format is None else f" as {self.desired.image_format}"
        return f"export image {self.image_id} to bucket {self.desired.bucket!r}{prefix}{image_format}"


@dataclass(frozen=True)
class Cancel(Change):
    """``expected``: the running task."""

    image_id: str
    expected: Task

    @property
    def task_id(self) -> str:
        return self.expected["task_id"]

    def text(self) -> str:
        return f"cancel export task {self.task_id} of image {self.image_id}"


@dataclass(frozen=True)
class WaitUntilDone(_OfATask):
    """Waits until the export is finished."""

    def attempt(self) -> str:
        return f"wait for {_subject(self.task_id)} of image {self.image_id}"


@dataclass(frozen=True)
class ReadBack(_OfATask):
    """Reads a new task: until this succeeds, the next run would not find it either."""

    def attempt(self) -> str:
        return f"read {_subject(self.task_id)} of image {self.image_id}"


@dataclass(frozen=True)
class WaitUntilFree(ReadOnly):
    """Waits until another export of the image has ended."""

    task_id: str
    image_id: str

    def attempt(self) -> str:
        return f"wait for the other export of image {self.image_id}, task {self.task_id}, to end"


@dataclass(frozen=True)
class WaitUntilCanceled(ReadOnly):
    task_id: str

    def attempt(self) -> str:
        return f"wait for export task {self.task_id} to be canceled"


def _subject(task_id: str | None) -> str:
    return "the new export task" if task_id is None else f"export task {task_id}"
