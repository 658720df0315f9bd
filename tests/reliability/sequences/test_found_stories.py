# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stories that random sequences have found: none of them has a violation any more."""

from __future__ import annotations

import pytest

from .adapter import MARK_KEY, TEMPORARY_NAMES
from .judge import violations
from .play import play
from .story import END, NAME, OLD, Act, Fault, Moment, Run, Site, Story
from .test_stories import ABSENT, ALWAYS, CREATE, LAGS, OTHER, REPLACE, UNIQUE, run, story

STORIES: dict[str, Story] = {
    "F4: right after a replacement, which lists do not show": story(
        run(REPLACE), Run("B", Moment("A", END), OTHER), site=LAGS
    ),
    "F4: a stray tag on somebody else's image with the temporary name": story(
        Act(0.0, "create", TEMPORARY_NAMES[0], f"{MARK_KEY}={OLD}"), Run("A", 100.0, OTHER)
    ),
    "F4: a stray tag, and the old image is deleted": story(
        Act(0.0, "create", TEMPORARY_NAMES[0], f"{MARK_KEY}={OLD}"), Act(80.0, "delete"), Run("A", 100.0, OTHER)
    ),
    **{
        f"F14: {action}": story(
            run(options),
            Fault(Moment("A", action, 0), "lost"),
            Fault(Moment("A", action, 1, after=False), "InvalidSecurityToken.Expired"),
            made_of=made_of,
        )
        for action, options, made_of in (
            ("CreateImage", CREATE, None),
            ("ModifyImageAttribute", {"image_name": NAME, "description": "new"}, "snapshot"),
            ("DeleteImage", ABSENT, "snapshot"),
        )
    },
    "changed is false although the new image was renamed": story(
        run(REPLACE, wait_timeout=11), site=Site(build=10.0, lag=30.0)
    ),
    "a replacement that this run would delete gets the name first": story(
        run(ABSENT),
        Run("C", 1.0, {**CREATE, "snapshot_id": "s-3", "recreate": "always"}),
        Run("B", 34.0, {"image_name": NAME, "instance_id": "i-1", "recreate": "always"}),
        site=Site(build=20.0, lag=8.0),
    ),
    "the site does not remove tags": story(run(REPLACE), site=Site(build=60.0, ignores=("UntagResources",))),
    "recreate=always finds an image that another task is creating": story(
        run(CREATE), Run("B", 20.0, ALWAYS), made_of=None
    ),
    "recreate=always after a run of another task was interrupted": story(
        run(CREATE), Fault(Moment("A", "CreateImage"), "signal"), Run("B", Moment("A", END), ALWAYS), made_of=None
    ),
    "a colleague's image gets the temporary name during the creation": story(
        run(REPLACE), Act(Moment("A", "CreateImage"), "create", TEMPORARY_NAMES[0], f"{MARK_KEY}={OLD}")
    ),
    "no time to notice that the site ignores a parameter": story(
        run({"image_name": NAME, "description": "updated"}, wait_timeout=49),
        site=Site(build=60.0, ignores=("ModifyImageAttribute",)),
    ),
    **{
        f"created twice, and the second run ends after {seconds} s, before its own image is listed": story(
            run(CREATE), Run("B", 20.0, {**CREATE, "wait": False, "wait_timeout": seconds}), made_of=None, site=LAGS
        )
        for seconds in (13, 20)
    },
    "the answer to the rename of the old image is lost, and somebody gives another image the name": story(
        run(REPLACE),
        Fault(Moment("A", "ModifyImageAttribute", 0, after=False), "kill"),
        Run("B", 100.0, REPLACE),
        Fault(Moment("B", "ModifyImageAttribute", 1), "lost"),
        Act(Moment("B", "ModifyImageAttribute", 1), "delete", OLD),
        Act(Moment("B", "ModifyImageAttribute", 1), "create", NAME),
        site=UNIQUE,
    ),
}


@pytest.mark.parametrize("told", STORIES.values(), ids=STORIES)
def test_the_story_ends_without_violations(told: Story) -> None:
    assert [str(each) for each in violations(play(told))] == []


@pytest.mark.parametrize("unique", [False, True])
@pytest.mark.parametrize("lag", [0.0, 3.0, 10.0, 14.0, 16.0, 30.0, 55.0])
def test_a_replacement_succeeds_where_lists_lag(lag: float, unique: bool) -> None:
    """lists may lag for a minute."""
    record = play(story(run(REPLACE), site=Site(build=60.0, lag=lag, unique_names=unique)))
    assert record.runs[0].ending is not None
    assert record.runs[0].ending.reason is None


def test_a_rename_that_the_swap_has_seen_is_not_overwritten() -> None:
    """the list by which the new name is confirmed shows that the old image has lost it to somebody."""
    record = play(story(run(REPLACE), Act(Moment("A", "ModifyImageAttribute", 0, after=False), "rename", OLD, "web-x")))
    assert record.last.get(OLD) is not None
    assert record.last[OLD].name == "web-x"


def test_an_image_that_was_kept_because_of_a_change_is_kept_by_the_next_run_as_well() -> None:
    """it was described while the lists lagged; the run keeps it and says so, and the next one deletes it."""
    record = play(story(run(REPLACE), Act(64.0, "describe", OLD, "mine"), site=Site(build=60.0, lag=3.0)))
    assert OLD in record.last


def test_a_mark_that_another_run_removes_does_not_count_as_a_change() -> None:
    """the first run takes its mark away, the second one has seen it, and fails after the whole build."""
    record = play(story(run(REPLACE), Run("B", Moment("A", "DeleteImage", 0, after=False), OTHER)))
    assert record.runs[1].ending is not None
    assert record.runs[1].ending.reason is None


def test_an_image_in_the_desired_state_is_not_replaced_because_of_its_mark() -> None:
    """the mark has another digest, since the labels differ; but on_source_change finds no change of the source."""
    second = Run("B", Moment("A", "DeleteImage", 0, after=False), REPLACE)
    record = play(story(run(REPLACE, image_version="2"), second))
    assert [call for call in record.of("B") if call.action == "CreateImage"] == []


def test_the_failure_names_the_image_whose_name_was_taken() -> None:
    record = play(story(run(REPLACE), Act(Moment("A", "ModifyImageAttribute", 0, after=False), "create", "web")))
    assert record.runs[0].ending is not None
    assert "Image None" not in record.runs[0].ending.text()


@pytest.mark.parametrize("what", ["share", "use"])
def test_a_replaced_image_that_must_be_kept_does_not_prevent_the_new_one_from_getting_the_name(what: str) -> None:
    """A kill during the swap has left no image with the name, and then the old image came into use."""
    killed = Fault(Moment("A", "ModifyImageAttribute", 1), "kill")
    unique = Site(build=60.0, unique_names=True)
    record = play(story(run(ALWAYS), killed, Act(90.0, what, OLD), site=unique))
    assert [str(one) for one in violations(record)] == []
    assert record.runs[-1].is_ok
