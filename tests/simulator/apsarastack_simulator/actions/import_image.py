# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ImportImage: a task that makes an image of disk files in a bucket."""

from __future__ import annotations

import typing as t

from .. import lifecycle, rules
from ..context import Action, Context, new_home
from ..errors import CloudError, missing
from ..parameters import Arguments, Parameter, Repeated, boolean, one_of
from ..world import Attributes, Image, Task
from .create_image import check_resource_group, check_room, recall, remember, rest_on_snapshot
from .import_disks import Disks, disks_of
from .tasks import task_id_field

if t.TYPE_CHECKING:
    from ..answers import Body

_MEMBERS = ("OSSBucket", "OSSObject", "Format", "DiskImageSize", "DiskImSize", "Device")


def _os_type(_name: str, value: str) -> str:
    """In any case: `Linux` was seen to work."""
    if value.lower() not in ("linux", "windows"):
        raise CloudError("InvalidOSType.Malformed")
    return value.lower()


def _cloud_box(_name: str, _value: str) -> str:
    raise CloudError("InvalidStorageLocation.NotFound")


_SPECIFICATION = (
    Repeated("DiskDeviceMapping", _MEMBERS),
    Parameter("ImageName"),
    Parameter("Description"),
    Parameter("Architecture", one_of("InvalidArchitecture.Malformed", *rules.ARCHITECTURES), default="x86_64"),
    Parameter("OSType", _os_type),
    Parameter("Platform", one_of("InvalidPlatform.Malformed", *sorted(rules.IMPORT_PLATFORMS))),
    Parameter("BootMode", one_of("InvalidBootMode.Malformed", *rules.BOOT_MODES)),
    Parameter("LicenseType", one_of("InvalidLicenseType.NotSupported", "Auto", "Aliyun", "BYOL")),
    Parameter("RoleName", default="AliyunECSImageImportDefaultRole"),
    Parameter("ResourceGroupId"),
    Parameter("ClientToken"),
    Parameter("DetectionStrategy", one_of("InvalidParameter.DetectionStrategy", "Standard")),
    Parameter("Features.NvmeSupport", one_of("InvalidParameter", "supported", "unsupported"), default="unsupported"),
    Parameter("Features.ImdsSupport", one_of("InvalidParameter.FeaturesImdsSupport", "v1", "v2"), default="v1"),
    # No CloudBox is simulated.
    Parameter("StorageLocationArn", _cloud_box),
    Parameter("DryRun", boolean),
    Repeated("Tag", ("Key", "Value"), maximum=rules.TAGS_PER_RESOURCE, too_many="InvalidTagCount"),
)


def _import_image(context: Context, arguments: Arguments) -> Body:
    token = arguments.text("ClientToken")
    image_id = recall(context, token, arguments)
    if image_id is None:
        image_id = _start(context, arguments)
        remember(context, token, arguments, image_id)
    tasks = context.world.tasks.values()
    task = next(task for task in tasks if task.image_id == image_id and task.action == context.action)
    return {"ImageId": image_id, task_id_field(context): task.id, "RegionId": context.region}


def _start(context: Context, arguments: Arguments) -> str:
    """The id of the new image."""
    rules.check_image_name(arguments.text("ImageName"), context.knobs.image_names)
    rules.check_description(arguments.text("Description"), context.knobs.description_minimum)
    check_resource_group(context, arguments.text("ResourceGroupId"))
    _check_system(context, arguments)
    tags = rules.tags_in(arguments)
    disks = disks_of(context, arguments)
    check_room(context, arguments.text("ImageName"))
    if arguments.flag("DryRun"):
        raise CloudError("DRYRUN.SUCCESS")
    image = _new_image(context, arguments, disks)
    image.attributes.tags = tags
    context.world.images.add(image)
    _add_task(context, image, disks.error or context.knobs.next_failure("fail_next_task"))
    for mapping in image.mappings:
        name = f"SnapshotForImage-{image.attributes.name}-{mapping.type}"
        rest_on_snapshot(context, image, mapping, name=name, imported=True)
    return image.id


def _check_system(context: Context, arguments: Arguments) -> None:
    """What does not go together."""
    arm = arguments.text("Architecture") == "arm64"
    platform, os_type = arguments.text("Platform"), arguments.text("OSType")
    windows = (platform or "").startswith("Windows")
    if arm and arguments.text("BootMode") == "BIOS":
        raise CloudError("InvalidBootMode.NotSupport")
    if arm and (windows or os_type == "windows"):
        raise CloudError("InvalidArchitecture.PlatformUnsupported")
    if os_type is not None and windows != (os_type == "windows"):
        raise CloudError("InvalidPlatform.Malformed")
    if windows and context.knobs.windows_license == "required" and arguments.text("LicenseType") is None:
        raise missing("LicenseType")


def _new_image(context: Context, arguments: Arguments, disks: Disks) -> Image:
    image_id = context.world.new_id("m-")
    platform = arguments.text("Platform") or "Others Linux"
    architecture = arguments.required_text("Architecture")
    image = Image(
        id=image_id,
        organization=context.organization.id,
        resource_group=new_home(context),
        region=context.region,
        account=context.organization.account,
        created=context.now,
        attributes=Attributes(
            name=arguments.text("ImageName") or image_id,
            description=arguments.text("Description") or "",
            boot_mode=arguments.text("BootMode") or ("UEFI" if architecture == "arm64" else "BIOS"),
            license_type=arguments.text("LicenseType") or "Auto",
            nvme_support=arguments.required_text("Features.NvmeSupport"),
            imds_support=arguments.required_text("Features.ImdsSupport"),
        ),
        platform=platform,
        architecture=architecture,
        os_type="windows" if platform.startswith("Windows") else "linux",
        os_name=platform,
        mappings=disks.mappings,
    )
    lifecycle.start_import(image, context.knobs, context.now)
    return image


def _add_task(context: Context, image: Image, error: str) -> None:
    task = Task(
        id=context.world.new_id("t-"),
        organization=image.organization,
        resource_group=image.resource_group,
        region=image.region,
        created=context.now,
        action="ImportImage",
        image_id=image.id,
        disks=[
            {"OSSBucket": mapping.bucket, "OSSObject": mapping.object, "ImageFormat": mapping.format}
            for mapping in image.mappings
        ],
        error=error,
    )
    lifecycle.start_task(task, context.knobs, context.now, context.knobs.import_time)
    context.world.tasks[task.id] = task
    if error:
        image.failure = error
        lifecycle.doom(context.world, image, context.knobs.failed_status)


ACTIONS = (Action("ImportImage", _SPECIFICATION, _import_image, write=True),)
