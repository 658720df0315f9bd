# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stories in which somebody else acts between two related calls."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from .history import named
from .judge import judge, violations
from .play import Record, play
from .story import NAME, OLD, Act, Fault, Moment, Run, Site
from .test_stories import ALWAYS, CREATE, OTHER, REPLACE, run, story

TAGS = {"stage": "golden", "round": "1"}


def reason_of(record: Record) -> t.Any:
    ending = record.runs[0].ending
    assert ending is not None
    return ending.reason


def test_two_replacements_of_one_source_with_other_tags_lose_no_image() -> None:
    told = story(
        run(ALWAYS), Run("B", 8.0, {**ALWAYS, "tags": TAGS}), site=Site(unique_names=True, lag=3.0, build=20.0)
    )
    assert [str(one) for one in violations(play(told))] == []


def test_wait_false_is_not_ok_while_the_image_is_not_listed() -> None:
    site = Site(build=10.0, lag=30.0)
    told = story(run(CREATE, wait=False, wait_timeout=13), Run("B", 12.0, CREATE), site=site, made_of=None)
    assert [str(one) for one in violations(play(told))] == []


def test_a_name_that_somebody_takes_during_the_swap_is_reported_as_taken() -> None:
    taken = Act(Moment("A", "ModifyImageAttribute", 1), "create", NAME)
    record = play(story(run(ALWAYS), taken, site=Site(build=60.0, unique_names=True)))
    assert reason_of(record) == "name_taken"


def test_no_image_is_created_because_of_a_list_before_a_wait() -> None:
    told = story(
        run(REPLACE),
        Run("B", Moment("A", "*", 24, after=False), {**ALWAYS, "instance_id": "i-2"}),
        Run("C", 71.0, {**ALWAYS, "instance_id": "i-2"}),
        site=Site(build=60.0, latency=0.5),
    )
    assert [str(one) for one in violations(play(told))] == []


def test_after_a_wait_for_a_failed_image_the_name_is_looked_up_before_the_creation() -> None:
    failed = Act(20.0, "stop_build", "growing", "CreateFailed")
    told = story(
        run(CREATE),
        failed,
        Run("B", 100.0, CREATE),
        Run("C", 104.0, CREATE),
        site=Site(build=60.0, lag=8.0),
        made_of=None,
    )
    assert [str(one) for one in violations(play(told))] == []


def test_a_rename_by_somebody_else_is_not_reported_as_ignored() -> None:
    update = {"image_name": NAME, "tags": {"stage": "test"}}
    record = play(story(run(update), Act(Moment("A", "UntagResources", 0), "rename", OLD, "web-known-good")))
    assert reason_of(record) == "changed_meanwhile"


CREATED_DURING_THE_SWAP = Act(Moment("A", "ModifyImageAttribute", 0), "create", NAME)


def test_a_usable_image_does_not_give_the_name_to_one_that_is_still_being_created() -> None:
    """The image that it replaces is deleted, and the creation of the other one fails."""
    told = story(
        run(REPLACE),
        Act(30.0, "delete", OLD),
        CREATED_DURING_THE_SWAP,
        Act(90.0, "stop_build", "growing", "CreateFailed"),
    )
    record = play(told)
    assert reason_of(record) == "ambiguous_name"
    assert judge(record) == []


def test_a_replacement_gives_way_while_the_image_that_it_replaces_has_the_name() -> None:
    record = play(story(run(REPLACE), CREATED_DURING_THE_SWAP))
    assert reason_of(record) == "name_taken"
    assert record.last[OLD].name == NAME
    assert [one for one in judge(record) if one.kind in ("nameless", "gap", "lost")] == []


def test_if_both_images_of_a_replacement_are_deleted_the_failure_says_so() -> None:
    gone = Act(Moment("A", "DeleteImage", 0), "delete", NAME)
    record = play(story(run(REPLACE), gone))
    assert reason_of(record) in {"vanished", "changed_meanwhile"}


UPDATE = {"image_name": NAME, "description": "updated", "tags": {"stage": "test"}}
TAKING = {
    "creates": Act(30.0, "create", NAME),
    "creates, once the image is listed": Act(Moment("A", "DescribeImages", 3), "create", NAME),
}


@pytest.mark.parametrize("taking", TAKING.values(), ids=TAKING)
@pytest.mark.parametrize(
    "site", [Site(build=60.0), Site(build=60.0, lag=8.0), Site(build=60.0, fuzzy_names=True, page=2)]
)
def test_a_task_that_waits_for_its_new_image_notices_another_one_of_the_name(taking: Act, site: Site) -> None:
    record = play(story(run(CREATE), taking, site=site, made_of=None))
    assert reason_of(record) == "ambiguous_name"
    assert [str(one) for one in violations(record)] == []


