# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import RefusalError
from ansible_collections.apsarastack.cloud.plugins.module_utils.planning import (
    plan,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Found
from ansible_collections.apsarastack.cloud.plugins.module_utils.sources import Instance, Snapshot, SourceFacts
from ansible_collections.apsarastack.cloud.plugins.module_utils.steps import (
    Create,
    Delete,
    Modify,
    ReadBack,
    SetTags,
    UnsetTags,
    WaitUntilGone,
    WaitUntilSettled,
    WaitUntilUsable,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import DiskMapping, Source, Wish
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import image

RUNNING = SourceFacts(instance=Instance("i-1", "Running"))
FROM_INSTANCE = Source(instance_id="i-1")


def wish(**options: t.Any) -> Wish:
    return Wish(**{"image_name": "web", **options})


def refusal(wished: Wish, found: Found) -> str:
    with pytest.raises(RefusalError) as caught:
        plan(wished, found)
    return caught.value.message


# --- present: nothing there ------------------------------------------------------------------------------------------


def test_an_image_is_created_with_its_tags_and_waited_for() -> None:
    made = plan(wish(source=FROM_INSTANCE, description="d", tags={"a": "1"}), Found(source=RUNNING))
    assert made.steps == (Create("web", FROM_INSTANCE, "d", {"a": "1"}), WaitUntilUsable(None))
    assert made.actions == ["create image 'web' from instance i-1"]
    assert made.before is None
    assert made.after is not None
    assert (made.after["image_id"], made.after["status"], made.after["tags"]) == (None, "Available", {"a": "1"})


def test_the_prediction_of_a_new_image_holds_what_it_is_labelled_with() -> None:
    wished = wish(source=FROM_INSTANCE, image_version="7", platform="CentOS", architecture="x86_64")
    after = plan(wished, Found(source=RUNNING)).after
    assert after is not None
    assert (after["image_version"], after["platform"], after["architecture"]) == ("7", "CentOS", "x86_64")


def test_without_wait_the_new_image_is_only_started() -> None:
    made = plan(wish(source=FROM_INSTANCE, wait=False), Found(source=RUNNING))
    assert made.steps == (Create("web", FROM_INSTANCE),)
    assert made.after is not None
    assert made.after["status"] == "Creating"


def test_an_empty_description_is_not_sent_when_an_image_is_made() -> None:
    made = plan(wish(source=FROM_INSTANCE, description=""), Found(source=RUNNING))
    assert t.cast("Create", made.steps[0]).description is None


def test_create_only_attributes_are_given_to_the_new_image() -> None:
    wished = wish(source=FROM_INSTANCE, image_version="7", platform="CentOS", architecture="x86_64")
    assert plan(wished, Found(source=RUNNING)).steps[0] == Create(
        "web", FROM_INSTANCE, image_version="7", platform="CentOS", architecture="x86_64"
    )


def test_without_an_image_and_a_source_the_three_source_options_are_named() -> None:
    text = refusal(wish(), Found())
    for option in ("instance_id", "snapshot_id", "disk_device_mapping"):
        assert option in text


def test_an_unknown_id_is_refused_since_a_new_image_would_get_another() -> None:
    assert "another id" in refusal(Wish(image_id="m-9", source=FROM_INSTANCE), Found(source=RUNNING))


# --- present: the source ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "facts", "expected"),
    [
        (FROM_INSTANCE, SourceFacts(), "There is no instance i-1"),
        (FROM_INSTANCE, SourceFacts(instance=Instance("i-1", "Running", is_locked=True)), "is locked for security"),
        (Source(snapshot_id="s-1"), SourceFacts(), "There is no snapshot s-1"),
        (Source(snapshot_id="s-1"), SourceFacts(snapshots={"s-1": Snapshot("s-1", "failed")}), "s-1 has failed"),
        (
            Source(snapshot_id="s-1"),
            SourceFacts(snapshots={"s-1": Snapshot("s-1", "accomplished", 40, "data")}),
            "is one of a data disk",
        ),
        (
            Source(disks=(DiskMapping("s-1", size=20),)),
            SourceFacts(snapshots={"s-1": Snapshot("s-1", "accomplished", 40, "system")}),
            "has 40 GiB, and the task asks for 20 GiB",
        ),
        (
            Source(disks=(DiskMapping("s-1"), DiskMapping("s-2"))),
            SourceFacts(snapshots={"s-1": Snapshot("s-1", "accomplished", 40, "system")}),
            "There is no snapshot s-2",
        ),
    ],
)
def test_a_source_that_makes_no_image_is_refused(source: Source, facts: SourceFacts, expected: str) -> None:
    assert expected in refusal(wish(source=source), Found(source=facts))


@pytest.mark.parametrize(
    ("source", "facts", "expected"),
    [
        (FROM_INSTANCE, SourceFacts(instance=Instance("i-1", "Pending")), "instance i-1 is Pending"),
        (
            Source(snapshot_id="s-1"),
            SourceFacts(snapshots={"s-1": Snapshot("s-1", "progressing", 40, "system")}),
            "snapshot s-1 is still being taken",
        ),
    ],
)
def test_a_source_that_is_not_ready_yet_gives_a_warning(source: Source, facts: SourceFacts, expected: str) -> None:
    made = plan(wish(source=source), Found(source=facts))
    assert made.actions
    assert [expected in warning for warning in made.warnings] == [True]


@pytest.mark.parametrize("size", [None, 40, 100])
def test_a_disk_as_large_as_its_snapshot_or_larger_is_taken(size: int | None) -> None:
    facts = SourceFacts(snapshots={"s-1": Snapshot("s-1", "accomplished", 40, "system")})
    source = Source(disks=(DiskMapping("s-1", size=size), DiskMapping(size=20)))
    assert plan(wish(source=source), Found(source=facts)).steps[0] == Create("web", source)


# --- present: one image ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wished",
    [
        wish(),
        wish(description="d"),
        wish(tags={"a": "1"}),
        wish(tags={}, purge_tags=False),
        wish(source=FROM_INSTANCE),
        Wish(image_id="m-1"),
        Wish(image_id="m-1", image_name="web"),
        wish(description="d", tags={"a": "1"}, source=FROM_INSTANCE, image_version="", wait=False),
    ],
)
def test_an_image_as_wished_is_left_alone(wished: Wish) -> None:
    found = image(description="d", tags={"a": "1", "ascm:set": "412"})
    nothing = plan(wished, Found(images=(found,)))
    assert nothing.steps == ()
    assert nothing.warnings == ()
    assert nothing.before == nothing.after == found


