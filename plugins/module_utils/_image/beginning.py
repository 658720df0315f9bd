# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a copy or an import is started exactly once, although not every release recognizes a retried call."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.copies import BEING_COPIED
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.tasks import Begun
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import waiter
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.running import LONGEST_LAG
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import obstacles, steps, verifying
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    CallError,
    DeadlineError,
    may_be_done,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.copied import CopySource
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.imported import ImportSource
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.running import ImageRunning

    Source = t.Union[CopySource, ImportSource]

_DUPLICATED = "InvalidImageName.Duplicated"


def begin(step: steps.Create, source: Source, run: ImageRunning) -> None:
    """If the outcome of a call is unknown, the name is looked up where the image would appear, until lists no longer
    lag behind. Only then the call is sent again. Raises ApsaraStackError."""
    token = os.urandom(16).hex()
    begun: Begun | None = None
    was_lost = False
    while begun is None:
        try:
            begun = _sent(step, source, run, token)
        except CallError as error:
            was_lost = was_lost or may_be_done(error)
            # Without a lost answer, the name belongs to an image that this task cannot see.
            if not was_lost and error.code != BEING_COPIED:
                raise
            if not may_be_done(error) and error.code not in (BEING_COPIED, _DUPLICATED):
                raise
            begun = _found(step, source, run, error)
    run.outcome.know(begun.image_id, None)
    run.outcome.task_id = begun.task_id
    run.outcome.unlisted = step.image_name


def _sent(step: steps.Create, source: Source, run: ImageRunning, token: str) -> Begun:
    if source.kind == "copy":
        options = source.options
        image_id = run.images.copies.copy(
            t.cast("Image", source.original)["image_id"],
            step.image_name,
            token,
            description=step.description,
            encrypted=source.encrypted,
            kms_key_id=options.get("kms_key_id"),
            tags=step.tags,
        )
        return Begun(image_id)
    return run.images.tasks.import_image(
        step.image_name,
        token,
        [disk.as_dict() for disk in source.disks],
        description=step.description,
        os_type=step.os_type,
        platform=step.platform,
        architecture=step.architecture,
        boot_mode=step.boot_mode,
        license_type=step.license_type,
        role_name=source.role_name,
        tags=step.tags,
    )


def _found(step: steps.Create, source: Source, run: ImageRunning, error: CallError) -> Begun | None:
    """The image that a call with an unknown outcome has created; None if it can be sent again."""
    named: list[Image] = []
    deleted = {each.image_id for each in run.plan.steps if isinstance(each, steps.Delete)}

    def look() -> bool | None:
        nonlocal named
        named = [one for one in run.images.by_name(step.image_name) if one["image_id"] not in deleted]
        # It may become known later what an image was created from.
        return any(source.has_made(one) is not None for one in named) or None

    try:
        run.seen(look, LONGEST_LAG)
    except ApsaraStackError as failed:
        # The first call may have been carried out, which must be reported.
        raise failed from error
    if not named:
        if run.deadline.remaining() <= 2 * waiter.LAST_LOOK:
            raise _not_seen_in_time(step.image_name, error, run.deadline.seconds) from error
        return None
    own = next((one for one in named if source.has_made(one) is not False), None)
    if own is None:
        raise obstacles.created_meanwhile(step.image_name, verifying.usable(named) or named) from error
    return Begun(own["image_id"])


def _not_seen_in_time(image_name: str, error: CallError, seconds: float) -> DeadlineError:
    is_lost = may_be_done(error)
    why = "a call got no usable response" if is_lost else "the cloud is already copying the original"
    return DeadlineError(
        f"timed out after {seconds:g} seconds (wait_timeout): {why}, and no image named {image_name!r} is listed yet",
        advice="The image of a call that was carried out may be listed only minutes later. Until then, this task would "
        "create a second image: look for the name with apsarastack_image_info before you run the task again, and raise "
        "wait_timeout.",
    )
