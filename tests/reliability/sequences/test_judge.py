# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judge finds each violation in a task, and none in a correct task."""

from __future__ import annotations

import typing as t

import pytest

from .adapter import MARK_KEY, Ending, Reset, Wire
from .beginning import SNAPSHOTS
from .findings import KILLED_IN_SWAP, LAST_ROUND_TRIP, SIMULTANEOUS
from .judge import judge
from .play import play
from .story import NAME, OLD, Act, Event, Fault, Moment, Options, Run, Site, Story

ALL = {"Status": "Creating,Waiting,Available,UnAvailable,CreateFailed,Deprecated", "ImageOwnerAlias": "self"}
PRESENT = {"image_name": NAME, "snapshot_id": "s-2", "recreate": "on_source_change"}
ABSENT = {"image_name": NAME, "state": "absent"}
# As the module writes it: the replaced image, a digest, the time.
MARK = f"{OLD}/0123456789abcdef/20261102T080000Z"
Sleep = t.Callable[[float], None]


class Hand:
    """The API, for scripted tasks."""

    def __init__(self, wire: Wire, sleep: Sleep) -> None:
        self._wire = wire
        self.sleep = sleep

    def call(self, action: str, **form: str) -> t.Mapping[str, t.Any]:
        return self._wire(
            action, {name.replace("_", "."): value for name, value in form.items()}, 60.0, lambda: None
        ).body

    def look(self, **filters: str) -> list[str]:
        body = self.call("DescribeImages", **ALL, **filters)
        return [image["ImageId"] for image in body["Images"]["Image"]]

    def create(self, name: str, snapshot_id: str = "s-2", mark: str = "", **tags: str) -> str:
        marked = {**tags, MARK_KEY: mark} if mark else tags
        numbered = {
            f"Tag.{n}.{part}": text
            for n, pair in enumerate(marked.items(), 1)
            for part, text in zip(("Key", "Value"), pair)
        }
        body = self._wire(
            "CreateImage", {"ImageName": name, "SnapshotId": snapshot_id, **numbered}, 60.0, lambda: None
        ).body
        return str(body.get("ImageId"))

    def rename(self, image_id: str, name: str) -> None:
        self.call("ModifyImageAttribute", ImageId=image_id, ImageName=name)

    def delete(self, image_id: str) -> None:
        self.call("DeleteImage", ImageId=image_id, Force="true")


Script = t.Callable[[Hand, Options], t.Optional[str]]


def ok(image_id: str | None = None, **told: t.Any) -> Ending:
    return Ending({"changed": True, "image_id": image_id, **told})


def find(script: t.Callable[[Hand], Ending], story: Story) -> dict[str, str]:
    """The kinds of findings and their excuses."""

    def task(options: Options, wire: Wire, clock: t.Callable[[], float], sleep: Sleep) -> Ending:
        # The runs after the story are not tested here.
        return script(Hand(wire, sleep)) if clock() < 3600.0 else Ending({"changed": False}, "invalid_input")

    return {finding.kind: finding.excuse for finding in judge(play(story, task)) if finding.run not in ("Y", "Z")}


def story(
    *events: Event, site: Site | None = None, options: Options | None = None, made_of: str | None = "snapshot"
) -> Story:
    first = Run("A", 0.0, options or PRESENT)
    return Story(site or Site(build=60.0), made_of, (first, *events))


def replace(hand: Hand) -> Ending:
    """A correct replacement where names need not be unique."""
    hand.look(ImageName=NAME)
    new = hand.create("web-new", team="web", stage="golden", mark=MARK)
    hand.sleep(70.0)
    hand.rename(new, NAME)
    hand.look(ImageId=OLD)
    hand.delete(OLD)
    hand.look(ImageId=new)
    hand.call("UntagResources", ResourceType="image", ResourceId_1=new, TagKey_1=MARK_KEY)
    hand.look(ImageName=NAME)
    return ok(new, replaced_image_id=OLD)


