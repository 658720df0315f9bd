# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts that a plan for a retention may read. Imported for types only."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Sharing
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Snapshot


class Reader(t.Protocol):
    """The reading half of ``Images``. None of it writes."""

    def owned(self) -> tuple[Image, ...]:
        """All images of the account, in any status."""

    def sharing(self, image_id: str) -> Sharing:
        """Who else may use the image."""

    def snapshots(self, snapshot_ids: t.Sequence[str]) -> dict[str, Snapshot]:
        """The snapshots by id, without those that the account cannot see."""
