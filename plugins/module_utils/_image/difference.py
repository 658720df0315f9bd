# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the diff of a task shows of an image, and of all that goes with it."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import FAILED
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import difference
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import own_tags
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import snapshots
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import Create, Delete

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, Predicted
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.difference import Side
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan


def diff(plan: ImagePlan, handle: str) -> Side:
    """``before`` and ``after`` of what a task manages, with all that it deletes or leaves behind, and never a value
    that only the cloud assigns.

    ``handle`` is what the task calls the image; it heads a side on which no image has an id yet.
    """
    made = [step.source.as_dict() for step in plan.steps if isinstance(step, Create)]
    taken_before, taken_after = _taken_away(plan)
    return difference.diff(
        {**_managed(plan.before), **taken_before},
        {**_managed(plan.after), **(made[0] if made else {}), **taken_after},
        (_header(plan.before, handle), _header(plan.after, handle)),
    )


def _managed(image: Image | Predicted | None) -> Side:
    if image is None:
        return difference.ABSENT
    return {
        "state": _state(image),
        "image_name": image["image_name"],
        "description": image["description"] or "",
        "tags": own_tags(image["tags"]),
    }


def _state(image: Image | Predicted) -> str:
    return "failed" if image["status"] == FAILED else "present"


def _taken_away(plan: ImagePlan) -> tuple[Side, Side]:
    """The images that are deleted, by id, and what becomes of their snapshots."""
    images = {step.image_id: f"{_state(step.expected.image)}, named {step.expected.image['image_name']!r}"
              for step in plan.steps if isinstance(step, Delete)}  # fmt: skip
    deleted, left = snapshots.deleted_by(plan.steps), snapshots.left_by(plan.steps)
    before: Side = {"images": images, "snapshots": dict.fromkeys([*deleted, *left], "present")}
    after: Side = {
        "images": dict.fromkeys(images, "deleted"),
        "snapshots": {**dict.fromkeys(deleted, "deleted"), **dict.fromkeys(left, "left behind")},
    }
    return difference.filled(before), difference.filled(after)


def _header(image: Image | Predicted | None, handle: str) -> str:
    return (None if image is None else image["image_id"]) or handle
