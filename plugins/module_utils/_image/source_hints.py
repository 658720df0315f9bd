# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hints that resolve errors of the cloud about copies and imports.

The codes and their meaning are those of the vendor's ECS API reference (tables of CopyImage, CancelCopyImage,
ImportImage and CancelTask).
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._image.buckets import BUCKET_RULE
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import inserted

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.context import Context
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.hints import Hints

DEFAULT_ROLE = "AliyunECSImageImportDefaultRole"


def _files(context: Context, key: str) -> str:
    """The buckets or the objects of the task, as words: ``bucket 'a', 'b'``."""
    disks = context.options.get("import_from") or ()
    return f"{key} {', '.join(dict.fromkeys(inserted(disk.get(key)) for disk in disks))}".rstrip()


def _not_authorized(context: Context) -> str:
    role = context.options.get("role_name") or DEFAULT_ROLE
    other = "correct role_name" if context.has("role_name") else "set role_name"
    return (
        f"ECS is not allowed to read {_files(context, 'bucket')}: have the role {inserted(role, str)} created in "
        "ASCM for the organization, as a service role of ECS with a policy that allows it to read the bucket, or have "
        f"ECS granted read access to the bucket. If the role has another name, {other}."
    )


def _no_bucket(context: Context) -> str:
    return (
        f"Check {_files(context, 'bucket')} in import_from: it must be a bucket of this account in "
        f"{context.named('region')}."
    )


def _other_bucket(context: Context) -> str:
    return (
        f"{_no_bucket(context)} If it is in another region, import the image there, and copy it to this region with "
        "copy_from."
    )


def _no_object(context: Context) -> str:
    return (
        f"Check {_files(context, 'object')} in import_from: it must be the name of an object in its bucket, "
        "with its folders, in the same case, without a URL and without a slash at the beginning."
    )


def _other_region(context: Context) -> str:
    places = (
        f"Check {context.named('copy_from.region')} and {context.named('region')}: both must be regions of this site."
    )
    if context.has("copy_from.endpoint"):
        return f"{places} {context.named('copy_from.endpoint')} must be the ECS endpoint of the other region."
    return f"{places} If the other region has an ECS endpoint of its own, set copy_from.endpoint."


def _region(context: Context) -> str:
    if context.options.get("copy_from"):
        return _other_region(context)
    return f"Check {context.named('region')}: it must be a region of this site."


def _key(context: Context) -> str:
    return (
        f"Check {context.named('copy_from.kms_key_id')}: it must be an enabled key in {context.named('region')}, and "
        "ECS must be allowed to use it. Omit it to use the service key of ECS."
    )


_SIZE = (
    "size in import_from must be at least the size of the disk in the file, and at most what the release imports: 500"
    " GiB for a system disk and 1000 for a data disk on older releases, 2048 on newer ones. If omitted, it is the size"
    " of the file."
)
_FORMAT = (
    "This site does not import files of this format: convert the file, for example to raw with qemu-img, upload it, and"
    " set object and format in import_from."
)
_LICENSE = (
    "license_type must be one that this site accepts for this platform: BYOL for an own license, Aliyun for one of the"
    " site, Auto for its choice."
)
_NO_KMS = "This site cannot encrypt images: it offers no KMS, or ECS is not allowed to use it. Ask its operators."
_TRANSFORM = "Use a plain disk file: unpacked, and not an installation medium."
_DAMAGED = "Check the disk file, for example with qemu-img check, and upload it again."
_BOOT = "boot_mode must be one that this architecture and this site support: arm64 requires uefi."
UNFIT_SYSTEM = "A platform that begins with Windows requires os_type=windows, and no other one does."


def _status(context: Context) -> str:
    done = "shared" if context.action == _SHARE else "copied"
    return f"Only an image that is Available can be {done}."


def _encrypted(context: Context) -> str:
    if context.action == _SHARE:
        return "This site shares no encrypted image: omit share_with, or share a copy that is not encrypted."
    if context.value("copy_from.encrypted"):
        return "This site does not copy this encrypted image, not even to an encrypted one: ask its operators."
    return "The original is encrypted: set copy_from.encrypted to true."


