# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What resolves an error of the cloud: one sentence for each code that a user can do something about.

The codes and their meaning are those of the vendor's ECS API reference (image, tag and common error tables).
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils import texts

# A key that ends in a dot stands for all codes with this beginning; the longest match wins.
_ADVICE: t.Mapping[str, str] = {
    "SignatureDoesNotMatch": "The secret key does not belong to the access key: check secret_key.",
    "IncompleteSignature": "The secret key does not belong to the access key: check secret_key.",
    "InvalidAccessKeyId": "Check access_key, and that endpoint or popgw_domain is the site that issued it.",
    "InvalidAccessKeyId.": "Check access_key, and that endpoint or popgw_domain is the site that issued it.",
    "InvalidAccessKeyId.Inactive": "The access key is disabled: enable it, or use another access_key.",
    "Forbidden.AccessKeyDisabled": "The access key is disabled: enable it, or use another access_key.",
    "MissingSecurityToken": "This is a temporary access key: give its security_token as well.",
    "InvalidSecurityToken.": "Get a new temporary access key and give its access_key, secret_key and security_token.",
    "Forbidden": "The access key may not do this: ask for the permission, or check department and resource_group.",
    "Forbidden.": "The access key may not do this: ask for the permission, or check department and resource_group.",
    "NoPermission": "The access key may not do this: ask for the permission, or check department and resource_group.",
    "NoPermission.": "The access key may not do this: ask for the permission, or check department and resource_group.",
    "EntityNotExist.Role": "Check role_arn of assume_role, or ram_role_arn of the profile.",
    "InvalidParameter.RoleArn": "Check role_arn of assume_role, or ram_role_arn of the profile.",
    "InvalidRegionId.": "Check region: it must be a region of this site.",
    "InvalidImageId.": "The image is not there, or not visible with this department and resource_group.",
    "InvalidInstanceId.": "The instance is not there, or not visible with this department and resource_group:"
    " check instance_id and region.",
    "InvalidSnapshotId.NotFound": "The snapshot is not there, or not visible with this department and resource_group:"
    " check snapshot_id and region.",
    "InvalidSnapshotId.NotReady": "The snapshot is not finished: wait until it is accomplished and run again.",
    "SnapshotNotReady": "The snapshot is not finished: wait until it is accomplished and run again.",
    "InvalidSnapshot.TooOld": "Snapshots made before 2013-07-16 cannot become images: take a new snapshot.",
    "InvalidSystemSnapshot.Missing": "disk_device_mapping needs exactly one snapshot of a system disk.",
    "IncorrectInstanceStatus": "The instance has to be Running or Stopped.",
    "IncorrectInstanceStatus.NeedRestart": "The instance has a change that waits for a restart: restart it first.",
    "InstanceLockedForSecurity": "The instance is locked for security reasons: have the lock removed first.",
    "ImageUsingByInstance": "Instances use this image: force=true deletes it all the same;"
    " they run on, but cannot be re-initialised.",
    "ImageUseShared": "The image is shared with other accounts: stop sharing it first; force does not help.",
    "ImageIsPublic": "The image is published: withdraw it first.",
    "ImageIsImporting": "The image is being imported: wait, or cancel the import task.",
    "ImageIsExporting": "The image is being exported: wait, or cancel the export task.",
    "InvalidImageName.Duplicated": "This site wants unique image names: use another image_name.",
    "InvalidImageName.Malformed": f"image_name {texts.NAME_RULE}. {texts.NAME_ERAS}.",
    "InvalidDescription.Malformed": f"description {texts.DESCRIPTION_RULE}. {texts.DESCRIPTION_ERAS}.",
    "InvalidImageVersion.Malformed": f"image_version {texts.VERSION_RULE}.",
    "InvalidTagKey.Malformed": f"A key in tags {texts.TAG_KEY_RULE}. {texts.TAG_ERAS}.",
    "InvalidTagValue.Malformed": f"A value in tags {texts.TAG_VALUE_RULE}. {texts.TAG_ERAS}.",
    "QuotaExceed.Image": "The account's image quota is used up: delete images, or have the quota raised.",
    "QuotaExceed.Snapshot": "The snapshot quota is used up: delete snapshots, or have the quota raised.",
    "QuotaExceed.Tags": "A resource holds at most 20 tags.",
    "OperationDenied.QuotaExceed": "A resource holds at most 20 tags.",
    "Throttling": "Too many calls at once: run fewer tasks in parallel, or raise wait_timeout.",
    "Throttling.": "Too many calls at once: run fewer tasks in parallel, or raise wait_timeout.",
    "Rejected.Throttling": "Too many calls at once: run fewer tasks in parallel, or raise wait_timeout.",
    "InvalidAction": "This site does not offer the operation.",
    "InvalidAction.": "This site does not offer the operation.",
    "InvalidApi.": "This site does not offer the operation.",
    "InvalidProduct.": "Check endpoint: it must be the ECS endpoint of the site.",
    "InvalidVersion": "Check endpoint: it must be the ECS endpoint of the site.",
    "HTTP401": "Check endpoint: this does not look like an ApsaraStack answer.",
    "HTTP403": "Check endpoint: this does not look like an ApsaraStack answer.",
    "HTTP404": "Check endpoint: this does not look like an ApsaraStack answer.",
    "HTTP502": "A gateway answered for a site that is away: wait until it is back, or check endpoint and proxy.",
    "HTTP503": "A gateway answered for a site that is away: wait until it is back, or check endpoint and proxy.",
    "HTTP504": "A gateway answered for a site that is away: wait until it is back, or check endpoint and proxy.",
}

CLOCK_CODES = frozenset({"InvalidTimeStamp.Expired", "IllegalTimestamp"})


def advice_for(code: str) -> str:
    """One sentence on what resolves the code, or an empty text."""
    if code in _ADVICE:
        return _ADVICE[code]
    parts = code.split(".")
    for length in range(len(parts) - 1, 0, -1):
        prefix = ".".join(parts[:length]) + "."
        if prefix in _ADVICE:
            return _ADVICE[prefix]
    return ""


# A gateway or proxy whose own clock is right may have written the date of the answer: no site is so strict.
_SMALLEST_OFFSET_SECONDS = 60.0


def clock_advice(offset_seconds: float | None) -> str:
    """Advice for a refused time stamp.

    ``offset_seconds``: the clock of the cloud minus the clock here, or None where the answer did not tell. One that
    is too small to be the reason tells of another clock on the way.
    """
    if offset_seconds is None or abs(offset_seconds) < _SMALLEST_OFFSET_SECONDS:
        return "The clock of this host differs from that of the cloud by more than 15 minutes: set it right."
    direction = "behind" if offset_seconds > 0 else "ahead of"
    return f"The clock of this host is {abs(offset_seconds):.0f} seconds {direction} that of the cloud: set it right."
