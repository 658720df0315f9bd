# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every error code that the vendor lists for a simulated action can be provoked: by its cause, or by script."""

from __future__ import annotations

import typing as t

import pytest

from apsarastack_simulator.errors import TABLE

from .error_rows import ROWS, VALID, Parameters, Row, indexed, many_tags, mapping, row, scripted, snapshot, world

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

    from .rpc import Caller

# CreateImage
row("CreateImage", "MissingParameter", 400, {"InstanceId": None})
row("CreateImage", "MissingParameter", 400, {"RegionId": None})
row("CreateImage", "MissingParameter", 400, mapping("s-data=DiskType:system"))
row(
    "CreateImage",
    "InvalidParameter.AllEmpty",
    400,
    {"InstanceId": None},
    {"missing_source_code": "InvalidParameter.AllEmpty"},
)
row("CreateImage", "InvalidInstanceId.NotFound", 404, {"InstanceId": "i-unknown"})
row("CreateImage", "InvalidInstanceId.NotFound", 404, {"InstanceId": "i-other-tenant"})
row("CreateImage", "InvalidInstanceId.NotFound", 400, {"InstanceId": "i-unknown"}, {"legacy_status": True})
row("CreateImage", "InvalidInstanceId.ValueNotSupported", 400, {"InstanceId": "i-not-imageable"})
row("CreateImage", "IncorrectInstanceStatus", 400, {"InstanceId": "i-web-pending"})
row("CreateImage", "IncorrectInstanceStatus.NeedRestart", 403, {"InstanceId": "i-needs-restart"})
row("CreateImage", "InstanceLockedForSecurity", 400, {"InstanceId": "i-web-locked"})
row("CreateImage", "InvalidSnapshotId.NotFound", 404, snapshot("s-unknown"))
row("CreateImage", "InvalidSnapshotId.NotFound", 404, mapping("s-other-tenant"))
row("CreateImage", "InvalidSnapshotId.NotReady", 403, snapshot("s-progressing"))
row("CreateImage", "InvalidSnapshotId.NotReady", 403, snapshot("s-failed"))
row("CreateImage", "InvalidSnapshot.TooOld", 403, snapshot("s-too-old"))
row("CreateImage", "OperationDenied", 403, snapshot("s-data"))
row("CreateImage", "OperationDenied", 400, snapshot("s-encrypted"))
row("CreateImage", "OperationDenied", 400, {"InstanceId": "i-encrypted"})
row("CreateImage", "OperationDenied", 400, mapping("s-data"))
row("CreateImage", "OperationDenied", 400, mapping("=Size:20,DiskType:system"))
row("CreateImage", "OperationDenied", 400, mapping("s-system", "s-of-image-in-use"))
row("CreateImage", "OperationDenied.InvalidSnapshotCategory", 403, snapshot("s-local"))
for name in ("x", "x" * 129, "1-digit-first", "http://x", "a b", "acs:x", "aliyun-x"):
    row("CreateImage", "InvalidImageName.Malformed", 400, {"ImageName": name})
for description in ("x", "x" * 257, "http://x", "https://x"):
    row("CreateImage", "InvalidDescription.Malformed", 400, {"Description": description})
row("CreateImage", "InvalidImageVersion.Malformed", 400, {"ImageVersion": "1" * 41})
row("CreateImage", "InvalidArchitecture.Malformed", 400, {"Architecture": "sparc"})
row("CreateImage", "InvalidPlatform.Malformed", 400, {"Platform": "Plan 9"})
row("CreateImage", "InvalidImageName.Duplicated", 400, {"ImageName": "plain"}, {"names_unique": True})
for device in ("sda", "/dev/xvda1", "/dev/xvda"):
    row("CreateImage", "InvalidDevice.Malformed", 400, mapping("s-system", f"s-data=Device:{device}"))
row("CreateImage", "InvalidDevice.Malformed", 400, mapping("s-system=Device:/dev/xvdb"))
row("CreateImage", "InvalidDevice.InUse", 400, mapping("s-system", "s-data=Device:/dev/xvdb", "=Device:/dev/vdb"))
row("CreateImage", "InvalidSize.ValueNotSupported", 400, mapping("s-system=Size:39"))
for size in ("4", "32769", "ten"):
    row("CreateImage", "InvalidSize.ValueNotSupported", 400, mapping("s-system", f"=Size:{size}"))
row("CreateImage", "InvalidSize.ValueNotSupported", 400, mapping("s-system=Size:2001"), {"disk_size_maximum": 2000})
row("CreateImage", "InvalidDiskCategory.CreateImage", 400, {"InstanceId": "i-local"})
row("CreateImage", "InvalidDiskType.ValueNotSupported", 400, mapping("s-system=DiskType:floppy"))
row("CreateImage", "InvalidParameter", 400, mapping("s-system", *["=Size:5"] * 17))
row("CreateImage", "InvalidParameter", 400, {"ClientToken": "x" * 65})
row("CreateImage", "QuotaExceed.Image", 403, {}, {"image_quota": 3})
row("CreateImage", "QuotaExceed.Snapshot", 403, {}, {"snapshot_quota": 1})
for status in ("Attaching", "Invalid", "Transferring"):
    suffix = "" if status == "Attaching" else f".{status}"
    row("CreateImage", f"IncorrectDiskStatus{suffix}", 403, {"InstanceId": f"i-disk-{status.lower()}"})
