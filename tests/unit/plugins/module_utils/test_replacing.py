# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import RefusalError
from ansible_collections.apsarastack.cloud.plugins.module_utils.planning import plan
from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Found, Plan
from ansible_collections.apsarastack.cloud.plugins.module_utils.replacing import (
    LONGEST_NAME,
    cast,
    reason,
    retired_name,
    source_difference,
    stand_in_name,
)
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
from ansible_collections.apsarastack.cloud.plugins.module_utils.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import DiskMapping, Source, Wish
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import disk, image

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image

INSTANCE = Source(instance_id="i-1")
SNAPSHOT = Source(snapshot_id="s-new")
FACTS = SourceFacts(instance=Instance("i-1", "Running"), snapshots={"s-new": Snapshot("s-new", "accomplished", 40)})
OLD_DISKS = [disk("s-old", 40)]


def old(**known: t.Any) -> Image:
    return image("m-old", **{"disk_device_mappings": OLD_DISKS, "description": "d", "tags": {"a": "1"}, **known})


def stand_in(**known: t.Any) -> Image:
    defaults = {
        "image_name": "web-stand-in",
        "description": "d",
        "tags": {"a": "1", MARK: "m-old"},
        "disk_device_mappings": [disk("s-new", 40)],
    }
    return image("m-new", **{**defaults, **known})


def wish(**options: t.Any) -> Wish:
    return Wish(**{"image_name": "web", "source": SNAPSHOT, "recreate": "on_source_change", **options})


def planned(wished: Wish, *images: Image, **found: t.Any) -> Plan:
    return plan(wished, Found(images=images, source=FACTS, **found))


def refusal(wished: Wish, *images: Image, **found: t.Any) -> str:
    with pytest.raises(RefusalError) as caught:
        planned(wished, *images, **found)
    return caught.value.message


# --- why -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "disks", "differs"),
    [
        (None, OLD_DISKS, False),
        (INSTANCE, OLD_DISKS, False),
        (Source(snapshot_id="s-old"), OLD_DISKS, False),
        (Source(snapshot_id="s-new"), OLD_DISKS, True),
        (Source(snapshot_id="s-old"), [disk("s-old"), disk("s-2")], True),
        (Source(snapshot_id="s-new"), [], False),
        (Source(snapshot_id="s-new"), [disk(None)], False),
        (Source(snapshot_id="s-new"), [disk("")], False),
        (Source(disks=(DiskMapping("s-old"),)), OLD_DISKS, False),
        (Source(disks=(DiskMapping("s-old", 40),)), OLD_DISKS, False),
        (Source(disks=(DiskMapping("s-old", 50),)), OLD_DISKS, True),
        (Source(disks=(DiskMapping("s-1"), DiskMapping("s-2", 9))), [disk("s-2", 9), disk("s-1", 40)], False),
        (Source(disks=(DiskMapping("s-1"), DiskMapping("s-1", 9))), [disk("s-1", 9), disk("s-1", 40)], False),
        (Source(disks=(DiskMapping("s-1"), DiskMapping("s-1", 9))), [disk("s-1", 8), disk("s-1", 40)], True),
        (Source(disks=(DiskMapping("s-1"), DiskMapping(size=20))), [disk("s-1"), disk("", 20)], False),
        (Source(disks=(DiskMapping("s-1"), DiskMapping(size=20))), [disk("s-1"), disk(None, 30)], True),
        (Source(disks=(DiskMapping("s-1"),)), [disk("s-1"), disk("s-2")], True),
        (Source(disks=(DiskMapping("s-1"), DiskMapping("s-2"))), [disk("s-1")], True),
    ],
)
def test_a_source_differs_as_far_as_the_cloud_tells(source: Source | None, disks: list[t.Any], differs: bool) -> None:
    assert (source_difference(source, old(disk_device_mappings=disks)) is not None) is differs


