# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The meaning of an error code of the cloud: the class that decides on a retry, and the reason in the result."""

from __future__ import annotations

import enum
import re
import typing as t

# The values of ``reason``, for playbooks. They are documented in RETURN of every module.
Reason = t.Literal[
    "access_denied",
    "ambiguous_name",
    "bucket_not_authorized",
    "canceled",
    "changed_meanwhile",
    "cloud_error",
    "creation_failed",
    "credentials",
    "export_failed",
    "in_use",
    "interrupted",
    "invalid_input",
    "missing_library",
    "name_taken",
    "not_found",
    "not_supported_by_site",
    "shared",
    "signing_unavailable",
    "source_differs",
    "source_not_usable",
    "throttled",
    "timed_out",
    "tls",
    "unavailable",
    "unexpected_answer",
    "unfinished_replacement",
    "unreachable",
    "vanished",
]


class Kind(enum.Enum):
    """Classes of errors of the cloud."""

    THROTTLED = "throttled"
    """Too many calls; not processed."""
    BUSY = "busy"
    """The state of the resource does not allow it now; not processed, so a retry is always safe."""
    TRANSIENT = "transient"
    """A temporary error of the cloud; the call may have been processed."""
    NOT_OFFERED = "not_offered"
    """The site does not offer this action."""
    PERMANENT = "permanent"
    """A retry would fail in the same way."""


_BUSY_CODES = frozenset(
    {
        "IncorrectInstanceStatus",
        "ImageIsCreating",
        "ImageIsExporting",
        "ImageIsImporting",
        "InvalidSnapshotId.NotReady",
        "InvalidStatus.ImageIsCreating",
        "OperationConflict",
        "InvalidOperation.Conflict",
        "LastTokenProcessing",
        "IdempotentProcessing",
        "OperationDenied.ImageCopyConflict",
        "OperationDenied.ImageCopying",
        "OperationDenied.ImageExporting",
        "SnapshotNotReady",
        "IncorrectDiskStatus.CreatingSnapshot",
        "IncorrectDiskStatus.Transferring",
        "TooManySnapshot.Unfinished",
    }
)
# SignatureNonceUsed: every attempt has its own nonce, so something between here and the cloud has sent the same request
# twice, and the first copy was processed.
_TRANSIENT_CODES = frozenset(
    {"InternalError", "UnknownError", "SignatureNonceUsed", "HTTP500", "HTTP502", "HTTP503", "HTTP504"}
)
_TRANSIENT_STATUSES = frozenset({500, 502, 503, 504})
_HTTP_TOO_MANY_REQUESTS = 429

# The first matching pattern applies. A code says more than the HTTP status, which differs between releases for the same
# code.
_KINDS_BY_PATTERN: t.Sequence[tuple[Kind, re.Pattern[str]]] = (
    (Kind.THROTTLED, re.compile(r"Throttling(\..*)?|Rejected\.Throttling|HTTP429")),
    (
        Kind.NOT_OFFERED,
        re.compile(r"InvalidAction(\..*)?|InvalidApi\.NotFound|InvalidProduct\.NotFound|InvalidVersion"),
    ),
    (Kind.TRANSIENT, re.compile(r"ServiceUnavailable(\..*)?")),
    # A call succeeds when other work of the account has ended.
    (Kind.BUSY, re.compile(r"ConcurrentQuotaExceed(\..*)?|QuotaExceed\.Concurrent.*")),
)


def kind_of(code: str, http_status: int, message: str = "") -> Kind:
    """The class of an error of the cloud."""
    for kind, pattern in _KINDS_BY_PATTERN:
        if pattern.fullmatch(code):
            return kind
    if code in _BUSY_CODES or "please retry again" in message:
        return Kind.BUSY
    if "Action or Version is not valid" in message:
        return Kind.NOT_OFFERED
    if http_status == _HTTP_TOO_MANY_REQUESTS:
        return Kind.THROTTLED
    if code in _TRANSIENT_CODES or http_status in _TRANSIENT_STATUSES:
        return Kind.TRANSIENT
    return Kind.PERMANENT