def test_both_of_two_waiting_creators_fail_and_name_both_images() -> None:
    """The list that the second one reads does not show the image of the first one yet, whose image is listed alone."""
    record = play(story(run(CREATE), Run("B", 3.0, CREATE), site=Site(build=60.0, lag=8.0), made_of=None))
    for played in record.runs[:2]:
        assert played.ending is not None
        assert played.ending.reason == "ambiguous_name"
        assert all(one.image_id in played.ending.text() for one in named(record.last, NAME))


def test_a_task_that_waits_for_an_image_of_another_task_notices_another_one_of_the_name() -> None:
    killed = Fault(Moment("A", "*", 4), "kill")
    taken = Act(40.0, "create", NAME)
    record = play(story(run(CREATE), killed, Run("B", 20.0, UPDATE), taken, made_of=None))
    assert record.runs[1].ending is not None
    assert record.runs[1].ending.reason == "ambiguous_name"


def test_a_task_that_reads_its_change_back_notices_another_image_of_the_name() -> None:
    taken = Act(Moment("A", "TagResources", 0), "create", NAME)
    assert reason_of(play(story(run(UPDATE), taken))) == "ambiguous_name"


def test_a_renamed_image_is_read_back_under_its_new_name() -> None:
    renamed = Act(Moment("A", "ModifyImageAttribute", 0), "create", "web-golden")
    record = play(story(run({"image_id": OLD, "image_name": "web-golden"}), renamed))
    assert reason_of(record) == "ambiguous_name"


def test_an_image_that_is_selected_by_its_id_may_share_its_name() -> None:
    taken = Act(0.0, "create", NAME)
    record = play(story(taken, Run("A", 100.0, {"image_id": OLD, "description": "updated"})))
    assert reason_of(record) is None


def test_a_deletion_is_not_ok_if_somebody_gives_another_image_the_name() -> None:
    taken = Act(Moment("A", "DeleteImage", 0), "create", NAME)
    record = play(story(run({"image_name": NAME, "state": "absent"}), taken, site=Site(build=60.0, lag=30.0)))
    assert reason_of(record) == "changed_meanwhile"
    assert [str(one) for one in violations(record)] == []


def test_a_replacement_that_another_run_is_finishing_is_not_a_duplicate() -> None:
    """The new image has the name as well until the replaced one is renamed."""
    update = Run("B", Moment("A", "ModifyImageAttribute", 0), UPDATE)
    record = play(story(run(REPLACE), update, site=Site(build=60.0, latency=0.5)))
    assert [str(one) for one in violations(record)] == []
    assert record.runs[1].ending is not None
    assert record.runs[1].ending.reason != "ambiguous_name"


CHANGES = {
    **{
        f"{what} the old image": Act(0.0, what, OLD, value)
        for what, value in (("rename", "web-x"), ("tag", "keep=yes"))
    },
    **{f"{what} the new image": Act(0.0, what, "newest", "web-x") for what in ("rename", "deprecate", "delete")},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_last_read_before_a_deletion_shows_both_images(change: Act) -> None:
    undisturbed = play(story(run(REPLACE))).of("A")
    deletion = next(call.number for call in undisturbed if call.action == "DeleteImage")
    looks = [call for call in undisturbed if call.action == "DescribeImages" and call.number < deletion]
    before_the_last = Moment("A", "DescribeImages", len(looks) - 1, after=False)
    record = play(story(run(REPLACE), dataclasses.replace(change, when=before_the_last)))
    assert [call for call in record.of("A") if call.action == "DeleteImage"] == []
    assert OLD in record.last


def test_an_outdated_replacement_stays_if_the_new_image_is_deleted() -> None:
    """The image that it was to replace is deleted, and so is the new image: only the outdated one is left."""
    killed = Fault(Moment("A", "ModifyImageAttribute", 0, after=False), "kill")
    gone = Act(100.0, "delete", OLD)
    told = story(run(REPLACE), killed, gone, Run("B", 200.0, OTHER))
    made = play(told)
    deletion = next(call.number for call in made.of("B") if call.action == "DeleteImage")
    looks = [call for call in made.of("B") if call.action == "DescribeImages" and call.number < deletion]
    taken = Act(Moment("B", "DescribeImages", len(looks) - 1, after=False), "delete", "newest")
    record = play(story(run(REPLACE), killed, gone, Run("B", 200.0, OTHER), taken))
    assert [call for call in record.of("B") if call.action == "DeleteImage"] == []
