# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reading half of ``Images``, for planning: a failure says what was looked up."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError, attempting, inserted

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Sharing
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Instance, Snapshot
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import Task
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline


class Lookups:
    """See the methods of ``Images``."""

    def __init__(self, images: Images) -> None:
        self._images = images

    def by_id(self, image_id: str) -> Image | None:
        with attempting(f"look up image {image_id}"):
            return self._images.by_id(image_id)

    def by_name(self, image_name: str) -> tuple[Image, ...]:
        with attempting(f"look up image {inserted(image_name)}"):
            return self._images.by_name(image_name)

    def by_snapshot(self, snapshot_id: str) -> tuple[Image, ...]:
        with attempting(f"look up the images that use snapshot {snapshot_id}"):
            return self._images.by_snapshot(snapshot_id)

    def sharing(self, image_id: str) -> Sharing:
        with attempting(f"look up with whom image {image_id} is shared"):
            return self._images.shares.of(image_id)

    def users(self, image_id: str) -> tuple[str, ...]:
        with attempting(f"look up the instances that use image {image_id}"):
            return self._images.users(image_id)

    def instance(self, instance_id: str) -> Instance | None:
        with attempting(f"look up instance {instance_id}"):
            return self._images.instance(instance_id)

    def originals(self, image_id: str | None, image_name: str | None, region: str | None) -> list[Image]:
        named = inserted(image_name) if image_id is None else image_id
        with attempting(f"look up image {named}, the original, in region {region}"):
            return self._images.copies.originals(image_id, image_name)

    def is_encrypted(self, original: Image, region: str | None) -> bool:
        with attempting(f"look up whether image {original['image_id']} of region {region} is encrypted"):
            try:
                return self._images.copies.is_encrypted(original)
            except ServiceError as error:
                # A copy does not require the permission to list snapshots, and the cloud checks this as well.
                if error.reason != "access_denied":
                    raise
                return False

    def import_task(self, image: Image, *, running: bool) -> Task | None:
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import imports  # noqa: PLC0415

        with attempting(f"look up the task that imports image {image['image_id']}"):
            return imports.task_of(image, self._images.tasks, running=running)

    def snapshots(self, snapshot_ids: t.Sequence[str]) -> dict[str, Snapshot]:
        with attempting(f"look up snapshot {', '.join(snapshot_ids)}"):
            return self._images.snapshots(snapshot_ids)


class PatientLookups(Lookups):
    """Also waits for an image that is not listed yet."""

    def __init__(self, images: Images, deadline: Deadline, log: t.Callable[[str], None] = lambda _line: None) -> None:
        """``log``: writes a line to the log of the host."""
        super().__init__(images)
        self._deadline = deadline
        self._log = log

    def listed(self, image_id: str, *, is_slow: bool) -> Image | None:
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import listing  # noqa: PLC0415

        return listing.wait_for(image_id, lambda: self.by_id(image_id), self._deadline, self._log, is_slow=is_slow)
