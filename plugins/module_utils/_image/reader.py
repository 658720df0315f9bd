# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts that a plan for an image may read. Imported for types only."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Sharing
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Instance, Snapshot
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import Task


class SnapshotReader(t.Protocol):
    """What decides on the snapshots of images. None of it writes."""

    def by_snapshot(self, snapshot_id: str) -> tuple[Image, ...]:
        """The images of the account that use the snapshot."""

    def snapshots(self, snapshot_ids: t.Sequence[str]) -> dict[str, Snapshot]:
        """The snapshots by id, without those that the account cannot see."""


class Reader(SnapshotReader, t.Protocol):
    """The reading half of ``Images``. None of it writes."""

    def by_id(self, image_id: str) -> Image | None:
        """The image of the account with this id, in any status."""

    def listed(self, image_id: str, *, is_slow: bool) -> Image | None:
        """The same for an image that is not listed yet: looks for it until lists no longer lag behind. ``is_slow``:
        whether it may be unlisted for longer, so that it is looked for until the deadline."""

    def by_name(self, image_name: str) -> tuple[Image, ...]:
        """The images of the account with exactly this name."""

    def sharing(self, image_id: str) -> Sharing:
        """With whom an image of the account is shared."""

    def users(self, image_id: str) -> tuple[str, ...]:
        """The ids of the instances that use the image."""

    def instance(self, instance_id: str) -> Instance | None:
        """The instance with this id."""

    def originals(self, image_id: str | None, image_name: str | None, region: str | None) -> list[Image]:
        """The images with this id or exactly this name in the region that images are copied from: own and shared."""

    def is_encrypted(self, original: Image, region: str | None) -> bool:
        """Whether an image of that region is reported to be encrypted."""

    def import_task(self, image: Image, *, running: bool) -> Task | None:
        """The task that imports the image; None if it is not certain. ``running``: whether it is still running."""
