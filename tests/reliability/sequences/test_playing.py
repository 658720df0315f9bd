# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual time, and the reproducibility of stories."""

from __future__ import annotations

import pytest

from .generate import story_of
from .schedule import Schedule
from .shorten import shorten
from .story import NAME, Act, Fault, Moment, Run, Site, Story
from .tell import described


def test_work_is_resumed_in_the_order_of_time() -> None:
    schedule = Schedule()
    heard: list[tuple[str, float]] = []

    def work(name: str, pause: float) -> None:
        for _turn in range(3):
            schedule.wait(pause)
            heard.append((name, schedule.now))

    schedule.start(lambda: work("slow", 2.0))
    schedule.start(lambda: work("quick", 1.0))
    schedule.at(2.5, lambda: heard.append(("once", schedule.now)))
    schedule.run()
    assert heard == [
        ("quick", 1.0),
        ("slow", 2.0),
        ("quick", 2.0),
        ("once", 2.5),
        ("quick", 3.0),
        ("slow", 4.0),
        ("slow", 6.0),
    ]


def test_the_shortest_wait_passes_however_late_it_is() -> None:
    schedule = Schedule()
    schedule.now = 1e9
    schedule.start(lambda: schedule.wait(1e-12))
    schedule.run()
    assert schedule.now > 1e9


def test_exceptions_inside_work_are_raised() -> None:
    schedule = Schedule()

    def fail() -> None:
        raise ValueError("inside")

    schedule.start(lambda: schedule.wait(5.0))
    schedule.start(fail)
    with pytest.raises(ValueError, match="inside"):
        schedule.run()


@pytest.mark.parametrize("seed", range(0, 100, 10))
def test_a_seed_always_gives_the_same_story(seed: int) -> None:
    assert described(story_of(seed)) == described(story_of(seed))


def test_a_story_is_shortened_to_its_cause() -> None:
    needed = Act(5.0, "delete")
    long = Story(
        Site(fuzzy_names=True, lag=8.0),
        "instance",
        (Run("A", 3.0, {"image_name": NAME, "tags": {}}), needed, Fault(Moment("A", "*"), "kill"), Act(7.5, "share")),
    )

    def kinds_of(story: Story) -> set[tuple[int, str]]:
        return {(1, "touched")} if needed in story.events and story.site.lag else set()

    assert shorten(long, (1, "touched"), kinds_of) == Story(Site(lag=8.0), "snapshot", (needed,))
