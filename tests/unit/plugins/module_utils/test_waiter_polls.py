# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often a build is polled, and how late its end is noticed, for every course of its progress."""

from __future__ import annotations

import bisect
import math
import typing as t
from dataclasses import dataclass

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.pauses import Poll, next_pause
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.waiter import wait_until
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.goals import DONE, ENDED
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.goals import GONE, usable
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.export_bench import task_of
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock, image
from hypothesis import given, settings, target
from hypothesis import strategies as st

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image

# The reported progress at a moment, given as a fraction of the build time; "unlisted" means that no image is listed.
Reported = t.Union[int, None, str]
Curve = t.Callable[[float], Reported]

ROUNDING = 1e-6
SECONDS = st.floats(0.1, 2 * 3600)
FEW = settings(max_examples=100, deadline=None, derandomize=True)

# The pauses that are documented, in seconds.
SHORTEST, LONGEST = 0.7, 30.0


@dataclass(frozen=True)
class Wait:
    """``at``: the seconds at which a build was polled. ``seen``: what was reported before its end. ``lag``: the seconds
    from its end to the end of the wait."""

    at: list[float]
    seen: list[Reported]
    lag: float

    @property
    def polls(self) -> int:
        return len(self.at)


def watched(build: float, curve: Curve, took: t.Callable[[float], float] = lambda _now: 0.0) -> Wait:
    """A wait for a build of so many seconds. ``took``: the seconds that a poll at a moment takes."""
    clock = Clock()
    at: list[float] = []
    seen: list[Reported] = []

    def poll() -> Image | None:
        clock.sleep(took(clock.now))
        at.append(clock.now)
        if clock.now >= build:
            return image()
        seen.append(curve(clock.now / build))
        return None if seen[-1] == "unlisted" else image(status="Creating", progress=seen[-1])

    wait_until(usable(lambda _image: None), poll, clock.deadline(24 * 3600))
    assert all(later - earlier > SHORTEST - ROUNDING for earlier, later in zip(at, at[1:]))
    return Wait(at, seen, clock.now - build)


def most_polls(build: float) -> float:
    """The target: 80 polls in 10 minutes, 180 in 30, 300 in 60, and from then on one every 10 seconds."""
    return 80 if build <= 600 else 180 if build <= 1800 else 300 + max(0.0, build - 3600) / 10


def most_lag(build: float) -> float:
    """The target, in seconds."""
    return ROUNDING + (1.0 if build <= 3 else min(1 + build / 7, 10.0 if build <= 1200 else 15.0))


def evenly(start: float = 0.0, step: int = 1, before: Reported = 0) -> Curve:
    """A progress that grows linearly from a moment on, in integer multiples of ``step``."""
    return lambda part: before if part < start else int(100 * (part - start) / (1 - start)) // step * step


# Clouds round in their own ways, and some do not report 100 before the end.
EVEN: dict[str, Curve] = {
    "rounded down": evenly(),
    "rounded": lambda part: round(100 * part),
    "rounded up": lambda part: math.ceil(100 * part),
    "at most 99": lambda part: min(99, round(100 * part)),
    "from 40": lambda part: 40 + int(60 * part),
}
UNEVEN: dict[str, Curve] = {
    "absent": lambda part: None,
    "always 0": lambda part: 0,
    "not listed until its end": lambda part: "unlisted",
    "late": evenly(0.5),
    "late to be reported": evenly(0.3, before=None),
    "late to be listed": evenly(0.1, before="unlisted"),
    "in leaps": lambda part: 0 if part < 0.2 else 60 if part < 0.6 else 61,
    "in steps of 2": evenly(step=2),
    "in steps of 10": evenly(step=10),
    "stalls half way": lambda part: min(50, int(200 * part)),
    "stalls at 99": lambda part: min(99, int(200 * part)),
    "100 long before its end": lambda part: min(100, int(200 * part)),
    "backwards": lambda part: 99 - int(99 * part),
    "falls back half way": lambda part: int(100 * part) if part < 0.5 else int(100 * (part - 0.4)),
    "up and down": lambda part: int(1000 * part) % 100,
    "now and then": lambda part: int(100 * part) if int(1000 * part) % 3 == 0 else None,
    "slows down": lambda part: int(100 * part**0.5),
    "speeds up": lambda part: int(100 * part**2),
}
DURATIONS = [0.5, 1, 1.7, 2.3, 3, 5, 30, 90, 600, 900, 1199, 1800, 3600, 7200]


@given(SECONDS, st.sampled_from(list(EVEN.values())))
@FEW
def test_the_end_of_a_build_with_even_progress_is_noticed_within_three_seconds(build: float, curve: Curve) -> None:
    wait = watched(build, curve)
    target(wait.lag)
    assert wait.polls <= (45 if build <= 600 else most_polls(build))
    assert wait.lag <= min(3.0, most_lag(build)) + ROUNDING


@pytest.mark.parametrize("curve", UNEVEN.values(), ids=UNEVEN)
@pytest.mark.parametrize("build", DURATIONS)
def test_a_build_without_useful_progress_meets_the_targets(curve: Curve, build: float) -> None:
    wait = watched(build, curve)
    assert wait.polls <= most_polls(build)
    assert wait.lag <= most_lag(build)


@given(
    SECONDS,
    st.one_of(
        st.builds(evenly, st.floats(0.1, 0.9), st.integers(1, 20), st.sampled_from([0, None, "unlisted"])),
        st.builds(lambda power: lambda part: int(100 * part**power), st.floats(0.3, 3.0)),
        st.builds(lambda most, pace: lambda part: min(most, int(pace * part)), st.integers(0, 99), st.integers(1, 900)),
        st.sampled_from(list(UNEVEN.values())),
    ),
)
@FEW
def test_every_build_meets_the_targets_unless_its_even_progress_was_wrong(build: float, curve: Curve) -> None:
    judge(build, watched(build, curve))


