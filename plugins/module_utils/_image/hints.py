# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hints that resolve errors of the cloud about images, their sources, or their tags.

The codes and their meaning are those of the vendor's ECS API reference (image and tag error tables).
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import tags
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import source_hints, texts

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.context import Context
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.hints import Hints


def _not_visible(what: str, *options: str) -> t.Callable[[Context], str]:
    def hint(context: Context) -> str:
        named = [option for option in options if context.has(option)] or options[:1]
        listed = context.listed(*named, "region", "department", "resource_group")
        return f"The {what} does not exist, or this task cannot see it: check {listed}."

    return hint


def _taken(context: Context) -> str:
    """The name was looked up before the creation and not found."""
    if context.maybe_done:
        return "It may be the image of this task: run the task again to find out."
    elsewhere = "another resource set or organization"
    where = "set department and resource_group to search there"
    if context.has("resource_group"):
        where = "omit resource_group to search the whole organization, or give another department"
    if context.action in ("CreateImage", "CopyImage", "ImportImage"):
        return (
            f"{context.named('image_name')} is used by an image that cannot be seen {context.view()}: it belongs to "
            f"{elsewhere}. To find it, {where}; or use another image_name."
        )
    return (
        "This site wants unique image names, and another image has this one: use another image_name, or rename or "
        f"delete that image. If this task cannot see it, it belongs to {elsewhere}: {where}."
    )


def _in_use(context: Context) -> str:
    if context.options.get("force"):
        return "This site refuses it even with force=true: delete these instances first."
    return (
        "Instances use this image. Set force=true to delete it anyway; they keep running, but their disks can never be "
        "re-initialized from it."
    )


def _too_many_tags(context: Context) -> str:
    purge = "" if context.options.get("purge_tags", True) else ", or set purge_tags=true to replace those it has"
    return f"An image has at most 20 tags: give fewer{purge}."


def _shared(context: Context) -> str:
    if context.options.get("unshare"):
        return (
            "The image is shared with other accounts, although this task has stopped that (unshare): somebody has "
            "shared it again, or this task cannot see every account. Run the task again; if it fails again, ask the "
            "operators of the site whom it is shared with. force does not help."
        )
    return (
        "The image is shared with other accounts: stop sharing it first, with unshare=true if it is to be deleted or "
        "replaced, or with share_with=[] and purge_shares=true. force does not help."
    )


def _too_many_accounts(context: Context) -> str:
    purge = "" if context.options.get("purge_shares") else ", or set purge_shares=true"
    return f"The image would be shared with too many accounts: give fewer in share_with{purge}."


def _not_shareable(context: Context) -> str:
    if context.options.get("deprecated") is False:
        return "Only an image that is Available can be shared: run the task again once it is."
    return "A deprecated image cannot be shared: set deprecated=false."


def _denied(context: Context) -> str:
    """An ambiguous code, which only the message of the cloud explains."""
    if "encrypted" in context.said:
        return "This site creates no image from an encrypted disk or snapshot: use one that is not encrypted."
    return _ONE_SYSTEM_DISK if "system disk" in context.said else ""


def _missing(context: Context) -> str:
    if "Platform" not in context.said:
        return source_hints.missing_license(context)
    return "Set platform: a snapshot of a data disk does not show which system is on it."


def _platform(context: Context) -> str:
    rule = (
        "platform must be a name that the site knows, spelled in the same way: CentOS, Ubuntu, SUSE, RedHat, Debian, "
        "Windows Server 2019, Others Linux and so on."
    )
    return f"{rule} {source_hints.UNFIT_SYSTEM}" if context.action == "ImportImage" else rule


_ONE_SYSTEM_DISK = "disk_device_mapping must have exactly one snapshot of a system disk."
_DEVICE = (
    "device in disk_device_mapping must be /dev/xvda for the system disk, and another of /dev/xvdb to /dev/xvdz for"
    " each data disk. If omitted, the cloud assigns them in order."
)
_DISK_STATUS = "Every disk of the instance must be attached and in use: check its disks."
_MANY_SNAPSHOTS = "Too many snapshots are being taken at once: create fewer images in parallel, or raise wait_timeout."
_STILL_CREATING = "The image is still being created: raise wait_timeout."
_BOOT_MODE_IN_USE = (
    "boot_mode can only be changed while no instance uses the image: omit it, or delete these instances first."
)
_MANY_FAMILIES = "The account has too many image families: set image_family to one of them."
_LARGE_FAMILY = "This image family has too many images: move images to another family, or delete them."
_OWN_ACCOUNT = "share_with has the account that owns the image, which can use it anyway: omit that one."
_UNFINISHED_SNAPSHOT = "The snapshot is not finished: wait until it is accomplished and run the task again."

