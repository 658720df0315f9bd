# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeTasks, DescribeTaskAttribute and CancelTask: imports and exports while they run, and afterwards."""

from __future__ import annotations

import typing as t

from .. import lifecycle
from ..clock import seconds_of, utc_minutes
from ..context import Action, Context
from ..errors import CloudError, invalid
from ..paging import page, paging
from ..parameters import Arguments, Parameter, Repeated, comma_list, one_of
from .change_image import discard

if t.TYPE_CHECKING:
    from ..answers import Body
    from ..world import Image, Task

_IDS_PER_CALL = 100
_DESCRIBE = (
    Parameter("TaskIds", comma_list, default=[]),
    Parameter(
        "TaskAction",
        one_of(
            "InvalidParameter", "ImportImage", "ExportImage", "RedeployInstance", "ModifyDiskSpec", "ArchiveSnapshot"
        ),
    ),
    Parameter("TaskStatus"),
    Parameter("StartTime"),
    Parameter("EndTime"),
    Parameter("TaskGroupId"),
    Repeated("ResourceIds", maximum=_IDS_PER_CALL),
    *paging(),
)
_ONE = (Parameter("TaskId", required=True),)
_CANCELABLE = ("ImportImage", "ExportImage")
# Another value is ignored and filters nothing.
_FILTERED = ("Finished", "Processing", "Failed")


def task_id_field(context: Context) -> str:
    """What the answer that starts a task calls its id."""
    return "TaskId" if context.knobs.task_id_field == "TaskId" else context.action.replace("Image", "TaskId")


def _own_task(context: Context, arguments: Arguments) -> Task:
    task = context.world.tasks.get(arguments.required_text("TaskId"))
    if task is None or not context.owns(task):
        raise CloudError("InvalidTaskId.NotFound")
    return task


def _describe_tasks(context: Context, arguments: Arguments) -> Body:
    """Newest first."""
    if len(arguments.texts("TaskIds")) > _IDS_PER_CALL:
        raise invalid("TaskIds")
    begin, end = _moment(arguments, "StartTime"), _moment(arguments, "EndTime")
    found = [
        task
        for task in reversed(list(context.world.tasks.values()))
        if context.owns(task)
        and _matches(context, arguments, task)
        and (begin is None or task.created >= begin)
        and (end is None or task.created <= end)
    ]
    tasks, counts = page(context, arguments, found)
    listed: t.Any = {"Task": [_summary(context, task) for task in tasks]}
    if context.knobs.task_shape == "sample":
        listed = [listed]
    return {**counts, "RegionId": context.region, "TaskSet": listed}


def _moment(arguments: Arguments, name: str) -> float | None:
    value = arguments.text(name)
    if value is None:
        return None
    try:
        return seconds_of(value)
    except ValueError:
        raise invalid(name) from None


def _matches(context: Context, arguments: Arguments, task: Task) -> bool:
    ids, resources = arguments.texts("TaskIds"), arguments.texts("ResourceIds")
    if (ids and task.id not in ids) or (resources and task.image_id not in resources):
        return False
    status = arguments.text("TaskStatus")
    if status in _FILTERED and lifecycle.task_status(task, context.now, context.knobs) != status:
        return False
    return arguments.text("TaskAction") in (None, task.action)


def _summary(context: Context, task: Task) -> Body:
    """The vendor's table and its sample tell the same in two ways."""
    end = lifecycle.task_end(task, context.now)
    sample = context.knobs.task_shape == "sample"
    cancelable = task.action in _CANCELABLE and lifecycle.is_running(task, context.now)
    answer: Body = {
        "TaskId": task.id,
        "TaskAction": task.action.replace("Image", "_Image").upper() if sample else task.action,
        "TaskStatus": lifecycle.task_status(task, context.now, context.knobs),
        "SupportCancel": cancelable if sample else str(cancelable).lower(),
        "CreationTime": utc_minutes(task.created),
        "FinishedTime": "" if end is None else utc_minutes(end),
    }
    if context.knobs.task_resource_id:
        answer["ResourceId"] = task.image_id
    return answer


def _describe_task_attribute(context: Context, arguments: Arguments) -> Body:
    task = _own_task(context, arguments)
    ended = lifecycle.task_end(task, context.now) is not None
    failed = ended and (bool(task.error) or task.canceled_at is not None)
    progress = lifecycle.task_progress(task, context.now, context.knobs.progress)
    return {
        **_summary(context, task),
        "RegionId": context.region,
        "TaskProcess": "" if progress is None else f"{progress}%",
        "TotalCount": len(task.disks),
        "SuccessCount": len(task.disks) if ended and not failed else 0,
        "FailedCount": len(task.disks) if failed else 0,
        "OperationProgressSet": {"OperationProgress": [_operation(context, task, disk) for disk in task.disks]},
    }


def _operation(context: Context, task: Task, disk: t.Mapping[str, str]) -> Body:
    ended = lifecycle.task_end(task, context.now) is not None
    status = lifecycle.task_status(task, context.now, context.knobs)
    error = task.error if ended and task.canceled_at is None else ""
    told = disk if ended or context.knobs.related_items == "always" else {}
    return {
        "OperationStatus": "Failed" if error else "Success" if status == "Finished" else status,
        "ErrorCode": f"{task.action}Failed" if error else "",
        "ErrorMsg": error,
        "RelatedItemSet": {"RelatedItem": [{"Name": name, "Value": value} for name, value in told.items()]},
    }


def _cancel_task(context: Context, arguments: Arguments) -> Body:
    task = _own_task(context, arguments)
    if task.action not in _CANCELABLE:
        raise CloudError("InvalidTaskId.TaskActionNotSupport")
    if not lifecycle.is_running(task, context.now):
        raise CloudError("InvalidTaskId.IncorrectTaskStatus")
    task.canceled_at = context.now
    image = context.world.images.get(task.image_id)
    if task.action == "ImportImage" and image is not None:
        _stop(context, image)
    return {}


def _stop(context: Context, image: Image) -> None:
    """The image of a canceled import. The texts let one expect that it is removed."""
    if context.knobs.canceled_import == "gone":
        discard(context, image)
        return
    lifecycle.doom(context.world, image, context.knobs.canceled_import)
    image.ready_at = context.now
    image.failure = "its import was canceled"


ACTIONS = (
    Action("DescribeTasks", _DESCRIBE, _describe_tasks, write=False),
    Action("DescribeTaskAttribute", _ONE, _describe_task_attribute, write=False),
    Action("CancelTask", _ONE, _cancel_task, write=True),
)
