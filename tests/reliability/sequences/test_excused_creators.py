# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the judge does not excuse as simultaneous creators or as a stale list."""

from __future__ import annotations

import typing as t

from .findings import KILLED_IN_LAG, SIMULTANEOUS
from .story import END, NAME, Act, Fault, Moment, Run
from .test_excuses import CREATE, LAGS, failed
from .test_judge import Hand, find, ok, story

if t.TYPE_CHECKING:
    from .adapter import Ending


def test_a_run_that_creates_two_itself_is_not_excused() -> None:
    def script(hand: Hand) -> Ending:
        hand.look(ImageName=NAME)
        hand.create(NAME)
        hand.create(NAME)
        return failed()

    assert find(script, story(options=CREATE, made_of=None)) == {"twice": ""}


def test_a_run_that_waits_between_its_lookup_and_its_creation_is_not_excused() -> None:
    def script(hand: Hand) -> Ending:
        hand.look(ImageName=NAME)
        hand.sleep(40.0)
        hand.create(NAME)
        return failed()

    assert find(script, story(Act(20.0, "create"), options=CREATE, made_of=None)) == {"twice": ""}


def test_a_run_that_ends_before_its_image_is_listed_does_not_excuse_the_next_one() -> None:
    def script(hand: Hand) -> Ending:
        hand.look(ImageName=NAME)
        return ok(hand.create(NAME))

    second = Run("B", Moment("A", END), {**CREATE, "wait": False})
    assert find(script, story(second, options={**CREATE, "wait": False}, made_of=None, site=LAGS))["twice"] == ""


def test_a_run_that_was_killed_before_its_image_is_listed_excuses_the_next_one() -> None:
    def script(hand: Hand) -> Ending:
        hand.look(ImageName=NAME)
        hand.create(NAME)
        return failed("timed_out")

    killed = Fault(Moment("A", "CreateImage", 0), "kill")
    told = story(killed, Run("B", 10.0, CREATE), options=CREATE, made_of=None, site=LAGS)
    assert find(script, told) == {"twice": KILLED_IN_LAG}


def test_only_runs_that_could_not_see_each_other_are_simultaneous() -> None:
    """The later of two creators can see the first image; the first one need not notice the second."""

    def script(hand: Hand) -> Ending:
        hand.look(ImageName=NAME)
        new = hand.create(NAME)
        if len(hand.look(ImageName=NAME)) > 1:
            return failed("ambiguous_name")
        hand.sleep(70.0)
        return ok(new)

    second = Run("B", Moment("A", "DescribeImages", 0), CREATE)
    found = find(script, story(second, options=CREATE, made_of=None))
    assert found in ({"twice": SIMULTANEOUS}, {"twice": SIMULTANEOUS, "several": SIMULTANEOUS})