@pytest.mark.parametrize(
    ("wished", "writes"),
    [
        (Wish(image_id="m-1", image_name="other"), (Modify("m-1", image_name="other"),)),
        (wish(description="new"), (Modify("m-1", description="new"),)),
        (Wish(image_id="m-1", image_name="other", description="new"), (Modify("m-1", "other", "new"),)),
        (wish(tags={"a": "2", "b": "1"}), (SetTags("m-1", {"a": "2"}),)),
        (wish(tags={"a": "1"}), (UnsetTags("m-1", ("b",)),)),
        (wish(tags={}), (UnsetTags("m-1", ("a", "b")),)),
        (wish(tags={"c": "3"}), (UnsetTags("m-1", ("a", "b")), SetTags("m-1", {"c": "3"}))),
        (wish(tags={"c": "3"}, purge_tags=False), (SetTags("m-1", {"c": "3"}),)),
    ],
)
def test_only_what_differs_is_changed_and_read_back(wished: Wish, writes: tuple[t.Any, ...]) -> None:
    found = image(description="old", tags={"a": "1", "b": "1", "acs:x": "y"})
    assert plan(wished, Found(images=(found,))).steps == (*writes, ReadBack("m-1"))


def test_the_prediction_names_every_change() -> None:
    wished = Wish(image_id="m-1", image_name="other", description="new", tags={"c": "3"})
    found = image(description="old", tags={"a": "1", "acs:x": "y"}, size=40)
    after = plan(wished, Found(images=(found,))).after
    assert after == {**found, "image_name": "other", "description": "new", "tags": {"acs:x": "y", "c": "3"}}


