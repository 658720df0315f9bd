# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan for an image that is being carried out."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.running import Running
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import obstacles, sharing_steps, steps

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, Predicted
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.writable_images import WritableImages
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.watching import Log
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.outcome import ImageOutcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline


# Steps after which the last read still shows the image, except with whom it is shared.
_LEAVING_IT_AS_READ = (
    *(steps.CheckUnchanged, steps.ReadBack),
    *(sharing_steps.Share, sharing_steps.StopSharing, sharing_steps.ReadSharing),
)


class ImageRunning(Running["Image", "Predicted"]):
    """``has_just_looked``: whether the last step has read the image of the outcome. ``named_since``: the images that
    have the name of the deleted one."""

    outcome: ImageOutcome

    def __init__(self, outcome: ImageOutcome, images: WritableImages, deadline: Deadline, log: Log) -> None:
        super().__init__(outcome, deadline, log)
        self.images = images
        self.has_just_looked = False
        self.named_since: list[Image] = []
        # Reading the snapshots took calls after the image was read.
        self.is_stale = bool(steps.deleted_snapshots(self.plan.steps))
        known = self.plan.subject or self.plan.before
        if known is not None:
            outcome.know_image(known)

    def begin(self, step: Step) -> None:
        self.has_just_looked = self.has_just_looked and isinstance(step, _LEAVING_IT_AS_READ)

    def end(self) -> None:
        if self.named_since:
            raise obstacles.named_since(str(self.named_since[0]["image_name"]), self.named_since)
        after = self.plan.after
        if after is not None and not self.has_just_looked:
            # The last read is more reliable than the prediction.
            known: Image | Predicted = {**after, "image_id": after["image_id"] or self.outcome.image_id}
            self.outcome.know_image(known)

    def why_failed(self, image: Image) -> str | None:
        """Why the creation of the image failed, as a part of a sentence, if the cloud reports it."""
        # Imported only for failures, so that the others stay fast.
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import imports  # noqa: PLC0415

        return imports.why_failed_now(image, self)

    def judge_unlisted(self, image_id: str) -> None:
        """Raises ApsaraStackError if the image is not listed because its import failed."""
        if self.outcome.task_id is not None:
            from ansible_collections.apsarastack.cloud.plugins.module_utils._image import imports  # noqa: PLC0415

            imports.judge_unlisted(image_id, self.outcome.task_id, self)

    def seen_image(self, image_id: str, look: t.Callable[[], t.Iterable[Image]], patience: float) -> Image | None:
        """The image as it is read; None if it is not listed within ``patience`` seconds."""
        return self.seen(lambda: next((one for one in look() if one["image_id"] == image_id), None), patience)
