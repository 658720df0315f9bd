# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcome of a plan for an image, as in the result."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.outcome import Outcome

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


class ImageOutcome(Outcome["Image", "Predicted"]):
    """``kept``: the ids of images that were to be deleted but are kept. ``is_unfinished``: whether a later run may
    delete one of them. ``vanished``: the images and snapshots that no longer exist, although no step of this run has
    deleted them. ``task_id``: of the import that this run has started. ``unlisted``: the name of a new image that the
    cloud does not list yet."""

    def __init__(self, plan: ImagePlan) -> None:
        super().__init__(plan)
        self.kept: list[str] = []
        self.is_unfinished = False
        self.vanished: list[str] = []
        self.task_id: str | None = None
        self.unlisted: str | None = None
        self._forgotten: list[str] = []

    @property
    def image(self) -> Image | Predicted | None:
        return self.resource

    @property
    def image_id(self) -> str | None:
        return self.resource_id

    @property
    def snapshots_deleted(self) -> list[str]:
        return _steps().deleted_snapshots(self.done) if self.done else []

    @property
    def snapshots_in_doubt(self) -> list[str]:
        """Those that may have been deleted."""
        tried = _steps().deleted_snapshots(self.perhaps_done) if self.perhaps_done else []
        return [one for one in tried if one not in self.snapshots_deleted]

    @property
    def snapshots_left(self) -> list[str]:
        """Those that are left, or may be left, without their image."""
        owned = _steps().snapshots_without_image(self.perhaps_done) if self.perhaps_done else []
        gone = {*self.snapshots_deleted, *self.vanished}
        failed = [str(one["snapshot_id"]) for one in self.snapshots_failed]
        return [one for one in dict.fromkeys([*owned, *failed]) if one not in gone]

    @property
    def snapshots_failed(self) -> list[dict[str, str | None]]:
        refused: list[dict[str, str | None]] = [
            {"snapshot_id": step.snapshot_id, "code": error.code, "message": error.cloud_message}
            for step, error in self.noted
            if isinstance(step, _steps().DeleteSnapshot)
        ]
        return [*refused, *({"snapshot_id": one, "code": None, "message": None} for one in self._forgotten)]

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
        # Once the image is deleted, its snapshots are unknown, and no later run could find them.
        deletions = [step for step in self.plan.steps if isinstance(step, _steps().Delete)]
        if any(step in self.perhaps_done or step.image_id in self.vanished for step in deletions):
            refused = [each["snapshot_id"] for each in self.snapshots_failed]
            settled = {*self.snapshots_deleted, *refused, *self.vanished}
            self._forgotten = [one for one in _steps().deleted_snapshots(self.plan.steps) if one not in settled]

    def notes(self) -> list[str]:
        notes = super().notes()
        if self.unlisted is not None:
            from ansible_collections.apsarastack.cloud.plugins.module_utils._image import obstacles  # noqa: PLC0415

            is_named = "replaced_image_id" not in self.plan.facts
            notes = [*notes, obstacles.unlisted(str(self.image_id), is_named=is_named)]
        if not self._forgotten:
            return notes
        return [
            *notes,
            f"Of the snapshots of the image, {', '.join(self._forgotten)} may be left. Once the image is deleted, "
            "no later run can find them: note their ids, and delete them then.",
        ]

    @property
    def is_resumable(self) -> bool:
        others = [step for step in self.rest if step not in self.done and not isinstance(step, _steps().DeleteSnapshot)]
        return self.unlisted is None and (not self._forgotten or others != [])

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
            "snapshots_deleted": self.snapshots_deleted,
            "snapshots_failed": self.snapshots_failed,
            "snapshots_left": self.snapshots_left,
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
        return {"shared_with": self.plan.facts["shared_with"]} if is_reached else {}
