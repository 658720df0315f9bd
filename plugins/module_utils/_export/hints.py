# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hints that resolve errors of the cloud about the export of an image.

The codes and their meaning are those of the vendor's ECS API reference (tables of ExportImage and CancelTask).
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._export.desired import PREFIX_RULE
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import hints
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.buckets import BUCKET_RULE
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import inserted

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.context import Context
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.hints import Hints

DEFAULT_ROLE = "AliyunECSImageExportDefaultRole"


def _no_bucket(context: Context) -> str:
    return f"Check {context.named('bucket')}: it must be a bucket of this account in {context.named('region')}."


def _not_authorized(context: Context) -> str:
    role = context.options["role_name"] if context.has("role_name") else DEFAULT_ROLE
    return (
        f"ECS is not allowed to write to {context.named('bucket')}: have the role {inserted(role, str)} created in"
        " ASCM for the organization, with a policy that allows it to write to the bucket, or grant ECS access to the"
        " bucket."
    )


def _not_in_this_format(context: Context) -> str:
    chosen = context.options.get("format")
    if chosen == "raw":
        return "Many sites export only raw images, but this one does not export them on request: omit format."
    omitted = f", or omit {context.named('format')}" if chosen else ""
    return f"Many sites export only raw images: set format=raw{omitted}."


_PREFIX = f"prefix {PREFIX_RULE}."
_MANY_DISKS = "An image with more than four data disks, or with one of more than 500 GiB, cannot be exported."
_NOT_THIS_IMAGE = "Encrypted, marketplace, public and Windows images cannot be exported."
_STATUS = "Only an image that is Available can be exported."

OWN: Hints = {
    "InvalidOSSBucket.": f"bucket {BUCKET_RULE}.",
    "InvalidOSSBucket.NotFound": _no_bucket,
    "InvalidOSSBucket.NotMatched": _no_bucket,
    "OssBucket.NotFound": _no_bucket,
    "InvalidOSSBucket.EncryptUnsupported": "Use a bucket without encryption.",
    "InvalidOSSBucket.FlowLimit": "The bucket is under flow control: run the task again later, or use another bucket.",
    "InvalidOSS.NotAuthorized": _not_authorized,
    "NoSetRoletoECSServiceAcount": _not_authorized,
    "NoSetRoletoECSServiceAccount": _not_authorized,
    "InvalidOSSPrefix.": _PREFIX,
    "OssPrefix.": _PREFIX,
    "InvalidOSSObject.NeedRestore": "The bucket holds an archived object of this name: restore or delete it, or give "
    "another prefix.",
    "InvalidImageFormat.RegionNotSupported": _not_in_this_format,
    "InvalidImageFormat.Malformed": _not_in_this_format,
    "InvalidImage.DiskAmountOrSize": _MANY_DISKS,
    "ImageNotSupported": _NOT_THIS_IMAGE,
    "InvalidImageCategory.NotSupported": _NOT_THIS_IMAGE,
    "InvalidImageLicense.NotSupported": _NOT_THIS_IMAGE,
    # The general hint is about the creation of images, which does not apply here.
    "OperationDenied": "",
    "IncorrectImageStatus": _STATUS,
    "InvalidRegion.NotSupport": "This region does not offer the export of images.",
    "ExportImageFailed": "Run the task again; if it fails again, ask the operators of the site.",
    "ConcurrentQuotaExceed.ExportImage": "Too many exports are running: wait for one to end, raise "
    "wait_timeout, or have the quota raised.",
    "WeeklyQuotaExceed.ExportImage": "Too many exports in a week: wait, or have the quota raised.",
    "InvalidTaskId.TaskActionNotSupport": "This site does not cancel exports: wait until it has ended.",
    "CancelTaskFailed": "Run the task again; if it fails again, wait until the export has ended.",
}
HINTS: Hints = {**hints.HINTS, **OWN}
