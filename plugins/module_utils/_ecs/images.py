# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The actions of the API that read images. CamelCase stays inside this layer, which returns documented images."""

from __future__ import annotations

import functools
import json
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, to_image
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.listing import Listing
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.mapping import compiled

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.copies import Copies
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Shares
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Instance, Snapshot
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.tasks import Tasks
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.writable_images import WritableImages
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
OLD_TAGS_PER_CALL = 5


class Images:
    """The images of one account in one region, and their sources. Every method raises what Client raises."""

    def __init__(self, client: Client, original: Client | None = None, status_filters: list[str] | None = None) -> None:
        """``original``: of the region from which images are copied, if it is another one. ``status_filters``: those
        that the site has not refused."""
        self._client = client
        self._original = original or client
        self._status_filters = list(_STATUS_FILTERS) if status_filters is None else status_filters

    def writable(self) -> WritableImages:
        """The same images, for a task that changes them."""
        from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.writable_images import (  # noqa: PLC0415
            WritableImages,
        )

        return WritableImages(self._client, self._original, self._status_filters)

    @functools.cached_property
    def copies(self) -> Copies:
        from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.copies import Copies  # noqa: PLC0415

        return Copies(self._original, self._client)

    @functools.cached_property
    def shares(self) -> Shares:
        from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Shares  # noqa: PLC0415

        return Shares(self._client)

    @functools.cached_property
    def tasks(self) -> Tasks:
        from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.tasks import Tasks  # noqa: PLC0415

        return Tasks(self._client)

    def by_id(self, image_id: str) -> Image | None:
        """The account's image with this id, in any status; None if there is none (the API returns an empty list)."""
        return self.by_ids([image_id]).get(image_id)

    def by_ids(self, image_ids: t.Sequence[str]) -> dict[str, Image]:
        """The account's images with these ids, in any status; those that do not exist are omitted."""
        found = (image for ids in _parts(image_ids) for image in self._own({"ImageId": ",".join(ids)}))
        return {image["image_id"]: image for image in found if image["image_id"] in image_ids}

    def owned(self) -> tuple[Image, ...]:
        """All images of the account, in any status."""
        return tuple(self._own({}))

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

        found: list[Snapshot] = []
        for ids in _parts(snapshot_ids):
            wanted = {"SnapshotIds": json.dumps(list(ids))}
            found += Listing(
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
        image_family: str | None = None,
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
            "ImageFamily": image_family,
            "Tag": tag_list(tags or {})[:OLD_TAGS_PER_CALL],
        }
        filters = [{}] if image_ids is None else [{"ImageId": ",".join(ids)} for ids in _parts(image_ids)]
        return [image for ids in filters for image in self._describe({**narrowed, **ids})]

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


def new_image_id(body: t.Mapping[str, t.Any], action: str, client: Client) -> str:
    """The id of the image that an action creates."""
    if body.get("ImageId"):
        return str(body["ImageId"])
    raise client.unusable(
        action,
        "the request was accepted, but the response does not contain the id of the image",
        advice="Run the task again: it finds the image by its name and continues.",
    )


def _name_filter(image_name: str) -> dict[str, str]:
    # Some releases match ImageName as a substring, so it only narrows the list; a "*" might be a wildcard.
    return {} if "*" in image_name else {"ImageName": image_name}


def _parts(ids: t.Sequence[str]) -> list[t.Sequence[str]]:
    """The ids for each call, which accepts a limited number of them."""
    return [ids[start : start + _IDS_PER_CALL] for start in range(0, len(ids), _IDS_PER_CALL)]


def _is_about_status(error: ServiceError) -> bool:
    return error.reason == "invalid_input" and "status" in f"{error.code} {error.cloud_message}".lower()


def tag_list(tags: t.Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]
