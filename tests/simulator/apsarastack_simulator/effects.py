# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The effects of a scripted fault inside a call, as opposed to its delivery."""

from __future__ import annotations

import dataclasses
import typing as t

from . import lifecycle
from .actions.change_image import delete
from .actions.create_image import own_named
from .errors import CloudError

if t.TYPE_CHECKING:
    from .answers import Body
    from .context import Action, Context
    from .faults import Fault
    from .parameters import Arguments
    from .world import Image


@dataclasses.dataclass(frozen=True)
class ScriptedError:
    error: CloudError
    processed: bool


def error_of(fault: Fault | None) -> ScriptedError | None:
    """The error to return instead of an answer, and whether the call is carried out anyway."""
    if fault is None:
        return None
    error = fault.error()
    if error is None and not fault.asapi_success:
        error = CloudError("InternalError")
    return None if error is None else ScriptedError(error, fault.processed)


def run(action: Action, context: Context, arguments: Arguments, fault: Fault | None) -> Body:
    body = action.run(context, arguments)
    if fault is None:
        return body
    if fault.missing_list:
        return {name: value for name, value in body.items() if not _holds_list(value)}
    if fault.hide and "Images" in body:
        return _without_young(body, context, fault.hide)
    if fault.image:
        _strike(context, _image_of(context, body, arguments), fault.image)
    return body


def _holds_list(value: t.Any) -> bool:
    return isinstance(value, list) or (
        isinstance(value, dict) and any(isinstance(part, list) for part in value.values())
    )


def _without_young(body: Body, context: Context, seconds: float) -> Body:
    """The list as a replica tells it that has not heard yet."""
    kept = [entry for entry in body["Images"]["Image"] if _created(context, entry["ImageId"]) <= context.now - seconds]
    hidden = len(body["Images"]["Image"]) - len(kept)
    return {**body, "TotalCount": body["TotalCount"] - hidden, "Images": {"Image": kept}}


def _created(context: Context, image_id: str) -> float:
    image = context.world.images.get(image_id)
    return image.created if image is not None else 0.0


def _image_of(context: Context, body: Body, arguments: Arguments) -> Image | None:
    """The image that the call made, or asked for by its id or its whole name; the first in a list of all.

    A list by name also tells images that only contain the name: none of them is what the call asked for.
    """
    name = arguments.text("ImageName")
    listed = [entry["ImageId"] for entry in body.get("Images", {}).get("Image", [])]
    candidates = listed if name is None else [image.id for image in own_named(context, name)]
    ids = [body.get("ImageId"), arguments.image_id(), *candidates]
    return context.world.images.get(next((str(image_id) for image_id in ids if image_id), ""))


def _strike(context: Context, image: Image | None, outcome: str) -> None:
    if image is None:
        return
    if outcome == "deleted":
        delete(context, image)
        return
    lifecycle.doom(context.world, image, outcome)
    image.failure = "a scripted fault"
    if not lifecycle.is_growing(image, context.now):
        image.ready_at = context.now
