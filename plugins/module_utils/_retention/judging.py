# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which images are kept, which go, and why others are not touched. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import (
    DEPRECATED,
    UNAVAILABLE,
    Image,
    is_failed,
    is_settled,
    is_usable,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import marks
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.times import created_at
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.plans import Division, Obstacle, Skipped

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.desired import DesiredRetention

# An image with this tag is never removed, whatever its value.
PROTECTION = "apsarastack.cloud/keep"


def divide(desired: DesiredRetention, images: t.Sequence[Image], now: float) -> Division:
    """``images``: all of the account. ``now``: seconds since the epoch."""
    selected = tuple(sorted(filter(desired.selects, images), key=age_order, reverse=True))
    judge = _Judge(desired, selected, marks.replaced_by(images), now)
    others = [(image, judge.obstacle(image)) for image in selected if not judge.keeps(image)]
    return Division(
        selected=selected,
        kept=tuple(image for image in selected if judge.keeps(image)),
        going=tuple(image for image, found in others if found is None),
        skipped=tuple(Skipped(image, found) for image, found in others if found is not None),
        guards=tuple(judge.guards),
    )


def counts(desired: DesiredRetention, image: Image) -> bool:
    """Whether the image counts as one of those to keep. A replacement image counts once the replacement is finished."""
    is_known = created_at(image) is not None and not marks.is_unfinished(image)
    return is_known and is_usable(image) and desired.selects(image)


def obstacle(image: Image, replaced: t.Container[str] = ()) -> Obstacle | None:
    """Why the image must not be touched, whatever the task asks for. ``replaced``: the ids of images that are being
    replaced."""
    if marks.is_unfinished(image) or image["image_id"] in replaced:
        return Obstacle("unfinished_replacement", "it is part of a replacement that is not finished")
    if PROTECTION in image["tags"]:
        return Obstacle("protected", f"it has the tag {PROTECTION}")
    if not is_settled(image):
        return Obstacle("being_created", f"the cloud is still processing it (status {image['status']})")
    if image["status"] == UNAVAILABLE:
        return Obstacle("unavailable", "its status is UnAvailable: check it in the console")
    if image["usage"] == "instance":
        return Obstacle("in_use", "instances use it")
    return Obstacle("shared", "it is shared with other accounts") if image["is_self_shared"] else None


def age_order(image: Image) -> tuple[float, str]:
    """By creation time, then by id for a stable order. An unknown time comes first."""
    return created_at(image) or 0.0, image["image_id"]


class _Judge:
    """``selected``: newest first. ``guards``: the newest images that count, by id."""

    def __init__(
        self, desired: DesiredRetention, selected: t.Sequence[Image], replaced: t.Container[str], now: float
    ) -> None:
        self._desired = desired
        self._replaced = replaced
        self._now = now
        counted = [image for image in selected if counts(desired, image)]
        self.guards = {image["image_id"]: image for image in counted[: desired.keep]}
        deprecated = [image for image in selected if image["status"] == DEPRECATED and created_at(image) is not None]
        self._kept_deprecated = [image["image_id"] for image in deprecated[: desired.keep_deprecated]]

    def keeps(self, image: Image) -> bool:
        return image["image_id"] in self.guards or (self._is_recent(image) and counts(self._desired, image))

    def obstacle(self, image: Image) -> Obstacle | None:
        """Why an image that is not kept is not removed either."""
        return (
            obstacle(image, self._replaced) or self._not_requested(image) or self._too_recent(image) or self._too_few()
        )

    def _is_recent(self, image: Image) -> bool:
        limit, created = self._desired.older_than, created_at(image)
        return limit is not None and created is not None and self._now - created < limit

    def _not_requested(self, image: Image) -> Obstacle | None:
        if is_failed(image) and not self._desired.remove_failed:
            return Obstacle("creation_failed", "its creation failed, and remove_failed is false")
        if image["status"] == DEPRECATED and not self._desired.remove_deprecated:
            return Obstacle("deprecated", "its status is Deprecated, and remove_deprecated is false")
        if image["image_id"] in self._kept_deprecated:
            return Obstacle("deprecated", "it is one of the newest deprecated images, which keep_deprecated keeps")
        return None

    def _too_recent(self, image: Image) -> Obstacle | None:
        if created_at(image) is None and (self._desired.older_than is not None or not is_failed(image)):
            return Obstacle("unknown_age", "the cloud does not report when it was created")
        if self._is_recent(image):
            return Obstacle("too_recent", "it is not older than older_than")
        is_newer = any(age_order(image) > age_order(guard) for guard in self.guards.values())
        if image["status"] == DEPRECATED and is_newer:
            return Obstacle("too_recent", "it is newer than the images that are kept")
        return None

    def _too_few(self) -> Obstacle | None:
        count, wanted = len(self.guards), self._desired.keep
        if count >= wanted:
            return None
        return Obstacle("too_few_usable", f"keep is {wanted}, but {count} of the selected images can be kept")
