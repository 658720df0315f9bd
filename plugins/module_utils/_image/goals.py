# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The goals of a wait for an image."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import (
    AVAILABLE,
    UNAVAILABLE,
    is_failed,
    is_settled,
    is_usable,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.waiter import Goal, Watched
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import refusals
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image


def _name(image: Image) -> str:
    return f"image {image['image_id']} ({image['image_name']!r})"


def _facts(image: Image) -> dict[str, t.Any]:
    return {"image_id": image["image_id"], "image": image}


def _vanished(seen: Image) -> ApsaraStackError:
    return ApsaraStackError(
        f"{_name(seen)} is no longer listed; it was {_IMAGE.text(seen)}, and the cloud or somebody else has deleted it "
        "since",
        "vanished",
        advice="Run the task again to create it.",
        facts=_facts(seen),
    )


def _lost(image: Image, why: t.Callable[[Image], str | None]) -> ApsaraStackError | None:
    is_unavailable = image["status"] == UNAVAILABLE
    if not is_unavailable and not is_failed(image):
        return None
    reason = why(image)
    if is_unavailable and reason is None:
        return refusals.unavailable(image)
    advice = "Remove the cause and run the task again: with a source it deletes this image and creates a new one."
    if _is_replacement(image):
        # A task looks for it only if it replaces an image.
        advice = (
            "Remove the cause and run the task again. If recreate then still requires a replacement, the task deletes "
            "this image and creates a new one. Otherwise delete it with state=absent and "
            f"image_id={image['image_id']}."
        )
    if is_unavailable:
        advice = (
            f"Remove the cause, delete the image with state=absent and image_id={image['image_id']}, and run the task "
            "again."
        )
    return ApsaraStackError(
        f"{_name(image)}: {reason or refusals.failure(image)}",
        "creation_failed",
        advice=advice,
        facts=_facts(image),
    )


def _is_replacement(image: Image) -> bool:
    # Imported only for failures, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import marks  # noqa: PLC0415

    return marks.is_unfinished(image)


def _is_unusable_yet(image: Image) -> bool:
    return image["status"] == AVAILABLE and not is_usable(image)


def _status(image: Image) -> str:
    return "Available, but not usable yet" if _is_unusable_yet(image) else str(image["status"])


def _progress(image: Image) -> int | None:
    # The progress is that of the creation, which says nothing about when the image becomes usable.
    return None if _is_unusable_yet(image) else image["progress"]


def _is_settled(image: Image | None) -> bool:
    return image is None or is_settled(image)


_IMAGE: Watched[Image] = Watched(_progress, _status, _name, _facts, _vanished)
# An image that is being deleted still has the status and the progress of its creation.
_LEAVING: Watched[Image] = Watched(
    lambda _image: None, lambda image: f"still listed as {_status(image)}", _name, _facts, _vanished
)
_CREATION = "The creation continues in the cloud."

SETTLED: Goal[Image] = Goal(_IMAGE, _is_settled, _CREATION)
CANCELED: Goal[Image] = Goal(_LEAVING, _is_settled, "The cancellation continues in the cloud.")
GONE: Goal[Image] = Goal(_LEAVING, lambda image: image is None, "The deletion continues in the cloud.")


def listed(is_given_up: t.Callable[[], bool]) -> Goal[Image]:
    """``is_given_up``: whether the wait ends although the image is not listed."""
    return Goal(_IMAGE, lambda image: image is not None or is_given_up(), _CREATION)


def usable(why: t.Callable[[Image], str | None]) -> Goal[Image]:
    """``why``: why the creation of an image failed, as a part of a sentence, if that is known."""
    return Goal(
        _IMAGE, lambda image: image is not None and is_usable(image), _CREATION, lambda image: _lost(image, why)
    )
