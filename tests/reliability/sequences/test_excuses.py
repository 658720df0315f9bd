# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the judge does not excuse: these tasks could have known better, or return a wrong result."""

from __future__ import annotations

import typing as t

import pytest

from .adapter import TEMPORARY_NAMES, Ending, Wire
from .findings import KILLED_IN_SWAP
from .judge import judge
from .play import QUIET, play
from .story import NAME, OLD, Act, Fault, Moment, Options, Run, Site
from .test_judge import ABSENT, MARK, PRESENT, Hand, Sleep, find, ok, story

UNIQUE = Site(build=60.0, unique_names=True)
LAGS = Site(build=60.0, lag=30.0)
ALWAYS = {"image_name": NAME, "snapshot_id": "s-1", "recreate": "always"}
CREATE = {"image_name": NAME, "snapshot_id": "s-2"}
TEMPORARY = TEMPORARY_NAMES[0]
RETIRED = f"{NAME}-{OLD}"
Script = t.Callable[[Hand], Ending]


def failed(reason: str = "changed_meanwhile", **told: t.Any) -> Ending:
    """A failure that names all images that these stories can create."""
    return Ending({"changed": True, "msg": f"m-101 m-102 m-103 {OLD}", **told}, reason)


def new_under_the_name(hand: Hand) -> str:
    """Gives the new image the name in addition to the old one."""
    hand.look(ImageName=NAME)
    new = hand.create(TEMPORARY, mark=MARK, team="web", stage="golden")
    hand.sleep(70.0)
    hand.rename(new, NAME)
    return new


# --- a change in the last round trip ---------------------------------------------------------------------------------


def test_a_change_that_a_list_has_shown_is_not_excused_as_late() -> None:
    def script(hand: Hand) -> Ending:
        new = new_under_the_name(hand)
        hand.look(ImageId=OLD)
        # Here the colleague changes it.
        hand.look(ImageId=OLD)
        hand.delete(OLD)
        return failed(image_id=new)

    change = Act(Moment("A", "DescribeImages", 1), "tag", OLD, "keep=yes")
    assert find(script, story(change)) == {"old facts": ""}


def test_a_rename_after_a_list_that_has_shown_the_change_is_not_excused() -> None:
    def script(hand: Hand) -> Ending:
        hand.look(ImageId=OLD)
        hand.look(ImageId=OLD)
        hand.rename(OLD, RETIRED)
        hand.rename(OLD, NAME)
        return failed()

    change = Act(Moment("A", "DescribeImages", 0), "tag", OLD, "keep=yes")
    assert find(script, story(change, site=UNIQUE)) == {"old facts": ""}


def test_a_change_of_an_image_that_was_never_read_is_not_excused_as_late() -> None:
    def script(hand: Hand) -> Ending:
        hand.sleep(10.0)
        hand.delete(OLD)
        return ok()

    assert find(script, story(Act(5.0, "tag", OLD, "keep=yes"), options=ABSENT)) == {"old facts": ""}


def test_a_run_must_not_touch_its_own_image_after_a_colleague_renamed_it() -> None:
    def script(hand: Hand) -> Ending:
        new = hand.create(TEMPORARY, mark=MARK)
        hand.sleep(70.0)
        hand.rename(new, TEMPORARY)
        return failed()

    assert find(script, story(Act(65.0, "rename", "newest", "web-keep"))) == {"touched": ""}


def test_a_replacement_image_that_a_list_no_longer_showed_is_not_excused_as_lost_late() -> None:
    def script(hand: Hand) -> Ending:
        new = new_under_the_name(hand)
        hand.look(ImageId=f"{OLD},{new}")
        # Here the colleague deletes the new one.
        hand.look(ImageId=f"{OLD},{new}")
        hand.delete(OLD)
        return failed()

    gone = Act(Moment("A", "DescribeImages", 1), "delete", "newest")
    assert find(script, story(gone)) == {"lost": ""}


def test_a_replacement_image_that_is_not_read_after_the_last_rename_is_not_excused_as_lost_late() -> None:
    def script(hand: Hand) -> Ending:
        new = new_under_the_name(hand)
        hand.look(ImageId=f"{OLD},{new}")
        hand.rename(OLD, RETIRED)
        hand.look(ImageId=OLD)
        hand.delete(OLD)
        return failed()

    gone = Act(Moment("A", "ModifyImageAttribute", 1), "delete", "newest")
    assert find(script, story(gone))["lost"] == ""


def test_a_change_of_an_image_that_is_not_read_after_the_last_rename_is_not_excused_as_late() -> None:
    def script(hand: Hand) -> Ending:
        new = new_under_the_name(hand)
        hand.look(ImageId=OLD)
        hand.rename(OLD, RETIRED)
        hand.look(ImageId=new)
        hand.delete(OLD)
        return failed()

    tagged = Act(Moment("A", "ModifyImageAttribute", 1), "tag", OLD, "keep=yes")
    assert find(script, story(tagged)) == {"old facts": ""}


