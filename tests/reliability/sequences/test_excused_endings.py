# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the judge does not excuse in endings: leftovers, a wrong success, and an unexplained refusal."""

from __future__ import annotations

import typing as t

import pytest

from .adapter import MARK_KEY, Ending, Wire
from .findings import LAST_ROUND_TRIP
from .judge import judge
from .play import QUIET, play
from .story import END, NAME, OLD, Act, Moment, Options, Run, Site, Story
from .test_excuses import ALWAYS, CREATE, TEMPORARY, failed
from .test_judge import MARK, Hand, Sleep, find, ok, story


def in_peace(told: Story, *endings: Ending) -> dict[str, str]:
    """The kinds of findings and their excuses if the runs after the story look up the name and end with ``endings``."""
    rest = list(endings)

    def task(options: Options, wire: Wire, clock: t.Callable[[], float], sleep: Sleep) -> Ending:
        Hand(wire, sleep).look(ImageName=NAME)
        return rest.pop(0) if clock() >= QUIET else ok(OLD)

    return {finding.kind: finding.excuse for finding in judge(play(told, task))}


# --- leftovers and wrong successes -----------------------------------------------------------------------------------


def leave(options: Options, wire: Wire, clock: t.Callable[[], float], sleep: Sleep) -> Ending:
    """Creates a replacement image, reports it, and does not finish the replacement."""
    hand = Hand(wire, sleep)
    hand.look(ImageName=NAME)
    if clock() < QUIET:
        hand.create(TEMPORARY, mark=MARK)
        hand.sleep(5.0)
        return failed("timed_out")
    return Ending({"changed": False, "image_id": OLD})


def test_a_leftover_is_not_excused_by_a_change_of_another_image() -> None:
    found = judge(play(story(Act(2.0, "tag", "m-web-2", "keep=yes"), options=CREATE), leave))
    assert {finding.kind: finding.excuse for finding in found if finding.kind == "left over"} == {"left over": ""}


def test_an_image_that_another_run_of_the_task_tagged_is_still_a_leftover() -> None:
    def task(options: Options, wire: Wire, clock: t.Callable[[], float], sleep: Sleep) -> Ending:
        if 10.0 <= clock() < QUIET:
            tag = {"Tag_1_Key": "stage", "Tag_1_Value": "test"}
            Hand(wire, sleep).call("TagResources", ResourceType="image", ResourceId_1="m-101", **tag)
            return failed()
        return leave(options, wire, clock, sleep)

    found = judge(play(story(Run("B", 20.0, CREATE), options=CREATE), task))
    assert "left over" in {finding.kind for finding in found if not finding.excuse}


def test_with_always_the_existing_image_is_not_the_desired_state() -> None:
    def script(hand: Hand) -> Ending:
        if not hand.look(ImageName=NAME):
            new = hand.create(NAME, "s-1")
            hand.sleep(70.0)
            return ok(new)
        return Ending({"changed": False, "image_id": "m-101"})

    second = Run("B", Moment("A", END), ALWAYS)
    assert find(script, story(second, options=ALWAYS, made_of=None)) == {"outdated": ""}


def test_a_failure_with_only_the_name_of_the_task_names_no_image() -> None:
    def script(hand: Hand) -> Ending:
        hand.look(ImageName=NAME)
        hand.create(NAME)
        hand.look(ImageName=NAME)
        return Ending({"changed": True, "msg": f"{NAME} failed"}, "cloud_error")

    assert find(script, story(options=CREATE, made_of=None)) == {"not named": ""}


def test_a_renamed_image_must_be_named_as_well() -> None:
    def script(hand: Hand) -> Ending:
        hand.look(ImageName="m-web-2")
        hand.rename("m-web-2", "web-x")
        return Ending({"changed": True, "msg": "web-x failed"}, "cloud_error")

    assert find(script, story(options={"image_id": "m-web-2", "image_name": "web-x"})) == {"not named": ""}


# --- a refusal that a person has to resolve --------------------------------------------------------------------------


