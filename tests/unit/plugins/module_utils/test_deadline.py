# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline, backoff
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock
from hypothesis import given
from hypothesis import strategies as st


def test_a_deadline_starts_when_it_is_created() -> None:
    clock = Clock()
    clock.now = 1000.0
    deadline = clock.deadline(10)
    clock.now = 1004.0
    assert (deadline.elapsed(), deadline.remaining(), deadline.is_over()) == (4.0, 6.0, False)


def test_a_deadline_has_not_passed_before_its_end() -> None:
    clock = Clock()
    deadline = clock.deadline(10)
    clock.now = 9.5
    assert not deadline.is_over()


@pytest.mark.parametrize("now", [10.0, 11.0])
def test_a_deadline_that_has_passed_has_no_time_left(now: float) -> None:
    clock = Clock()
    deadline = clock.deadline(10)
    clock.now = now
    assert (deadline.remaining(), deadline.is_over()) == (0.0, True)


@pytest.mark.parametrize(("asked", "slept"), [(3.0, 3.0), (30.0, 10.0), (-1.0, 0.0)])
def test_a_sleep_never_passes_the_deadline(asked: float, slept: float) -> None:
    sleeps: list[float] = []
    Deadline(10, clock=Clock(), sleep=sleeps.append).sleep(asked)
    assert sleeps == [slept]


# --- reservations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("now", "left"), [(5.0, 30.0), (9.0, 30.0), (10.0, 30.0), (15.0, 30.0)])
def test_a_reservation_guarantees_its_time_whatever_the_deadline(now: float, left: float) -> None:
    clock = Clock()
    deadline = clock.deadline(10)
    clock.now = now
    with deadline.reserved(left):
        assert (deadline.remaining(), deadline.is_over()) == (left, False)
        clock.now = now + left
        assert deadline.is_over()


@pytest.mark.parametrize(("seconds", "reserved", "left"), [(1000, 30, 20), (10, 30, 20), (10, 15, 15), (15, 5, 15)])
def test_a_shortened_deadline_leaves_at_most_the_given_time(seconds: float, reserved: float, left: float) -> None:
    deadline = Clock().deadline(seconds)
    with deadline.reserved(reserved):
        deadline.shorten(20)
        assert deadline.remaining() == left
    assert deadline.remaining() == min(seconds, 20)


def test_a_reservation_never_shortens_the_deadline() -> None:
    deadline = Clock().deadline(100)
    with deadline.reserved(30):
        assert deadline.remaining() == 100


def test_a_reservation_also_ends_with_an_error() -> None:
    clock = Clock()
    deadline = clock.deadline(10)
    clock.now = 9.0
    with pytest.raises(ValueError, match="failed"), deadline.reserved(30):
        raise ValueError("failed")
    assert deadline.remaining() == 1.0


# --- pauses ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("attempt", "ceiling"), [(0, 0.5), (1, 1.0), (2, 2.0), (5, 16.0), (6, 20.0), (100000, 20.0)])
def test_the_ceiling_of_a_pause_doubles_up_to_the_cap(attempt: int, ceiling: float) -> None:
    assert backoff(attempt, random=lambda: 1.0) == ceiling


@given(st.integers(0, 1000), st.floats(0, 1))
def test_a_pause_has_full_jitter(attempt: int, drawn: float) -> None:
    assert backoff(attempt, random=lambda: drawn) == drawn * backoff(attempt, random=lambda: 1.0)
