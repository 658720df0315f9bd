# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the table of errors: of reading, changing, sharing and deleting images."""

from __future__ import annotations

from .error_rows import many_tags, row, scripted

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