row("CreateImage", "IncorrectDiskStatus.CreatingSnapshot", 403, {"InstanceId": "i-disk-snapshotting"})
row("CreateImage", "IncorrectDiskStatus.NeverAttached", 403, {"InstanceId": "i-disk-never-attached"})
row("CreateImage", "Duplicate.TagKey", 400, {**many_tags(2), "Tag.2.Key": "k1"})
for key in ("", "x" * 129, "aliyun", "acs:x", "http://x"):
    row("CreateImage", "InvalidTagKey.Malformed", 400, {"Tag.1.Key": key, "Tag.1.Value": "v"})
for value in ("x" * 129, "acs:x", "see https://x"):
    row("CreateImage", "InvalidTagValue.Malformed", 400, {"Tag.1.Key": "k", "Tag.1.Value": value})
row("CreateImage", "QuotaExceed.Tags", 403, many_tags(21))
for code, status_of_code in (
    ("IdempotentParameterMismatch", 400),
    ("IdempotenceParamNotMatch", 400),
    ("InvalidParamter.Conflict", 403),
    ("InvalidIdempotenceParameter.Mismatch", 403),
):
    with_token: Parameters = {"ClientToken": "token-1", "ImageName": "other"}
    first: Parameters = {**VALID["CreateImage"], "ClientToken": "token-1"}
    row("CreateImage", code, status_of_code, with_token, {"token_mismatch_code": code}, first)
for code in ("IdempotentProcessing", "LastTokenProcessing"):
    row("CreateImage", code, 403, {"ClientToken": "token-1"}, {"token_in_progress": code}, first)
row("CreateImage", "InvalidResourceGroup.NotFound", 404, {"ResourceGroupId": "rg-unknown"})
row("CreateImage", "InvalidRegionId.NotFound", 404, {"RegionId": "cn-nowhere"})
row("CreateImage", "InvalidImageFamily.Malformed", 400, {"ImageFamily": "x"})
row("CreateImage", "InvalidBootMode.NotSupport", 400, {"BootMode": "Coreboot"})
row("CreateImage", "DryRunOperation", 400, {"DryRun": "true"}, {"dry_run": "honor"})
scripted("CreateImage", 403, "SnapshotNotReady", "InvalidSystemSnapshot.Missing", "UserNotInTheWhiteList")
scripted("CreateImage", 403, "TooManySnapshot.Unfinished", "QuotaExceed.ConcurrentSnapshotQuota")
scripted("CreateImage", 403, "InvalidAccountStatus.NotEnoughBalance")
scripted("CreateImage", 403, "InvalidAccountStatus.SnapshotServiceUnavailable")
scripted("CreateImage", 403, "InvalidParameter.KMSKeyId.KMSUnauthorized")
scripted("CreateImage", 500, "InternalError")

# DescribeImages
row("DescribeImages", "InvalidImageOwnerAlias.ValueNotSupported", 400, {"ImageOwnerAlias": "mine"})
row("DescribeImages", "InvalidParamter", 400, {"ActionType": "Dance"})
row("DescribeImages", "InvalidTag.Mismatch", 400, {"Tag.1.Value": "v"})
row("DescribeImages", "InvalidTagCount", 400, many_tags(21))
row("DescribeImages", "InvalidTagCount", 400, many_tags(6), {"tags_per_call": 5})
row("DescribeImages", "InvalidInstanceType.ValueNotSupported", 400, {"InstanceType": "huge"})
row("DescribeImages", "InvalidFilterValue.NetworkType", 400, {"Filter.1.Key": "NetworkType", "Filter.1.Value": "x"})
row("DescribeImages", "InvalidFilterValue", 404, {"Filter.1.Key": "CreationStartTime", "Filter.1.Value": "x"})
row("DescribeImages", "InvalidFilterKey.NotFound", 404, {"Filter.1.Key": "Color", "Filter.1.Value": "x"})
row("DescribeImages", "InvalidOperation.ImageOwnerIdUnsupported", 400, {"ImageOwnerAlias": "self", "ImageOwnerId": "1"})
row("DescribeImages", "DryRunOperation", 400, {"DryRun": "True"}, {"dry_run": "honor"})
row("DescribeImages", "InvalidUsage", 404, {"Usage": "much"})
row("DescribeImages", "InvalidOSType", 404, {"OSType": "beos"})
row("DescribeImages", "InvalidArchitecture", 404, {"Architecture": "sparc"})
row("DescribeImages", "InvalidRegionId.NotFound", 404, {"RegionId": "cn-nowhere"})
row("DescribeImages", "InvalidParameter", 400, {"ImageId": ",".join(f"m-{number}" for number in range(101))})
row("DescribeImages", "InvalidParameter", 400, {"Status": "Sleeping"})
row("DescribeImages", "InvalidParameter", 400, {"Status": "Deprecated"}, {"known_statuses": "Creating,Available"})
scripted("DescribeImages", 500, "InternalError")

