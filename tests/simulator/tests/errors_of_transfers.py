# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the table of errors: of copies, imports and exports, and of their tasks."""

from __future__ import annotations

from .error_rows import VALID, Parameters, indexed, many_tags, row, scripted

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
