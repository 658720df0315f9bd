# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the table of errors: of snapshots and roles, and codes of any action."""

from __future__ import annotations

from .error_rows import row, scripted

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