# ModifyImageAttribute
row("ModifyImageAttribute", "MissingParameter", 400, {"ImageId": None})
row("ModifyImageAttribute", "InvalidImageName.Malformed", 400, {"ImageName": "x"})
row("ModifyImageAttribute", "InvalidImageName.Duplicated", 400, {"ImageName": "failed"}, {"names_unique": True})
row("ModifyImageAttribute", "InvalidDescription.Malformed", 400, {"Description": "x"})
row("ModifyImageAttribute", "InvalidImageFamily.Malformed", 400, {"ImageFamily": "x"})
row("ModifyImageAttribute", "InvalidBootMode.NotSupport", 400, {"BootMode": "x"})
row("ModifyImageAttribute", "InvalidLicenseType.NotSupported", 400, {"LicenseType": "mine"})
row("ModifyImageAttribute", "ImageStatus.NotAvailable", 403, {"ImageId": "m-failed", "Status": "Deprecated"})
row("ModifyImageAttribute", "ImageStatus.NotDeprecated", 403, {"Status": "Available"})
row("ModifyImageAttribute", "ImageUseShared", 403, {"ImageId": "m-shared", "Status": "Deprecated"})
row("ModifyImageAttribute", "InvalidStatus.ImageIsCreating", 403, {"ImageId": "m-growing"})
row("ModifyImageAttribute", "InvalidImageId.NotFound", 404, {"ImageId": "m-unknown"})
row("ModifyImageAttribute", "InvalidImageId.NotFound", 403, {"ImageId": "m-unknown"}, {"legacy_status": True})
row("ModifyImageAttribute", "InvalidRegionId.NotFound", 404, {"RegionId": "cn-nowhere"})
row("ModifyImageAttribute", "InvalidParameter", 400, {"Status": "Sleeping"})

many = {"family_quota": 1, "images_per_family": 1}
for action, codes_of_action in (
    ("CreateImage", ("ImageFamilyQuotaExceed", "ImageQuotaExceed.ImageFamily")),
    ("ModifyImageAttribute", ("ImageFamilyQuotaFull", "ImageQuotaFull.ImageFamily")),
):
    for code, family in zip(codes_of_action, ("other", "web")):
        row(action, code, 400, {"ImageFamily": family}, many)
row("CreateImage", "InvalidParameter.FeaturesImdsSupport", 400, {"Features.ImdsSupport": "v3"})
row("ModifyImageAttribute", "InvalidParameter.FeaturesImdsSupport", 400, {"Features.ImdsSupport": "v3"})
row("ModifyImageAttribute", "InvalidParameter", 400, {"Features.NvmeSupport": "perhaps"})
row("ModifyImageAttribute", "InvalidLicenseType.NotSupported", 400, {"LicenseType": "BYOL"})
row("ModifyImageAttribute", "OperationDeined.ImageUsingByInstance", 403, {"ImageId": "m-in-use", "BootMode": "UEFI"})
row(
    "ModifyImageAttribute",
    "InvalidOperation.FeaturesImdsSupportNotMatch",
    403,
    {"ImageId": "m-imds-v2", "Features.ImdsSupport": "v1"},
)

# DescribeImageFromFamily
row("DescribeImageFromFamily", "MissingParameter", 400, {"ImageFamily": None})
row("DescribeImageFromFamily", "InvalidRegionId.NotFound", 404, {"RegionId": "cn-nowhere"})
scripted("DescribeImageFromFamily", 403, "InvalidUser.Unauthorized")

# DeleteImage
row("DeleteImage", "InvalidImageId.NotFound", 404, {"ImageId": "m-unknown"})
row("DeleteImage", "InvalidImageId.NotFound", 403, {"ImageId": "m-unknown"}, {"legacy_status": True})
row("DeleteImage", "ImageUsingByInstance", 403, {"ImageId": "m-in-use"})
row("DeleteImage", "ImageUseShared", 403, {"ImageId": "m-shared", "Force": "true"})
row("DeleteImage", "ImageIsCreating", 403, {"ImageId": "m-growing"})
row("DeleteImage", "OperationDenied.ImageCopying", 403, {"ImageId": "m-copied"})
row("DeleteImage", "ImageIsPublic", 403, {"ImageId": "m-public"})
row("DeleteImage", "InvalidRegionId.NotFound", 404, {"RegionId": "cn-nowhere"})
row("DeleteImage", "InvalidParameter", 400, {"Force": "perhaps"})
scripted("DeleteImage", 403, "ImageIsImporting", "ImageIsExporting")

