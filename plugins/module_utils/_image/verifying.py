# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares images with the expectations of a step, right before something is deleted or renamed. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import (
    Image,
    Predicted,
    is_deprecated,
    is_failed,
    is_usable,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import tags as tag_rules
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import changes, obstacles

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Expected, Replacement
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
    has_tags = bool(tag_rules.own_tags(found["tags"])) or MARK in found["tags"]
    # An image that this run did not create had its mark when it was read.
    if not has_tags and not is_complete and step.made["image_id"] is None:
        raise obstacles.mark_not_shown(step, found)
    changed = foreign(found, step.made, step.made if step.made["image_id"] is not None else None)
    if found["tags"].get(MARK) != step.new.mark and not is_complete:
        changed["tags"] = f"its tag {MARK} is no longer {step.new.mark!r}"
    if changed:
        raise obstacles.changed_meanwhile(found, changed)
    missing = not_shown(found, step.made)
    if missing:
        raise obstacles.not_as_created(found, missing)


def judge_usable(found: Image) -> None:
    """Raises ApsaraStackError unless instances can be created from the image."""
    if not is_usable(found):
        raise obstacles.changed_meanwhile(found, {"status": f"its status is now {found['status']}"})


def judge_named_replacement(
    replacement: Replacement, image_id: str, found: Image | None, *, is_complete: bool = False
) -> None:
    """Raises ApsaraStackError unless the replacement image is usable and has the name.

    ``found``: the image as it was just read, or None. ``is_complete``: whether the replaced image is deleted, so that
    another run may have removed the mark.
    """
    if found is None or not has_name(replacement, found):
        raise obstacles.replacement_missing(replacement, image_id)
    judge_usable(found)
    if found["tags"].get(MARK) != replacement.mark and not is_complete:
        raise obstacles.changed_meanwhile(found, {"tags": f"its tag {MARK} is no longer {replacement.mark!r}"})


def foreign(found: Image, wanted: Image | Predicted, before: Image | Predicted | None) -> dict[str, str]:
    """The attributes that somebody else has set, each with a part of a sentence: their values are neither those that
    the task wrote nor those of ``before``, which is None for a new image."""
    changed: dict[str, str] = {}
    old_tags = {} if before is None else tag_rules.own_tags(before["tags"])
    new_tags, tags = tag_rules.own_tags(wanted["tags"]), tag_rules.own_tags(found["tags"])
    texts = ("", wanted["description"] or "", "" if before is None else before["description"] or "")
    if (found["description"] or "") not in texts:
        changed["description"] = f"its description is now {found['description']!r}"
    if is_deprecated(found) not in (is_deprecated(wanted), before is not None and is_deprecated(before)):
        changed["status"] = f"its status is now {found['status']}"
    families = ("", wanted["image_family"] or "", "" if before is None else before["image_family"] or "")
    if (found["image_family"] or "") not in families:
        changed["image_family"] = f"its image_family is now {found['image_family']!r}"
    changed.update(_foreign_attributes(found, wanted, before))
    if any(value not in (old_tags.get(key), new_tags.get(key)) for key, value in tags.items()):
        changed["tags"] = f"its tags are now {tags!r}"
    return changed


def _foreign_attributes(found: Image, wanted: Image | Predicted, before: Image | Predicted | None) -> dict[str, str]:
    """As ``foreign``, for attributes that releases may report only once an image is usable, or not at all: the cloud
    itself sets them then."""
    if before is None:
        return {}
    shown, asked, old = (t.cast("dict[str, t.Any]", one) for one in (found, wanted, before))
    return {
        name: f"its {name} is now {shown[name]!r}"
        for name in ("boot_mode", "license_type")
        if shown[name] and old[name] and shown[name] not in (old[name], asked[name])
    }


def has_name(replacement: Replacement, found: Image | None) -> bool:
    return found is not None and found["image_name"] == replacement.image_name


def not_shown(found: Image, wanted: Image | Predicted) -> list[str]:
    """The options whose value the image does not show. A description that a release does not report does not count."""
    told = t.cast("dict[str, t.Any]", found)
    asked = t.cast("dict[str, t.Any]", wanted)
    missing = [
        name
        for name in changes.CREATE_ONLY
        if asked[name] is not None and told[name] and changes.differs(name, told[name], asked[name])
    ]
    missing += [name for name in changes.ATTRIBUTES if changes.must_change(name, told[name], asked[name])]
    if is_deprecated(found) != is_deprecated(wanted):
        missing.append("deprecated")
    if not _is_encrypted_as(wanted, found):
        missing.append("copy_from.encrypted")
    if found["description"] is not None and found["description"] != (wanted["description"] or ""):
        missing.append("description")
    if tag_rules.own_tags(found["tags"]) != tag_rules.own_tags(wanted["tags"]):
        missing.append("tags")
    return missing


def _is_encrypted_as(wanted: Image | Predicted, found: Image) -> bool:
    """Whether no disk shows the opposite. An image that has both kinds of disks is not a copy of this task."""
    asked, told = ({disk["encrypted"] for disk in one["disk_device_mappings"]} - {None} for one in (wanted, found))
    return len(asked) != 1 or told <= asked
