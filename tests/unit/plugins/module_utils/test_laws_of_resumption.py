# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wherever a run is killed, the next one finishes what it began."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK, own_tags
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage, Source
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, disk, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.worlds import (
    SOURCES,
    TAGS,
    clouds,
    run,
    settings,
    settled,
)
from hypothesis import event, given
from hypothesis import strategies as st


class Killed(BaseException):
    """The process ends here: nothing of the program under test may catch it."""


class Mortal:
    """Hands every call on, and dies right before or right after the one of this number (from 0)."""

    def __init__(self, images: FakeImages, number: int, *, after: bool) -> None:
        self._images, self._left, self._after = images, number, after

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


@settings(max_examples=500)
@given(
    st.sampled_from(["on_source_change", "always"]),
    st.sampled_from(SOURCES[1:]),
    st.none() | TAGS,
    clouds(),
    st.lists(st.tuples(st.integers(0, 25), st.booleans()), min_size=1, max_size=3),
)
def test_a_replacement_that_was_interrupted_anywhere_is_finished_by_the_next_run(
    recreate: str, source: Source, tags: dict[str, str] | None, cloud: FakeImages, deaths: list[tuple[int, bool]]
) -> None:
    cloud.images = {"m-1": image("m-1", description="d", tags={"a": "1"}, disk_device_mappings=[disk("s-old")])}
    desired = DesiredImage(image_name="web", source=source, recreate=recreate, tags=tags)
    made = 0
    for number, after in deaths:
        mortal = Mortal(cloud, number, after=after)
        try:
            run(desired, t.cast("t.Any", mortal), cloud.clock)
        except Killed:
            event("killed")
        else:
            break
        # Never a moment without a usable image.
        assert any(one["status"] == "Available" for one in cloud.images.values())
        if "m-1" not in cloud.images and not any(MARK in one["tags"] for one in cloud.images.values()):
            break  # it died with everything done: with recreate=always another run would begin anew
    else:
        run(desired, cloud, cloud.clock)
    made = sum(call[0] == "create" for call in cloud.calls)
    images = list(settled(cloud).values())
    assert made == 1
    assert [(one["image_name"], one["status"], one["description"]) for one in images] == [("web", "Available", "d")]
    assert images[0]["image_id"] != "m-1"
    assert own_tags(images[0]["tags"]) == ({"a": "1"} if tags is None else tags)
    assert MARK not in images[0]["tags"]


@settings(max_examples=300)
@given(st.sampled_from(SOURCES), clouds(), st.integers(0, 12), st.booleans())
def test_a_creation_that_was_interrupted_anywhere_is_finished_by_the_next_run(
    source: Source, cloud: FakeImages, number: int, after: bool
) -> None:
    cloud.images = {}
    desired = DesiredImage(image_name="web", source=source, description="d", tags={"a": "1"})
    try:
        run(desired, t.cast("t.Any", Mortal(cloud, number, after=after)), cloud.clock)
    except Killed:
        event("killed")
    done = run(desired, cloud, cloud.clock)
    assert list(settled(cloud)) == [done.image_id]
    assert done.image is not None
    assert (done.image["status"], done.image["tags"]) == ("Available", {"a": "1"})