# TagResources, UntagResources, ListTagResources
for action in ("TagResources", "UntagResources", "ListTagResources"):
    row(action, "InvalidResourceType.NotFound", 404, {"ResourceType": "spaceship"})
    row(action, "InvalidRegionId.NotFound", 404, {"RegionId": "cn-nowhere"})
    row(action, "MissingParameter.ResourceType", 404, {"ResourceType": None})
    row(action, "MissingParameter.RegionId", 404, {"RegionId": None})
    row(action, "MissingParameter.TagOwnerUid", 404, {"TagOwnerBid": "1"})
    row(action, "MissingParameter.TagOwnerBid", 404, {"TagOwnerUid": "1"})
    row(action, "PermissionDenied.TagOwnerUid", 403, {"TagOwnerUid": "1", "TagOwnerBid": "1"})
    row(action, "Invalid.Scope", 400, {"Scope": "wide"})
    row(action, "PermissionDenied.Scope", 403, {"Scope": "private"})
    row(action, "NumberExceed.ResourceIds", 400, indexed("ResourceId", 51))
    scripted(action, 403, "NoPermission.Tag")
    scripted(action, 400, "InvalidTagCount", "InvalidTag.Mismatch", "OperationDenied.QuotaExceed")
for action in ("TagResources", "UntagResources"):
    row(action, "InvalidResourceId.NotFound", 404, {"ResourceId.1": "m-unknown"})
    row(action, "InvalidResourceId.NotSupported", 403, {"ResourceId.1": "centos_7_9_x64_20G_alibase.vhd"})
    row(action, "MissingParameter.ResourceIds", 404, {"ResourceId.1": None})
row("TagResources", "MissingParameter.Tags", 404, {"Tag.1.Key": None, "Tag.1.Value": None})
row("UntagResources", "MissingParameter.Tags", 404, {"TagKey.1": None})
row("TagResources", "NumberExceed.Tags", 400, many_tags(21))
row("UntagResources", "NumberExceed.Tags", 400, indexed("TagKey", 21))
row("TagResources", "Duplicate.TagKey", 400, {"Tag.2.Key": "env"})
row("TagResources", "InvalidTagKey.Malformed", 400, {"Tag.1.Key": "acs:x"})
row("TagResources", "InvalidTagValue.Malformed", 400, {"Tag.1.Value": "http://x"})
row("TagResources", "QuotaExceed.Tags", 403, {"ResourceId.1": "m-full"})
row("ListTagResources", "InvalidParameter.TagValue", 400, {"Tag.1.Value": "v"})

# AddTags, RemoveTags, DescribeTags
for action in ("AddTags", "RemoveTags", "DescribeTags"):
    row(action, "InvalidTag.Mismatch", 400, {"Tag.1.Key": None, "Tag.1.Value": "v"})
    row(action, "InvalidResourceType.NotFound", 404, {"ResourceType": "spaceship"})
    row(action, "InvalidRegionId.NotFound", 404, {"RegionId": "cn-nowhere"})
    scripted(action, 403, "QuotaExceed.Tags")
for action in ("AddTags", "RemoveTags"):
    row(action, "InvalidTagCount", 400, many_tags(21))
    row(action, "InvalidTagCount", 400, many_tags(6), {"tags_per_call": 5})
    row(action, "InvalidResourceId.NotFound", 404, {"ResourceId": "m-unknown"})
    row(action, "InvalidResourceId.NotSupported", 403, {"ResourceId": "centos_7_9_x64_20G_alibase.vhd"})
    row(action, "MissingParameter", 400, {"Tag.1.Key": None, "Tag.1.Value": None})
row("AddTags", "InvalidTagKey.Malformed", 400, {"Tag.1.Key": "aliyun-x"})
row("AddTags", "InvalidTagValue.Malformed", 400, {"Tag.1.Value": "x" * 129})
row("AddTags", "OperationDenied.QuotaExceed", 400, {"ResourceId": "m-full"})

# CopyImage, CancelCopyImage
row("CopyImage", "InvalidImageName.Malformed", 400, {"DestinationImageName": "x"})
row("CopyImage", "InvalidDescription.Malformed", 400, {"DestinationDescription": "x"})
row("CopyImage", "InvalidImageName.Duplicated", 400, {"DestinationImageName": "copy"}, {"names_unique": True})
row("CopyImage", "SourceRegion.NotFound", 400, {"RegionId": "cn-nowhere"})
row("CopyImage", "DestinationRegion.NotFound", 400, {"DestinationRegionId": "cn-nowhere"})
row("CopyImage", "IncorrectImageStatus", 400, {"ImageId": "m-growing"})
row("CopyImage", "InvalidParameter.EncryptedIllegal", 400, {"Encrypted": "perhaps"})
row("CopyImage", "InvalidEncrypted.NotMatchKmsKeyId", 400, {"KMSKeyId": "key-wulan"})
row("CopyImage", "InvalidEncrypted.NotMatchEncryptAlgorithm", 400, {"EncryptAlgorithm": "AES256"})
encrypted: Parameters = {"Encrypted": "true", "DestinationRegionId": "cn-neimeng-env30-d01"}
row("CopyImage", "InvalidRegionId.NotSupportEncryptAlgorithm", 403, {**encrypted, "EncryptAlgorithm": "AES256"})
for key_id in ("key-unknown", "key-wulan"):
    row("CopyImage", "InvalidParameter.KMSKeyId.NotFound", 404, {**encrypted, "KMSKeyId": key_id})
