# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The diff of a task, rendered from its plan: check mode and run show the same."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils.image import FAILED
from ansible_collections.apsarastack.cloud.plugins.module_utils.steps import Create
from ansible_collections.apsarastack.cloud.plugins.module_utils.tags import own_tags

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Plan


def diff(plan: Plan, handle: str) -> dict[str, t.Any]:
    """``before`` and ``after`` of what a task manages, and never a value that only the cloud assigns.

    ``handle`` is what the task calls the image; it heads a side on which no image has an id yet.
    """
    made = [step.source.as_dict() for step in plan.steps if isinstance(step, Create)]
    return {
        "before": _managed(plan.before),
        "after": {**_managed(plan.after), **(made[0] if made else {})},
        "before_header": _header(plan.before, handle),
        "after_header": _header(plan.after, handle),
    }


def _managed(image: Image | None) -> dict[str, t.Any]:
    if image is None:
        return {"state": "absent"}
    return {
        "state": "failed" if image["status"] == FAILED else "present",
        "image_name": image["image_name"],
        "description": image["description"] or "",
        "tags": own_tags(image["tags"]),
    }


def _header(image: Image | None, handle: str) -> str:
    return handle if image is None or image["image_id"] is None else image["image_id"]
