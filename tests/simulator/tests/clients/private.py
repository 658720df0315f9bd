# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources of the providers for the private cloud, step by step: A, B1, B3."""

from __future__ import annotations

import json
import typing as t

from .common import STATUSES, Common, Image
from .provider import HOME, Parameters

if t.TYPE_CHECKING:
    from ..rpc import Reply


def _status(image: Image | None) -> str:
    return "" if image is None else str(image["Status"])


class Private(Common):
    """The five resources and the data source of one of them."""

    def image(self, image_id: str, region: str = HOME, own: bool = True, tenant: bool = True) -> Image | None:
        """As every read and every wait finds it."""
        alias = {"ImageOwnerAlias": "self"} if own else {}
        listed = self.body("DescribeImages", {"ImageId": image_id, **alias, "Status": STATUSES}, region, tenant)
        images = list(listed["Images"]["Image"])
        return images[0] if images else None

    # --- image ---

    def create_image(self, name: str, source: Parameters, description: str = "", **tags: str) -> Reply:
        """`source`: parameters of CreateImage."""
        self._look_at(source)
        told = {"Description": description} if description else {}
        return self.call("CreateImage", {**source, "ImageName": name, **told, **self._tags(tags)})

    def _look_at(self, source: Parameters) -> None:
        """The provider judges an instance and a snapshot itself."""
        if "InstanceId" in source:
            found = self.body("DescribeInstances", {"InstanceIds": json.dumps([source["InstanceId"]])})
            assert found["Instances"]["Instance"][0]["Status"] in ("Running", "Stopped")
        if "SnapshotId" in source:
            snapshot_id = source["SnapshotId"]
            also = {"SnapshotId": snapshot_id} if self.client.reads_snapshot_by_id else {}
            found = self.body("DescribeSnapshots", {"SnapshotIds": json.dumps([snapshot_id]), **also})
            assert found["Snapshots"]["Snapshot"][0]["CreationTime"] > "2013-07-16"

    def _tags(self, tags: Parameters) -> Parameters:
        """An empty value is not sent."""
        sent = {}
        for number, (key, value) in enumerate(tags.items(), start=1):
            sent[f"Tag.{number}.Key"] = key
            if value:
                sent[f"Tag.{number}.{self.client.tag_value}"] = value
        return sent

    def state_of(self, image_id: str) -> dict[str, t.Any]:
        """What `terraform import` and every read store, by argument. The source of the image is not among it."""
        image = self.image(image_id)
        assert image is not None
        disks = image["DiskDeviceMappings"]["DiskDeviceMapping"]
        return {
            "id": image_id,
            "image_name": image["ImageName"],
            "description": image["Description"],
            "disk_device_mapping": [{"size": disk["Size"], "snapshot_id": disk["SnapshotId"]} for disk in disks],
            "tags": {tag["TagKey"]: tag["TagValue"] for tag in image["Tags"]["Tag"]},
        }

    def refreshed(self, state: dict[str, t.Any]) -> dict[str, t.Any]:
        """The state after a read: tags are only taken over when there are some."""
        read = self.state_of(state["id"])
        return {**read, "tags": read["tags"] or state["tags"]}

    def wait_for_image(self, image_id: str, limit: float | None = None) -> str:
        """`limit`: what the argument `timeouts` says."""
        limit = self.client.image_limit if limit is None else limit
        look = self.client.image_first
        return self.wait(lambda: _status(self.image(image_id)), look, limit, "Available", ["Creating"])

    def rename(self, image_id: str, name: str, description: str, region: str = HOME) -> Reply:
        """Both whenever one changed; an empty description is not sent."""
        told = {"Description": description} if description else {}
        return self.call("ModifyImageAttribute", {"ImageId": image_id, "ImageName": name, **told}, region)

    def change_tag(self, image_id: str, key: str, value: str) -> None:
        """A changed tag is removed first."""
        scope = {"ResourceType": "image", "ResourceId.1": image_id}
        self.body("UntagResources", {**scope, "TagKey.1": key})
        self.body("TagResources", {**scope, "Tag.1.Key": key, "Tag.1.Value": value})

    def delete_image(self, image_id: str, force: bool = False) -> str:
        """The outcome of the wait until it is no longer listed."""
        assert self.image(image_id) is not None
        forced = {"Force": "true"} if force else {}
        reply = self.call("DeleteImage", {"ImageId": image_id, **forced})
        return reply.code or self.wait(lambda: _status(self.image(image_id)) or "deleted", 3, 600, "deleted")

    def images(self) -> list[Image]:
        """The data source."""
        return self.listed({"ImageOwnerAlias": "self"}, size=50)

    # --- image_copy ---

    def copy_image(self, image_id: str, name: str, destination: str, description: str = "") -> str:
        business = {"ImageId": image_id, "DestinationRegionId": destination, "DestinationImageName": name}
        told = {"DestinationDescription": description} if description else {}
        return str(self.body("CopyImage", {**business, **told, **self.client.copy_parameters})["ImageId"])

    def wait_for_copy(self, image_id: str, destination: str) -> str:
        """A and B1 look in the destination, for any owner and tenant. B3 looks at home, whatever the destination is."""
        at_home = self.client.copy_region == HOME
        region = HOME if at_home else destination
        return self.wait(
            lambda: _status(self.image(image_id, region, own=at_home, tenant=at_home)),
            self.client.copy_first,
            self.client.copy_limit,
            "Available",
            ["Creating"],
            misses=1000 if at_home else 20,
        )

    def delete_copy(self, image_id: str) -> str:
        """At home, whatever the destination is. B3 does not look, and does not wait."""
        if self.client.copy_region == HOME:
            return self.call("DeleteImage", {"ImageId": image_id}).code
        if self.image(image_id) is not None:
            return self.delete_image(image_id)
        return self.wait(lambda: _status(self.image(image_id)), 3, 300, "deleted", misses=1000)

    # --- image_import ---

    def import_image(
        self, name: str, bucket: str, key: str, size: int = 5, image_format: str = "RAW", description: str = "imported"
    ) -> str:
        disk = {"DiskImageSize": str(size), "Format": image_format, "OSSBucket": bucket, "OSSObject": key}
        system = {"Architecture": "x86_64", "LicenseType": "Auto", "OSType": "linux", "Platform": "Ubuntu"}
        disks = {f"DiskDeviceMapping.1.{name}": value for name, value in disk.items()}
        business = {"ImageName": name, "Description": description, **system, **disks}
        return str(self.body("ImportImage", business)["ImageId"])

    def wait_for_import(self, image_id: str) -> str:
        first, limit = self.client.import_first, self.client.import_limit
        return self.wait(lambda: _status(self.image(image_id)), first, limit, "Available", ["Waiting"], misses=200)