# The first matching pattern applies.
_REASONS_BY_PATTERN: t.Sequence[tuple[Reason, re.Pattern[str]]] = (
    (
        "credentials",
        re.compile(
            r"InvalidAccessKeyId(\..*)?|SignatureDoesNotMatch|IncompleteSignature|(Missing|Invalid)SecurityToken(\..*)?"
            r"|Forbidden\.AccessKeyDisabled|InvalidTimeStamp\..*|IllegalTimestamp"
            r"|EntityNotExist\.Role|InvalidParameter\.RoleArn"
        ),
    ),
    # Some actions misspell it.
    ("access_denied", re.compile(r"(Forbidden|Forbbiden|NoPermission|PermissionDenied)(\..*)?|UserNotInTheWhiteList")),
    ("name_taken", re.compile(r"InvalidImageName\.Duplicated")),
    ("in_use", re.compile(r"ImageUsingByInstance|OperationDei?ni?ed\.ImageUsingByInstance")),
    ("shared", re.compile(r"ImageUseShared|ImageIsPublic")),
    # The second code is spelled in two ways.
    ("bucket_not_authorized", re.compile(r"InvalidOSS\.NotAuthorized|NoSetRoletoECSServiceAcc?ount")),
    (
        "not_found",
        re.compile(
            r"Invalid(Image|Instance|Snapshot|Disk|Resource|Task)Id\.NotFound|(InvalidOSS|Oss)Bucket\.NotFound"
            r"|InvalidOSSObject\.NotFound|InvalidParameter\.KMSKeyId\.NotFound"
        ),
    ),
    (
        "not_supported_by_site",
        re.compile(
            r"InvalidImageFormat\.RegionNotSupported|InvalidRegion\.NotSupport|RegionNotSupportCopy"
            r"|IncorrectDestinationRegion|InvalidParameter\.KmsNotEnabled"
        ),
    ),
    (
        "source_not_usable",
        re.compile(
            r"InvalidSnapshot\.TooOld|InvalidSystemSnapshot\.Missing|OperationDenied\.InvalidSnapshotCategory"
            r"|InstanceLockedForSecurity|IncorrectInstanceStatus\.NeedRestart|InvalidInstanceId\.ValueNotSupported"
            r"|IncorrectDiskStatus(\..*)?|InvalidDiskCategory\.CreateImage"
            r"|IncorrectImageStatus|ImageNotSupported|InvalidImage\.DiskAmountOrSize|InvalidImageCategory\.NotSupported"
            r"|InvalidImageLicense\.NotSupported|OperationDenied\.(SameRegionOnly|CommunityImage|NotPublished)"
            r"|OperationDei?ni?ed\.EncryptedSnapshot|OperationDenied\.EncryptSnapshotAcrossRegion|SizeExceed\.Image"
            r"|InvalidOSSObject\.(NeedRestore|Size)|UnsupportedSuffix\.OSSObject|InvalidVHDImage\.IncorrectSize"
            r"|InvalidBlockSize\.NotSupport|ImageCheckUnsupported\.WindowsImage"
            r"|InvalidOperation\.(VhdImage|CloudBoxImageCopy)Unsupported"
        ),
    ),
    (
        "invalid_input",
        re.compile(
            r".*\.Malformed|.*\.ValueNotSupported|InvalidStatus|Invalid(RegionId|ResourceGroup)\.NotFound|InvalidDevice\.InUse"
            r"|InvalidParameter(\..*)?|InvalidTag\.Mismatch|InvalidTagCount|Duplicate\.TagKey"
            r"|InvalidOSSBucket\.(NotMatched|EncryptUnsupported)|MissingParameter(\..*)?|(Source|Destination)Region\.NotFound"
            r"|InvalidImageSize|InvalidDataDiskSize|InvalidBootMode\.NotSupport|InvalidLicenseType\..*|InvalidEncrypted\..*"
            r"|InvalidEncryptAlgorithm|InvalidArchitecture\.PlatformUnsupported|InvalidAccount\.(NotFound|Forbbiden|Forbidden)"
        ),
    ),
)


def reason_of(code: str, kind: Kind) -> Reason:
    """The reason of a task that failed with this error of the cloud."""
    if kind is Kind.THROTTLED:
        return "throttled"
    if kind is Kind.NOT_OFFERED:
        return "not_supported_by_site"
    return next((reason for reason, pattern in _REASONS_BY_PATTERN if pattern.fullmatch(code)), "cloud_error")
