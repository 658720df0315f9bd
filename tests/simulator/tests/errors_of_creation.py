# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the table of errors: of creating an image."""

from __future__ import annotations

from .error_rows import VALID, Parameters, many_tags, mapping, row, scripted, snapshot

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