def test_never_refuses_and_names_both_sources() -> None:
    text = refusal(wish(recreate="never"), old(disk_device_mappings=[disk("s-old"), disk(None, 20)]))
    assert "it was made of s-old (40 GiB), a blank disk (20 GiB), and the task names snapshot s-new" in text
    assert "recreate=on_source_change" in text


@pytest.mark.parametrize(
    ("options", "known", "replaces"),
    [
        ({"recreate": "never"}, {}, False),
        ({}, {}, True),
        ({}, {"status": "Creating"}, True),
        ({"source": Source(snapshot_id="s-old")}, {}, False),
        ({"source": INSTANCE}, {}, False),
        ({"source": None}, {}, False),
        ({"source": INSTANCE, "platform": "Ubuntu"}, {"platform": "CentOS"}, True),
        ({"source": None, "platform": "Ubuntu"}, {"platform": "CentOS"}, False),
        ({"source": INSTANCE, "recreate": "always"}, {}, True),
        ({"source": INSTANCE, "recreate": "always"}, {"status": "UnAvailable"}, True),
        ({"source": INSTANCE, "recreate": "always"}, {"status": "Creating"}, False),
    ],
)
def test_what_is_a_reason_to_replace(options: dict[str, t.Any], known: dict[str, t.Any], replaces: bool) -> None:
    assert (reason(wish(**options), old(**known)) is not None) is replaces


def test_absent_replaces_nothing() -> None:
    found = Found(images=(old(),), stand_ins=(stand_in(),), source=FACTS)
    assert cast(wish(state="absent", recreate="always"), old(), found) is None
    assert cast(wish(recreate="always"), old(), found) is not None


# --- names -----------------------------------------------------------------------------------------------------------


def test_derived_names_say_what_they_are_for_and_long_ones_keep_their_beginning() -> None:
    assert stand_in_name("web") == "web-stand-in"
    assert retired_name("web", "m-1") == "web-m-1"
    assert stand_in_name("n" * 119) == "n" * 119 + "-stand-in"
    long = stand_in_name("n" * 120)
    assert len(long) == LONGEST_NAME
    assert re.fullmatch("n{110}-[0-9a-f]{8}-stand-in", long)


@pytest.mark.parametrize("length", [2, 119, 120, 128])
def test_derived_names_are_valid_and_differ(length: int) -> None:
    name, twin = "n" * length, "n" * (length - 1) + "o"
    names = {stand_in_name(name), stand_in_name(twin), retired_name(name, "m-1"), retired_name(name, "m-2")}
    assert len(names) == 4
    assert all(len(one) <= LONGEST_NAME and one not in (name, twin) for one in names)


# --- in which steps: from each moment at which an earlier run may have ended -----------------------------------------

RETIRE = Modify("m-old", "web-m-old", None)
TAKE_OVER = Modify("m-new", "web", None)
REMOVE = (Delete("m-old", "web", reason="it is replaced"), WaitUntilGone("m-old"))
REMOVE_RETIRED = (Delete("m-old", "web-m-old", reason="it is replaced"), WaitUntilGone("m-old"))
UNMARK = (UnsetTags("m-new", (MARK,)), ReadBack("m-new"))


def test_from_the_beginning() -> None:
    made = planned(wish(), old())
    assert made.steps == (
        Create("web-stand-in", SNAPSHOT, "d", {"a": "1", MARK: "m-old"}),
        WaitUntilUsable(None),
        RETIRE,
        Modify(None, "web", None),
        *REMOVE,
        UnsetTags(None, (MARK,)),
        ReadBack(None),
    )
    assert made.before == old()
    assert made.after is not None
    assert {key: made.after[key] for key in ("image_id", "image_name", "description", "tags")} == {
        "image_id": None,
        "image_name": "web",
        "description": "d",
        "tags": {"a": "1"},
    }
    assert made.replaced_image_id == "m-old"
    assert made.actions == [
        "create image 'web-stand-in' from snapshot s-new, to replace image m-old",
        "rename image m-old to 'web-m-old'",
        "rename the new image to 'web'",
        "delete image m-old 'web' (it is replaced)",
        f"remove tags {MARK} from the new image",
    ]


