# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources of the provider for the public cloud, step by step: C."""

from __future__ import annotations

import itertools
import typing as t

from .common import STATUSES, Common, Image
from .provider import HOME, Parameters

if t.TYPE_CHECKING:
    from ..rpc import Reply


class Public(Common):
    """The five resources and the data source. The provider's region is that of a copy."""

    _tokens = itertools.count(1)

    def image(self, image_id: str, region: str = HOME, status: str = "ALL") -> Image | None:
        images = self.body("DescribeImages", {"ImageId": image_id, "Status": status}, region)["Images"]["Image"]
        return dict(images[0]) if images else None

    # --- image ---

    def new_token(self, action: str) -> str:
        """For one action and all of its attempts."""
        return f"TF-{action}-1764150000-{next(self._tokens):08d}-c0de"

    def create_image(self, name: str, source: Parameters, description: str = "", token: str = "", **tags: str) -> Reply:
        """`source`: parameters of CreateImage; members of a mapping that are not given are sent empty."""
        business = {
            "ClientToken": token or self.new_token("CreateImage"),
            "ImageName": name,
            "Description": description,
            "Architecture": "x86_64",
            **source,
            **_tags(tags),
        }
        return self.call("CreateImage", business)

    def wait_for_image(self, image_id: str, limit: float | None = None) -> str:
        """Until the image is usable, whatever its status says."""

        def look() -> str:
            image = self.image(image_id)
            if image is None or image["Status"] == "CreateFailed":
                return "" if image is None else "CreateFailed"
            return str(image["Usable"])

        limit = self.client.image_limit if limit is None else limit
        return self.wait(look, self.client.image_first, limit, "True", ["False"])

    def wait_for_status(self, image_id: str) -> str:
        """As v1.246.2 waits: without a status, so that only Available images are listed."""

        def look() -> str:
            images = self.body("DescribeImages", {"ImageId": image_id})["Images"]["Image"]
            return str(images[0]["Status"]) if images else ""

        return self.wait(look, self.client.image_first, self.client.image_limit, "Available", misses=60)

    def change(self, image_id: str, **changed: str) -> Reply:
        """What changed, and nothing else; a description that was removed is sent empty."""
        return self.call("ModifyImageAttribute", {"ImageId": image_id, **changed})

    def wait_for_description(self, image_id: str, description: str) -> str:
        def look() -> str:
            image = self.image(image_id)
            return "" if image is None else "changed" if image["Description"] == description else "old"

        return self.wait(look, 0, 600, "changed")

    def change_tags(self, image_id: str, removed: t.Sequence[str], added: Parameters) -> None:
        scope = {"ResourceType": "image", "ResourceId.1": image_id}
        if removed:
            keys = {f"TagKey.{number}": key for number, key in enumerate(removed, start=1)}
            self.body("UntagResources", {**scope, **keys})
        if added:
            self.body("TagResources", {**scope, **_tags(added)})

    def delete_image(self, image_id: str, force: bool = False, with_snapshots: bool = False) -> str:
        image = self.image(image_id, status=STATUSES)
        assert image is not None
        reply = self.call("DeleteImage", {"ImageId": image_id, "Force": str(force).lower()})
        if reply.code:
            return reply.code
        outcome = self.wait(lambda: self._listed_status(image_id) or "deleted", 3, 600, "deleted")
        for disk in image["DiskDeviceMappings"]["DiskDeviceMapping"] if with_snapshots else ():
            self.body("DeleteSnapshot", {"SnapshotId": disk["SnapshotId"], "Force": "true"})
        return outcome

    def images(self, **filters: str) -> list[Image]:
        """The data source."""
        return self.listed({"Status": "Available", **filters}, size=100)

    # --- image_copy ---

    def copy_image(self, image_id: str, name: str, source: str, description: str, **tags: str) -> str:
        """From the region `source` into that of the provider."""
        business = {
            "ImageId": image_id,
            "DestinationRegionId": HOME,
            "DestinationImageName": name,
            "DestinationDescription": description,
            "Encrypted": "false",
            **_tags(tags),
        }
        return str(self.body("CopyImage", business, source)["ImageId"])

    def wait_for_copy(self, image_id: str) -> str:
        first, limit = self.client.copy_first, self.client.copy_limit
        return self.wait(lambda: self._listed_status(image_id), first, limit, "Available")

    def _listed_status(self, image_id: str) -> str:
        image = self.image(image_id, status=STATUSES)
        return "" if image is None else str(image["Status"])

    # --- image_import ---

    def import_image(self, name: str, bucket: str, key: str, size: int = 5, image_format: str = "RAW") -> str:
        disk = {"DiskImageSize": str(size), "Format": image_format, "OSSBucket": bucket, "OSSObject": key}
        system = {"Architecture": "x86_64", "LicenseType": "Auto", "OSType": "linux", "BootMode": "UEFI"}
        disks = {f"DiskDeviceMapping.1.{name}": value for name, value in {**disk, "Device": ""}.items()}
        return str(self.body("ImportImage", {"ImageName": name, **system, **disks})["ImageId"])

    def wait_for_import(self, image_id: str) -> str:
        return self.wait(lambda: self._listed_status(image_id), 60, 1200, "Available")


def _tags(tags: Parameters) -> dict[str, str]:
    sent = {}
    for number, (key, value) in enumerate(tags.items(), start=1):
        sent.update({f"Tag.{number}.Key": key, f"Tag.{number}.Value": value})
    return sent
