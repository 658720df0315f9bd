# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image as answers tell it."""

from __future__ import annotations

import typing as t

from .. import lifecycle
from ..clock import utc
from ..world import SYSTEM

if t.TYPE_CHECKING:
    from ..answers import Body
    from ..context import Context
    from ..world import Attributes, Image


def alias(context: Context, image: Image) -> str:
    if image.organization == SYSTEM:
        return image.owner_alias
    return "self" if image.organization == context.organization.id else "others"


def shown_family(context: Context, image: Image) -> str:
    """Who an image is shared with sees whose family it is."""
    family = lifecycle.shown(image, context.now).family
    return f"acs:{image.account}:{family}" if family and alias(context, image) == "others" else family


def shape(context: Context, image: Image, used: set[str]) -> Body:
    """Size is a number at the top and text in a mapping; Progress and IsSelfShared are text."""
    attributes = lifecycle.shown(image, context.now)
    progress = _progress(context, image)
    size = next((mapping.size for mapping in image.mappings if mapping.type == "system"), 0)
    answer: Body = {
        "ImageId": image.id,
        "ImageName": attributes.name,
        "ImageVersion": image.version,
        "ImageOwnerAlias": alias(context, image),
        "Status": lifecycle.status(image, context.now),
        "Usage": "instance" if image.id in used else "none",
        "CreationTime": utc(image.created),
        "Size": size,
        "Architecture": image.architecture,
        "OSType": image.os_type.title() if context.knobs.os_type_case == "title" else image.os_type,
        "Platform": image.platform,
        "OSName": image.os_name,
        "IsCopied": bool(image.copied_from),
        "IsSelfShared": _self_shared(context, image),
        "IsSubscribed": False,
        "DiskDeviceMappings": {"DiskDeviceMapping": [_mapping(context, image, n) for n in range(len(image.mappings))]},
    }
    if progress is not None:
        answer["Progress"] = progress
    if context.knobs.optional_fields:
        answer.update(_optional(image, attributes.description, shown_family(context, image), attributes.boot_mode))
        answer["Tags"] = {"Tag": [{"TagKey": key, "TagValue": value} for key, value in attributes.tags.items()]}
    if context.knobs.newest_fields:
        answer.update(_newest(attributes))
    if context.knobs.usable_field or context.knobs.available_but_not_usable:
        answer["Usable"] = lifecycle.is_usable(image, context.now)
    return answer


def _optional(image: Image, description: str, family: str, boot_mode: str) -> Body:
    """Fields that the samples of 2018 do not show."""
    return {
        "Description": description,
        "ImageFamily": family,
        "ImageOwnerId": int(image.account or 0),
        "OSNameEn": image.os_name,
        "BootMode": boot_mode,
        "ProductCode": "",
        "ResourceGroupId": "",
        "IsPublic": image.public,
        "IsSupportCloudinit": True,
        "IsSupportIoOptimized": True,
    }


def _newest(attributes: Attributes) -> Body:
    features = {"NvmeSupport": attributes.nvme_support, "ImdsSupport": attributes.imds_support}
    return {"LicenseType": attributes.license_type or "Auto", "Features": features}


def _self_shared(context: Context, image: Image) -> str:
    if image.organization != context.organization.id:
        return ""
    return "True" if image.shared_with else ""


def _progress(context: Context, image: Image) -> str | None:
    number = lifecycle.progress(image, context.now, context.knobs.progress)
    if number is None:
        return None
    return f"{number}%" if context.knobs.progress_sign else str(number)


def _mapping(context: Context, image: Image, index: int) -> Body:
    mapping = image.mappings[index]
    device = mapping.device
    if context.knobs.device_prefix == "vd":
        device = device.replace("/dev/xvd", "/dev/vd")
    answer: Body = {"Device": device, "Type": mapping.type, "Size": str(mapping.size)}
    if not context.knobs.optional_fields:
        return {"Device": device, "Size": str(mapping.size)}
    answer.update({"SnapshotId": mapping.snapshot_id, "Format": mapping.format})
    answer.update({"ImportOSSBucket": mapping.bucket, "ImportOSSObject": mapping.object})
    if context.knobs.newest_fields:
        answer["Encrypted"] = image.encrypted
    if lifecycle.is_growing(image, context.now):
        answer["Progress"] = _progress(context, image) or ""
        answer["RemainTime"] = lifecycle.remaining(image, context.now)
    return answer