def test_with_the_stand_in_still_in_creation() -> None:
    made = planned(wish(), old(), stand_ins=(stand_in(status="Creating"),))
    assert made.steps == (WaitUntilUsable("m-new"), RETIRE, TAKE_OVER, *REMOVE, *UNMARK)


def test_with_the_stand_in_ready() -> None:
    made = planned(wish(), old(), stand_ins=(stand_in(),))
    assert made.steps == (RETIRE, TAKE_OVER, *REMOVE, *UNMARK)
    assert made.after == stand_in(image_name="web", tags={"a": "1"})


def test_the_successor_is_labelled_and_predicted_as_the_task_says() -> None:
    made = planned(wish(image_version="7", platform="CentOS", architecture="x86_64"), old())
    create = t.cast("Create", made.steps[0])
    assert (create.image_version, create.platform, create.architecture) == ("7", "CentOS", "x86_64")
    assert made.after is not None
    assert made.after["status"] == "Available"
    assert (made.after["image_version"], made.after["platform"], made.after["architecture"]) == (
        "7",
        "CentOS",
        "x86_64",
    )


def test_a_spoiled_stand_in_is_gone_before_the_next_is_made_even_without_wait() -> None:
    steps = planned(wish(wait=False), old(), stand_ins=(stand_in(status="CreateFailed"),)).steps
    assert steps[:2] == (Delete("m-new", "web-stand-in", reason="it is of no use"), WaitUntilGone("m-new"))


@pytest.mark.parametrize(
    "spoiled",
    [
        {"status": "CreateFailed"},
        {"disk_device_mappings": [disk("s-other")]},
    ],
)
def test_with_a_stand_in_that_is_of_no_use(spoiled: dict[str, t.Any]) -> None:
    steps = planned(wish(), old(), stand_ins=(stand_in(**spoiled),)).steps
    assert steps[:3] == (
        Delete("m-new", "web-stand-in", reason="it is of no use"),
        WaitUntilGone("m-new"),
        Create("web-stand-in", SNAPSHOT, "d", {"a": "1", MARK: "m-old"}),
    )


def test_with_the_old_one_retired() -> None:
    made = planned(wish(), stand_ins=(stand_in(),), replaced=old(image_name="web-m-old"))
    assert made.steps == (TAKE_OVER, *REMOVE_RETIRED, *UNMARK)


def test_with_the_old_one_retired_and_the_stand_in_spoiled() -> None:
    retired = old(image_name="web-m-old")
    steps = planned(wish(), stand_ins=(stand_in(status="CreateFailed"),), replaced=retired).steps
    assert RETIRE not in steps
    assert steps[2] == Create("web-stand-in", SNAPSHOT, "d", {"a": "1", MARK: "m-old"})


def test_with_the_names_swapped() -> None:
    made = planned(wish(), stand_in(image_name="web"), replaced=old(image_name="web-m-old"))
    assert made.steps == (*REMOVE_RETIRED, *UNMARK)


@pytest.mark.parametrize("recreate", ["on_source_change", "always"])
def test_with_the_old_one_gone(recreate: str) -> None:
    assert planned(wish(recreate=recreate), stand_in(image_name="web")).steps == UNMARK


def test_an_unavailable_successor_gets_no_old_image_deleted() -> None:
    assert "UnAvailable" in refusal(wish(), stand_in(image_name="web", status="UnAvailable"), replaced=old())
    steps = planned(wish(), old(), stand_ins=(stand_in(status="UnAvailable"),)).steps
    assert steps[0] == Delete("m-new", "web-stand-in", reason="it is of no use")


def test_a_finished_replacement_from_another_source_says_to_run_again() -> None:
    other = stand_in(image_name="web", disk_device_mappings=[disk("s-other")])
    made = planned(wish(), other, replaced=old(image_name="web-m-old"))
    assert made.steps == (*REMOVE_RETIRED, *UNMARK)
    assert ["run the task again" in warning for warning in made.warnings] == [True]


