# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan: a pure function of what a task wishes and what is found. Nothing here knows how anything is done."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils import (
    changes,
    deletion,
    refusals,
    replacing,
    sources,
    steps,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.image import (
    UNAVAILABLE,
    Image,
    image_stub,
    is_failed,
    is_settled,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Found, Plan

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Wish


def plan(wish: Wish, found: Found) -> Plan:
    """How to get from ``found`` to ``wish``. Raises RefusalError when that cannot or must not be done."""
    good, failed = _split(wish, found.images)
    if wish.state == "absent":
        return deletion.plan_absent(wish, found, (*([good] if good is not None else ()), *failed))
    parts = replacing.cast(wish, good, found)
    if parts is not None:
        replacement = replacing.plan_replacement(wish, found, parts)
        return dataclasses.replace(replacement, warnings=(*replacement.warnings, *map(_left_alone, failed)))
    if good is not None:
        return _plan_change(wish, good, failed)
    if failed and (wish.image_id is not None or wish.source is None):
        raise refusals.failed(wish, failed[0])
    return _plan_creation(wish, found, (*failed, *found.stand_ins))


def _split(wish: Wish, images: t.Sequence[Image]) -> tuple[Image | None, tuple[Image, ...]]:
    """The one good image and the failed leftovers of the same name."""
    good = [image for image in images if not is_failed(image)]
    if len(good) > 1:
        raise refusals.ambiguous(wish.image_name, images)
    return (good[0] if good else None), tuple(image for image in images if is_failed(image))


# --- what the plan depends on: each of these costs a call ------------------------------------------------------------


def needs_stand_ins(wish: Wish, found: Found) -> bool:
    """Whether an earlier run may have begun a replacement of which the images of the wished name do not tell."""
    if not wish.may_replace or wish.source is None:
        return False
    good, _failed = _split(wish, found.images)
    return good is None or (replacing.replaced_id(good) is None and replacing.reason(wish, good) is not None)


def needs_replaced(wish: Wish, found: Found) -> str | None:
    """The id of the image that an unfinished replacement names, where its own name no longer finds it."""
    if not wish.may_replace:
        return None
    good, _failed = _split(wish, found.images)
    bearers = found.stand_ins if good is None else (good,)
    return next((replacing.replaced_id(bearer) for bearer in bearers), None)


def needs_source(wish: Wish, found: Found) -> bool:
    """Whether an image has to be made."""
    if wish.state == "absent" or wish.source is None or wish.image_id is not None:
        return False
    good, _failed = _split(wish, found.images)
    parts = replacing.cast(wish, good, found)
    return good is None if parts is None else isinstance(parts, replacing.Making)


def needs_users(wish: Wish, found: Found) -> tuple[Image, ...]:
    """The images that are to go and are in use, which forbids it."""
    if wish.state == "absent":
        targets: tuple[Image | None, ...] = found.images
    else:
        parts = replacing.cast(wish, _split(wish, found.images)[0], found)
        targets = () if parts is None else (parts.old,)
    return tuple(image for image in targets if image is not None and deletion.blocks_deletion(wish, image))


# --- present ---------------------------------------------------------------------------------------------------------


def _plan_creation(wish: Wish, found: Found, leftovers: tuple[Image, ...]) -> Plan:
    if wish.image_id is not None:
        raise refusals.unknown_id(wish)
    if wish.source is None or wish.image_name is None:
        raise refusals.nothing_to_make_it_from(wish)
    create = steps.Create(
        image_name=wish.image_name,
        source=wish.source,
        description=wish.description or None,
        tags=wish.tags or {},
        **changes.create_only(wish),
    )
    # Where names are unique, a successor can only be made when the name is free again.
    clearance = [
        step for image in leftovers for step in deletion.removal(wish, image, "it is of no use", until_gone=True)
    ]
    waiting = [steps.WaitUntilUsable(None)] if wish.wait else []
    return Plan(
        before=leftovers[0] if leftovers else None,
        after=image_stub(
            image_name=wish.image_name,
            description=wish.description or "",
            tags=dict(wish.tags or {}),
            status="Available" if wish.wait else "Creating",
            **changes.create_only(wish),
        ),
        steps=(*clearance, create, *waiting),
        warnings=(*map(_made_again, leftovers), *sources.judge(wish.source, found.source)),
    )


def _plan_change(wish: Wish, image: Image, leftovers: tuple[Image, ...]) -> Plan:
    difference = replacing.source_difference(wish.source, image)
    if difference is not None:
        raise refusals.other_source(image, difference)
    if image["status"] == UNAVAILABLE:
        raise refusals.unavailable(image)
    after = changes.target(wish, image)
    writes = changes.writes(image, after)
    waits_first = wish.wait and not is_settled(image)
    first: list[steps.Step] = [steps.WaitUntilUsable(image["image_id"])] if waits_first else []
    last: list[steps.Step] = [steps.ReadBack(image["image_id"])] if wish.wait and writes else []
    if waits_first:
        after["status"] = "Available"
    return Plan(
        before=image,
        after=after,
        steps=(*first, *writes, *last),
        warnings=(*_unchangeable(wish, image), *map(_left_alone, leftovers)),
    )


def _unchangeable(wish: Wish, image: Image) -> list[str]:
    told = [
        f"image {image['image_id']}: {difference}, and that cannot be changed later; "
        "recreate=on_source_change replaces the image"
        for difference in changes.create_only_differences(wish, image)
    ]
    unfinished = replacing.replaced_id(image)
    if unfinished is not None:
        told.append(
            f"image {image['image_id']} replaces {unfinished}, and this was interrupted: "
            "run the task with recreate again to finish it"
        )
    return told


def _made_again(image: Image) -> str:
    return f"image {image['image_id']} ({image['image_name']!r}) is removed and made again: {refusals.failure(image)}"


def _left_alone(image: Image) -> str:
    return f"image {image['image_id']} has the same name and is left alone: {refusals.failure(image)}"
