# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all providers do alike: exports, shares, and the tags of the data source."""

from __future__ import annotations

import typing as t

from .provider import Provider

Image = dict[str, t.Any]
STATUSES = "Creating,Waiting,Available,UnAvailable,CreateFailed"


class Common(Provider):
    """image_export, image_share_permission, and a part of the data source."""

    def export_image(self, image_id: str, bucket: str, prefix: str) -> str:
        business = {"ImageId": image_id, "OSSBucket": bucket, "OSSPrefix": prefix}
        return str(self.body("ExportImage", business)["TaskId"])

    def wait_for_export(self, task_id: str) -> str:
        def look() -> str:
            return str(self.body("DescribeTaskAttribute", {"TaskId": task_id})["TaskStatus"])

        return self.wait(look, 120, 1200, "Finished", ["Waiting", "Processing"])

    def object_to_delete(self, image_id: str, prefix: str) -> str:
        """The one object that is deleted with the resource, by a call to OSS."""
        return f"{prefix}_{image_id}_system.raw.tar.gz"

    def share(self, image_id: str, account: str) -> None:
        self.body("ModifyImageSharePermission", {"ImageId": image_id, "AddAccount.1": account})

    def is_shared(self, image_id: str) -> bool:
        """With anybody on the first page: no provider compares accounts."""
        reply = self.call("DescribeImageSharePermission", {"ImageId": image_id})
        assert reply.code in ("", "InvalidImageId.NotFound")
        return reply.status == 200 and bool(reply.body["Accounts"]["Account"])

    def unshare(self, image_id: str, account: str) -> None:
        self.body("ModifyImageSharePermission", {"ImageId": image_id, "RemoveAccount.1": account})

    def listed(self, scope: t.Mapping[str, str], size: int) -> list[Image]:
        """All pages, each image with `read_tags`."""
        found: list[Image] = []
        number = 1
        while True:
            paging = {"PageNumber": str(number), "PageSize": str(size)}
            page = list(self.body("DescribeImages", {**paging, **scope})["Images"]["Image"])
            found += page
            if len(page) < size:
                break
            number += 1
        for image in found:
            tags = self.body("DescribeTags", {"ResourceType": "image", "ResourceId": image["ImageId"]})
            image["read_tags"] = {tag["TagKey"]: tag["TagValue"] for tag in tags["Tags"]["Tag"]}
        return found