def test_a_correct_task_has_no_violation() -> None:
    assert find(replace, story()) == {}


def test_a_change_at_the_last_moment_is_excused() -> None:
    change = Act(Moment("A", "DeleteImage", 0, after=False), "tag", OLD, "keep=yes")
    assert find(replace, story(change)) == {"old facts": LAST_ROUND_TRIP}


def test_deleting_an_image_that_changed_during_the_wait_is_not_excused() -> None:
    assert find(replace, story(Act(30.0, "tag", OLD, "keep=yes"))) == {"old facts": ""}


def test_deleting_an_image_that_was_renamed_during_the_wait_is_a_violation() -> None:
    found = find(replace, story(Act(30.0, "rename", OLD, "web-keep")))
    assert found == {"old facts": ""} or found == {"old facts": "", "touched": ""}


def test_deleting_an_image_with_a_similar_name_is_a_violation() -> None:
    def script(hand: Hand) -> Ending:
        hand.delete("m-web-2")
        return ok(OLD)

    assert find(script, story(options={"image_name": NAME}))["touched"] == ""


@pytest.mark.parametrize("snapshot_id", SNAPSHOTS)
def test_deleting_a_snapshot_of_the_user_is_a_violation(snapshot_id: str) -> None:
    def script(hand: Hand) -> Ending:
        hand.delete(OLD)
        hand.call("DeleteSnapshot", SnapshotId=snapshot_id)
        return ok()

    assert find(script, story(options={**ABSENT, "delete_snapshots": True})) == {"snapshot": ""}


def test_deleting_a_snapshot_of_the_image_requires_delete_snapshots() -> None:
    def script(hand: Hand) -> Ending:
        hand.delete(OLD)
        hand.call("DeleteSnapshot", SnapshotId="s-of-old")
        return ok()

    assert find(script, story(options={**ABSENT, "delete_snapshots": True}, made_of="instance")) == {}
    assert find(script, story(options=ABSENT, made_of="instance")) == {"snapshot": ""}


def test_deleting_the_only_usable_image_first_is_a_violation() -> None:
    def script(hand: Hand) -> Ending:
        hand.delete(OLD)
        new = hand.create(NAME)
        hand.sleep(70.0)
        return ok(new)

    assert find(script, story()) == {"lost": ""}


def test_a_task_with_absent_may_delete_the_only_image() -> None:
    def script(hand: Hand) -> Ending:
        hand.delete(OLD)
        return ok()

    assert find(script, story(options=ABSENT)) == {}


def swap(hand: Hand) -> Ending:
    """Renames the old image first."""
    new = hand.create("web-new", team="web", stage="golden")
    hand.sleep(70.0)
    hand.look(ImageId=OLD)
    hand.rename(OLD, "web-m-old")
    hand.rename(new, NAME)
    hand.look(ImageId=OLD)
    hand.delete(OLD)
    hand.look(ImageId=new)
    return ok(new)


def test_a_gap_between_two_renames_is_found_where_names_need_not_be_unique() -> None:
    assert find(swap, story()) == {"gap": ""}
    assert find(swap, story(site=Site(build=60.0, unique_names=True))) == {}


def test_ending_between_two_renames_is_found() -> None:
    between = Moment("A", "ModifyImageAttribute", 0)
    unique = Site(build=60.0, unique_names=True)
    assert find(swap, story(Fault(between, "kill"), site=unique)) == {"nameless": KILLED_IN_SWAP}
    assert find(swap, story(Fault(between, "kill"))) == {"nameless": ""}


def test_duplicates_are_found() -> None:
    def script(hand: Hand) -> Ending:
        hand.look(ImageName="another")
        new = hand.create(NAME)
        hand.sleep(70.0)
        return ok(new)

    found = find(script, story())
    assert found == {"twice": "", "several": ""}