def _encryption(context: Context) -> str:
    """The cloud rejects a parameter, or wants one more."""
    if not context.value("copy_from.encrypted"):
        return "Set copy_from.encrypted, and copy_from.kms_key_id if this site requires it."
    if not context.has("copy_from.kms_key_id"):
        return "Set copy_from.kms_key_id as well: this site may require it for an encrypted copy."
    return f"Check {context.named('copy_from.kms_key_id')}, and ask the operators of the site what it can encrypt."


_SHARE = "ModifyImageSharePermission"

HINTS: Hints = {
    "InvalidOSS.NotAuthorized": _not_authorized,
    "NoSetRoletoECSServiceAcount": _not_authorized,
    "NoSetRoletoECSServiceAccount": _not_authorized,
    "InvalidAccountStatus.OSSDisabled": "OSS is disabled for this account: have it enabled.",
    "InvalidOSSBucket.": f"bucket in import_from {BUCKET_RULE}.",
    "InvalidOSSBucket.NotFound": _no_bucket,
    "InvalidOSSBucket.NotMatched": _other_bucket,
    "InvalidOSSBucket.EncryptUnsupported": "Copy the disk file to a bucket without encryption.",
    "InvalidOSSBucket.FlowLimit": "The bucket is under flow control: run the task again later, or use another bucket.",
    "InvalidOSSObject.": _no_object,
    "InvalidOSSObject.NeedRestore": "The object is archived: restore it first, and run the task again.",
    "InvalidOSSObject.Size": "The disk file is too large for this site, or empty.",
    "UnsupportedSuffix.OSSObject": _TRANSFORM,
    "InvalidImageFormat.RegionNotSupported": _FORMAT,
    "InvalidImageFormat.Malformed": _FORMAT,
    "InvalidImageSize": _SIZE,
    "InvalidDataDiskSize": _SIZE,
    "InvalidVHDImage.IncorrectSize": _DAMAGED,
    "InvalidBlockSize.NotSupport": "Convert the VHD file to one with blocks of 2 MiB, or to raw.",
    "InvalidLicenseType.": _LICENSE,
    "InvalidLicenseType.BYOLOnly": "license_type must be BYOL: this site has no license for this platform.",
    "InvalidBootMode.": _BOOT,
    "InvalidOSType.": "os_type must be linux or windows, as the system in the disk file.",
    "InvalidArchitecture.PlatformUnsupported": "Set another platform or architecture: there is no Windows for arm64.",
    "ImageCheckUnsupported.WindowsImage": "This site does not import this Windows image.",
    "ImportImageFailed": "Run the task again; if it fails again, ask the operators of the site.",
    "SourceRegion.NotFound": _other_region,
    "DestinationRegion.NotFound": _other_region,
    "InvalidRegionId.": _region,
    "IncorrectDestinationRegion": "This site does not copy within one region: give another copy_from.region.",
    "RegionNotSupportCopy": "This site does not copy images between these regions.",
    "IncorrectImageStatus": _status,
    "OperationDenied.ImageCopyConflict": "The original is being copied already: wait for that copy to end.",
    "OperationDenied.SameRegionOnly": "An image that another account shares can only be copied within its region.",
    "OperationDenied.CommunityImage": "Community images cannot be copied.",
    "OperationDenied.NotPublished": "This image cannot be copied.",
    "OperationDeined.EncryptedSnapshot": _encrypted,
    "OperationDenied.EncryptedSnapshot": _encrypted,
    "OperationDenied.EncryptSnapshotAcrossRegion": "This site copies an encrypted image only within its region.",
    "SizeExceed.Image": "An image with a disk of more than 2 TiB cannot be copied.",
    "InvalidParameter.KmsNotEnabled": _NO_KMS,
    "OperationDenied.KmsServiceUnauthorized": _NO_KMS,
    "InvalidParameter.KMSKeyId.": _key,
    "InvalidEncrypted.": _encryption,
    "CancelNotSupported": "This site does not cancel copies: wait until the copy has ended.",
    "InvalidTaskId.TaskActionNotSupport": "This site does not cancel imports: wait until the import has ended.",
}


def missing_license(context: Context) -> str:
    """For a code that only the message explains."""
    return f"{_LICENSE} This site requires it." if "LicenseType" in context.said else ""
