# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wherever a run is killed, the next one finishes its work."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils import replacements
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, disk, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.worlds import (
    SOURCES,
    TAGS,
    carried_out,
    law,
    planned,
    settled,
    sites,
)
from hypothesis import strategies as st

MARK = "apsarastack.cloud/replaces"
# The console may add it to any image, at any time.
OF_THE_PLATFORM = {"ascm:set": "412"}


class Killed(BaseException):
    """The process is killed here: the code under test must not catch it."""


class Mortal:
    """Forwards every call, and raises right before or right after the one with this number (from 0)."""

    def __init__(self, images: FakeImages, number: int, *, after: bool) -> None:
        self.clock = images.clock
        self._images, self._left, self._after = images, number, after

    def writable(self) -> Mortal:
        return self

    def __getattr__(self, verb: str) -> t.Callable[..., t.Any]:
        def call(*arguments: t.Any, **named: t.Any) -> t.Any:
            dies, self._left = self._left == 0, self._left - 1
            if dies and not self._after:
                raise Killed
            result = getattr(self._images, verb)(*arguments, **named)
            if dies:
                raise Killed
            return result

        return call


def dies(desired: DesiredImage, cloud: FakeImages, number: int, *, after: bool) -> bool:
    mortal = Mortal(cloud, number, after=after)
    try:
        carried_out(planned(desired, mortal), mortal)
    except Killed:
        return True
    return False


def has_usable(cloud: FakeImages) -> bool:
    """Whether there is an image to start instances from; if names need not be unique, it must have the name."""
    usable = [one["image_name"] for one in cloud.images.values() if one["status"] == "Available"]
    return bool(usable) if cloud.names_unique else "web" in usable


def desired_images(**given: st.SearchStrategy[t.Any]) -> st.SearchStrategy[DesiredImage]:
    return st.fixed_dictionaries({"image_name": st.just("web"), **given}).map(lambda options: DesiredImage(**options))


REPLACEMENTS = desired_images(
    source=st.sampled_from(SOURCES[1:]),
    recreate=st.sampled_from(["on_source_change", "always"]),
    tags=st.none() | TAGS,
)
DEATHS = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=3)


@law(st.tuples(REPLACEMENTS, sites(), DEATHS), 400, least=0.5)
def test_a_replacement_that_was_interrupted_anywhere_is_finished_by_the_next_run(
    desired: DesiredImage, cloud: FakeImages, deaths: list[tuple[int, bool]]
) -> bool:
    cloud.images = {"m-1": image("m-1", description="d", tags={"a": "1"}, disk_device_mappings=[disk("s-old")])}
    was_killed = False
    left: set[str] = set()
    for number, after in deaths:
        if not dies(desired, cloud, number, after=after):
            break
        was_killed = True
        assert has_usable(cloud)
        if "m-1" not in cloud.images and not any(MARK in one["tags"] for one in cloud.images.values()):
            break  # killed when all was done: with recreate=always another run would replace it again
        left |= cloud.images.keys()
        for image_id, one in cloud.images.items():
            cloud.change(image_id, tags={**one["tags"], **OF_THE_PLATFORM})
    else:
        carried_out(planned(desired, cloud), cloud)
    assert sum(call[0] == "create" for call in cloud.calls) == 1
    (new,) = settled(cloud).values()
    assert (new["image_name"], new["status"], new["description"]) == ("web", "Available", "d")
    of_the_platform = OF_THE_PLATFORM if new["image_id"] in left else {}
    assert new["tags"] == {**({"a": "1"} if desired.tags is None else desired.tags), **of_the_platform}
    assert new["image_id"] != "m-1"
    return was_killed


CREATIONS = desired_images(source=st.sampled_from(SOURCES), description=st.just("d"), tags=st.just({"a": "1"}))


@law(st.tuples(CREATIONS, sites(), st.integers(0, 8), st.booleans()), 300, least=0.3)
def test_a_creation_that_was_interrupted_anywhere_is_finished_by_the_next_run(
    desired: DesiredImage, cloud: FakeImages, number: int, after: bool
) -> bool:
    was_killed = dies(desired, cloud, number, after=after)
    done = carried_out(planned(desired, cloud), cloud)
    (new,) = settled(cloud).values()
    assert (new["image_id"], new["status"], new["tags"]) == (done.image_id, "Available", {"a": "1"})
    return was_killed


@pytest.mark.parametrize("name", ["web-replacement", "web"])
def test_the_tags_of_the_platform_stay_on_a_replacement_image_that_is_resumed(name: str) -> None:
    old_name = "web" if name != "web" else "web-m-old"
    tags = {"a": "1", MARK: replacements.mark(), **OF_THE_PLATFORM}
    cloud = FakeImages(replacements.old(image_name=old_name), replacements.replacement(image_name=name, tags=tags))
    made = planned(replacements.replacing(), cloud)
    carried_out(made, cloud)
    assert made.after is not None
    assert made.after["tags"] == cloud.images["m-new"]["tags"] == {"a": "1", **OF_THE_PLATFORM}
