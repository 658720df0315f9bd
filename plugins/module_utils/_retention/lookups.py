# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reading half of ``Images``, for planning: a failure says what was read."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import attempting

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Sharing
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Snapshot


class Lookups:
    """See the methods of ``Images``."""

    def __init__(self, images: Images) -> None:
        self._images = images

    def owned(self) -> tuple[Image, ...]:
        with attempting("list the images of the account"):
            return self._images.owned()

    def sharing(self, image_id: str) -> Sharing:
        with attempting(f"look up with whom image {image_id} is shared"):
            return self._images.shares.of(image_id)

    def snapshots(self, snapshot_ids: t.Sequence[str]) -> dict[str, Snapshot]:
        with attempting("look up the snapshots of the images"):
            return self._images.snapshots(snapshot_ids)
