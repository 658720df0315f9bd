# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stories in which somebody else acts between two related calls."""

from __future__ import annotations

import typing as t

from .judge import violations
from .play import Record, play
from .story import NAME, OLD, Act, Moment, Run, Site
from .test_stories import ALWAYS, CREATE, REPLACE, run, story

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


def test_if_both_images_of_a_replacement_are_deleted_the_failure_says_so() -> None:
    gone = Act(Moment("A", "DeleteImage", 0), "delete", NAME)
    record = play(story(run(REPLACE), gone))
    assert reason_of(record) in {"vanished", "changed_meanwhile"}