def test_the_found_image_itself_is_never_altered() -> None:
    found = image(tags={"a": "1"}, status="Creating")
    plan(wish(description="new", tags={"b": "2"}), Found(images=(found,)))
    assert found == image(tags={"a": "1"}, status="Creating")


def test_a_description_cannot_be_cleared() -> None:
    text = refusal(wish(description=""), Found(images=(image(description="old"),)))
    assert "'old'" in text
    assert "leave description out" in text


def test_the_limit_of_tags_is_judged_on_the_outcome() -> None:
    found = image(tags={f"k{number}": "" for number in range(20)})
    text = refusal(wish(tags={"one-more": ""}, purge_tags=False), Found(images=(found,)))
    assert "at most 20 tags, and these would be 21" in text
    assert plan(wish(tags={"one-more": ""}), Found(images=(found,))).actions


def test_tags_are_not_counted_where_none_is_added() -> None:
    found = image(tags={f"k{number}": "" for number in range(21)})
    assert plan(wish(tags={"k0": ""}, purge_tags=False), Found(images=(found,))).steps == ()


def test_a_difference_in_what_cannot_be_changed_is_a_warning() -> None:
    found = image(platform="CentOS", image_version="", architecture="x86_64")
    same = plan(wish(platform="Ubuntu", image_version="7", architecture="x86_64"), Found(images=(found,)))
    assert same.steps == ()
    assert len(same.warnings) == 1
    assert same.warnings[0] == (
        "image m-1: its platform is 'CentOS', not 'Ubuntu', and that cannot be changed later; "
        "recreate=on_source_change replaces the image"
    )


@pytest.mark.parametrize("status", ["Creating", "Waiting", "", None, "Sleeping"])
def test_an_image_the_cloud_works_on_is_adopted(status: str | None) -> None:
    found = image(status=status, progress=40)
    adopted = plan(wish(description="new"), Found(images=(found,)))
    assert adopted.steps == (WaitUntilUsable("m-1"), Modify("m-1", description="new"), ReadBack("m-1"))
    assert adopted.actions == ["set the description of image m-1 to 'new'"]


def test_adopting_an_image_changes_nothing_by_itself() -> None:
    found = image(status="Creating", progress=40)
    adopted = plan(wish(source=FROM_INSTANCE), Found(images=(found,)))
    assert adopted.steps == (WaitUntilUsable("m-1"),)
    assert adopted.actions == []
    assert adopted.after is not None
    assert adopted.after["status"] == "Available"
    assert plan(wish(wait=False), Found(images=(found,))).steps == ()


def test_an_available_image_that_is_not_usable_yet_is_waited_for() -> None:
    assert plan(wish(), Found(images=(image(usable=False),))).steps == (WaitUntilUsable("m-1"),)


def test_a_deprecated_image_is_changed_like_any_other() -> None:
    found = image(status="Deprecated")
    assert plan(wish(description="new"), Found(images=(found,))).steps == (
        Modify("m-1", description="new"),
        ReadBack("m-1"),
    )


def test_an_unavailable_image_is_refused() -> None:
    assert "UnAvailable" in refusal(wish(source=FROM_INSTANCE), Found(images=(image(status="UnAvailable"),)))


# --- present: failed ones and duplicates -----------------------------------------------------------------------------


def test_a_failed_image_is_removed_and_made_again() -> None:
    failed = image(status="CreateFailed", progress=30)
    again = plan(wish(source=FROM_INSTANCE), Found(images=(failed,), source=RUNNING))
    assert again.steps == (
        Delete("m-1", "web", reason="it is of no use"),
        WaitUntilGone("m-1"),
        Create("web", FROM_INSTANCE),
        WaitUntilUsable(None),
    )
    assert len(again.warnings) == 1
    assert "m-1" in again.warnings[0]
    assert "at 30 %" in again.warnings[0]


