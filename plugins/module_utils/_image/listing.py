# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits for an image that a task selects by its id, and that the cloud does not list yet.

A plan may wait, since it can decide only once it knows the image.
"""

from __future__ import annotations

import dataclasses
import math
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import waiter
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.running import LONGEST_LAG
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import goals
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, TaskFailedError

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline

_UNLISTED = (
    "Check image_id: it may be wrong, or somebody may have deleted the image. If it is right, run the task again, or "
    "raise wait_timeout."
)


def wait_for(
    image_id: str,
    look: t.Callable[[], Image | None],
    deadline: Deadline,
    log: t.Callable[[str], None],
    *,
    is_slow: bool,
) -> Image | None:
    """See ``Reader.listed``. Raises TaskFailedError with the id."""
    patience = math.inf if is_slow else LONGEST_LAG
    started = deadline.elapsed()
    goal = goals.listed(lambda: deadline.elapsed() - started >= patience)
    goal = dataclasses.replace(goal, left="", unlisted=_UNLISTED)
    try:
        return waiter.wait_until(goal, look, deadline, log, f"image {image_id}")
    except ApsaraStackError as error:
        facts = {**error.facts, "image_id": image_id}
        raise TaskFailedError(error, f"wait for image {image_id} to be listed", facts=facts) from error