ANY_PROGRESS = st.none() | st.integers(-5, 120)


@given(SECONDS, st.lists(st.tuples(st.floats(0, 1), ANY_PROGRESS), min_size=1, max_size=20))
@FEW
def test_random_progress_meets_the_targets(build: float, reported: list[tuple[float, int | None]]) -> None:
    reported.sort(key=lambda each: each[0])
    moments = [moment for moment, _progress in reported]
    judge(build, watched(build, lambda part: reported[max(0, bisect.bisect(moments, part) - 1)][1]))


@given(st.sampled_from([60, 600, 1800, 3600]), st.lists(st.integers(0, 20), max_size=120))
@FEW
def test_misleading_progress_meets_the_targets(build: float, gains: list[int]) -> None:
    """The progress that each poll returns is chosen to be misleading."""
    left = iter(gains)
    reached = 0

    def curve(_part: float) -> int:
        nonlocal reached
        reached = min(99, reached + next(left, 0))
        return reached

    wait = watched(build, curve)
    target(float(wait.polls))
    judge(build, wait)


def judge(build: float, wait: Wait) -> None:
    assert wait.polls <= most_polls(build)
    assert wait.lag <= min(1 + build / 7, LONGEST if build <= 1230 else 15.0) + ROUNDING
    if not predicted_another_end(build, wait):
        assert wait.lag <= most_lag(build)


def predicted_another_end(build: float, wait: Wait) -> bool:
    """Whether the progress has grown on a straight line that reaches 99 % after the end of the build.

    A waiter with 45 polls in ten minutes cannot notice such an end within 10 seconds.
    """
    reported = [each for each in wait.seen if isinstance(each, int)]
    if len(reported) < len(wait.seen) or not reported or reported[-1] - reported[0] < 10:
        return False
    moments = wait.at[: len(reported)]
    pace = (reported[-1] - reported[0]) / (moments[-1] - moments[0])
    line = (reported[0] + pace * (moment - moments[0]) for moment in moments)
    is_even = all(abs(each - expected) <= 1.5 + ROUNDING for each, expected in zip(reported, line))
    return is_even and moments[-1] + (99 - reported[-1]) / pace > build


@pytest.mark.parametrize("ends_at", [0.3, 0.6, 0.9])
def test_the_end_of_a_build_whose_even_progress_was_wrong_is_noticed_within_half_a_minute(ends_at: float) -> None:
    for build in range(60, 3600, 37):
        wait = watched(build, lambda part: int(100 * part * ends_at))
        assert wait.lag <= min(1 + build / 7, LONGEST if build <= 1230 else 15.0) + ROUNDING


def test_the_polls_without_progress() -> None:
    assert [watched(seconds, UNEVEN["absent"]).polls for seconds in (600, 1800, 3600)] == [74, 174, 294]


@pytest.mark.parametrize("goal", [GONE, ENDED, DONE])
def test_tasks_and_images_that_are_deleted_are_waited_for_in_the_same_way(goal: t.Any) -> None:
    clock = Clock()
    before = image() if goal is GONE else task_of(status="Processing", progress=None)
    after = None if goal is GONE else task_of(status="Finished")
    polls = 0

    def poll() -> t.Any:
        nonlocal polls
        polls += 1
        return before if clock.now < 600 else after

    wait_until(goal, poll, clock.deadline(3600))
    assert polls == 74
    assert clock.now <= 610


@given(st.floats(0, 1200), st.floats(60, 600), st.floats(5, 120))
@FEW
def test_throttling_slows_the_polls_down_and_speed_is_found_again(begin: float, lasts: float, took: float) -> None:
    build, end = 2400.0, begin + lasts
    wait = watched(build, lambda _part: None, lambda now: took if begin <= now < end else 0.1)
    slow = [at for at in wait.at if begin + took <= at < end]
    # Each poll takes so long, and then the cloud has as long, or half a minute, to recover.
    assert len(slow) <= 1 + lasts / (took + min(took, LONGEST))
    # One of the polls that follow may still have begun while calls were throttled.
    after = [at for at in wait.at if at > end + took + LONGEST]
    assert all(later - earlier <= 15.1 + ROUNDING for earlier, later in zip(after, after[1:]))
    assert wait.lag <= 15.1 + ROUNDING


@pytest.mark.parametrize("progress", [None, -1, 0, 1, 50, 99, 100, 101])
@pytest.mark.parametrize("elapsed", [0.5, 1.0, 60.0, 100_000.0])
@pytest.mark.parametrize("took", [0.0, 10.0, 100_000.0])
def test_a_pause_stays_within_its_limits(elapsed: float, progress: int | None, took: float) -> None:
    last = Poll(elapsed, progress, took)
    for polls in ([last], [Poll(0.0, 0), last]):
        assert SHORTEST <= next_pause(polls) <= LONGEST


@pytest.mark.parametrize(("deviation", "longest"), [(0, 1 + 200 / 7), (1, 1 + 200 / 7), (2, 10.0)])
def test_only_an_even_progress_is_trusted(deviation: int, longest: float) -> None:
    polls = [Poll(elapsed, elapsed // 10 + deviation * (elapsed == 100)) for elapsed in range(0, 220, 20)]
    assert next_pause(polls) == pytest.approx(longest)