def test_a_failed_image_is_gone_before_its_successor_is_made_even_without_wait() -> None:
    failed = image(status="CreateFailed")
    again = plan(wish(source=FROM_INSTANCE, wait=False), Found(images=(failed,), source=RUNNING))
    assert again.steps[:2] == (Delete("m-1", "web", reason="it is of no use"), WaitUntilGone("m-1"))
    assert again.before == failed


def test_a_failed_image_without_a_source_is_refused() -> None:
    text = refusal(wish(), Found(images=(image(status="CreateFailed"),)))
    assert "m-1" in text
    assert "CreateFailed" in text
    assert "instance_id" in text


def test_a_failed_image_that_was_selected_by_id_is_refused() -> None:
    text = refusal(Wish(image_id="m-1", source=FROM_INSTANCE), Found(images=(image(status="CreateFailed"),)))
    assert "image_id selects this very image" in text


@pytest.mark.parametrize("state", ["present", "absent"])
def test_duplicates_are_refused_with_ids_statuses_and_times(state: str) -> None:
    images = (image("m-1"), image("m-2", status="Creating", creation_time="2026-11-24T06:00:00Z"))
    text = refusal(wish(state=state), Found(images=images))
    assert "More than one image is named 'web'" in text
    assert "m-1 (Available, 2026-11-24T05:06:07Z); m-2 (Creating, 2026-11-24T06:00:00Z)" in text
    assert "image_id" in text


def test_failed_ones_beside_a_good_one_do_not_count() -> None:
    images = (image("m-1", status="CreateFailed"), image("m-2"))
    same = plan(wish(), Found(images=images))
    assert same.steps == ()
    assert same.before == images[1]
    assert len(same.warnings) == 1
    assert "m-1" in same.warnings[0]


# --- absent ----------------------------------------------------------------------------------------------------------


def test_nothing_there_is_nothing_to_delete() -> None:
    nothing = plan(wish(state="absent"), Found())
    assert (nothing.steps, nothing.before, nothing.after) == ((), None, None)


@pytest.mark.parametrize(
    ("options", "found", "steps"),
    [
        ({}, image(), (Delete("m-1", "web"), WaitUntilGone("m-1"))),
        ({"wait": False}, image(), (Delete("m-1", "web"),)),
        ({"force": True}, image(usage="instance"), (Delete("m-1", "web", force=True), WaitUntilGone("m-1"))),
        ({}, image(status="Creating"), (WaitUntilSettled("m-1"), Delete("m-1", "web"), WaitUntilGone("m-1"))),
        ({}, image(status="UnAvailable"), (Delete("m-1", "web"), WaitUntilGone("m-1"))),
    ],
)
def test_the_image_is_deleted(options: dict[str, t.Any], found: t.Any, steps: tuple[t.Any, ...]) -> None:
    deletion = plan(wish(state="absent", **options), Found(images=(found,)))
    assert deletion.steps == steps
    assert deletion.before == found
    assert deletion.after is None


def test_an_image_in_use_is_refused_with_its_instances() -> None:
    found = Found(images=(image(usage="instance"),), users={"m-1": ("i-7", "i-8")})
    text = refusal(wish(state="absent"), found)
    assert "i-7, i-8" in text
    assert "force=true" in text
    assert "re-initialised" in text


def test_an_image_in_use_is_refused_also_when_its_instances_cannot_be_listed() -> None:
    text = refusal(wish(state="absent"), Found(images=(image(usage="instance"),)))
    assert "may not list" in text


def test_id_and_name_must_fit_the_same_image_to_delete_it() -> None:
    text = refusal(Wish(state="absent", image_id="m-1", image_name="web"), Found(images=(image(image_name="db"),)))
    assert "is named 'db', not 'web'" in text


def test_failed_leftovers_of_the_very_name_go_with_it() -> None:
    images = (image("m-1", status="CreateFailed"), image("m-2"))
    deletion = plan(wish(state="absent"), Found(images=images))
    assert [step for step in deletion.steps if isinstance(step, Delete)] == [Delete("m-2", "web"), Delete("m-1", "web")]
    assert len(deletion.warnings) == 1
    assert "m-1" in deletion.warnings[0]