row("CopyImage", "InvalidParameter.KMSKeyId.CMKNotEnabled", 403, {**encrypted, "KMSKeyId": "key-disabled"})
row("CopyImage", "InvalidParameter.KMSKeyId.CMKUnauthorized", 403, {**encrypted, "KMSKeyId": "key-unauthorized"})
row("CopyImage", "InvalidParameter.KmsNotEnabled", 400, {"Encrypted": "true"}, {"kms": False})
row("CopyImage", "OperationDenied.EncryptSnapshotAcrossRegion", 403, {"ImageId": "m-encrypted", "Encrypted": "true"})
row("CopyImage", "OperationDenied.CommunityImage", 400, {"ImageId": "m-public"})
row("CopyImage", "SizeExceed.Image", 403, {"ImageId": "m-huge"})
row("CopyImage", "OperationDenied.ImageCopyConflict", 400, {"ImageId": "m-copied"}, {"second_copy": "refuse"})
same_region: Parameters = {"DestinationRegionId": "cn-neimeng-env30-d01"}
row("CopyImage", "IncorrectDestinationRegion", 403, same_region, {"same_region_copy": "refuse"})
row("CopyImage", "InvalidResourceGroup.NotFound", 404, {"ResourceGroupId": "rg-unknown"})
row("CopyImage", "OperationDenied.SameRegionOnly", 403, {"ImageId": "m-of-other"})
row("CopyImage", "OperationDeined.EncryptedSnapshot", 403, {"ImageId": "m-encrypted"})
row("CopyImage", "InvalidImageId.NotFound", 404, {"ImageId": "m-unknown"})
row("CopyImage", "InvalidImageId.NotFound", 404, {"ImageId": "centos_7_9_x64_20G_alibase.vhd"})
row("CopyImage", "InvalidImageId.NotFound", 400, {"ImageId": "m-unknown"}, {"legacy_status": True})
row("CopyImage", "QuotaExceed.Image", 403, {}, {"image_quota": 1})
scripted("CopyImage", 400, "InvalidSnapshotId.NotFound", "InvalidEncryptAlgorithm", "Account.Arrearage")
scripted("CopyImage", 401, "InvalidAliUid.IsNull")
scripted("CopyImage", 403, "Forbbiden", "QuotaExceed.Snapshot", "OperationDenied.ImageCopying")
scripted("CopyImage", 403, "RegionNotSupportCopy", "InvalidSnapshot.TooOld", "OperationDenied")
scripted("CopyImage", 403, "OperationDenied.NotPublished", "InternalError", "InvalidRegion.NotSupport", "Forbidden")
scripted("CopyImage", 403, "OperationDenied.NotAuthorized", "OperationDenied.KmsServiceUnauthorized")
scripted(
    "CopyImage", 403, "InvalidEncrypted.NotMatchDiskDefaultEncryption", "InvalidParameter.KMSKeyId.KMSUnauthorized"
)
scripted("CopyImage", 403, "InvalidParameter.DataEncryptedKeyCreateFailed")
scripted("CopyImage", 403, "OperationDenied.NonCompliantDestinationRegion", "InvalidOperation.VhdImageUnsupported")
scripted("CopyImage", 403, "InvalidOperation.CloudBoxImageCopyUnsupported")
scripted("CopyImage", 403, "UserNotInTheWhiteList")
scripted("CopyImage", 409, "InvalidOperation.Conflict")
scripted("CopyImage", 500, "InternalError")
row("CancelCopyImage", "ImageCreatedNotFromCopy", 400, {"ImageId": "m-plain", "RegionId": "cn-neimeng-env30-d01"})
row("CancelCopyImage", "IncorrectImageStatus", 400, {"ImageId": "m-done-copy", "RegionId": "cn-neimeng-env30-d01"})
row("CancelCopyImage", "InvalidImageId.NotFound", 404, {"ImageId": "m-unknown"})
row("CancelCopyImage", "InvalidRegionId.NotFound", 404, {"RegionId": "cn-nowhere"})
scripted("CancelCopyImage", 400, "CancelNotSupported")
scripted("CancelCopyImage", 500, "InternalError")

# ModifyImageSharePermission, DescribeImageSharePermission
row("ModifyImageSharePermission", "MissingParameter", 400, {"AddAccount.1": None})
row("ModifyImageSharePermission", "InvalidGroup.Malformed", 400, {"LaunchPermission": "friends"})
row("ModifyImageSharePermission", "QuotaExceed.ShareImageUser", 403, {}, {"share_quota": 0})
row("ModifyImageSharePermission", "OperationDeined.EncryptedSnapshot", 403, {"ImageId": "m-encrypted"})
row("ModifyImageSharePermission", "OperationDenied.InvalidImageStatus", 403, {"ImageId": "m-deprecated"})
row("ModifyImageSharePermission", "IncorrectImageStatus", 400, {"ImageId": "m-growing"})
row("ModifyImageSharePermission", "CurrentRegion.NotSupportPublicImage", 403, {"IsPublic": "true"})
row(
    "ModifyImageSharePermission", "InvalidAccount.NotFound", 404, {"AddAccount.1": "me"}, {"unknown_accounts": "accept"}
)
row("ModifyImageSharePermission", "InvalidImageId.NotFound", 404, {"ImageId": "m-unknown"})
row("ModifyImageSharePermission", "InvalidAccount.NotFound", 404, {"AddAccount.1": "1"})
row("ModifyImageSharePermission", "InvalidAccount.Forbbiden", 404, {"AddAccount.1": "1000000000000037"})
scripted("ModifyImageSharePermission", 403, "QuotaExceed.ShareImage", "InvalidImageId.BidMismatch", "AssumeRoleError")
row("DescribeImageSharePermission", "InvalidImageId.NotFound", 404, {"ImageId": "m-unknown"})


