# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares an image with the desired state, and computes its target. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import AVAILABLE, DEPRECATED, is_deprecated
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import tags as tag_rules

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage

# Set when an image is created; no action changes them later.
CREATE_ONLY = ("image_version", "platform", "architecture", "os_type")
# Changed in the same call as name and description.
ATTRIBUTES = ("image_family", "boot_mode", "license_type")


def create_only(desired: DesiredImage) -> dict[str, t.Any]:
    return {name: getattr(desired, name) for name in CREATE_ONLY}


def create_only_differences(desired: DesiredImage, image: Image) -> list[str]:
    """The fixed properties of the image that differ from the desired state, as sentences."""
    current: dict[str, t.Any] = {**image}
    return [
        f"its {name} is {current[name]!r}, not {wanted!r}"
        for name, wanted in create_only(desired).items()
        # Older releases leave these fields empty, which does not count as a difference.
        if wanted is not None and current[name] and differs(name, current[name], wanted)
    ]


def differs(name: str, told: t.Any, wanted: t.Any) -> bool:
    # Releases differ in case: older ones write Linux and Windows. A version is the text that the task gave.
    return bool(told != wanted if name == "image_version" else str(told).lower() != str(wanted).lower())


def attributes(desired: DesiredImage) -> dict[str, t.Any]:
    return {name: getattr(desired, name) for name in ATTRIBUTES}


def must_change(name: str, told: str | None, wanted: str | None) -> bool:
    """Whether this attribute of an image must be changed to ``wanted``; None leaves it unchanged."""
    if not wanted:
        return False
    if name == "image_family":
        return (told or "") != wanted
    # Older releases do not report the others. The API changes a license only to BYOL.
    return bool(told) and told != wanted and (name != "license_type" or wanted == "BYOL")


def attribute_changes(wanted: t.Mapping[str, t.Any], base: Image) -> dict[str, t.Any]:
    """The attributes that the image must get."""
    current: dict[str, t.Any] = {**base}
    return {name: wanted[name] for name in ATTRIBUTES if must_change(name, current[name], wanted[name])}


def target(desired: DesiredImage, base: Image) -> Image:
    """The image with the values of the desired state, and otherwise unchanged.

    Raises RefusalError if it would have too many tags.
    """
    to_set, to_unset = tag_rules.tag_changes(base["tags"], desired.tags, desired.purge_tags)
    tags = tag_rules.merged(base["tags"], to_set, to_unset)
    problem = tag_rules.count_problem(tags) if to_set else None
    if problem is not None:
        # Imported only for refused tasks, so that the others stay fast.
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import refusals  # noqa: PLC0415

        raise refusals.too_many_tags(base, problem)
    wanted = t.cast("Image", {**base, "tags": tags, **attribute_changes(attributes(desired), base)})
    if desired.deprecated not in (None, is_deprecated(base)):
        wanted["status"] = DEPRECATED if desired.deprecated else AVAILABLE
    if desired.image_name is not None:
        wanted["image_name"] = desired.image_name
    if desired.description is not None and desired.description != (base["description"] or ""):
        wanted["description"] = desired.description
    return wanted
