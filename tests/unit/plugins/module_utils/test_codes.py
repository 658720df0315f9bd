# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.codes import Kind, Reason, kind_of, reason_of


@pytest.mark.parametrize(
    ("code", "http_status", "message", "kind"),
    [
        ("Throttling", 400, "", Kind.THROTTLED),
        ("Throttling.User", 400, "", Kind.THROTTLED),
        ("Rejected.Throttling", 503, "", Kind.THROTTLED),
        ("HTTP429", 429, "", Kind.THROTTLED),
        ("TooManyRequests", 429, "", Kind.THROTTLED),
        ("ThrottlingOfAnotherKind", 400, "", Kind.PERMANENT),
        ("IncorrectInstanceStatus", 400, "", Kind.BUSY),
        ("IncorrectInstanceStatus", 500, "", Kind.BUSY),
        ("IncorrectInstanceStatus.NeedRestart", 403, "", Kind.PERMANENT),
        ("ImageIsCreating", 403, "", Kind.BUSY),
        ("OperationDenied.ImageCopying", 403, "", Kind.BUSY),
        ("OperationDenied.ImageExporting", 403, "", Kind.BUSY),
        ("OperationDenied", 403, "", Kind.PERMANENT),
        ("IdempotentProcessing", 403, "", Kind.BUSY),
        ("Whatever", 400, "The status does not support this operation, please retry again.", Kind.BUSY),
        ("InternalError", 500, "", Kind.TRANSIENT),
        ("InternalError", 403, "", Kind.TRANSIENT),
        ("UnknownError", 400, "", Kind.TRANSIENT),
        ("ServiceUnavailable", 503, "", Kind.TRANSIENT),
        ("ServiceUnavailable.RegionMaintaining", 400, "", Kind.TRANSIENT),
        ("SignatureNonceUsed", 400, "", Kind.TRANSIENT),
        ("Anything", 502, "", Kind.TRANSIENT),
        ("HTTP503", 200, "", Kind.TRANSIENT),
        ("Anything", 501, "", Kind.PERMANENT),
        ("InvalidAction", 403, "", Kind.NOT_OFFERED),
        ("InvalidAction.NotFound", 404, "", Kind.NOT_OFFERED),
        ("InvalidApi.NotFound", 404, "", Kind.NOT_OFFERED),
        ("InvalidParameter", 400, "Action or Version is not valid", Kind.NOT_OFFERED),
        ("SignatureDoesNotMatch", 400, "", Kind.PERMANENT),
        ("InvalidImageId.NotFound", 404, "", Kind.PERMANENT),
        ("QuotaExceed.Image", 403, "", Kind.PERMANENT),
        ("QuotaExceed.ConcurrentSnapshotQuota", 403, "", Kind.BUSY),
        ("ConcurrentQuotaExceed.ExportImage", 403, "", Kind.BUSY),
        ("ConcurrentQuotaExceed", 403, "", Kind.BUSY),
        ("WeeklyQuotaExceed.ExportImage", 403, "", Kind.PERMANENT),
    ],
)
def test_the_code_wins_over_the_status(code: str, http_status: int, message: str, kind: Kind) -> None:
    assert kind_of(code, http_status, message) is kind


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("Throttling.User", "throttled"),
        ("InvalidAction.NotFound", "not_supported_by_site"),
        ("InvalidAccessKeyId.NotFound", "credentials"),
        ("InvalidAccessKeyId", "credentials"),
        ("SignatureDoesNotMatch", "credentials"),
        ("IncompleteSignature", "credentials"),
        ("InvalidSecurityToken.Expired", "credentials"),
        ("MissingSecurityToken", "credentials"),
        ("Forbidden.AccessKeyDisabled", "credentials"),
        ("IllegalTimestamp", "credentials"),
        ("EntityNotExist.Role", "credentials"),
        ("Forbidden", "access_denied"),
        ("Forbidden.RAM", "access_denied"),
        ("NoPermission.Tag", "access_denied"),
        ("ForbiddenFruit", "cloud_error"),
        ("InvalidImageName.Duplicated", "name_taken"),
        ("ImageUsingByInstance", "in_use"),
        ("OperationDeined.ImageUsingByInstance", "in_use"),
        ("ImageUseShared", "shared"),
        ("InvalidImageId.NotFound", "not_found"),
        ("InvalidInstanceId.NotFound", "not_found"),
        ("InvalidSnapshotId.NotFound", "not_found"),
        ("InvalidRegionId.NotFound", "invalid_input"),
        ("InvalidImageName.Malformed", "invalid_input"),
        ("InvalidSize.ValueNotSupported", "invalid_input"),
        ("InvalidSnapshot.TooOld", "source_not_usable"),
        ("InstanceLockedForSecurity", "source_not_usable"),
        ("IncorrectImageStatus", "source_not_usable"),
        ("InvalidImageLicense.NotSupported", "source_not_usable"),
        ("NoSetRoletoECSServiceAcount", "bucket_not_authorized"),
        ("NoSetRoletoECSServiceAccount", "bucket_not_authorized"),
        ("InvalidOSS.NotAuthorized", "bucket_not_authorized"),
        ("InvalidOSSBucket.NotFound", "not_found"),
        ("OssBucket.NotFound", "not_found"),
        ("InvalidTaskId.NotFound", "not_found"),
        ("InvalidOSSBucket.NotMatched", "invalid_input"),
        ("OssPrefix.Malformed", "invalid_input"),
        ("InvalidImageFormat.RegionNotSupported", "not_supported_by_site"),
        ("QuotaExceed.Image", "cloud_error"),
        ("", "cloud_error"),
    ],
)
def test_the_code_decides_on_the_reason(code: str, reason: Reason) -> None:
    assert reason_of(code, kind_of(code, 400)) == reason
