# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan came to: what was done, what was kept, and what is known of the image."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.apsarastack.cloud.plugins.module_utils import snapshots, steps
from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import texts

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image


@dataclass
class Outcome:
    """``image``: as last known; None when there is none to know. ``done``: the steps that were carried out. ``kept``:
    the ids of images that were to be deleted and stay. ``is_unfinished``: one of them may be deleted by a
    later run. ``has_begun``: a step has written, also if it then failed."""

    image_id: str | None = None
    image: Image | None = None
    done: list[steps.Step] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    is_unfinished: bool = False
    has_begun: bool = False
    snapshots_failed: list[dict[str, str | None]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def actions(self) -> list[str]:
        return texts(self.done)

    @property
    def snapshots_deleted(self) -> list[str]:
        return snapshots.deleted_by(self.done)

    @property
    def snapshots_left(self) -> list[str]:
        return snapshots.left_by(self.done)

    def know(self, image: Image) -> None:
        self.image_id, self.image = image["image_id"], image

    def facts(self) -> dict[str, t.Any]:
        """What every result tells, be it a success or a failure."""
        return {
            "changed": bool(self.actions) or self.has_begun,
            "actions": self.actions,
            "image_id": self.image_id,
            "image": self.image,
            "snapshots_deleted": self.snapshots_deleted,
            "snapshots_failed": self.snapshots_failed,
            "snapshots_left": self.snapshots_left,
            "warnings": self.warnings,
        }
