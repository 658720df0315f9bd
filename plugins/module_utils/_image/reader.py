# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts that a plan for an image may read. Imported for types only."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Instance, Snapshot


class Reader(t.Protocol):
    """The reading half of ``Images``. None of it writes."""

    def by_id(self, image_id: str) -> Image | None:
        """The image of the account with this id, in any status."""

    def by_name(self, image_name: str) -> tuple[Image, ...]:
        """The images of the account with exactly this name."""

    def by_snapshot(self, snapshot_id: str) -> tuple[Image, ...]:
        """The images of the account that use the snapshot."""

    def users(self, image_id: str) -> tuple[str, ...]:
        """The ids of the instances that use the image."""

    def instance(self, instance_id: str) -> Instance | None:
        """The instance with this id."""

    def snapshots(self, snapshot_ids: t.Sequence[str]) -> dict[str, Snapshot]:
        """The snapshots by id, without those that the account cannot see."""
