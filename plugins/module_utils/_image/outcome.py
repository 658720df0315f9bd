# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcome of a plan for an image, as in the result."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._image.snapshot_outcome import (
    SnapshotOutcome,
    snapshots_in,
)

if t.TYPE_CHECKING:  # pragma: no cover
    import types

    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, Predicted
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, ServiceError


def _steps() -> types.ModuleType:
    # Imported only for tasks that change something, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import steps  # noqa: PLC0415

    return steps


class ImageOutcome(SnapshotOutcome["Image", "Predicted"]):
    """``kept``: the ids of images that were to be deleted but are kept. ``is_unfinished``: whether a later run may
    delete one of them. ``task_id``: of the import that this run has started. ``unlisted``: the name of a new image that
    the cloud does not list yet. ``accounts``: those that the image is shared with, as they were read after a change."""

    def __init__(self, plan: ImagePlan) -> None:
        super().__init__(plan)
        self.kept: list[str] = []
        self.is_unfinished = False
        self.task_id: str | None = None
        self.unlisted: str | None = None
        self.accounts: list[str] | None = None
        self._forgotten: list[str] = []

    @property
    def image(self) -> Image | Predicted | None:
        return self.resource

    @property
    def image_id(self) -> str | None:
        return self.resource_id

    @property
    def snapshots_in_doubt(self) -> list[str]:
        """Those that may have been deleted."""
        return [one for one in snapshots_in(self.perhaps_done) if one not in self.snapshots_deleted]

    def owned_snapshots(self) -> list[str]:
        return list(_steps().snapshots_without_image(self.perhaps_done)) if self.perhaps_done else []

    def forgotten(self) -> list[str]:
        return self._forgotten

    def know_image(self, image: Image | Predicted) -> None:
        self.know(image["image_id"], image)

    def foresee(self) -> None:
        """Called for a prediction: an unfinished image that is canceled leaves no snapshots. Only the run finds out
        whether that is so on this site."""
        self.vanished += _steps().snapshots_of_canceled(self.done) if self.done else []

    def complete(self, step: Step) -> None:
        super().complete(step)
        # A failed image that is created again: until then, the task has no image.
        if self.plan.after is not None and isinstance(step, _steps().Delete) and step.image_id == self.image_id:
            self.know(None, None)

    def note(self, step: Step, error: ServiceError) -> None:
        super().note(step, error)
        if isinstance(step, _steps().DeleteSnapshot):
            self.warnings.append(f"snapshot {step.snapshot_id} was not deleted: {error.message}")

    def stop(self) -> None:
        deletions = [step for step in self.plan.steps if isinstance(step, _steps().Delete)]
        if any(step in self.perhaps_done or step.image_id in self.vanished for step in deletions):
            refused = [each["snapshot_id"] for each in self.snapshots_failed]
            settled = {*self.snapshots_deleted, *refused, *self.vanished}
            self._forgotten = [one for one in snapshots_in(self.plan.steps) if one not in settled]

    def notes(self) -> list[str]:
        if self.unlisted is None:
            return super().notes()
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import obstacles  # noqa: PLC0415

        is_named = "replaced_image_id" not in self.plan.facts
        return [*super().notes(), obstacles.unlisted(str(self.image_id), is_named=is_named)]

    @property
    def is_resumable(self) -> bool:
        return self.unlisted is None and super().is_resumable

    def facts_after(self, error: ApsaraStackError) -> dict[str, t.Any]:
        # A wait for another image, such as one that is deleted first, does not have the facts of the image of the task.
        is_known = self.image_id in (None, error.facts.get("image_id"))
        return {**self.facts(), **(error.facts if is_known else {})}

    def facts(self) -> dict[str, t.Any]:
        return {
            **super().facts(),
            **({} if self.task_id is None else {"task_id": self.task_id}),
            "image_id": self.image_id,
            "image": self.image,
            **self._replaced(),
            **self._shared(),
        }

    def _replaced(self) -> t.Mapping[str, t.Any]:
        """The facts of a replacement, as soon as its new image exists."""
        facts = {name: value for name, value in self.plan.facts.items() if name != "shared_with"}
        return {} if facts.get("replaced_image_id") == self.image_id else facts

    def _shared(self) -> dict[str, t.Any]:
        """With whom the image is shared, once all steps that change it are carried out."""
        if "shared_with" not in self.plan.facts:
            return {}
        # Imported only for tasks that share an image.
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import sharing  # noqa: PLC0415

        is_reached = all(step in self.done for step in sharing.of_result(self.plan))
        accounts = self.plan.facts["shared_with"] if self.accounts is None else self.accounts
        return {"shared_with": accounts} if is_reached else {}
