# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reading half of ``Images``, for planning: a failure says what was looked up."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import attempting

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Instance, Snapshot


class Lookups:
    """See the methods of ``Images``."""

    def __init__(self, images: Images) -> None:
        self._images = images

    def by_id(self, image_id: str) -> Image | None:
        with attempting(f"look up image {image_id}"):
            return self._images.by_id(image_id)

    def by_name(self, image_name: str) -> tuple[Image, ...]:
        with attempting(f"look up image {image_name!r}"):
            return self._images.by_name(image_name)

    def by_snapshot(self, snapshot_id: str) -> tuple[Image, ...]:
        with attempting(f"look up the images that use snapshot {snapshot_id}"):
            return self._images.by_snapshot(snapshot_id)

    def users(self, image_id: str) -> tuple[str, ...]:
        with attempting(f"look up the instances that use image {image_id}"):
            return self._images.users(image_id)

    def instance(self, instance_id: str) -> Instance | None:
        with attempting(f"look up instance {instance_id}"):
            return self._images.instance(instance_id)

    def snapshots(self, snapshot_ids: t.Sequence[str]) -> dict[str, Snapshot]:
        with attempting(f"look up snapshot {', '.join(snapshot_ids)}"):
            return self._images.snapshots(snapshot_ids)
