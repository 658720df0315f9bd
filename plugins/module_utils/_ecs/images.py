# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The actions of the API for images. CamelCase stays inside this layer, which returns documented images."""

from __future__ import annotations

import functools
import json
import os
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, to_image
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    NoAnswerError,
    PartlyDoneError,
    ServiceError,
    may_be_done,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.listing import Listing
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.mapping import compiled

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.copies import Copies
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Instance, Snapshot
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.tasks import Tasks
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client

# Without a Status, DescribeImages lists Available images only. A release that does not know a newer status may reject
# the whole list, so there is a shorter one for each generation of the API.
_STATUS_FILTERS = (
    "Creating,Waiting,Available,UnAvailable,CreateFailed,Deprecated",
    "Creating,Waiting,Available,UnAvailable,CreateFailed",
    "Creating,Available,UnAvailable,CreateFailed",
)
_IDS_PER_CALL = 100
# Newer releases accept more in a filter, in AddTags and in RemoveTags.
_OLD_TAGS_PER_CALL = 5


class Images:
    """The images of one account in one region, and their sources. Every method raises what Client raises."""

    def __init__(self, client: Client, original: Client | None = None) -> None:
        """``original``: of the region from which images are copied, if it is another one."""
        self._client = client
        self._original = original or client
        self._status_filters = list(_STATUS_FILTERS)
        self._knows_tag_resources = True

    @functools.cached_property
    def copies(self) -> Copies:
        from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.copies import Copies  # noqa: PLC0415

        return Copies(self._original, self._client)

    @functools.cached_property
    def tasks(self) -> Tasks:
        from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.tasks import Tasks  # noqa: PLC0415

        return Tasks(self._client)

    # --- reading -----------------------------------------------------------------------------------------------------

    def by_id(self, image_id: str) -> Image | None:
        """The account's image with this id, in any status; None if there is none (the API returns an empty list)."""
        return self.by_ids([image_id]).get(image_id)

    def by_ids(self, image_ids: t.Sequence[str]) -> dict[str, Image]:
        """The account's images with these ids, at most 100, in any status; those that do not exist are omitted."""
        found = self._own({"ImageId": ",".join(image_ids)})
        return {image["image_id"]: image for image in found if image["image_id"] in image_ids}

    def by_name(self, image_name: str) -> tuple[Image, ...]:
        """The account's images with exactly this name, in any status."""
        return tuple(image for image in self._own(_name_filter(image_name)) if image["image_name"] == image_name)

    def by_snapshot(self, snapshot_id: str) -> tuple[Image, ...]:
        """The account's images that use the snapshot, in any status."""
        return tuple(
            image
            for image in self._own({"SnapshotId": snapshot_id})
            # The site may ignore the filter, so compare here.
            if any(disk["snapshot_id"] == snapshot_id for disk in image["disk_device_mappings"])
        )

    def users(self, image_id: str) -> tuple[str, ...]:
        """The ids of the instances that were created from the image."""
        listed = self._instances({"ImageId": image_id})
        return tuple(str(entry.get("InstanceId")) for entry in listed if entry.get("ImageId") == image_id)

    def instance(self, instance_id: str) -> Instance | None:
        from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Instance  # noqa: PLC0415

        for entry in self._instances({"InstanceIds": json.dumps([instance_id])}):
            if entry.get("InstanceId") == instance_id:
                # A lock is a string on some releases and an object on others.
                locks = json.dumps(compiled("OperationLocks.LockReason").search(entry) or [])
                return Instance(instance_id, str(entry.get("Status")), is_locked="security" in locks)
        return None

    def snapshots(self, snapshot_ids: t.Sequence[str]) -> dict[str, Snapshot]:
        """The snapshots by id; those that the account cannot see are omitted."""
        from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import to_snapshot  # noqa: PLC0415

        wanted = {"SnapshotIds": json.dumps(list(snapshot_ids))}
        found = Listing(
            self._client, "DescribeSnapshots", wanted, "Snapshots.Snapshot", "SnapshotId", to_snapshot
        ).whole()
        # The site may ignore the filter, so compare here.
        return {snapshot.snapshot_id: snapshot for snapshot in found if snapshot.snapshot_id in snapshot_ids}

    def search(
        self,
        *,
        image_ids: t.Sequence[str] | None = None,
        image_name: str | None = None,
        owner: str = "self",
        status: t.Sequence[str] | None = None,
        snapshot_id: str | None = None,
        os_type: str | None = None,
        architecture: str | None = None,
        usage: str | None = None,
        tags: t.Mapping[str, str] | None = None,
    ) -> list[Image]:
        """The images that match these filters, from all pages, in the order of the API, without duplicates.

        None omits a filter; ``owner`` is an alias of the API, or ``all``. A release may ignore any filter, so callers
        must compare as well.
        """
        narrowed = {
            **({} if image_name is None else _name_filter(image_name)),
            "ImageOwnerAlias": None if owner == "all" else owner,
            "Status": None if status is None else ",".join(status),
            "SnapshotId": snapshot_id,
            "OSType": os_type,
            "Architecture": architecture,
            "Usage": usage,
            "Tag": tag_list(tags or {})[:_OLD_TAGS_PER_CALL],
        }
        return [image for ids in _id_filters(image_ids) for image in self._describe({**narrowed, **ids})]

    def _instances(self, narrowed: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
        return Listing(self._client, "DescribeInstances", narrowed, "Instances.Instance", "InstanceId", dict).whole()

    def _own(self, narrowed: t.Mapping[str, t.Any]) -> list[Image]:
        # The site may ignore the filter of the owner, so compare here.
        return [image for image in self._describe(narrowed) if image["image_owner_alias"] in (None, "", "self")]

    def _describe(self, narrowed: t.Mapping[str, t.Any]) -> list[Image]:
        """The account's images in every status, unless ``narrowed`` sets other filters."""
        while True:
            try:
                return self._describe_once(narrowed)
            except ServiceError as error:
                if narrowed.get("Status") or len(self._status_filters) == 1 or not _is_about_status(error):
                    raise
                self._status_filters.pop(0)

    def _describe_once(self, narrowed: t.Mapping[str, t.Any]) -> list[Image]:
        every_status = {
            "ImageOwnerAlias": "self",
            **narrowed,
            "Status": narrowed.get("Status") or self._status_filters[0],
        }
        region = self._client.connection.region
        return Listing(
            self._client, "DescribeImages", every_status, "Images.Image", "ImageId", lambda one: to_image(one, region)
        ).whole()

    # --- writing -----------------------------------------------------------------------------------------------------

    def create(
        self,
        image_name: str,
        *,
        instance_id: str | None = None,
        snapshot_id: str | None = None,
        disks: t.Sequence[t.Mapping[str, t.Any]] = (),
        description: str | None = None,
        image_version: str | None = None,
        platform: str | None = None,
        architecture: str | None = None,
        tags: t.Mapping[str, str] | None = None,
    ) -> str:
        """Starts the creation of an image and returns its id.

        ``disks``: each with snapshot_id, size (GiB), device and disk_type, if they are given. All attempts of a call
        have the same ClientToken, so a lost answer cannot create a second image.
        """
        parameters = {
            "ImageName": image_name,
            "Description": description,
            "InstanceId": instance_id,
            "SnapshotId": snapshot_id,
            "DiskDeviceMapping": [_to_wire(disk) for disk in disks],
            "ImageVersion": image_version,
            "Platform": platform,
            "Architecture": architecture,
            "Tag": tag_list(tags or {}),
            "ClientToken": os.urandom(16).hex(),
        }
        return new_image_id(self._client.call("CreateImage", parameters), "CreateImage", self._client)

    def modify(self, image_id: str, image_name: str | None, description: str | None) -> None:
        self._client.call(
            "ModifyImageAttribute", {"ImageId": image_id, "ImageName": image_name, "Description": description}
        )

    def delete(self, image_id: str, force: bool) -> bool:
        """Deletes the image. Returns False if somebody else has deleted it (the API reports that in two ways)."""
        return self._unless_gone("DeleteImage", {"ImageId": image_id, "Force": force or None})

    def delete_snapshot(self, snapshot_id: str) -> bool:
        """Deletes the snapshot. Returns False if somebody else has deleted it."""
        return self._unless_gone("DeleteSnapshot", {"SnapshotId": snapshot_id})

    def _unless_gone(self, action: str, parameters: t.Mapping[str, t.Any]) -> bool:
        try:
            self._client.call(action, parameters)
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
        for start in range(0, len(old_tags), _OLD_TAGS_PER_CALL):
            part = old_tags[start : start + _OLD_TAGS_PER_CALL]
            try:
                self._client.call(actions[1], {"ResourceType": "image", "ResourceId": image_id, "Tag": part})
            except ApsaraStackError as error:
                if start == 0:
                    raise
                done = ", ".join(tag["Key"] for tag in old_tags[:start])
                raise PartlyDoneError(error, f"The tags {done} were changed in an earlier call.") from error


def new_image_id(body: t.Mapping[str, t.Any], action: str, client: Client) -> str:
    """The id of the image that an action creates."""
    if body.get("ImageId"):
        return str(body["ImageId"])
    raise NoAnswerError(
        "the request was accepted, but the response does not contain the id of the image",
        action=action,
        endpoint=client.connection.endpoint,
        permanent=True,
        advice="Run the task again: it finds the image by its name and continues.",
    )


def _name_filter(image_name: str) -> dict[str, str]:
    # Some releases match ImageName as a substring, so it only narrows the list; a "*" might be a wildcard.
    return {} if "*" in image_name else {"ImageName": image_name}


def _id_filters(image_ids: t.Sequence[str] | None) -> list[dict[str, str]]:
    """One filter for each call, which accepts a limited number of ids."""
    if image_ids is None:
        return [{}]
    starts = range(0, len(image_ids), _IDS_PER_CALL)
    return [{"ImageId": ",".join(image_ids[start : start + _IDS_PER_CALL])} for start in starts]


def _is_about_status(error: ServiceError) -> bool:
    return error.reason == "invalid_input" and "status" in f"{error.code} {error.cloud_message}".lower()


def tag_list(tags: t.Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


def _to_wire(disk: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    fields = {"SnapshotId": "snapshot_id", "Size": "size", "Device": "device", "DiskType": "disk_type"}
    return {field: disk.get(key) for field, key in fields.items()}
