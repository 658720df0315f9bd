# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What planning takes and gives: a reader of the current state, and the plan. Values only."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils.sources import Instance, Snapshot
    from ansible_collections.apsarastack.cloud.plugins.module_utils.steps import Step


class Reader(t.Protocol):
    """The reading half of ``Images``: what a plan may ask, each fact where it decides on it. None of it writes."""

    def by_id(self, image_id: str) -> Image | None: ...

    def by_name(self, image_name: str) -> tuple[Image, ...]: ...

    def by_snapshot(self, snapshot_id: str) -> tuple[Image, ...]: ...

    def users(self, image_id: str) -> tuple[str, ...]: ...

    def instance(self, instance_id: str) -> Instance | None: ...

    def snapshots(self, snapshot_ids: t.Sequence[str]) -> dict[str, Snapshot]: ...


@dataclass(frozen=True)
class Plan:
    """``before`` and ``after`` are the image as it is and as it will be; None stands for no image."""

    before: Image | None
    after: Image | None
    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()
    replaced_image_id: str | None = None

    @property
    def actions(self) -> list[str]:
        return texts(self.steps)


def texts(some: t.Iterable[Step]) -> list[str]:
    """What is listed of these steps; those that change nothing are not."""
    return [text for text in (step.text() for step in some) if text is not None]
