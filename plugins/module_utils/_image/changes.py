# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparing an image with a desired: what it should become, and the writes that bring it there. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import tags as tag_rules
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import refusals, steps
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import expected

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage

# Given to the API when an image is made; no action changes them later.
CREATE_ONLY = ("image_version", "platform", "architecture")


def create_only(desired: DesiredImage) -> dict[str, t.Any]:
    return {
        "image_version": desired.image_version,
        "platform": desired.platform,
        "architecture": desired.architecture,
    }


def create_only_differences(desired: DesiredImage, image: Image) -> list[str]:
    """What the image was labelled with when it was made and the desired wants otherwise, as sentences."""
    told: dict[str, t.Any] = {**image}
    return [
        f"its {name} is {told[name]!r}, not {wanted!r}"
        for name, wanted in create_only(desired).items()
        # Older releases leave these fields empty: that tells nothing, so it is no difference.
        if wanted is not None and told[name] and told[name] != wanted
    ]


def target(desired: DesiredImage, base: Image) -> Image:
    """The image with what the desired names, and all else as it is.

    Raises RefusalError when it would have more tags than an image can hold.
    """
    to_set, to_unset = tag_rules.tag_changes(base["tags"], desired.tags, desired.purge_tags)
    tags = tag_rules.merged(base["tags"], to_set, to_unset)
    problem = tag_rules.count_problem(tags) if to_set else None
    if problem is not None:
        raise refusals.too_many_tags(base, problem)
    wanted: Image = {**base, "tags": tags}
    if desired.image_name is not None:
        wanted["image_name"] = desired.image_name
    if desired.description is not None and desired.description != (base["description"] or ""):
        wanted["description"] = desired.description
    return wanted


def writes(image: Image, wanted: Image) -> list[Step]:
    """What brings the one to the other."""
    modification = modify(image, wanted)
    first: list[Step] = [] if modification is None else [modification]
    return [*first, *tagging(image["image_id"], image["tags"], wanted["tags"])]


def waiting(image: Image, writes_after: t.Sequence[Step]) -> list[Step]:
    """Wait until the image is usable; what is then written to it was decided on what it was before."""
    checking: list[Step] = [steps.CheckUnchanged(expected(image, settles=True))] if writes_after else []
    return [steps.WaitUntilUsable(image["image_id"]), *checking]


def modify(image: Image, wanted: Image) -> steps.Modify | None:
    """Name and description. Raises RefusalError when a description would have to be cleared."""
    name = wanted["image_name"] if wanted["image_name"] != image["image_name"] else None
    differs = (wanted["description"] or "") != (image["description"] or "")
    if differs and not wanted["description"]:
        raise refusals.description_cannot_be_cleared(image)
    description = wanted["description"] if differs else None
    return None if name is None and description is None else steps.Modify(image["image_id"], name, description)


def tagging(image_id: str | None, current: t.Mapping[str, str], wanted: t.Mapping[str, str]) -> list[Step]:
    to_unset = tuple(sorted(current.keys() - wanted.keys()))
    to_set = {key: value for key, value in wanted.items() if current.get(key) != value}
    # Unset first: the limit of tags holds in between, too.
    unset: list[Step] = [steps.UnsetTags(image_id, to_unset)] if to_unset else []
    return [*unset, steps.SetTags(image_id, to_set)] if to_set else unset
