# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ExportImage: a task that writes one object for each disk of an image into a bucket."""

from __future__ import annotations

import re
import typing as t

from .. import lifecycle
from ..context import Action, Context, new_home
from ..errors import CloudError
from ..oss import bucket_for
from ..parameters import Arguments, Parameter, boolean
from ..world import SYSTEM, Image, Mapping, StoredObject, Task
from .create_image import recall, remember
from .tasks import task_id_field

if t.TYPE_CHECKING:
    from ..answers import Body

_SPECIFICATION = (
    Parameter("ImageId", required=True),
    Parameter("OSSBucket", required=True),
    Parameter("OSSPrefix"),
    Parameter("ImageFormat", default="raw"),
    Parameter("RoleName", default="AliyunECSImageExportDefaultRole"),
    Parameter("ClientToken"),
    Parameter("DryRun", boolean),
)
_FORMATS = ("raw", "vhd", "qcow2", "vmdk", "vdi")
_PREFIX = re.compile(r"[A-Za-z0-9]{1,30}")
_MOST_DATA_DISKS = 4
_LARGEST_DATA_DISK = 500
_WEEK = 7 * 86400.0


def _export_image(context: Context, arguments: Arguments) -> Body:
    token = arguments.text("ClientToken")
    task_id = recall(context, token, arguments)
    if task_id is None:
        task_id = _new_task(context, arguments).id
        remember(context, token, arguments, task_id)
    return {task_id_field(context): task_id, "RegionId": context.region}


def _new_task(context: Context, arguments: Arguments) -> Task:
    _check_values(context, arguments)
    image = _exportable(context, arguments.required_text("ImageId"))
    bucket = bucket_for(context, arguments.required_text("OSSBucket"), arguments.required_text("RoleName"))
    _check_quotas(context)
    if arguments.flag("DryRun"):
        raise CloudError("DryRunOperation")
    task = Task(
        id=context.world.new_id("tsk-"),
        organization=context.organization.id,
        resource_group=new_home(context),
        region=context.region,
        created=context.now,
        action="ExportImage",
        image_id=image.id,
        bucket=bucket.name,
        error=context.knobs.next_failure("fail_next_task"),
    )
    lifecycle.start_task(task, context.knobs, context.now, context.knobs.export_time)
    for mapping in image.mappings:
        _add_disk(task, mapping, arguments)
    context.world.tasks[task.id] = task
    return task


def _check_values(context: Context, arguments: Arguments) -> None:
    prefix, wanted = arguments.text("OSSPrefix"), arguments.required_text("ImageFormat")
    if prefix is not None and not _PREFIX.fullmatch(prefix):
        raise CloudError("InvalidOSSPrefix.Malformed")
    if wanted not in _FORMATS:
        raise CloudError("InvalidImageFormat.Malformed")
    if wanted not in context.knobs.export_formats.split(","):
        raise CloudError("InvalidImageFormat.RegionNotSupported")


def _exportable(context: Context, image_id: str) -> Image:
    """Raises CloudError for an image that cannot be exported, or cannot be now."""
    known = context.world.images.get(image_id)
    if known is not None and (known.organization == SYSTEM or known.public):
        raise CloudError("InvalidImageCategory.NotSupported")
    image = context.own_image(image_id)
    if lifecycle.status(image, context.now) != lifecycle.AVAILABLE:
        raise CloudError("IncorrectImageStatus")
    if image.encrypted:
        raise CloudError("ImageNotSupported")
    if image.os_type == "windows":
        raise CloudError("InvalidImageLicense.NotSupported")
    data = [mapping.size for mapping in image.mappings if mapping.type != "system"]
    if len(data) > _MOST_DATA_DISKS or max(data, default=0) > _LARGEST_DATA_DISK:
        raise CloudError("InvalidImage.DiskAmountOrSize")
    if lifecycle.is_worked_on(context.world, image, "ExportImage", context.now):
        raise CloudError("ImageIsExporting")
    return image


def _check_quotas(context: Context) -> None:
    exports = [task for task in context.world.tasks.values() if context.owns(task) and task.action == "ExportImage"]
    running = sum(1 for task in exports if lifecycle.is_running(task, context.now))
    if running >= context.knobs.export_quota:
        raise CloudError("ConcurrentQuotaExceed.ExportImage")
    recent = sum(1 for task in exports if task.created > context.now - _WEEK)
    if recent >= context.knobs.weekly_export_quota:
        raise CloudError("WeeklyQuotaExceed.ExportImage")


def _add_disk(task: Task, mapping: Mapping, arguments: Arguments) -> None:
    image_format = arguments.required_text("ImageFormat")
    name = _object_name(task, mapping, arguments.text("OSSPrefix"), image_format)
    task.delivers.append(StoredObject(name, image_format.upper(), mapping.size))
    task.disks.append({"OSSBucket": task.bucket, "OSSObject": name, "ImageFormat": image_format})


def _object_name(task: Task, mapping: Mapping, prefix: str | None, image_format: str) -> str:
    """Of raw disks as every page has it; of the other formats as a sample has it."""
    disk = "system" if mapping.type == "system" else f"data_{mapping.device.rpartition('/')[2]}"
    stem = f"{prefix}_{task.image_id}" if prefix else task.image_id
    if image_format == "raw":
        return f"{stem}_{disk}.raw.tar.gz"
    return f"{stem}_{task.id}.{image_format}" if disk == "system" else f"{stem}_{task.id}_{disk}.{image_format}"


ACTIONS = (Action("ExportImage", _SPECIFICATION, _export_image, write=True),)