HINTS: Hints = {
    **source_hints.HINTS,
    "InvalidImageId.": _not_visible("image", "image_id", "image_name"),
    "InvalidInstanceId.": _not_visible("instance", "instance_id"),
    "InvalidSnapshotId.NotFound": _not_visible("snapshot", "snapshot_id", "disk_device_mapping"),
    "InvalidSnapshotId.NotReady": _UNFINISHED_SNAPSHOT,
    "SnapshotNotReady": _UNFINISHED_SNAPSHOT,
    "InvalidSnapshot.TooOld": "Snapshots made before 2013-07-16 cannot become images: take a new snapshot and give it"
    " as snapshot_id.",
    "InvalidSystemSnapshot.Missing": _ONE_SYSTEM_DISK,
    "OperationDenied": _denied,
    "OperationDenied.InvalidSnapshotCategory": "A snapshot of a local disk cannot become an image: use one of a cloud"
    " disk.",
    "MissingParameter": _missing,
    "InvalidDevice.": _DEVICE,
    "InvalidSize.ValueNotSupported": "size in disk_device_mapping must be at least the size of its snapshot, and 5 to"
    " 2000 GiB (up to 32768 on newer releases).",
    "TooManySnapshot.Unfinished": _MANY_SNAPSHOTS,
    "QuotaExceed.ConcurrentSnapshotQuota": _MANY_SNAPSHOTS,
    "IncorrectInstanceStatus": "The instance must be Running or Stopped.",
    "IncorrectInstanceStatus.NeedRestart": "The instance has a change that takes effect with a restart: restart it"
    " first.",
    "InvalidDiskCategory.CreateImage": "The instance has a local disk, which no image can be created from: use an"
    " instance that has only cloud disks.",
    "IncorrectDiskStatus": _DISK_STATUS,
    "IncorrectDiskStatus.": _DISK_STATUS,
    "InvalidAccountStatus.": "Ask the operators of the site to check the status of the account.",
    "UserNotInTheWhiteList": "This site allows it to selected accounts only: ask its operators.",
    "InstanceLockedForSecurity": "The instance is locked for security reasons: have the lock removed first.",
    "ImageUsingByInstance": _in_use,
    "OperationDeined.ImageUsingByInstance": _BOOT_MODE_IN_USE,
    "OperationDenied.ImageUsingByInstance": _BOOT_MODE_IN_USE,
    "ImageUseShared": _shared,
    "InvalidAccount.NotFound": "An account in share_with does not exist on this site: it must be the id of the account"
    " to which the images of the other organization belong.",
    "InvalidAccount.Forbbiden": _OWN_ACCOUNT,
    "InvalidAccount.Forbidden": _OWN_ACCOUNT,
    "QuotaExceed.ShareImage": "The account shares too many images: withdraw another one with share_with=[]"
    " and purge_shares=true.",
    "QuotaExceed.ShareImageUser": _too_many_accounts,
    "OperationDenied.InvalidImageStatus": _not_shareable,
    "ImageIsPublic": "The image is published: withdraw it first.",
    "ImageIsCreating": _STILL_CREATING,
    "InvalidStatus.ImageIsCreating": _STILL_CREATING,
    "OperationDenied.ImageCopying": "The image is being copied: wait, or cancel the copy.",
    "ImageIsImporting": "The image is being imported: wait, or cancel the import task.",
    "ImageIsExporting": "The image is being exported: wait, or cancel the export task.",
    "InvalidImageName.Duplicated": _taken,
    "InvalidImageName.Malformed": f"image_name {texts.NAME_RULE}. {texts.NAME_ERAS}.",
    "InvalidImageFamily.Malformed": f"image_family {texts.FAMILY_RULE}.",
    "ImageFamilyQuotaExceed": _MANY_FAMILIES,
    "ImageFamilyQuotaFull": _MANY_FAMILIES,
    "ImageQuotaExceed.ImageFamily": _LARGE_FAMILY,
    "ImageQuotaFull.ImageFamily": _LARGE_FAMILY,
    "ImageStatus.NotAvailable": "Only an image that is Available can be deprecated.",
    "ImageStatus.NotDeprecated": "Only the deprecation of an image that is Deprecated can be ended.",
    "InvalidDescription.Malformed": f"description {texts.DESCRIPTION_RULE}. {texts.DESCRIPTION_ERAS}.",
    "InvalidImageVersion.Malformed": f"image_version {texts.VERSION_RULE}.",
    "InvalidArchitecture.Malformed": "architecture must be i386 or x86_64, or on newer releases arm64.",
    "InvalidPlatform.Malformed": _platform,
    "QuotaExceed.Image": "The account's image quota is used up: delete images, or have the quota raised.",
    "QuotaExceed.Snapshot": "The snapshot quota is used up: delete snapshots, or have the quota raised.",
    "QuotaExceed.Tags": _too_many_tags,
    "OperationDenied.QuotaExceed": _too_many_tags,
    "InvalidTagKey.Malformed": f"A key in tags {tags.TAG_KEY_RULE}. {tags.TAG_ERAS}.",
    "InvalidTagValue.Malformed": f"A value in tags {tags.TAG_VALUE_RULE}. {tags.TAG_ERAS}.",
}