def test_simultaneous_creations_are_excused() -> None:
    def script(hand: Hand) -> Ending:
        assert hand.look(ImageName=NAME) == []
        hand.create(NAME)
        hand.sleep(70.0)
        return Ending({"changed": True, "msg": "several images are named web: m-101, m-102"}, "ambiguous_name")

    second = Run("B", Moment("A", "DescribeImages", 0), PRESENT)
    assert find(script, story(second, made_of=None)) == {"twice": SIMULTANEOUS}


def test_a_rename_to_a_taken_name_is_found() -> None:
    def script(hand: Hand) -> Ending:
        hand.rename(OLD, "web-2")
        return Ending({"changed": True, "image_id": OLD}, "invalid_input")

    assert find(script, story(options={"image_id": OLD, "image_name": "web-2"})) == {"renamed": ""}


def test_changed_false_after_a_write_is_found() -> None:
    def script(hand: Hand) -> Ending:
        try:
            hand.create("web-new")
        except Reset:
            return Ending({"changed": False, "msg": "web-new"}, "unreachable")
        raise AssertionError("the answer was not lost")

    lost = Fault(Moment("A", "CreateImage", 0), "lost")
    assert find(script, story(lost)) == {"unchanged": ""}


def test_ok_without_the_desired_state_is_found() -> None:
    wanted = {"description": "new", "tags": {"stage": "test"}}
    assert find(
        lambda hand: Ending({"changed": False, "image_id": OLD}), story(options={"image_name": NAME, **wanted})
    ) == {"differs": ""}
    assert find(lambda hand: ok("m-9"), story()) == {"not there": ""}
    assert find(lambda hand: ok(), story(options=ABSENT)) == {"still there": ""}


def test_tags_that_were_lost_with_the_old_image_are_found() -> None:
    def script(hand: Hand) -> Ending:
        hand.look(ImageName=NAME)
        new = hand.create("web-new")
        hand.sleep(70.0)
        hand.look(ImageId=OLD)
        hand.rename(OLD, "web-m-old")
        hand.rename(new, NAME)
        hand.delete(OLD)
        return ok(new, replaced_image_id=OLD)

    assert find(script, story(site=Site(build=60.0, unique_names=True))) == {"not handed on": ""}


def test_an_old_replacement_is_found_with_always() -> None:
    always = {"image_name": NAME, "snapshot_id": "s-1", "recreate": "always"}
    assert find(lambda hand: Ending({"changed": False, "image_id": OLD}), story(options=always)) == {"outdated": ""}


def test_a_failure_that_does_not_name_a_created_image_is_found() -> None:
    def script(hand: Hand) -> Ending:
        hand.create("web-new")
        return Ending({"changed": True, "msg": "sorry"}, "cloud_error")

    assert find(script, story()) == {"not named": ""}


def test_runs_that_never_succeed_are_found() -> None:
    def refuse(options: Options, wire: Wire, clock: t.Any, sleep: Sleep) -> Ending:
        Hand(wire, sleep).look(ImageName=NAME)
        return Ending({"changed": False, "msg": "no"}, "invalid_input")

    assert {finding.kind for finding in judge(play(story(), refuse))} == {"stuck"}


def test_a_task_that_changes_something_each_time_is_found() -> None:
    def paint(options: Options, wire: Wire, clock: t.Callable[[], float], sleep: Sleep) -> Ending:
        hand = Hand(wire, sleep)
        hand.call("ModifyImageAttribute", ImageId=OLD, Description=f"at {clock()}")
        return ok(OLD)

    assert {finding.kind for finding in judge(play(story(options={"image_name": NAME}), paint))} == {"restless"}


def test_an_image_that_keeps_a_temporary_name_is_found() -> None:
    def leave(options: Options, wire: Wire, clock: t.Callable[[], float], sleep: Sleep) -> Ending:
        if clock() < 3600.0:
            Hand(wire, sleep).create("web-new")
        return Ending({"changed": clock() < 3600.0, "image_id": OLD})

    assert {finding.kind for finding in judge(play(story(options={"image_name": NAME}), leave))} == {"left over"}
