# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The actions of the API that write images, which a task that changes nothing does not load."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import AVAILABLE, DEPRECATED
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import (
    OLD_TAGS_PER_CALL,
    Images,
    new_image_id,
    tag_list,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    PartlyDoneError,
    ServiceError,
    may_be_done,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client, LookAgain


class WritableImages(Images):
    """See ``Images``."""

    def __init__(self, client: Client, original: Client | None = None, status_filters: list[str] | None = None) -> None:
        super().__init__(client, original, status_filters)
        self._knows_tag_resources = True

    def create(
        self,
        image_name: str,
        *,
        instance_id: str | None = None,
        snapshot_id: str | None = None,
        disks: t.Sequence[t.Mapping[str, t.Any]] = (),
        description: str | None = None,
        image_family: str | None = None,
        image_version: str | None = None,
        platform: str | None = None,
        architecture: str | None = None,
        tags: t.Mapping[str, str] | None = None,
        look_again: LookAgain | None = None,
    ) -> str:
        """Starts the creation of an image and returns its id.

        ``disks``: each with snapshot_id, size (GiB), device and disk_type, if they are given. All attempts of a call
        have the same ClientToken, so a lost answer cannot create a second image. ``look_again``: see ``Client.call``.
        """
        parameters = {
            "ImageName": image_name,
            "Description": description,
            "ImageFamily": image_family,
            "InstanceId": instance_id,
            "SnapshotId": snapshot_id,
            "DiskDeviceMapping": [_to_wire(disk) for disk in disks],
            "ImageVersion": image_version,
            "Platform": platform,
            "Architecture": architecture,
            "Tag": tag_list(tags or {}),
            "ClientToken": os.urandom(16).hex(),
        }
        body = self._client.call("CreateImage", parameters, look_again=look_again)
        return new_image_id(body, "CreateImage", self._client)

    def modify(
        self,
        image_id: str,
        image_name: str | None,
        description: str | None,
        *,
        image_family: str | None = None,
        boot_mode: str | None = None,
        license_type: str | None = None,
    ) -> None:
        """None does not change an attribute. A release that does not know one of the last three may ignore it."""
        parameters = {
            "ImageId": image_id,
            "ImageName": image_name,
            "Description": description,
            "ImageFamily": image_family,
            "BootMode": None if boot_mode is None else boot_mode.upper(),
            "LicenseType": license_type,
        }
        self._client.call("ModifyImageAttribute", parameters)

    def set_deprecated(self, image_id: str, look_again: LookAgain | None = None) -> None:
        """Raises ServiceError unless it is Available. A release that does not know the status may ignore the call."""
        parameters = {"ImageId": image_id, "Status": DEPRECATED}
        self._client.call("ModifyImageAttribute", parameters, look_again=look_again)

    def restore(self, image_id: str) -> None:
        """Ends a deprecation. Raises ServiceError unless it is Deprecated."""
        self._client.call("ModifyImageAttribute", {"ImageId": image_id, "Status": AVAILABLE})

    def delete(
        self,
        image_id: str,
        force: bool,
        handled: t.Container[str] = (),
        look_again: LookAgain | None = None,
    ) -> bool:
        """Deletes the image. Returns False if somebody else has deleted it (the API reports that in two ways).

        ``handled`` and ``look_again``: see ``Client.call``.
        """
        parameters = {"ImageId": image_id, "Force": force or None}
        return self._unless_gone("DeleteImage", parameters, handled, look_again)

    def delete_snapshot(self, snapshot_id: str, look_again: LookAgain | None = None) -> bool:
        """Deletes the snapshot. Returns False if somebody else has deleted it."""
        return self._unless_gone("DeleteSnapshot", {"SnapshotId": snapshot_id}, (), look_again)

    def _unless_gone(
        self,
        action: str,
        parameters: t.Mapping[str, t.Any],
        handled: t.Container[str],
        look_again: LookAgain | None,
    ) -> bool:
        try:
            self._client.call(action, parameters, handled, look_again)
        except ServiceError as error:
            # Not every code that ends in NotFound: that of a region or a key must not count as a success.
            if error.code not in ("InvalidImageId.NotFound", "InvalidSnapshotId.NotFound"):
                raise
            # An attempt whose answer was lost has probably deleted it.
            return may_be_done(error)
        return True

    def set_tags(self, image_id: str, tags: t.Mapping[str, str]) -> None:
        self._tag(("TagResources", "AddTags"), image_id, {"Tag": tag_list(tags)}, tag_list(tags))

    def unset_tags(self, image_id: str, keys: t.Sequence[str]) -> None:
        self._tag(("UntagResources", "RemoveTags"), image_id, {"TagKey": list(keys)}, [{"Key": key} for key in keys])

    def _tag(
        self, actions: tuple[str, str], image_id: str, new_way: dict[str, t.Any], old_tags: list[dict[str, str]]
    ) -> None:
        """Older releases report that they do not offer the TagResources family."""
        if self._knows_tag_resources:
            try:
                self._client.call(actions[0], {"ResourceType": "image", "ResourceId": [image_id], **new_way})
                return
            except ServiceError as error:
                if not error.is_not_offered:
                    raise
                self._knows_tag_resources = False
        for start in range(0, len(old_tags), OLD_TAGS_PER_CALL):
            part = old_tags[start : start + OLD_TAGS_PER_CALL]
            try:
                self._client.call(actions[1], {"ResourceType": "image", "ResourceId": image_id, "Tag": part})
            except ApsaraStackError as error:
                if start == 0:
                    raise
                done = ", ".join(tag["Key"] for tag in old_tags[:start])
                raise PartlyDoneError(error, f"The tags {done} were changed in an earlier call.") from error


def _to_wire(disk: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    fields = {"SnapshotId": "snapshot_id", "Size": "size", "Device": "device", "DiskType": "disk_type"}
    return {field: disk.get(key) for field, key in fields.items()}
