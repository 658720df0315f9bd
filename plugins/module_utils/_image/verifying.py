# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares images with the expectations of a step, right before something is deleted or renamed. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, Predicted, is_failed, is_usable
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import tags as tag_rules
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import changes, obstacles

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Expected, Successor
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import Swap


def usable(images: t.Iterable[Image]) -> list[Image]:
    """The images whose creation has not failed."""
    return [image for image in images if not is_failed(image)]


def judge_unchanged(expected: Expected, found: Image) -> None:
    """Raises ApsaraStackError if somebody has changed the image since the plan."""
    changed = expected.changes(found)
    if changed:
        raise obstacles.changed_meanwhile(found, changed)


def judge_replacement(step: Swap, found: Image, *, is_complete: bool) -> None:
    """Raises ApsaraStackError unless the replacement image is as it was created.

    ``is_complete``: whether the replaced image is deleted, so that another run may have removed the mark.
    """
    if found["image_name"] not in (step.made["image_name"], step.new.image_name):
        raise obstacles.changed_meanwhile(found, {"image_name": f"its name is now {found['image_name']!r}"})
    judge_usable(found)
    missing = not_shown(found, step.made)
    has_mark = found["tags"].get(MARK) == step.new.mark or is_complete
    if missing or not has_mark:
        raise obstacles.not_as_created(found, missing or [f"tag {MARK}"])


def judge_usable(found: Image) -> None:
    """Raises ApsaraStackError unless instances can be created from the image."""
    if not is_usable(found):
        raise obstacles.changed_meanwhile(found, {"status": f"its status is now {found['status']}"})


def judge_successor(successor: Successor, image_id: str, found: Image | None, *, is_complete: bool = False) -> None:
    """Raises ApsaraStackError unless the replacement image is usable.

    ``found``: the image that was just read under the name, or None. ``is_complete``: whether the replaced image is
    deleted, so that another run may have removed the mark.
    """
    if found is None:
        raise obstacles.successor_missing(successor, image_id)
    judge_usable(found)
    if found["tags"].get(MARK) != successor.mark and not is_complete:
        raise obstacles.changed_meanwhile(found, {"tags": f"its tag {MARK} is no longer {successor.mark!r}"})


def not_shown(found: Image, wanted: Image | Predicted) -> list[str]:
    """The options whose value the image does not show. A description that a release does not report does not count."""
    told = t.cast("dict[str, t.Any]", found)
    asked = t.cast("dict[str, t.Any]", wanted)
    missing = [
        name for name in changes.CREATE_ONLY if asked[name] is not None and told[name] and told[name] != asked[name]
    ]
    if found["description"] is not None and found["description"] != (wanted["description"] or ""):
        missing.append("description")
    if tag_rules.own_tags(found["tags"]) != tag_rules.own_tags(wanted["tags"]):
        missing.append("tags")
    return missing
