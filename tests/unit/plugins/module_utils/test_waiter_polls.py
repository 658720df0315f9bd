# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often a build is polled, and how late its end is noticed, for every course of its progress."""

from __future__ import annotations

import bisect
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.waiter import (
    LONGEST_PAUSE,
    SHORTEST_PAUSE,
    next_pause,
    wait_until,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.goals import USABLE
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock, image
from hypothesis import given, settings, target
from hypothesis import strategies as st

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image

# The reported progress at a moment, given as a fraction of the build time; "unlisted" means that no image is listed.
Reported = t.Union[int, None, str]
Curve = t.Callable[[float], Reported]

ROUNDING = 1e-6
SECONDS = st.floats(5, 3 * 3600)
FEW = settings(max_examples=200, deadline=None, derandomize=True)


def watched(build: float, curve: Curve) -> tuple[int, float]:
    """How often a build of so many seconds is polled, and how many seconds after its end the wait ends."""
    clock, seen_at = Clock(), []

    def poll() -> Image | None:
        seen_at.append(clock.now)
        if clock.now >= build:
            return image()
        reported = curve(clock.now / build)
        return None if reported == "unlisted" else image(status="Creating", progress=reported)

    wait_until(USABLE, poll, clock.deadline(24 * 3600))
    assert all(later - earlier > SHORTEST_PAUSE - ROUNDING for earlier, later in zip(seen_at, seen_at[1:]))
    return len(seen_at), clock.now - build


def most_polls(build: float) -> int:
    """The limit: 40 polls for a build of ten minutes, 60 for one of an hour, 100 for one of three hours."""
    return 40 if build <= 600 else 60 if build <= 3600 else 100


def evenly(start: float = 0.0, step: int = 1, before: Reported = 0) -> Curve:
    """A progress that grows linearly from a moment on, in integer multiples of ``step``."""
    return lambda part: before if part < start else int(100 * (part - start) / (1 - start)) // step * step


@given(SECONDS, st.floats(0, 0.5), st.integers(1, 4), st.sampled_from([0, None, "unlisted"]))
@FEW
def test_a_build_that_reports_progress_takes_few_polls_and_little_lag(
    build: float, start: float, step: int, before: Reported
) -> None:
    polls, lag = watched(build, evenly(start, step, before))
    assert polls <= most_polls(build)
    assert lag <= max(2.0, 0.03 * build) + ROUNDING


@given(SECONDS, st.floats(0.5, 2.0))
@FEW
def test_progress_that_speeds_up_or_slows_down_takes_few_polls(build: float, power: float) -> None:
    polls, lag = watched(build, lambda part: int(100 * part**power))
    assert polls <= most_polls(build)
    assert lag <= max(2.0, 0.03 * build) + ROUNDING


CURVES: dict[str, Curve] = {
    "absent": lambda part: None,
    "always 0": lambda part: 0,
    "not listed until its end": lambda part: "unlisted",
    "in leaps": lambda part: 0 if part < 0.2 else 60 if part < 0.6 else 61,
    "in steps of 10": evenly(step=10),
    "stalls half way": lambda part: min(50, int(200 * part)),
    "stalls at 99": lambda part: min(99, int(200 * part)),
    "100 long before its end": lambda part: min(100, int(200 * part)),
    "backwards": lambda part: 99 - int(99 * part),
    "up and down": lambda part: int(1000 * part) % 100,
    "now and then": lambda part: int(100 * part) if int(1000 * part) % 3 == 0 else None,
}


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
@pytest.mark.parametrize("build", [5, 30, 90, 600, 1800, 3600, 10_800])
def test_a_build_without_useful_progress_takes_few_polls_and_more_lag(curve: Curve, build: float) -> None:
    polls, lag = watched(build, curve)
    assert polls <= most_polls(build)
    assert lag <= min(1 + build / 7, LONGEST_PAUSE) + ROUNDING


def test_the_polls_and_the_lag_without_progress() -> None:
    assert watched(600, CURVES["absent"])[0] == 35
    assert watched(3600, CURVES["absent"])[0] == 53


ANY_PROGRESS = st.none() | st.integers(-5, 120)


@given(SECONDS, st.lists(st.tuples(st.floats(0, 1), ANY_PROGRESS), min_size=1, max_size=20))
@FEW
def test_the_wait_ends_in_time_whatever_the_progress(build: float, reported: list[tuple[float, int | None]]) -> None:
    reported.sort(key=lambda each: each[0])
    moments = [moment for moment, _progress in reported]
    polls, lag = watched(build, lambda part: reported[max(0, bisect.bisect(moments, part) - 1)][1])
    assert polls <= most_polls(build) + 5
    assert lag <= min(1 + build / 7, LONGEST_PAUSE) + ROUNDING


@given(st.sampled_from([60, 600, 3600, 10_800]), st.lists(st.integers(0, 20), max_size=120))
@FEW
def test_the_polls_are_few_whatever_the_progress(build: float, gains: list[int]) -> None:
    """The progress that each poll returns is chosen to be misleading."""
    left = iter(gains)
    reached = 0

    def curve(part: float) -> int:
        nonlocal reached
        reached = min(99, reached + next(left, 0))
        return reached

    polls, _lag = watched(build, curve)
    target(float(polls))
    assert polls <= most_polls(build) + 5


@pytest.mark.parametrize("progress", [None, -1, 0, 1, 50, 99, 100, 101])
@pytest.mark.parametrize("elapsed", [0.0, 1.0, 60.0, 100_000.0])
def test_a_pause_stays_within_its_limits(elapsed: float, progress: int | None) -> None:
    for polls in ([(elapsed, progress)], [(0.0, 0), (elapsed, progress)]):
        assert SHORTEST_PAUSE <= next_pause(polls) <= LONGEST_PAUSE
