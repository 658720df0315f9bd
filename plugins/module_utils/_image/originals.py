# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals of an original that cannot be copied: what was found, the problem, and what resolves it. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import is_usable
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.copied import CopySource

_WHY = {
    "Creating": ("it is still being created ({status})", "Wait until it is Available, and run the task again."),
    "Waiting": ("it is still being created ({status})", "Wait until it is Available, and run the task again."),
    "Available": ("it is Available, but not usable yet", "Wait until it is usable, and run the task again."),
    "Deprecated": ("it is Deprecated", "Set deprecated=false in a task for it first, or name another image."),
}
_OTHERS = ("its status is {status}", "Name an image that is Available.")


def only_one(source: CopySource, found: t.Sequence[Image]) -> Image:
    """The original. Raises RefusalError unless exactly one was found."""
    if not found:
        where = f" in region {source.region}" if source.region else ""
        given = [name for name in ("image_id", "image_name", "region", "endpoint") if source.options.get(name)]
        elsewhere = "" if "region" in given else " (set region there if it is in another one)"
        raise RefusalError(
            f"the original, {source.text()}, was not found{where}: neither an own image nor one that is shared with "
            "this account",
            "not_found",
            advice=f"Check {' and '.join(given)} in copy_from{elsewhere}, and that department and resource_group "
            "select the owner of the image.",
        )
    if len(found) > 1:
        listed = "; ".join(f"{one['image_id']} ({one['status']}, {one['creation_time']})" for one in found)
        raise RefusalError(
            f"more than one image fits copy_from, {source.text()}: {listed}",
            "ambiguous_name",
            advice="Select one of them with copy_from.image_id.",
        )
    return found[0]


def judge(source: CopySource, original: Image) -> None:
    """Raises RefusalError if the image cannot be copied."""
    owner = original["image_owner_alias"]
    if owner not in (None, "", "self", "others"):
        raise _unusable(original, f"it is an image of the {owner}", "Only custom images can be copied.")
    if owner == "others" and source.is_elsewhere:
        raise _unusable(
            original,
            "another account shares it, and a shared image can only be copied within its region",
            "Copy it within its region first, or have its owner share a copy in this region.",
        )
    if not is_usable(original):
        why, advice = _WHY.get(str(original["status"]), _OTHERS)
        raise _unusable(original, why.format(status=original["status"]), advice)


def encrypted(source: CopySource, original: Image) -> RefusalError:
    advice = "Set copy_from.encrypted to true."
    if source.is_elsewhere:
        advice = f"{advice} Many sites copy an encrypted image only within its region."
    return _unusable(original, "it is encrypted, and a plain copy of it is not possible", advice)


def is_itself(image: Image) -> RefusalError:
    return RefusalError(
        f"image {image['image_id']} is named {image['image_name']!r}, which is the name that its copy is to have: the "
        "task would not be able to tell the two apart",
        "invalid_input",
        advice="Give another image_name, or another image in copy_from.",
    )


def would_be_deleted(image: Image) -> RefusalError:
    return RefusalError(
        f"image {image['image_id']} ({image['image_name']!r}) is the original in copy_from, but the task would delete "
        "it, since it belongs to an unfinished replacement",
        "invalid_input",
        advice="Give another image in copy_from, or first finish the replacement with the source it was begun with.",
    )


def _unusable(original: Image, why: str, advice: str) -> RefusalError:
    return RefusalError(
        f"image {original['image_id']} ({original['image_name']!r}) cannot be copied, because {why}",
        "source_not_usable",
        advice=advice,
    )