def test_two_replacements_never_lose_an_image_to_each_other() -> None:
    """One run rolls its rename back while the other one deletes the old image."""

    def script(hand: Hand) -> Ending:
        hand.look(ImageName=NAME)
        new = hand.create(TEMPORARY, mark=MARK)
        hand.sleep(70.0)
        if new == "m-101":
            hand.rename(new, NAME)
            hand.sleep(0.3)
            hand.rename(new, TEMPORARY)
            return failed()
        hand.look(ImageId=f"{OLD},m-101")
        hand.sleep(0.5)
        hand.delete(OLD)
        return failed()

    assert find(script, story(Run("B", 0.1, PRESENT)))["lost"] == ""


def test_an_instance_does_not_count_as_a_change_for_a_task_with_force() -> None:
    def script(hand: Hand) -> Ending:
        hand.look(ImageName=NAME)
        hand.sleep(10.0)
        hand.delete(OLD)
        return ok()

    assert find(script, story(Act(5.0, "use", OLD), options={**ABSENT, "force": True})) == {}
    assert find(script, story(Act(5.0, "tag", OLD, "a=b"), options={**ABSENT, "force": True})) == {"old facts": ""}


def test_a_list_that_lags_shows_at_once_that_the_replacement_image_is_deprecated() -> None:
    def script(hand: Hand) -> Ending:
        new = new_under_the_name(hand)
        hand.sleep(40.0)
        hand.look(ImageId=f"{OLD},{new}")
        hand.delete(OLD)
        return failed()

    deprecated = Act(95.0, "deprecate", "newest")
    assert find(script, story(deprecated, site=LAGS)) == {"lost": ""}


def test_a_rename_to_a_name_that_a_list_has_shown_taken_is_not_excused() -> None:
    def script(hand: Hand) -> Ending:
        hand.look(ImageName="web-3")
        hand.look(ImageName="web-3")
        hand.rename(OLD, "web-3")
        return failed()

    taken = Act(Moment("A", "DescribeImages", 0), "create", "web-3")
    assert find(script, story(taken, options={"image_id": OLD, "image_name": "web-3"})) == {"renamed": ""}


@pytest.mark.parametrize("what", ["tag", "describe"])
def test_a_change_of_another_image_at_the_end_does_not_excuse_a_wrong_result(what: str) -> None:
    def script(hand: Hand) -> Ending:
        hand.look(ImageName=NAME)
        return Ending({"changed": False, "image_id": OLD})

    neighbour = Act(Moment("A", "DescribeImages", 0), what, "m-web-2", "keep=yes")
    wanted = {"image_name": NAME, "description": "new"}
    assert find(script, story(neighbour, options=wanted)) == {"differs": ""}


# --- a kill between the two renames ----------------------------------------------------------------------------------


def give_up_the_name(hand: Hand) -> None:
    hand.look(ImageName=NAME)
    hand.create(TEMPORARY, mark=MARK)
    hand.sleep(70.0)
    hand.look(ImageId=OLD)
    hand.rename(OLD, RETIRED)


def test_a_kill_at_another_call_than_the_second_rename_is_not_excused() -> None:
    def script(hand: Hand) -> Ending:
        give_up_the_name(hand)
        hand.look(ImageId=OLD)
        return failed()

    killed = Fault(Moment("A", "DescribeImages", 2), "kill")
    assert find(script, story(killed, site=UNIQUE)) == {"nameless": ""}


def test_a_read_between_the_two_renames_is_not_excused() -> None:
    def script(hand: Hand) -> Ending:
        give_up_the_name(hand)
        hand.look(ImageId=OLD)
        hand.sleep(20.0)
        hand.rename(OLD, NAME)
        return failed()

    assert find(script, story(site=UNIQUE)) == {"nameless": ""}


def test_a_run_that_leaves_no_image_with_the_name_is_not_excused_by_a_deleted_image() -> None:
    def script(hand: Hand) -> Ending:
        give_up_the_name(hand)
        return failed()

    passing = (Act(5.0, "create"), Act(66.5, "delete", "newest"))
    assert find(script, story(*passing))["nameless"] == ""


def test_after_a_kill_between_the_renames_the_next_run_must_finish() -> None:
    between = Fault(Moment("A", "ModifyImageAttribute", 0), "kill")

    def task(options: Options, wire: Wire, clock: t.Callable[[], float], sleep: Sleep) -> Ending:
        if clock() >= QUIET:
            Hand(wire, sleep).look(ImageName=NAME)
            return failed("cloud_error")
        give_up_the_name(Hand(wire, sleep))
        return failed()

    found = {finding.kind: finding.excuse for finding in judge(play(story(between, site=UNIQUE), task))}
    assert found == {"nameless": KILLED_IN_SWAP, "stuck": ""}
