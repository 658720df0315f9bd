# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CopyImage and CancelCopyImage: into another region or within one, a few copies at a time."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

from .. import lifecycle, rules
from ..context import Action, Context, new_home
from ..errors import CloudError
from ..kms import check_encryption
from ..parameters import Arguments, Parameter, Repeated, boolean
from ..world import SYSTEM, Attributes, Image
from .change_image import discard, is_being_copied
from .create_image import check_resource_group, check_room, recall, remember, rest_on_snapshot

if t.TYPE_CHECKING:
    from ..answers import Body


def _encrypted(_name: str, value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise CloudError("InvalidParameter.EncryptedIllegal")
    return value.lower() == "true"


_COPY = (
    Parameter("ImageId", required=True),
    Parameter("DestinationRegionId"),
    Parameter("DestinationImageName"),
    Parameter("DestinationDescription"),
    Parameter("Encrypted", _encrypted),
    Parameter("EncryptAlgorithm"),
    Parameter("KMSKeyId"),
    Parameter("ResourceGroupId"),
    Parameter("ClientToken"),
    Parameter("DryRun", boolean),
    Repeated("Tag", ("Key", "Value"), maximum=20, too_many="InvalidTagCount"),
)
# GiB; of larger ones only the snapshots can be copied.
_LARGEST_DISK = 2048
_CANCEL = (Parameter("ImageId", required=True),)


def _copy_image(context: Context, arguments: Arguments) -> Body:
    token = arguments.text("ClientToken")
    image_id = recall(context, token, arguments)
    if image_id is None:
        image_id = _start(context, arguments).id
        remember(context, token, arguments, image_id)
    return {"ImageId": image_id}


def _start(context: Context, arguments: Arguments) -> Image:
    there = dataclasses.replace(context, region=_destination(context, arguments))
    rules.check_image_name(arguments.text("DestinationImageName"), context.knobs.image_names)
    rules.check_description(arguments.text("DestinationDescription"), context.knobs.description_minimum)
    check_encryption(there, arguments)
    check_resource_group(context, arguments.text("ResourceGroupId"))
    tags = rules.tags_in(arguments)
    source = _source(context, arguments.required_text("ImageId"), there.region)
    _check_source(context, source, there.region, arguments.flag("Encrypted"))
    check_room(there, arguments.text("DestinationImageName"))
    if arguments.flag("DryRun"):
        raise CloudError("DryRunOperation")
    image = _new_copy(there, arguments, source)
    image.attributes.tags = tags
    context.world.images.add(image)
    return image


def _destination(context: Context, arguments: Arguments) -> str:
    destination = arguments.text("DestinationRegionId") or context.region
    if destination not in context.world.regions:
        raise CloudError("DestinationRegion.NotFound")
    if destination == context.region and context.knobs.same_region_copy == "refuse":
        raise CloudError("IncorrectDestinationRegion")
    return destination


def _source(context: Context, image_id: str, destination: str) -> Image:
    """An own image, or one shared with the caller, which stays in its region."""
    image = context.world.images.get(image_id)
    if image is None or image.organization == SYSTEM or not lifecycle.exists(image, context.now):
        raise CloudError("InvalidImageId.NotFound")
    if not context.owns(image):
        if context.organization.account not in image.shared_with or image.region != context.region:
            raise CloudError("InvalidImageId.NotFound")
        if destination != image.region:
            raise CloudError("OperationDenied.SameRegionOnly")
    if lifecycle.status(image, context.now) != lifecycle.AVAILABLE:
        raise CloudError("IncorrectImageStatus")
    return image


def _check_source(context: Context, image: Image, destination: str, encrypted: bool) -> None:
    """Raises CloudError for an image that cannot be copied so."""
    if image.public:
        raise CloudError("OperationDenied.CommunityImage")
    if image.encrypted and not encrypted:
        raise CloudError("OperationDeined.EncryptedSnapshot")
    if image.encrypted and destination != image.region:
        raise CloudError("OperationDenied.EncryptSnapshotAcrossRegion")
    if max(mapping.size for mapping in image.mappings) > _LARGEST_DISK:
        raise CloudError("SizeExceed.Image")
    if context.knobs.second_copy == "refuse" and is_being_copied(context, image):
        raise CloudError("OperationDenied.ImageCopyConflict")


def _new_copy(there: Context, arguments: Arguments, source: Image) -> Image:
    image_id = there.world.new_id("m-")
    image = dataclasses.replace(
        copy.deepcopy(source),
        id=image_id,
        organization=there.organization.id,
        account=there.organization.account,
        resource_group=new_home(there),
        region=there.region,
        created=there.now,
        attributes=Attributes(
            name=arguments.text("DestinationImageName") or image_id,
            description=arguments.text("DestinationDescription") or "",
            boot_mode=source.attributes.boot_mode,
            license_type=source.attributes.license_type,
        ),
        copied_from=source.id,
        source_instance="",
        encrypted=arguments.flag("Encrypted"),
        shared_with=[],
        stale=[],
    )
    lifecycle.start_copy(image, there.knobs, there.now, _free_at(there))
    for mapping in image.mappings:
        mapping.format = mapping.bucket = mapping.object = ""
        rest_on_snapshot(there, image, mapping)
    return image


def _free_at(there: Context) -> float:
    """When this region can start another copy."""
    copies = sorted(
        image.ready_at
        for image in there.world.images.of_owner(there.organization.id)
        if image.copied_from and image.region == there.region and lifecycle.exists(image, there.now)
        if image.ready_at > there.now
    )
    most = there.knobs.copies_at_a_time
    return copies[-most] if len(copies) >= most else there.now


def _cancel_copy_image(context: Context, arguments: Arguments) -> Body:
    image = context.own_image(arguments.required_text("ImageId"))
    if not image.copied_from:
        raise CloudError("ImageCreatedNotFromCopy")
    if not lifecycle.is_growing(image, context.now):
        raise CloudError("IncorrectImageStatus")
    discard(context, image)
    return {}


ACTIONS = (
    Action("CopyImage", _COPY, _copy_image, write=True, region_unknown="SourceRegion.NotFound"),
    Action("CancelCopyImage", _CANCEL, _cancel_copy_image, write=True),
)