# ImportImage
def disk_file(number: int = 1, **members: str | None) -> Parameters:
    """Members of one disk, which is otherwise the one of the valid call, or a data disk."""
    entry = {"OSSBucket": "golden-images", "OSSObject": "ubuntu-22.04.qcow2" if number == 1 else "data.raw", **members}
    return {f"DiskDeviceMapping.{number}.{member}": value for member, value in entry.items()}


row("ImportImage", "MissingParameter.DiskDeviceMapping", 403, disk_file(OSSBucket=None, OSSObject=None))
row("ImportImage", "MissingParameter", 400, disk_file(OSSBucket=None))
row("ImportImage", "MissingParameter", 400, disk_file(2, OSSObject=None))
row("ImportImage", "InvalidRegionId.NotFound", 404, {"RegionId": "cn-nowhere"})
row("ImportImage", "InvalidImageName.Malformed", 400, {"ImageName": "x"})
row("ImportImage", "InvalidImageName.Duplicated", 400, {"ImageName": "plain"}, {"names_unique": True})
row("ImportImage", "InvalidDescription.Malformed", 400, {"Description": "x"})
row("ImportImage", "InvalidArchitecture.Malformed", 400, {"Architecture": "sparc"})
row("ImportImage", "InvalidArchitecture.PlatformUnsupported", 403, {"Architecture": "arm64", "Platform": "Windows 7"})
row("ImportImage", "InvalidPlatform.Malformed", 400, {"Platform": "Plan 9"})
row("ImportImage", "InvalidPlatform.Malformed", 400, {"Platform": "Ubuntu", "OSType": "windows"})
row("ImportImage", "InvalidOSType.Malformed", 400, {"OSType": "bsd"})
row("ImportImage", "InvalidBootMode.Malformed", 400, {"BootMode": "uefi"})
row("ImportImage", "InvalidBootMode.NotSupport", 400, {"BootMode": "BIOS", "Architecture": "arm64"})
row("ImportImage", "InvalidLicenseType.NotSupported", 400, {"LicenseType": "Free"})
row("ImportImage", "InvalidParameter.DetectionStrategy", 400, {"DetectionStrategy": "Deep"})
row("ImportImage", "InvalidParameter.FeaturesImdsSupport", 400, {"Features.ImdsSupport": "v3"})
row("ImportImage", "InvalidStorageLocation.NotFound", 403, {"StorageLocationArn": "arn"})
row("ImportImage", "InvalidResourceGroup.NotFound", 404, {"ResourceGroupId": "rg-unknown"})
row("ImportImage", "Duplicate.TagKey", 400, {**many_tags(2), "Tag.2.Key": "k1"})
row("ImportImage", "InvalidTagCount", 400, many_tags(21))
row("ImportImage", "QuotaExceed.Image", 403, {}, {"image_quota": 1})
row("ImportImage", "DRYRUN.SUCCESS", 400, {"DryRun": "true"}, {"dry_run": "honor"})
row("ImportImage", "InvalidImageFormat.Malformed", 400, disk_file(Format="ISO"))
row(
    "ImportImage",
    "InvalidImageFormat.RegionNotSupported",
    400,
    disk_file(Format="qcow2"),
    {"import_formats": "raw,vhd"},
)
for size in ("4", "19", "501", "ten"):
    row("ImportImage", "InvalidImageSize", 400, disk_file(DiskImageSize=size))
for size in ("99", "1001"):
    row("ImportImage", "InvalidDataDiskSize", 400, disk_file(2, DiskImageSize=size))
row("ImportImage", "InvalidImageSize", 400, disk_file(DiskImageSize="2049"), {"import_sizes": "2025"})
for name in ("oss://golden-images/x.raw", "/x.raw"):
    row("ImportImage", "InvalidOSSObject.Malformed", 400, disk_file(OSSObject=name))
row("ImportImage", "InvalidOSSObject.NotFound", 400, disk_file(OSSObject="nothing.raw"))
row("ImportImage", "InvalidOSSObject.NeedRestore", 400, disk_file(OSSObject="archived.raw"))
row("ImportImage", "UnsupportedSuffix.OSSObject", 400, disk_file(OSSObject="m-1_system.raw.tar.gz"))
for name in ("Golden", "oss.example", "x"):
    row("ImportImage", "InvalidOSSBucket.Malformed", 400, disk_file(OSSBucket=name))
