# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The diff of a retention: the list of selected images, the newest first."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import DEPRECATED
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import difference

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.difference import Side
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.outcome import RetentionOutcome


def diff(outcome: RetentionOutcome, handle: str) -> Side:
    """``handle``: the title of both sides."""
    deleted, left = outcome.snapshots_deleted, outcome.snapshots_left
    before: Side = {
        "images": [_line(image) for image in outcome.division.selected],
        "snapshots": dict.fromkeys([*deleted, *left], "present"),
    }
    after: Side = {
        "images": [_line(image) for image in _remaining(outcome)],
        "snapshots": {**dict.fromkeys(deleted, "deleted"), **dict.fromkeys(left, "left behind")},
    }
    return difference.diff(_shown(before), _shown(after), (handle, handle))


def _remaining(outcome: RetentionOutcome) -> t.Iterator[Image]:
    actions = {step.image_id: step.action for step in outcome.removals}
    for image in outcome.division.selected:
        action = actions.get(image["image_id"])
        if action != "delete":
            yield image if action is None else {**image, "status": DEPRECATED}


def _shown(side: Side) -> Side:
    return {"images": side["images"], **difference.filled({"snapshots": side["snapshots"]})}


def _line(image: Image) -> str:
    return f"{image['image_id']} {image['image_name']!r}, {image['status']}, created {image['creation_time']}"
