# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcome of a plan that may delete images with their snapshots, as in the result."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.outcome import Outcome
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import Foreseen, State

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import Plan
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step


class SnapshotOutcome(Outcome[State, Foreseen]):
    """``vanished``: the snapshots that no longer exist, although no step of this run has deleted them; images may be
    among them."""

    def __init__(self, plan: Plan[State, Foreseen]) -> None:
        super().__init__(plan)
        self.vanished: list[str] = []

    def owned_snapshots(self) -> t.Iterable[str]:
        """The snapshots of the images that were or may have been deleted."""
        raise NotImplementedError

    def forgotten(self) -> list[str]:
        """The snapshots of such images that were still to be deleted when the task failed."""
        raise NotImplementedError

    @property
    def snapshots_deleted(self) -> list[str]:
        return snapshots_in(self.done)

    @property
    def snapshots_left(self) -> list[str]:
        """Those that are left, or may be left, without their image."""
        gone = {*self.snapshots_deleted, *self.vanished}
        failed = [str(one["snapshot_id"]) for one in self.snapshots_failed]
        return [one for one in dict.fromkeys([*self.owned_snapshots(), *failed]) if one not in gone]

    @property
    def snapshots_failed(self) -> list[dict[str, str | None]]:
        refused: list[dict[str, str | None]] = [
            {"snapshot_id": snapshot_id, "code": error.code, "message": error.cloud_message}
            for step, error in self.noted
            for snapshot_id in snapshots_in([step])
        ]
        return [*refused, *({"snapshot_id": one, "code": None, "message": None} for one in self.forgotten())]

    @property
    def is_resumable(self) -> bool:
        # A later run cannot find what is forgotten.
        rest = [step for step in self.rest if step not in self.done]
        return not self.forgotten() or len(snapshots_in(rest)) < len(rest)

    def notes(self) -> list[str]:
        forgotten = ", ".join(self.forgotten())
        left = (
            f"Of the snapshots that were to be deleted, {forgotten} may be left. Once their image is deleted, no later "
            "run can find them: note their ids, and delete them then."
        )
        return [*super().notes(), left] if forgotten else super().notes()

    def facts(self) -> dict[str, t.Any]:
        return {
            **super().facts(),
            "snapshots_deleted": self.snapshots_deleted,
            "snapshots_failed": self.snapshots_failed,
            "snapshots_left": self.snapshots_left,
        }


def snapshots_in(whole: t.Sequence[Step]) -> list[str]:
    """The snapshots that these steps delete."""
    if not whole:
        return []
    # Imported only for tasks that change something, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import steps  # noqa: PLC0415

    return steps.deleted_snapshots(whole)