row("ImportImage", "InvalidOSSBucket.NotFound", 400, disk_file(OSSBucket="nowhere"))
row("ImportImage", "InvalidOSSBucket.NotMatched", 400, disk_file(OSSBucket="exports-wulan"))
row("ImportImage", "InvalidOSSBucket.EncryptUnsupported", 403, disk_file(OSSBucket="encrypted-exports"))
row("ImportImage", "InvalidOSS.NotAuthorized", 403, disk_file(OSSBucket="research-open"))
row("ImportImage", "NoSetRoletoECSServiceAcount", 403, {"RoleName": "nobody"})
row("DeleteImage", "ImageIsImporting", 403, {"ImageId": "m-importing", "Force": "true"}, {"delete_creating": "200"})
scripted("ImportImage", 400, "InvalidOSSObject.Size", "InvalidOSSBucket.FlowLimit", "InvalidLicenseType.BYOLOnly")
scripted("ImportImage", 400, "InvalidRegion.NotSupport", "Account.Arrearage")
scripted("ImportImage", 403, "ImageIsImporting", "ImportImageFailed", "UserNotInTheWhiteList", "TagKey.Duplication")
scripted("ImportImage", 403, "InvalidParameter.Malformed", "InvalidBlockSize.NotSupport")
scripted("ImportImage", 403, "InvalidVHDImage.IncorrectSize", "ImageCheckUnsupported.WindowsImage")
scripted("ImportImage", 403, "InvalidAccountStatus.OSSDisabled", "NoSetRoletoECSServiceAccount")

# ExportImage
row("ExportImage", "MissingParameter", 400, {"OSSBucket": None})
row("ExportImage", "InvalidRegionId.NotFound", 404, {"RegionId": "cn-nowhere"})
row("ExportImage", "InvalidImageId.NotFound", 404, {"ImageId": "m-unknown"})
for prefix in ("x" * 31, "with-dash", "with/slash"):
    row("ExportImage", "InvalidOSSPrefix.Malformed", 400, {"OSSPrefix": prefix})
for image_format in ("iso", "RAW"):
    row("ExportImage", "InvalidImageFormat.Malformed", 400, {"ImageFormat": image_format})
row("ExportImage", "InvalidImageFormat.RegionNotSupported", 400, {"ImageFormat": "vhd"}, {"export_formats": "raw"})
for image_id in ("m-growing", "m-failed", "m-deprecated"):
    row("ExportImage", "IncorrectImageStatus", 400, {"ImageId": image_id})
row("ExportImage", "ImageNotSupported", 400, {"ImageId": "m-encrypted"})
row("ExportImage", "InvalidImageLicense.NotSupported", 403, {"ImageId": "m-windows"})
row("ExportImage", "InvalidImage.DiskAmountOrSize", 400, {"ImageId": "m-five-disks"})
row("ExportImage", "InvalidImage.DiskAmountOrSize", 400, {"ImageId": "m-large"})
row("ExportImage", "InvalidImageCategory.NotSupported", 403, {"ImageId": "centos_7_9_x64_20G_alibase.vhd"})
row("ExportImage", "InvalidImageCategory.NotSupported", 403, {"ImageId": "m-public"})
row("ExportImage", "ImageIsExporting", 403, {"ImageId": "m-exporting"})
row("ExportImage", "InvalidOSSBucket.NotFound", 400, {"OSSBucket": "nowhere"})
row("ExportImage", "InvalidOSSBucket.NotMatched", 400, {"OSSBucket": "exports-wulan"})
row("ExportImage", "InvalidOSS.NotAuthorized", 403, {"OSSBucket": "research-open"})
row("ExportImage", "InvalidOSSBucket.EncryptUnsupported", 403, {"OSSBucket": "encrypted-exports"})
for code in ("NoSetRoletoECSServiceAcount", "NoSetRoletoECSServiceAccount"):
    row("ExportImage", code, 403, {"RoleName": "nobody"}, {"missing_role_code": code})
row("ExportImage", "ConcurrentQuotaExceed.ExportImage", 403, {}, {"export_quota": 1})
row("ExportImage", "WeeklyQuotaExceed.ExportImage", 403, {}, {"weekly_export_quota": 2})
row(
    "ExportImage",
    "IdempotentParameterMismatch",
    400,
    {"ClientToken": "token-1", "OSSPrefix": "other"},
    {},
    {**VALID["ExportImage"], "ClientToken": "token-1"},
)
row("ExportImage", "DryRunOperation", 400, {"DryRun": "true"}, {"dry_run": "honor"})
row("DeleteImage", "ImageIsExporting", 403, {"ImageId": "m-exporting", "Force": "true"})
scripted("ExportImage", 400, "InvalidOSSObject.NeedRestore", "OssBucket.NotFound", "OssPrefix.Malformed")
scripted("ExportImage", 400, "RegionId.NotFound", "InvalidRegion.NotSupport", "OperationDenied")
scripted("ExportImage", 403, "ExportImageFailed", "UserNotInTheWhiteList", "ImageId.NotFound")
scripted("ExportImage", 403, "OperationDenied.ImageExporting", "ImageNotSupported")

# DescribeTasks, DescribeTaskAttribute, CancelTask
for action in ("DescribeTasks", "DescribeTaskAttribute", "CancelTask"):
    row(action, "InvalidRegionId.NotFound", 404, {"RegionId": "cn-nowhere"})
