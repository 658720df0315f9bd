# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that replace an image, from each state in which an earlier run may have ended."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Instance
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Expected, Replacement
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.marks import Mark, digest
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import (
    CheckUnchanged,
    Create,
    Delete,
    Modify,
    ReadBack,
    SetTags,
    Swap,
    Unmark,
    UnsetTags,
    WaitUntilGone,
    WaitUntilUsable,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, disk
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    FROM_INSTANCE,
    FROM_SNAPSHOT,
    NOW,
    kinds,
    planned,
    refused,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import (
    DAY,
    mark,
    old,
    replacement,
    replacing,
)

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan

ALWAYS = {"recreate": "always"}
BEGUN = Mark("m-old", digest(replacing()), NOW).text()
SWAPPED = replacement(image_name="web")
RETIRED = old(image_name="web-m-old")
CLOSING = (Unmark("m-new"), ReadBack("m-new", name="web"))


def of(*images: t.Any, **options: t.Any) -> ImagePlan:
    return planned(replacing(**options), FakeImages(*images))


def only(made: ImagePlan, kind: type) -> t.Any:
    (step,) = [step for step in made.steps if isinstance(step, kind)]
    return step


def removal(found: t.Any) -> tuple[Delete, WaitUntilGone]:
    """The deletion of the replaced image, by its name at that time, once the new image is seen with the name."""
    expected = Expected(found, ("web", "web-m-old"))
    replacement = Replacement("m-new", "web", mark())
    return Delete(expected, reason="it has been replaced", replacement=replacement, may_stay=True), WaitUntilGone(
        "m-old"
    )


def test_from_the_beginning() -> None:
    made = of(old())
    create, wait, swap, delete, gone, unmark, read_back = made.steps
    assert create == Create("web-replacement", FROM_SNAPSHOT, "d", {"a": "1", MARK: BEGUN})
    assert (wait, gone, unmark, read_back) == (
        WaitUntilUsable(None),
        WaitUntilGone("m-old"),
        Unmark(None),
        ReadBack(None, name="web"),
    )
    assert isinstance(swap, Swap)
    assert swap.new == Replacement(None, "web", BEGUN)
    assert (swap.old, swap.replaced_name) == (Expected(old(), ("web", "web-m-old")), "web-m-old")
    assert isinstance(delete, Delete)
    assert (delete.expected, delete.replacement, delete.may_stay) == (swap.old, swap.new, True)
    assert made.actions == [
        "create image 'web-replacement' from snapshot s-new, to replace image m-old",
        "rename the new image to 'web' and image m-old to 'web-m-old'",
        "delete image m-old 'web-m-old' (it has been replaced)",
        f"remove tags {MARK} from the new image",
    ]


def test_the_prediction_is_the_new_image_with_the_properties_of_the_old_one() -> None:
    made = of(old(tags={"a": "1", "ascm:x": "y"}), platform="CentOS")
    assert (made.before, made.facts["replaced_image_id"]) == (old(tags={"a": "1", "ascm:x": "y"}), "m-old")
    known = {"image_id": None, "image_name": "web", "description": "d", "tags": {"a": "1"}, "status": "Available"}
    assert made.after is not None
    assert made.after.items() >= {**known, "platform": "CentOS"}.items()


def test_with_the_replacement_image_still_being_created() -> None:
    assert kinds(of(old(), replacement(status="Creating"))) == [
        WaitUntilUsable,
        Swap,
        Delete,
        WaitUntilGone,
        Unmark,
        ReadBack,
    ]


def test_with_the_replacement_image_ready() -> None:
    made = of(old(), replacement())
    assert only(made, Swap) == Swap(
        Replacement("m-new", "web", mark()), replacement(), Expected(old(), ("web", "web-m-old")), "web-m-old"
    )
    assert made.steps[1:] == (*removal(old()), *CLOSING)
    assert made.after == replacement(image_name="web", tags={"a": "1"})


def test_with_both_under_the_name() -> None:
    made = of(old(), SWAPPED)
    assert kinds(made)[0] is Swap
    assert made.steps[1:] == (*removal(old()), *CLOSING)
    assert (made.before, made.facts["replaced_image_id"]) == (old(), "m-old")


def test_with_the_names_swapped() -> None:
    assert of(RETIRED, SWAPPED).steps == (*removal(RETIRED), *CLOSING)


@pytest.mark.parametrize("recreate", ["on_source_change", "always"])
def test_with_the_old_image_deleted(recreate: str) -> None:
    made = of(SWAPPED, recreate=recreate)
    assert (made.steps, made.before, made.facts["replaced_image_id"]) == (CLOSING, SWAPPED, "m-old")


def test_with_the_new_image_not_yet_usable() -> None:
    made = of(RETIRED, {**SWAPPED, "usable": False, "status": "Creating"})
    assert kinds(made)[0] is WaitUntilUsable
    assert t.cast("t.Any", made.after)["status"] == "Available"


def test_with_the_old_image_renamed_by_somebody_else() -> None:
    assert of(old(image_name="web-known-good"), SWAPPED).steps == CLOSING


@pytest.mark.parametrize("images", [(old(), SWAPPED), (RETIRED, SWAPPED)])
@pytest.mark.parametrize("status", ["UnAvailable", "Deprecated"])
def test_the_old_image_is_not_deleted_if_the_replacement_image_is_unusable(
    status: str, images: tuple[t.Any, ...]
) -> None:
    result = refused(replacing(), FakeImages(images[0], t.cast("t.Any", {**images[1], "status": status})))
    assert (result["reason"], result["image_id"]) == ("unavailable", "m-new")
    assert "m-old" in result["msg"]


@pytest.mark.parametrize(
    ("options", "known"),
    [
        ({}, {"disk_device_mappings": [disk("s-other")]}),
        (ALWAYS, {"marked": mark(FROM_INSTANCE)}),
        (ALWAYS, {"marked": mark(age=DAY)}),
    ],
)
def test_an_unfinished_replacement_is_finished_before_the_next_one_begins(
    options: dict[str, t.Any], known: dict[str, t.Any]
) -> None:
    made = of(RETIRED, replacement(image_name="web", **known), **options)
    finishing, beginning = made.steps[:2], made.steps[2:]
    assert [step.image_id for step in finishing if isinstance(step, Delete)] == ["m-old"]
    assert [type(step) for step in beginning] == kinds(of(old()))
    assert t.cast("Create", beginning[0]).tags[MARK] == Mark("m-new", digest(replacing(**options)), NOW).text()


def test_with_on_source_change_a_matching_replacement_is_finished_whatever_its_mark() -> None:
    made = of(RETIRED, replacement(image_name="web", marked=mark(FROM_INSTANCE)))
    assert kinds(made) == [Delete, WaitUntilGone, Unmark, ReadBack]


def test_two_images_of_the_name_are_distinguished_before_the_next_replacement() -> None:
    unwanted = replacement(image_name="web", marked=mark(FROM_INSTANCE))
    first = t.cast("Swap", of(old(), unwanted).steps[0])
    assert (first.new.image_id, first.made) == ("m-new", unwanted)
    yesterday = replacement("m-2", marked=mark(replaced_id="m-new", age=DAY))
    assert Create in kinds(of(old(), {**SWAPPED, "tags": {MARK: mark(age=DAY)}}, yesterday, **ALWAYS))


def test_without_recreate_an_unfinished_replacement_is_only_reported() -> None:
    for images in ((SWAPPED,), (old(), SWAPPED)):
        told = of(*images, recreate="never", source=None)
        assert told.steps == ()
        assert ["m-new" in warning and "m-old" in warning for warning in told.warnings] == [True]


def test_absent_replaces_nothing() -> None:
    made = of(old(), replacement(), state="absent", **ALWAYS)
    assert kinds(made) == [Delete, WaitUntilGone]


def test_failed_images_of_the_name_are_kept_during_a_replacement() -> None:
    made = of(old(), replacement("m-2", image_name="web", status="CreateFailed", tags={}))
    assert [step.image_id for step in made.steps if isinstance(step, Delete)] == ["m-old"]
    assert ["m-2" in warning for warning in made.warnings] == [True]


# --- properties of the new image -------------------------------------------------------------------------------------


def test_options_win_and_other_properties_are_carried_over() -> None:
    made = of(old(tags={"a": "1", "ascm:x": "y"}), description="new", tags={"b": "2"}, purge_tags=False)
    assert only(made, Create) == Create("web-replacement", FROM_SNAPSHOT, "new", {"a": "1", "b": "2", MARK: BEGUN})


def test_the_new_image_has_the_fixed_properties_of_the_task() -> None:
    create = only(of(old(), image_version="7", platform="CentOS", architecture="x86_64"), Create)
    assert (create.image_version, create.platform, create.architecture) == ("7", "CentOS", "x86_64")


def test_a_new_image_can_have_an_empty_description() -> None:
    assert only(of(old(), description=""), Create).description is None


def test_an_adopted_image_is_updated_before_it_gets_the_name() -> None:
    made = of(old(), replacement(), description="newer", tags={"b": "2"})
    wanted = replacement(description="newer", tags={"b": "2", MARK: mark()})
    assert made.steps[:4] == (
        Modify("m-new", description="newer"),
        UnsetTags("m-new", ("a",)),
        SetTags("m-new", {"b": "2"}),
        ReadBack("m-new", wanted),
    )
    assert only(made, Swap).made == wanted
    growing = of(old(), replacement(status="Creating"), description="newer")
    assert kinds(growing)[:5] == [WaitUntilUsable, CheckUnchanged, Modify, ReadBack, Swap]


@pytest.mark.parametrize(("images", "first"), [((RETIRED, SWAPPED), []), ((old(), SWAPPED), [Swap])])
def test_a_replacement_image_is_updated_before_anything_is_deleted(
    images: tuple[t.Any, ...], first: list[type]
) -> None:
    made = of(*images, description="newer")
    assert kinds(made) == [Modify, ReadBack, *first, Delete, WaitUntilGone, Unmark, ReadBack]
    assert made.after == {**SWAPPED, "description": "newer", "tags": {"a": "1"}}
    if first:
        assert only(made, Swap).made == {**SWAPPED, "description": "newer"}


@pytest.mark.parametrize("count", [19, 20])
def test_a_replacement_with_twenty_tags_is_refused_before_any_change(count: int) -> None:
    tags = {f"k{number:02}": "" for number in range(count)}
    if count == 19:
        assert len(only(of(old(), tags=tags), Create).tags) == 20
        return
    assert refused(replacing(tags=tags), FakeImages(old()))["reason"] == "invalid_input"
    assert refused(replacing(), FakeImages(old(tags=tags)))["image_id"] == "m-old"


def test_without_wait_only_the_new_image_is_waited_for() -> None:
    assert kinds(of(old(), wait=False)) == [Create, WaitUntilUsable, Swap, Delete, Unmark]


# --- images that must not be replaced --------------------------------------------------------------------------------


def test_an_old_image_may_be_in_use_only_with_force() -> None:
    delete = only(of(old(usage="instance"), force=True), Delete)
    assert (delete.force, delete.expected.may_be_in_use) == (True, True)
    assert only(of(old(usage="instance"), force=True), Swap).old.may_be_in_use


def test_an_old_image_that_is_still_being_created_is_not_replaced() -> None:
    result = refused(replacing(), FakeImages(old(status="Creating")))
    assert (result["reason"], result["image_id"]) == ("source_differs", "m-old")
    assert "s-old" in result["msg"]


def test_a_source_that_is_not_yet_ready_causes_a_warning() -> None:
    cloud = FakeImages(old())
    cloud.instances = {"i-1": Instance("i-1", "Pending")}
    made = planned(replacing(source=FROM_INSTANCE, **ALWAYS), cloud)
    assert ["i-1" in warning for warning in made.warnings] == [True]
