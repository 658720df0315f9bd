# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task of the cloud: asynchronous work, with the objects that it reads or writes."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import to_integer
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import cut, plain_text
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.mapping import compiled

_LONGEST_REASON = 500


class StoredObject(t.TypedDict):
    bucket: str | None
    object: str
    format: str | None


class Task(t.TypedDict):
    """``image_id``: None if the release does not report it. ``objects``: empty until the cloud reports them, which
    lists never do. ``failures``: why parts of it failed."""

    task_id: str
    action: str
    status: str
    progress: int | None
    image_id: str | None
    creation_time: str | None
    finished_time: str | None
    failed_count: int
    objects: list[StoredObject]
    failures: list[str]


_FINISHED = "Finished"


def is_canceled(task: Task) -> bool:
    # The status of a canceled task is not documented; clients and samples spell it in two ways.
    return task["status"].lower().startswith("cancel")


def is_running(task: Task) -> bool:
    """Whether the cloud processes it, or will. An unknown status counts as being processed until the task has an end
    time."""
    has_ended = task["status"] in (_FINISHED, "Failed") or is_canceled(task) or task["finished_time"]
    return not has_ended


def is_done(task: Task) -> bool:
    """Whether it has succeeded. A release reports Finished even if parts of the task have failed."""
    return task["status"] == _FINISHED and not task["failed_count"]


# Left: our key. Right: the API's field (reference of DescribeTasks and DescribeTaskAttribute, 2014-05-26).
_EXPRESSION = """{
    task_id: TaskId, action: TaskAction, status: TaskStatus, progress: TaskProcess, image_id: ResourceId,
    creation_time: CreationTime, finished_time: FinishedTime, failed_count: FailedCount,
    operations: OperationProgressSet.OperationProgress[].{
        code: ErrorCode, message: ErrorMsg, items: RelatedItemSet.RelatedItem[].{name: Name, value: Value}
    }
}"""


def to_task(wire: t.Mapping[str, t.Any]) -> Task:
    """A task from a list, or a single one."""
    shaped = compiled(_EXPRESSION).search(wire)
    operations = shaped["operations"] or []
    return Task(
        task_id=str(shaped["task_id"]),
        action=_action(shaped["action"]),
        status=str(shaped["status"] or ""),
        progress=to_integer(shaped["progress"]),
        image_id=_text(shaped["image_id"]),
        creation_time=_text(shaped["creation_time"]),
        finished_time=_text(shaped["finished_time"]),
        failed_count=to_integer(shaped["failed_count"]) or 0,
        objects=[found for each in operations for found in _objects(each["items"] or [])],
        failures=[failure for each in operations for failure in _failure(each)],
    )


def _text(value: t.Any) -> str | None:
    """The API represents a missing value by an empty string."""
    return str(value) if value else None


def _action(value: t.Any) -> str:
    """``EXPORT_IMAGE``, as in a sample of the vendor, is ``ExportImage``."""
    text = str(value or "")
    return text.title().replace("_", "") if "_" in text or text.isupper() else text


def _objects(items: t.Sequence[t.Mapping[str, t.Any]]) -> t.Iterator[StoredObject]:
    # Releases spell OSS in two ways.
    reported = {str(item["name"]).lower(): _text(item["value"]) for item in items}
    name = reported.get("ossobject")
    if name is not None:
        yield StoredObject(bucket=reported.get("ossbucket"), object=name, format=_lower(reported.get("imageformat")))


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _failure(operation: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    parts = [str(operation[key]) for key in ("code", "message") if operation[key]]
    if parts:
        yield cut(plain_text(": ".join(parts)), _LONGEST_REASON)