def quota(code: str) -> Ending:
    return failed("cloud_error", error={"code": code})


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        (story(site=Site(ignores=("CreateImage.Platform",))), failed("cloud_error")),
        (story(site=Site(room=0)), quota("Throttling")),
        (story(Act(5.0, "use", OLD)), failed("shared")),
        (story(Act(5.0, "create", TEMPORARY)), failed("in_use")),
        (story(options={"image_name": NAME}), failed("invalid_input")),
        (story(Act(5.0, "create", NAME, f"{MARK_KEY}={MARK}")), failed("ambiguous_name")),
    ],
    ids=["the site ignores", "quota used up", "in use", "a name in the way", "nothing", "a pair"],
)
def test_a_refusal_is_excused_only_by_a_fact_that_explains_its_reason(told: Story, refusal: Ending) -> None:
    assert in_peace(told, refusal, refusal)["stuck"] == ""


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        (story(site=Site(ignores=("CreateImage.Platform",))), failed("not_supported_by_site")),
        (story(site=Site(room=0)), quota("QuotaExceed.Image")),
        (story(Act(5.0, "use", OLD)), failed("in_use")),
        (story(Act(5.0, "create", TEMPORARY)), failed("name_taken")),
        (story(Act(5.0, "create", NAME)), failed("ambiguous_name")),
    ],
    ids=["the site ignores", "quota used up", "in use", "a name in the way", "several"],
)
def test_a_refusal_that_the_cloud_explains_is_excused(told: Story, refusal: Ending) -> None:
    assert "stuck" not in in_peace(told, refusal, refusal)


def test_the_first_further_run_must_succeed_or_fail_with_a_clear_reason() -> None:
    assert in_peace(story(options={"image_name": NAME}), failed("cloud_error"), ok(OLD))["stuck"] == ""


def test_a_change_right_before_the_end_is_excused() -> None:
    def script(hand: Hand) -> Ending:
        hand.look(ImageName=NAME)
        return Ending({"changed": False, "image_id": OLD})

    late = Act(Moment("A", "DescribeImages", 0), "delete")
    assert find(script, story(late, options={"image_name": NAME})) == {"not there": LAST_ROUND_TRIP}


@pytest.mark.parametrize(("lag", "excuse"), [(3.0, LAST_ROUND_TRIP), (0.0, "")])
def test_a_failure_that_the_list_does_not_show_yet_is_excused(lag: float, excuse: str) -> None:
    """The creation fails at 10 s; the run reads the list at 11 s and ends."""

    def task(options: Options, wire: Wire, clock: t.Callable[[], float], sleep: Sleep) -> Ending:
        hand = Hand(wire, sleep)
        if clock() > 1:
            hand.look(ImageName=NAME)
            return Ending({"changed": False, "image_id": "m-101"})
        hand.create(NAME)
        hand.look(ImageName=NAME)
        return failed("timed_out", image_id="m-101")

    told = story(
        Run("B", 11.0, {"image_name": NAME, "wait": False}),
        Act(2.0, "stop_build", "growing", "CreateFailed"),
        site=Site(build=10.0, lag=lag),
        options=CREATE,
        made_of=None,
    )
    found = [one.excuse for one in judge(play(told, task)) if (one.run, one.kind) == ("B", "not there")]
    assert found == [excuse]


@pytest.mark.parametrize(("pause", "excuse"), [(1.0, LAST_ROUND_TRIP), (20.0, "")])
def test_a_replacement_that_is_finished_right_before_the_end_is_excused(pause: float, excuse: str) -> None:
    """The run sees the replaced image and the new one, which is marked; the mark is removed before the run ends."""

    def script(hand: Hand) -> Ending:
        new = hand.create(NAME, mark=MARK)
        hand.sleep(70.0)
        hand.look(ImageName=NAME)
        hand.call("UntagResources", ResourceType="image", ResourceId_1=new, TagKey_1=MARK_KEY)
        hand.sleep(pause)
        return ok(OLD)

    assert find(script, story(options={"image_name": NAME}))["several"] == excuse
