# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CopyImage and CancelCopyImage: into another region, one copy after the other."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

from .. import lifecycle, rules
from ..context import Action, Context, new_home
from ..errors import CloudError
from ..parameters import Arguments, Parameter, Repeated, boolean
from ..world import SYSTEM, Attributes, Image
from .change_image import delete
from .create_image import check_room, recall, remember, rest_on_snapshot

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
_CANCEL = (Parameter("ImageId", required=True),)


def _copy_image(context: Context, arguments: Arguments) -> Body:
    token = arguments.text("ClientToken")
    remembered = recall(context, token, arguments)
    if remembered is not None:
        return {"ImageId": remembered}
    destination = arguments.text("DestinationRegionId") or context.region
    if destination not in context.world.regions:
        raise CloudError("DestinationRegion.NotFound")
    rules.check_image_name(arguments.text("DestinationImageName"), context.knobs.image_names)
    rules.check_description(arguments.text("DestinationDescription"), context.knobs.description_minimum)
    _check_key(arguments)
    tags = rules.tags_in(arguments)
    source = _source(context, arguments.required_text("ImageId"), destination)
    there = dataclasses.replace(context, region=destination)
    check_room(there, arguments.text("DestinationImageName"))
    if arguments.flag("DryRun"):
        raise CloudError("DryRunOperation")
    image = _new_copy(there, arguments, source)
    image.attributes.tags = tags
    context.world.images.add(image)
    remember(context, token, arguments, image.id)
    return {"ImageId": image.id}


def _check_key(arguments: Arguments) -> None:
    """No key service is simulated, so that no key exists."""
    if arguments.text("KMSKeyId") is None:
        return
    if not arguments.flag("Encrypted"):
        raise CloudError("InvalidParameter.EncryptedIllegal")
    raise CloudError("InvalidParameter.KMSKeyId.NotFound")


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
    if image.encrypted:
        raise CloudError("OperationDeined.EncryptedSnapshot")
    return image


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
        ),
        copied_from=source.id,
        source_instance="",
        encrypted=arguments.flag("Encrypted"),
        shared_with=[],
        stale=[],
    )
    lifecycle.start_copy(image, there.knobs, there.now, _free_at(there))
    for mapping in image.mappings:
        rest_on_snapshot(there, image, mapping)
    return image


def _free_at(there: Context) -> float:
    """When the last copy into this region will be done."""
    copies = [
        image.ready_at
        for image in there.world.images.of_owner(there.organization.id)
        if image.copied_from and image.region == there.region and lifecycle.exists(image, there.now)
    ]
    return max([there.now, *copies])


def _cancel_copy_image(context: Context, arguments: Arguments) -> Body:
    image = context.own_image(arguments.required_text("ImageId"))
    if not image.copied_from:
        raise CloudError("ImageCreatedNotFromCopy")
    if not lifecycle.is_growing(image, context.now):
        raise CloudError("IncorrectImageStatus")
    delete(context, image)
    return {}


ACTIONS = (
    Action("CopyImage", _COPY, _copy_image, write=True, region_unknown="SourceRegion.NotFound"),
    Action("CancelCopyImage", _CANCEL, _cancel_copy_image, write=True),
)
