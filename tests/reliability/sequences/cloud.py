# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The model cloud: the simulator's actions on the simulator's world, called directly and in virtual time.

Its answers are those of the simulator (`test_contract` compares them), but it can be slow and unreliable: lists can
show an earlier state, and pages can be incomplete.
"""

from __future__ import annotations

import dataclasses
import itertools
import typing as t
from dataclasses import dataclass

from apsarastack_simulator import lifecycle, parameters, seed
from apsarastack_simulator.actions import REGISTRY, VERSIONS
from apsarastack_simulator.context import Context
from apsarastack_simulator.knobs import Knobs, fits

from .beginning import EPOCH, KEY, ORGANIZATION, REGION, RESOURCE_GROUP, document

if t.TYPE_CHECKING:
    from apsarastack_simulator.world import Image

    from .story import Site, Story

Body = dict[str, t.Any]
Form = t.Mapping[str, str]

# Seconds. No list is older, so earlier states can be discarded.
LONGEST_LAG = 300.0
QUICK_BUILD = 5.0


@dataclass(frozen=True)
class Truth:
    """The actual state of an image. ``fails``: the status in which its build ends; empty if it succeeds."""

    image_id: str
    name: str
    description: str
    tags: tuple[tuple[str, str], ...]
    deprecated: bool
    used: bool
    shared: bool
    created: float
    ready_at: float
    fails: str
    snapshots: tuple[str, ...]
    version: str
    platform: str

    def is_usable(self, now: float) -> bool:
        return self.ready_at <= now and not self.fails and not self.deprecated

    def is_lost(self, now: float) -> bool:
        return self.ready_at <= now and self.fails != ""

    def content(self) -> tuple[t.Any, ...]:
        """The values that others may change, and that a deletion would lose or must check."""
        return (self.name, self.description, self.tags, self.deprecated, self.used, self.shared)


# The images of the account by id.
State = t.Mapping[str, Truth]


class ModelCloud:
    """``clock``: seconds since the beginning of the story."""

    def __init__(self, story: Story, clock: t.Callable[[], float]) -> None:
        site = story.site
        self._site = site
        self._clock = clock
        self.world = seed.build(document(story.made_of), EPOCH)
        # Initial ids are not used again.
        numbers = itertools.count(101)
        self.world.new_id = lambda prefix: f"{prefix}{next(numbers)}"
        self.knobs = _knobs(site, len(self.state()))

    def call(self, action_name: str, form: Form, age: float = 0.0) -> Body:
        """The body of the answer; raises CloudError. ``age``: seconds by which a list of images is stale."""
        if action_name in _FATES:
            _FATES[action_name](self, form)
            return {}
        if action_name in self._site.ignores:
            return {}
        now = self._clock() + EPOCH
        lifecycle.sweep(self.world, now - LONGEST_LAG)
        action = REGISTRY[VERSIONS["Ecs"], action_name]
        arguments, unknown = parameters.read(action.specification, self._heeded(action_name, form))
        if unknown:
            raise AssertionError(f"the model site does not know {unknown} of {action_name}")
        # A replica that lags shows an earlier state.
        moment = now - min(age, LONGEST_LAG) if action_name == "DescribeImages" else now
        body = action.run(self._context(action_name, moment), arguments)
        if "PageSize" in body and not self._site.hides_page:
            body["PageSize"] = min(body["PageSize"], self._site.page)
        return body

    def _heeded(self, action_name: str, form: Form) -> dict[str, str]:
        patterns = [*self.knobs.ignored_parameters, *(f"{each}.*" for each in self.knobs.ignored_parameters)]
        return {name: value for name, value in form.items() if not fits(f"{action_name}.{name}", patterns)}

    def _context(self, action_name: str, now: float) -> Context:
        return Context(
            action=action_name,
            world=self.world,
            knobs=self.knobs,
            now=now,
            region=REGION,
            key=self.world.access_keys[KEY],
            organization=self.world.organizations[ORGANIZATION],
            resource_group=RESOURCE_GROUP,
        )

    def now(self) -> float:
        return self._clock()

    def hurry(self) -> None:
        """Makes builds fast from now on: the rest of the story does not depend on their duration."""
        self.knobs.create_time = min(self.knobs.create_time, QUICK_BUILD)

    def state(self) -> dict[str, Truth]:
        now = self._clock() + EPOCH
        used = self.world.used_image_ids()
        mine = self.world.images.of_owner(ORGANIZATION)
        return {image.id: _truth(image, used) for image in mine if lifecycle.exists(image, now)}

    def snapshots(self) -> frozenset[str]:
        return frozenset(self.world.snapshots)

    def _stop_build(self, form: Form) -> None:
        image = self.world.images.get(form["ImageId"])
        if image is not None and lifecycle.is_growing(image, self._clock() + EPOCH):
            lifecycle.doom(self.world, image, form["Outcome"])

    def _run_instance(self, form: Form) -> None:
        instance = next(iter(self.world.instances.values()))
        new = dataclasses.replace(instance, id=self.world.new_id("i-"), image_id=form["ImageId"], disks=[])
        self.world.instances[new.id] = new


# The simulator has no actions for these: the collection never starts instances, and builds fail on their own.
_FATES: dict[str, t.Callable[[ModelCloud, Form], None]] = {
    "RunInstances": ModelCloud._run_instance,
    "StopBuild": ModelCloud._stop_build,
}


def _knobs(site: Site, images: int) -> Knobs:
    return Knobs(
        create_time=site.build,
        names_unique=site.unique_names,
        name_match="fuzzy" if site.fuzzy_names else "exact",
        short_pages=site.page,
        ignored_parameters=tuple(each for each in site.ignores if "." in each),
        image_quota=images + site.room,
        # Replicas show the previous state.
        tag_list_lag=LONGEST_LAG,
        usable_field=True,
    )


def _truth(image: Image, used: t.Collection[str]) -> Truth:
    attributes = image.attributes
    return Truth(
        image_id=image.id,
        name=attributes.name,
        description=attributes.description,
        tags=tuple(sorted(attributes.tags.items())),
        deprecated=attributes.deprecated,
        used=image.id in used,
        shared=bool(image.shared_with),
        created=image.created - EPOCH,
        ready_at=image.usable_at - EPOCH,
        fails=image.fails_as,
        snapshots=tuple(mapping.snapshot_id for mapping in image.mappings),
        version=image.version,
        platform=image.platform,
    )
