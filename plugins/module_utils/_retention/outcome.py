# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcome of a plan for a retention, as in the result."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import snapshots_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.snapshot_outcome import (
    SnapshotOutcome,
    snapshots_in,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.judging import age_order
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.plans import Division, Obstacle, Skipped

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.plans import RetentionPlan
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.steps import Removal
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, ServiceError

_NOT_REACHED = Obstacle("not_reached", "the task ended before")
_UNCERTAIN = Obstacle("uncertain", "it is unknown whether this was carried out")


class RetentionOutcome(SnapshotOutcome[Division, Division]):
    """``refusals``: the errors of the cloud about single images."""

    def __init__(self, plan: RetentionPlan) -> None:
        super().__init__(plan)
        self.division = plan.before or Division()
        self.refusals: list[tuple[Removal, ServiceError]] = []
        self._skipped: dict[str, Skipped] = {}
        self._has_failed = False

    def skip(self, step: Removal, obstacle: Obstacle) -> None:
        """Records that an image that was to be removed is not, because of what the run has found out."""
        self.leave(step, obstacle)
        self.warnings.append(f"did not {step.text()}: {obstacle.text}")

    def leave(self, step: Removal, obstacle: Obstacle) -> None:
        """Records it without a warning, for an image with which the task fails."""
        self._skipped[step.image_id] = Skipped(step.image, obstacle)

    def refuse(self, step: Removal, error: ServiceError, obstacle: Obstacle) -> None:
        """Records that the cloud refuses to remove an image."""
        self.refusals.append((step, error))
        self.skip(step, obstacle)

    def note(self, step: Step, error: ServiceError) -> None:
        super().note(step, error)
        self.warnings.append(f"did not {step.text()}: {error.message}")

    def stop(self) -> None:
        self._has_failed = True

    @property
    def kept(self) -> list[str]:
        """The ids of the images that were to be removed but still exist: their snapshots are kept as well."""
        return [image_id for image_id, each in self._skipped.items() if each.obstacle.reason != "vanished"]

    @property
    def removals(self) -> list[Removal]:
        return _removals_in(self.done)

    @property
    def deleted(self) -> list[Image]:
        return [step.image for step in self.removals if step.action == "delete"]

    @property
    def skipped(self) -> list[Skipped]:
        """The selected images that are neither kept nor removed, the newest first."""
        whole = (*self.division.skipped, *self._skipped.values(), *self._unreached())
        return sorted(whole, key=lambda each: age_order(each.image), reverse=True)

    def _unreached(self) -> t.Iterator[Skipped]:
        """The images that were still to be removed when the task failed."""
        settled = {step.image_id for step in self.removals} | self._skipped.keys()
        for step in _removals_in(self.plan.steps if self._has_failed else ()):
            if step.image_id not in settled:
                yield Skipped(step.image, _UNCERTAIN if step in self.perhaps_done else _NOT_REACHED)

    def owned_snapshots(self) -> t.Iterable[str]:
        tried = [step for step in _removals_in(self.perhaps_done) if step.action == "delete"]
        return snapshots_of(step.image for step in tried if step.image_id not in self.kept)

    def forgotten(self) -> list[str]:
        if not self._has_failed:
            return []
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import DeleteSnapshot  # noqa: PLC0415

        gone = {step.image_id for step in _removals_in(self.perhaps_done)} | self._skipped.keys() - set(self.kept)
        tried = [*self.done, *(step for step, _error in self.noted)]
        settled = [*self.vanished, *snapshots_in(tried)]
        planned = [step for step in self.plan.steps if isinstance(step, DeleteSnapshot)]
        return [
            step.snapshot_id for step in planned if gone.issuperset(step.image_ids) and step.snapshot_id not in settled
        ]

    def facts_after(self, _error: ApsaraStackError) -> dict[str, t.Any]:
        # The wait for an image has the facts of that image.
        return self.facts()

    def facts(self) -> dict[str, t.Any]:
        return {
            **super().facts(),
            "kept": [_entry(image) for image in self.division.kept],
            "removed": [{**_entry(step.image), "action": step.action} for step in reversed(self.removals)],
            "skipped_images": [
                {**_entry(image), "reason": obstacle.reason, "message": obstacle.text}
                for image, obstacle in self.skipped
            ],
        }


def _entry(image: Image) -> dict[str, t.Any]:
    return {
        "image_id": image["image_id"],
        "image_name": image["image_name"],
        "status": image["status"],
        "creation_time": image["creation_time"],
    }


def _removals_in(whole: t.Sequence[Step]) -> list[Removal]:
    if not whole:
        return []
    # Imported only for tasks that change something, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.steps import Removal  # noqa: PLC0415

    return [step for step in whole if isinstance(step, Removal)]
