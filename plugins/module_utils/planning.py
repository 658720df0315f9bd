# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan: a pure function of what a task wishes and what is found. Nothing here knows how anything is done."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.apsarastack.cloud.plugins.module_utils import refusals, sources, steps
from ansible_collections.apsarastack.cloud.plugins.module_utils import tags as tag_rules
from ansible_collections.apsarastack.cloud.plugins.module_utils.image import (
    UNAVAILABLE,
    Image,
    image_stub,
    is_failed,
    is_settled,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.sources import SourceFacts

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Wish

# Given to the API when an image is made; no action changes them later.
_CREATE_ONLY = ("image_version", "platform", "architecture")


@dataclass(frozen=True)
class Found:
    """What was read before planning: the images that the wish selects, in every status, and what they depend on."""

    images: tuple[Image, ...] = ()
    users: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)
    source: SourceFacts = field(default_factory=SourceFacts)


@dataclass(frozen=True)
class Plan:
    """``before`` and ``after`` are the image as it is and as it will be; None stands for no image."""

    before: Image | None
    after: Image | None
    steps: tuple[steps.Step, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def actions(self) -> list[str]:
        return texts(self.steps)


def texts(some: t.Iterable[steps.Step]) -> list[str]:
    """What is listed of these steps; those that change nothing are not."""
    return [text for text in (step.text() for step in some) if text is not None]


def plan(wish: Wish, found: Found) -> Plan:
    """How to get from ``found`` to ``wish``. Raises RefusalError when that cannot or must not be done."""
    good, failed = _split(wish, found.images)
    if wish.state == "absent":
        return _plan_absent(wish, found, good, failed)
    if good is not None:
        return _plan_change(wish, good, failed)
    if failed and (wish.image_id is not None or wish.source is None):
        raise refusals.failed(wish, failed[0])
    return _plan_creation(wish, found.source, failed)


def needs_source(wish: Wish, images: t.Sequence[Image]) -> bool:
    """Whether the plan will depend on the source: only when an image has to be made."""
    return wish.state == "present" and wish.source is not None and wish.image_id is None and all(map(is_failed, images))


def needs_users(wish: Wish, image: Image) -> bool:
    """Whether the plan will depend on which instances use the image."""
    return wish.state == "absent" and not wish.force and image["usage"] == "instance"


def _split(wish: Wish, images: t.Sequence[Image]) -> tuple[Image | None, tuple[Image, ...]]:
    """The one good image and the failed leftovers of the same name."""
    good = [image for image in images if not is_failed(image)]
    if len(good) > 1:
        raise refusals.ambiguous(wish.image_name, images)
    return (good[0] if good else None), tuple(image for image in images if is_failed(image))


# --- present ---------------------------------------------------------------------------------------------------------


def _plan_creation(wish: Wish, facts: SourceFacts, leftovers: tuple[Image, ...]) -> Plan:
    if wish.image_id is not None:
        raise refusals.unknown_id(wish)
    if wish.source is None or wish.image_name is None:
        raise refusals.nothing_to_make_it_from(wish)
    warnings = [
        f"image {image['image_id']} is removed and made again: {refusals.failure(image)}" for image in leftovers
    ]
    removal = [step for image in leftovers for step in _removal(image, wish, reason="its creation failed")]
    create = steps.Create(
        image_name=wish.image_name,
        source=wish.source,
        description=wish.description or None,
        tags=wish.tags or {},
        **{name: getattr(wish, name) for name in _CREATE_ONLY},
    )
    waiting = [steps.WaitUntilUsable(None)] if wish.wait else []
    return Plan(
        before=leftovers[0] if leftovers else None,
        after=_predicted(wish),
        steps=(*removal, create, *waiting),
        warnings=(*warnings, *sources.judge(wish.source, facts)),
    )


def _predicted(wish: Wish) -> Image:
    return image_stub(
        image_name=wish.image_name,
        description=wish.description or "",
        tags=dict(wish.tags or {}),
        status="Available" if wish.wait else "Creating",
        **{name: getattr(wish, name) for name in _CREATE_ONLY},
    )


def _plan_change(wish: Wish, image: Image, leftovers: tuple[Image, ...]) -> Plan:
    if image["status"] == UNAVAILABLE:
        raise refusals.unavailable(image)
    writes, after = _changes(wish, image)
    waits_first = wish.wait and not is_settled(image)
    first: list[steps.Step] = [steps.WaitUntilUsable(image["image_id"])] if waits_first else []
    last: list[steps.Step] = [steps.ReadBack(image["image_id"])] if wish.wait and writes else []
    if waits_first:
        after["status"] = "Available"
    return Plan(
        before=image,
        after=after,
        steps=(*first, *writes, *last),
        warnings=(*_create_only_differences(wish, image), *(_leftover(failed) for failed in leftovers)),
    )


def _changes(wish: Wish, image: Image) -> tuple[list[steps.Step], Image]:
    image_id = image["image_id"]
    name = wish.image_name if wish.image_name not in (None, image["image_name"]) else None
    description = wish.description if wish.description not in (None, image["description"] or "") else None
    if description == "":
        raise refusals.description_cannot_be_cleared(image)
    to_set, to_unset = tag_rules.tag_changes(image["tags"], wish.tags, wish.purge_tags)
    tags = tag_rules.merged(image["tags"], to_set, to_unset)
    problem = tag_rules.count_problem(tags) if to_set else None
    if problem is not None:
        raise refusals.too_many_tags(image, problem)

    writes: list[steps.Step] = []
    if name is not None or description is not None:
        writes.append(steps.Modify(image_id, name, description))
    if to_unset:  # before setting: the limit of tags holds in between, too
        writes.append(steps.UnsetTags(image_id, to_unset))
    if to_set:
        writes.append(steps.SetTags(image_id, to_set))
    after: Image = {**image, "tags": tags}
    after["image_name"] = image["image_name"] if name is None else name
    after["description"] = image["description"] if description is None else description
    return writes, after


def _create_only_differences(wish: Wish, image: Image) -> list[str]:
    told = {name: t.cast("dict[str, t.Any]", image)[name] for name in _CREATE_ONLY}
    return [
        f"image {image['image_id']} has the {name} {told[name]!r}, not {getattr(wish, name)!r}: "
        "it is given when an image is made, and cannot be changed later"
        for name in _CREATE_ONLY
        # Older releases leave these fields empty: that tells nothing, so it is no difference.
        if getattr(wish, name) is not None and told[name] and told[name] != getattr(wish, name)
    ]


def _leftover(image: Image) -> str:
    return f"image {image['image_id']} has the same name and is left alone: {refusals.failure(image)}"


# --- absent ----------------------------------------------------------------------------------------------------------


def _plan_absent(wish: Wish, found: Found, good: Image | None, failed: tuple[Image, ...]) -> Plan:
    targets = (*([good] if good is not None else []), *failed)
    if not targets:
        return Plan(before=None, after=None)
    for image in targets:
        _judge_deletion(wish, found, image)
    return Plan(
        before=targets[0],
        after=None,
        steps=tuple(step for image in targets for step in _removal(image, wish)),
        warnings=tuple(f"image {image['image_id']} goes, too: {refusals.failure(image)}" for image in targets[1:]),
    )


def _judge_deletion(wish: Wish, found: Found, image: Image) -> None:
    if wish.image_name not in (None, image["image_name"]):
        raise refusals.other_name(wish, image)
    if needs_users(wish, image):
        raise refusals.in_use(image, found.users.get(str(image["image_id"]), ()))


def _removal(image: Image, wish: Wish, reason: str = "") -> list[steps.Step]:
    image_id = str(image["image_id"])
    # An image is not deletable while the cloud works on it (ImageIsCreating).
    first: list[steps.Step] = [] if is_settled(image) else [steps.WaitUntilSettled(image_id)]
    delete = steps.Delete(image_id, image["image_name"], wish.force, reason)
    # Where names are unique, a successor can only be made when the name is free again.
    last: list[steps.Step] = [steps.WaitUntilGone(image_id)] if wish.wait or reason else []
    return [*first, delete, *last]