def test_with_everything_gone_but_a_stand_in() -> None:
    assert planned(wish(), stand_ins=(stand_in(),)).steps == (TAKE_OVER, *UNMARK)
    steps = planned(wish(), stand_ins=(stand_in(status="CreateFailed"),)).steps
    assert steps[2:] == (Create("web", SNAPSHOT), WaitUntilUsable(None))


def test_without_recreate_an_interrupted_replacement_is_only_told() -> None:
    told = planned(wish(recreate="never"), stand_in(image_name="web"))
    assert told.steps == ()
    assert ["interrupted" in warning for warning in told.warnings] == [True]


# --- what the new image is like --------------------------------------------------------------------------------------


def test_what_the_task_names_wins_and_the_rest_is_carried_over() -> None:
    made = planned(wish(description="new", tags={"b": "2"}, purge_tags=False), old(tags={"a": "1", "ascm:x": "y"}))
    assert made.steps[0] == Create("web-stand-in", SNAPSHOT, "new", {"a": "1", "b": "2", MARK: "m-old"})


def test_a_new_image_can_have_the_empty_description_that_the_old_one_could_not_get() -> None:
    assert t.cast("Create", planned(wish(description=""), old()).steps[0]).description is None


def test_an_adopted_stand_in_gets_what_the_task_names_meanwhile() -> None:
    steps = planned(wish(description="newer", tags={"b": "2"}), old(), stand_ins=(stand_in(),)).steps
    assert Modify("m-new", "web", "newer") in steps
    assert steps[-3:] == (UnsetTags("m-new", ("a", MARK)), SetTags("m-new", {"b": "2"}), ReadBack("m-new"))


def test_twenty_tags_leave_no_room_for_the_mark_so_the_last_one_is_set_at_the_end() -> None:
    tags = {f"k{number:02}": "" for number in range(20)}
    steps = planned(wish(tags=tags), old()).steps
    created = t.cast("Create", steps[0]).tags
    assert len(created) == 20
    assert created[MARK] == "m-old"
    assert steps[-3:] == (UnsetTags(None, (MARK,)), SetTags(None, {"k19": ""}), ReadBack(None))


def test_without_wait_the_new_image_is_waited_for_but_the_removal_is_not() -> None:
    steps = planned(wish(wait=False), old()).steps
    assert WaitUntilUsable(None) in steps
    assert WaitUntilGone("m-old") not in steps
    assert ReadBack(None) not in steps


def test_an_old_image_in_creation_is_deleted_only_when_it_is_at_rest() -> None:
    steps = planned(wish(), old(status="Creating")).steps
    assert steps.index(WaitUntilSettled("m-old")) + 1 == steps.index(Delete("m-old", "web", reason="it is replaced"))


# --- refusals --------------------------------------------------------------------------------------------------------


def test_an_old_image_in_use_is_refused_before_anything_is_done() -> None:
    used = old(usage="instance")
    assert "i-7" in refusal(wish(), used, users={"m-old": ("i-7",)})
    steps = planned(wish(force=True), used).steps
    assert Delete("m-old", "web", force=True, reason="it is replaced") in steps


def test_an_image_that_only_has_the_name_of_a_stand_in_is_refused() -> None:
    text = refusal(wish(), old(), stand_ins=(stand_in(tags={}),))
    assert "m-new" in text
    assert "is no stand-in of this module" in text


def test_a_source_that_is_not_ready_yet_is_told() -> None:
    pending = SourceFacts(instance=Instance("i-1", "Pending"))
    made = plan(wish(source=INSTANCE, recreate="always"), Found(images=(old(),), source=pending))
    assert ["i-1 is Pending" in warning for warning in made.warnings] == [True]


def test_two_stand_ins_are_refused() -> None:
    other = image("m-other", image_name="web-stand-in", tags={MARK: "m-old"})
    text = refusal(wish(), old(), stand_ins=(stand_in(), other))
    assert "More than one image is named 'web-stand-in'" in text
    assert "m-new" in text