for action in ("DescribeTaskAttribute", "CancelTask"):
    row(action, "MissingParameter", 400, {"TaskId": None})
    row(action, "InvalidTaskId.NotFound", 400, {"TaskId": "t-unknown"})
row("DescribeTasks", "InvalidParameter", 400, {"PageSize": "101"})
row("DescribeTasks", "InvalidParameter", 400, {"TaskAction": "Dance"})
row("DescribeTasks", "InvalidParameter", 400, {"StartTime": "yesterday"})
row("DescribeTasks", "InvalidParameter", 400, {"TaskIds": ",".join(f"t-{number}" for number in range(101))})
row("DescribeTasks", "InvalidParameter", 400, indexed("ResourceIds", 101))
row("CancelTask", "InvalidTaskId.TaskActionNotSupport", 403, {"TaskId": "t-redeploy"})
row("CancelTask", "InvalidTaskId.IncorrectTaskStatus", 403, {"TaskId": "t-finished"})
scripted("CancelTask", 403, "CancelTaskFailed")

# DescribeSnapshots, DeleteSnapshot
row(
    "DescribeSnapshots",
    "InvalidSnapshotIds.Malformed",
    403,
    {"SnapshotIds": "[" + ",".join(f'"s-{number}"' for number in range(101)) + "]"},
)
row("DeleteSnapshot", "InvalidSnapshotId.NotFound", 404, {"SnapshotId": "s-unknown"})
row("DeleteSnapshot", "SnapshotCreatedImage", 403, {"SnapshotId": "s-of-image-in-use"})
row("DeleteSnapshot", "SnapshotCreatedDisk", 403, {"SnapshotId": "s-of-disk"})
row("DeleteSnapshot", "IncorrectSnapshotStatus", 403, {"SnapshotId": "s-progressing"})

# AssumeRole: its causes are in test_actions.py
row("AssumeRole", "EntityNotExist.Role", 404, {"RoleArn": "acs:ram::1000000000000037:role/nobody"})
row("AssumeRole", "InvalidParameter.RoleArn", 400, {"RoleArn": "x"})
row("AssumeRole", "InvalidParameter.RoleSessionName", 400, {"RoleSessionName": "x"})
row("AssumeRole", "InvalidParameter.DurationSeconds", 400, {"DurationSeconds": "1"})
row("AssumeRole", "InvalidParameter.PolicyGrammar", 400, {"Policy": "x"})

# Common codes; those of a call that is not genuine have their causes in test_verify.py
COMMON = {
    400: "InvalidParameter.IsNull UnsupportedParameter InvalidParamater IllegalTimestamp InvalidTimeStamp.Format"
    " InvalidTimeStamp.Expired IncompleteSignature SignatureDoesNotMatch SignatureNonceUsed"
    " InvalidAccessKeyId.Inactive MissingSecurityToken InvalidSecurityToken.Expired UnknownError"
    " InvalidSecurityToken.MismatchWithAccessKey InvalidSecurityToken.Malformed Throttling Throttling.User"
    " Throttling.Api",
    403: "Forbidden.AccessKeyDisabled InvalidAction UnsupportedHTTPMethod Forbidden.RAM Forbidden.Unauthorized"
    " Forbidden.SubUser Forbidden.NotSupportRAM Forbidden.RiskControl NoPermission",
    404: "InvalidAccessKeyId.NotFound InvalidAction.NotFound InvalidApi.NotFound InvalidProduct.NotFound"
    " InvalidVersion InvalidDiskId.NotFound",
    409: "OperationConflict",
    503: "ServiceUnavailable ServiceUnavailable.RegionMaintaining",
}
for common_status, codes in COMMON.items():
    scripted("DescribeImages", common_status, *codes.split())


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_each_documented_error_can_be_provoked(simulator: Simulator, caller: Caller, case: Row) -> None:
    simulator.reset(world(), case.knobs)
    if case.before is not None:
        assert caller.call(case.action, case.before).status == 200
    if not case.cause:
        simulator.fault(action=case.action, code=case.code, status=case.status)
    reply = caller.call(case.action, case.parameters)
    assert (reply.status, reply.code) == (case.status, case.code)
    assert {type(reply.body[name]) for name in ("RequestId", "HostId", "Code", "Message", "Recommend")} == {str}
    assert simulator.calls()[-1]["processed"] is False


@pytest.mark.parametrize("action", VALID)
def test_the_calls_of_the_table_pass_when_nothing_is_wrong_with_them(
    simulator: Simulator, caller: Caller, action: str
) -> None:
    simulator.reset(world())
    reply = caller.call(action, VALID[action])
    assert reply.status == 200, reply.text


def test_every_code_of_the_table_is_tested() -> None:
    assert set(TABLE) - {case.code for case in ROWS} == set()


def test_without_script_a_fault_has_the_status_of_its_code(simulator: Simulator, caller: Caller) -> None:
    for case in ROWS:
        if not case.cause and case.status == TABLE[case.code][0]:
            simulator.fault(action=case.action, code=case.code)
            reply = caller.call(case.action, case.parameters)
            assert (reply.status, reply.body["Message"]) == TABLE[case.code]
            simulator.clear_faults()
