# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ModifyImageAttribute and DeleteImage."""

from __future__ import annotations

import copy
import typing as t

from .. import lifecycle, rules
from ..context import Action, Context
from ..errors import CloudError
from ..parameters import Arguments, Parameter, boolean, one_of
from .create_image import check_family, check_name_is_free

if t.TYPE_CHECKING:
    from ..answers import Body
    from ..world import Attributes, Image

_MODIFY = (
    Parameter("ImageId", required=True),
    Parameter("ImageName"),
    # Empty and absent values are distinguished here: whether an empty one clears or keeps depends on the release.
    Parameter("Description"),
    Parameter("Status"),
    Parameter("ImageFamily"),
    Parameter("BootMode", one_of("InvalidBootMode.NotSupport", *rules.BOOT_MODES)),
    Parameter("LicenseType", one_of("InvalidLicenseType.NotSupported", "BYOL")),
    Parameter("Features.NvmeSupport", one_of("InvalidParameter", "supported", "unsupported")),
    Parameter("Features.ImdsSupport", one_of("InvalidParameter.FeaturesImdsSupport", "v1", "v2")),
    Parameter("DryRun", boolean),
)
_DELETE = (
    Parameter("ImageId", required=True),
    Parameter("Force", boolean, default=False),
    Parameter("DryRun", boolean),
)
# Parameter -> field, of what an empty value leaves alone.
_PLAIN = {
    "ImageName": "name",
    "ImageFamily": "family",
    "BootMode": "boot_mode",
    "LicenseType": "license_type",
    "Features.NvmeSupport": "nvme_support",
    "Features.ImdsSupport": "imds_support",
}
_STATUS_REFUSALS = {"Available": "ImageStatus.NotDeprecated", "Deprecated": "ImageStatus.NotAvailable"}


def changing(context: Context, image: Image) -> Attributes:
    """The attributes to change; lists keep showing the old ones for `modify_latency`."""
    latency, lag = context.knobs.modify_latency, context.knobs.tag_list_lag
    image.stale = [(until, old) for until, old in image.stale if context.now - lag < until]
    if latency > 0 or lag > 0:
        image.stale.append((context.now + latency, copy.deepcopy(image.attributes)))
    return image.attributes


def _modify_image_attribute(context: Context, arguments: Arguments) -> Body:
    image = context.own_image(arguments.required_text("ImageId"))
    name, family = arguments.text("ImageName"), arguments.text("ImageFamily")
    rules.check_image_name(name, context.knobs.image_names)
    rules.check_description(arguments.text("Description"), context.knobs.description_minimum)
    rules.check_image_family(family)
    if lifecycle.is_growing(image, context.now):
        raise CloudError("InvalidStatus.ImageIsCreating")
    if name is not None and context.knobs.names_unique:
        check_name_is_free(context, name, besides=image.id)
    check_family(context, family, ("ImageFamilyQuotaFull", "ImageQuotaFull.ImageFamily"), besides=image.id)
    _check_system(context, image, arguments)
    _check_status(context, image, arguments.text("Status"))
    if arguments.flag("DryRun"):
        raise CloudError("DryRunOperation")
    _apply(context, image, arguments)
    return {}


def _check_system(context: Context, image: Image, arguments: Arguments) -> None:
    """What the system on the disks, or an instance made of them, does not let be changed."""
    if arguments.given("LicenseType") and image.os_type != "windows":
        raise CloudError("InvalidLicenseType.NotSupported")
    if arguments.given("BootMode") and image.id in context.world.used_image_ids():
        raise CloudError("OperationDeined.ImageUsingByInstance")
    if arguments.text("Features.ImdsSupport") == "v1" and image.attributes.imds_support == "v2":
        raise CloudError("InvalidOperation.FeaturesImdsSupportNotMatch")


def _check_status(context: Context, image: Image, wanted: str | None) -> None:
    if wanted is None:
        return
    rules.check_member(wanted, _STATUS_REFUSALS, "InvalidParameter")
    needed = lifecycle.DEPRECATED if wanted == lifecycle.AVAILABLE else lifecycle.AVAILABLE
    if lifecycle.status(image, context.now) != needed:
        raise CloudError(_STATUS_REFUSALS[wanted])
    if wanted == lifecycle.DEPRECATED and image.shared_with:
        raise CloudError("ImageUseShared")


def _apply(context: Context, image: Image, arguments: Arguments) -> None:
    attributes = changing(context, image)
    for parameter, field in _PLAIN.items():
        setattr(attributes, field, arguments.text(parameter) or getattr(attributes, field))
    context.world.images.note_name(image, attributes.name)
    description = arguments.text("Description")
    if description is not None:
        attributes.description = description
    elif context.knobs.clear_on_empty and arguments.was_empty("Description"):
        attributes.description = ""
    status = arguments.text("Status")
    if status is not None:
        attributes.deprecated = status == lifecycle.DEPRECATED


def _delete_image(context: Context, arguments: Arguments) -> Body:
    image_id = arguments.required_text("ImageId")
    try:
        image = context.own_image(image_id)
    except CloudError:
        if context.knobs.delete_unknown == "200":
            return {}
        raise
    _check_deletable(context, image, arguments.flag("Force"))
    if arguments.flag("DryRun"):
        raise CloudError("DryRunOperation")
    delete(context, image)
    return {}


def _check_deletable(context: Context, image: Image, force: bool) -> None:
    if lifecycle.is_worked_on(context.world, image, "ImportImage", context.now):
        raise CloudError("ImageIsImporting")
    if lifecycle.is_growing(image, context.now) and context.knobs.delete_creating == "403":
        raise CloudError("ImageIsCreating")
    if is_being_copied(context, image):
        raise CloudError("OperationDenied.ImageCopying")
    if lifecycle.is_worked_on(context.world, image, "ExportImage", context.now):
        raise CloudError("ImageIsExporting")
    if image.public:
        raise CloudError("ImageIsPublic")
    if image.shared_with and not (force and context.knobs.force_deletes_shared):
        raise CloudError("ImageUseShared")
    if image.id in context.world.used_image_ids() and not force:
        raise CloudError("ImageUsingByInstance")


def is_being_copied(context: Context, image: Image) -> bool:
    copies = context.world.images.of_owner(image.organization)
    return any(
        copied.copied_from == image.id
        and lifecycle.exists(copied, context.now)
        and lifecycle.is_growing(copied, context.now)
        for copied in copies
    )


def delete(context: Context, image: Image) -> None:
    """Deletes the image for all actions at once; lists show it for `delete_latency`. Its snapshots stay, its tasks
    end."""
    image.deleted_at = context.now
    image.gone_at = context.now + context.knobs.delete_latency
    context.world.leaving.add(image.id)
    for task in context.world.tasks.values():
        if task.image_id == image.id and lifecycle.is_running(task, context.now):
            task.canceled_at = context.now


def discard(context: Context, image: Image) -> None:
    """Deletes an unfinished image together with its snapshots."""
    delete(context, image)
    for mapping in image.mappings:
        context.world.snapshots.pop(mapping.snapshot_id, None)


ACTIONS = (
    Action("ModifyImageAttribute", _MODIFY, _modify_image_attribute, write=True),
    Action("DeleteImage", _DELETE, _delete_image, write=True),
)
