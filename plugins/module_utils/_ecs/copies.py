# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The actions of the API that copy an image. CamelCase stays inside this layer, which returns documented images."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, snapshots_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images, new_image_id, tag_list

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client

# Some releases copy an image only once at a time.
BEING_COPIED = "OperationDenied.ImageCopyConflict"


class Copies:
    """The copies of images from one region to another, or within one. Every method raises what Client raises."""

    def __init__(self, original: Client, client: Client) -> None:
        """``original``: of the region of the originals. ``client``: of the region of the copies."""
        self._original = original
        self._client = client

    def originals(self, image_id: str | None, image_name: str | None) -> list[Image]:
        """The images with this id or exactly this name in the region of the originals, in any status: those of the
        account, and those shared with it."""
        found = Images(self._original).search(
            image_ids=None if image_id is None else [image_id], image_name=image_name, owner="all"
        )
        # The site may ignore the filters, so compare here.
        return [one for one in found if image_id in (None, one["image_id"]) and image_name in (None, one["image_name"])]

    def is_encrypted(self, original: Image) -> bool:
        """Whether a disk of the image is reported to be encrypted."""
        told = [disk["encrypted"] for disk in original["disk_device_mappings"]]
        if None in told:
            # Older releases report it only for the snapshots.
            snapshots = Images(self._original).snapshots(snapshots_of([original]))
            told += [snapshot.encrypted for snapshot in snapshots.values()]
        return True in told

    def copy(
        self,
        original_id: str,
        image_name: str,
        token: str,
        *,
        description: str | None = None,
        encrypted: bool = False,
        kms_key_id: str | None = None,
        tags: t.Mapping[str, str] | None = None,
    ) -> str:
        """Starts a copy and returns its id.

        Not every release knows the ClientToken, so it is not retried after a lost answer or BEING_COPIED: the caller
        must look for the name first. ``token``: the same for all calls of a copy.
        """
        parameters = {
            "ImageId": original_id,
            "DestinationRegionId": self._client.connection.region,
            "DestinationImageName": image_name,
            "DestinationDescription": description,
            "Encrypted": encrypted or None,
            "KMSKeyId": kms_key_id,
            "Tag": tag_list(tags or {}),
            "ClientToken": token,
        }
        body = self._original.call("CopyImage", parameters, handled=(BEING_COPIED,))
        return new_image_id(body, "CopyImage", self._original)

    def cancel(self, image_id: str) -> None:
        """Cancels the copy that creates the image."""
        self._client.call("CancelCopyImage", {"ImageId": image_id})
