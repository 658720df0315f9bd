# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which unfinished replacements a run adopts, does not touch, or deletes, and when."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Replacement
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.marks import replacement_in
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import (
    Create,
    Delete,
    Modify,
    ReadBack,
    SetTags,
    Swap,
    Unmark,
    WaitUntilGone,
    WaitUntilUsable,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, disk, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    FROM_INSTANCE,
    kinds,
    planned,
    refused,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import (
    DAY,
    MINUTE,
    mark,
    old,
    replacement,
    replacing,
)

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan

ALWAYS = {"recreate": "always"}
OTHER = Source(snapshot_id="s-other")
OF_OTHER: dict[str, t.Any] = {"marked": mark(OTHER), "disk_device_mappings": [disk("s-other")]}
RETIRED = old(image_name="web-m-old")
SECOND = "web-replacement-2"


def of(*images: t.Any, **options: t.Any) -> ImagePlan:
    return planned(replacing(**options), FakeImages(*images))


def adopted(made: ImagePlan) -> str | None:
    """The image of an earlier run that becomes the new one; None if a new one is created."""
    if Create in kinds(made):
        return None
    return next(step.new.image_id for step in made.steps if isinstance(step, Swap))


def deleted(made: ImagePlan, *, before: type) -> list[str]:
    """The images that are deleted before the first step of that type."""
    steps = made.steps[: kinds(made).index(before)]
    return [step.image_id for step in steps if isinstance(step, Delete)]


# --- adoption --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, ALWAYS])
@pytest.mark.parametrize("status", ["Available", "Creating", "Waiting"])
def test_a_replacement_of_the_same_image_from_the_same_source_is_adopted(
    status: str, options: dict[str, t.Any]
) -> None:
    made = of(old(), replacement(status=status), **options)
    assert adopted(made) == "m-new"
    assert (WaitUntilUsable("m-new") in made.steps) is (status != "Available")
    assert deleted(made, before=Swap) == []


def test_adopting_a_replacement_warns_with_its_id_and_its_age() -> None:
    made = of(old(), replacement(marked=mark(age=90 * MINUTE)))
    facts = ("m-new", "m-old", "2026-11-26T10:30:00Z", "90 minutes")
    assert [[fact in warning for fact in facts] for warning in made.warnings] == [[True] * 4]


def test_an_older_replacement_is_adopted_with_on_source_change() -> None:
    assert adopted(of(old(), replacement(marked=mark(age=DAY)))) == "m-new"


NOT_TAKEN_OVER: dict[str, tuple[dict[str, t.Any], dict[str, t.Any]]] = {
    "from another source": ({}, OF_OTHER),
    "from another instance, which the cloud does not report": (
        {"source": FROM_INSTANCE, **ALWAYS},
        {"marked": mark(Source(instance_id="i-2")), "disk_device_mappings": [disk("s-of-m-new")]},
    ),
    "from other disks than those of its mark": ({}, {"disk_device_mappings": [disk("s-other")]}),
    "with other properties": ({"platform": "CentOS"}, {}),
    "of yesterday, with recreate=always": (ALWAYS, {"marked": mark(age=DAY)}),
}
OF_ANOTHER_IMAGE: dict[str, t.Any] = {"marked": mark(replaced_id="m-1")}
NOT_WAITED_FOR = {**NOT_TAKEN_OVER, "of another image": ({}, OF_ANOTHER_IMAGE)}


@pytest.mark.parametrize(("options", "known"), NOT_WAITED_FOR.values(), ids=NOT_WAITED_FOR)
def test_another_replacement_that_is_being_created_is_not_touched(
    options: dict[str, t.Any], known: dict[str, t.Any]
) -> None:
    result = refused(replacing(**options), FakeImages(old(), replacement(status="Creating", **known)))
    assert (result["reason"], result["image_id"]) == ("unfinished_replacement", "m-new")
    assert "begun" in result["msg"]
    assert "m-new" in result["msg"]


def test_a_mark_of_release_1_0_0_causes_no_deletion() -> None:
    assert of(RETIRED, replacement(image_name="web", marked="m-old")).steps == ()


@pytest.mark.parametrize("options", [{}, ALWAYS])
def test_an_image_of_the_name_that_is_being_created_is_not_touched(
    options: dict[str, t.Any],
) -> None:
    result = refused(replacing(**options), FakeImages(old(status="Creating")))
    assert (result["reason"], result["image_id"]) == ("source_differs", "m-old")


def test_the_age_of_an_unfinished_replacement_is_reported() -> None:
    growing = replacement(status="Creating", marked=mark(OTHER, age=12 * MINUTE))
    assert "2026-11-26T11:48:00Z, 12 minutes" in refused(replacing(), FakeImages(old(), growing))["msg"]


@pytest.mark.parametrize(("options", "known"), NOT_TAKEN_OVER.values(), ids=NOT_TAKEN_OVER)
def test_another_usable_replacement_is_deleted_only_after_the_new_one_has_the_name(
    options: dict[str, t.Any], known: dict[str, t.Any]
) -> None:
    made = of(old(), replacement(**known), **options)
    create = next(step for step in made.steps if isinstance(step, Create))
    assert create.image_name == SECOND
    assert deleted(made, before=Swap) == []
    assert deleted(made, before=Unmark) == ["m-old", "m-new"]
    assert all(isinstance(step, Delete) and step.replacement for step in made.steps if isinstance(step, Delete))


@pytest.mark.parametrize("options", [{}, ALWAYS])
def test_a_usable_replacement_from_the_same_source_is_adopted_whatever_it_was_to_replace(
    options: dict[str, t.Any],
) -> None:
    made = of(old(), replacement(**OF_ANOTHER_IMAGE), **options)
    assert adopted(made) == "m-new"
    # Before the swap, its mark names the image that it now replaces; the start time stays.
    assert kinds(made)[:3] == [SetTags, ReadBack, Swap]
    assert t.cast("SetTags", made.steps[0]).tags == {MARK: mark()}
    assert t.cast("Swap", made.steps[2]).new.mark == mark()


def test_a_deprecated_replacement_is_not_adopted() -> None:
    made = of(old(), replacement(status="Deprecated"))
    assert adopted(made) is None
    assert deleted(made, before=Unmark) == ["m-old", "m-new"]
    assert "delete image m-new 'web-replacement' (it is an outdated replacement)" in made.actions


@pytest.mark.parametrize("status", ["CreateFailed", "UnAvailable"])
@pytest.mark.parametrize("wait", [True, False])
def test_a_failed_replacement_is_deleted_before_the_new_one_is_created(status: str, wait: bool) -> None:
    made = of(old(), replacement(status=status), wait=wait)
    assert kinds(made)[:3] == [Delete, WaitUntilGone, Create]
    assert deleted(made, before=Create) == ["m-new"]
    why = "its creation failed" if status == "CreateFailed" else "it is UnAvailable"
    assert made.actions[0] == f"delete image m-new 'web-replacement' ({why})"
    told = "image m-new ('web-replacement'), which an earlier run created to replace image m-old, is deleted"
    assert [warning.startswith(told) for warning in made.warnings] == [True]
    assert t.cast("Create", made.steps[2]).image_name == "web-replacement"


@pytest.mark.parametrize("status", ["Available", "Creating", "CreateFailed"])
@pytest.mark.parametrize("tags", [{}, {MARK: ""}, {MARK: "no/mark"}, {MARK: "m-new"}, {MARK: "m-old"}])
@pytest.mark.parametrize("name", ["web-replacement", SECOND])
def test_an_image_with_a_temporary_name_but_no_mark_is_not_touched(
    status: str, tags: dict[str, str], name: str
) -> None:
    stranger = replacement(status=status, image_name=name, tags=tags)
    result = refused(replacing(), FakeImages(old(), stranger))
    assert result["reason"] == "name_taken"
    assert "m-new" in result["msg"]
    assert name in result["msg"]


def test_an_unrelated_image_with_a_temporary_name_does_not_prevent_a_creation() -> None:
    stranger = replacement(tags={}, image_name="web-replacement")
    made = [step.image_name for step in of(stranger).steps if isinstance(step, Create)]
    assert made == ["web"]


# --- several candidates ----------------------------------------------------------------------------------------------

EARLIER, LATER = {"creation_time": "2026-11-26T09:00:00Z"}, {"creation_time": "2026-11-26T10:00:00Z"}


def test_of_two_matching_replacements_the_older_one_is_adopted() -> None:
    younger, older = replacement("m-2", **LATER), replacement("m-3", image_name=SECOND, **EARLIER)
    for images in ((younger, older), (older, younger)):
        made = of(old(), *images)
        assert adopted(made) == "m-3"
        assert deleted(made, before=Swap) == []
        assert deleted(made, before=Unmark) == ["m-old", "m-2"]


def test_a_matching_replacement_wins_over_one_that_does_not_match() -> None:
    made = of(old(), replacement("m-2", **OF_OTHER, **EARLIER), replacement("m-3", image_name=SECOND, **LATER))
    assert adopted(made) == "m-3"
    assert deleted(made, before=Unmark) == ["m-old", "m-2"]


def test_a_second_replacement_that_is_being_created_is_not_touched() -> None:
    younger = replacement("m-3", image_name=SECOND, status="Creating", **LATER)
    result = refused(replacing(), FakeImages(old(), replacement("m-2", **EARLIER), younger))
    assert (result["reason"], result["image_id"]) == ("unfinished_replacement", "m-3")


def test_if_both_temporary_names_are_taken_the_task_fails() -> None:
    result = refused(
        replacing(),
        FakeImages(old(), replacement("m-2", **OF_OTHER), replacement("m-3", image_name=SECOND, **OF_OTHER)),
    )
    assert result["reason"] == "unfinished_replacement"
    assert "m-2" in result["msg"]
    assert "m-3" in result["msg"]


# --- if no image has the name ----------------------------------------------------------------------------------------


def test_a_swap_that_stopped_between_its_renames_is_finished() -> None:
    made = of(RETIRED, replacement())
    assert kinds(made) == [Swap, Delete, WaitUntilGone, Unmark, ReadBack]
    assert (adopted(made), deleted(made, before=Unmark)) == ("m-new", ["m-old"])


@pytest.mark.parametrize("known", [{"status": "CreateFailed"}, OF_OTHER])
def test_the_old_image_gets_its_name_back_before_a_new_one_is_created(known: dict[str, t.Any]) -> None:
    made = of(RETIRED, replacement(**known))
    assert Modify("m-old", "web", None) in made.steps[: kinds(made).index(Create)]
    assert "m-old" not in deleted(made, before=Swap)


def test_with_always_yesterdays_replacement_is_not_adopted() -> None:
    yesterday = replacement(marked=mark(age=DAY))
    assert adopted(of(RETIRED, yesterday, **ALWAYS)) is None
    assert adopted(of(RETIRED, yesterday)) == "m-new"


def test_a_replacement_whose_old_image_is_deleted_gets_the_name() -> None:
    made = of(replacement())
    assert kinds(made) == [Swap, Unmark, ReadBack]
    assert made.steps[0] == Swap(Replacement("m-new", "web", mark()), replacement())


def test_an_image_that_somebody_renamed_is_not_mistaken_for_the_replaced_one() -> None:
    made = of(old(image_name="web-known-good"), replacement())
    assert (adopted(made), deleted(made, before=Unmark)) == ("m-new", [])


def test_the_only_usable_image_is_deleted_after_the_new_one_is_usable_whatever_its_source() -> None:
    made = of(replacement(**OF_OTHER))
    assert kinds(made) == [Create, WaitUntilUsable, ReadBack, Delete, WaitUntilGone]
    assert t.cast("Create", made.steps[0]).image_name == "web"
    assert made.actions[1] == "delete image m-new 'web-replacement' (it is an outdated replacement)"
    kept = of(replacement(**OF_OTHER, usage="instance"))
    assert Delete not in kinds(kept)
    assert ["m-new" in warning for warning in kept.warnings] == [True]
    # Without wait, the task does not see whether it becomes usable.
    assert Delete not in kinds(of(replacement(**OF_OTHER), wait=False))


# --- an image and its replacement ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "replacement"),
    [
        ((image("m-1"), image("m-2", tags={MARK: mark(replaced_id="m-1")})), "m-2"),
        ((image("m-1", tags={MARK: mark(replaced_id="m-2")}), image("m-2")), "m-1"),
        ((image("m-1"), image("m-2", tags={MARK: mark(replaced_id="m-9")})), None),
        ((image("m-1"), image("m-2", tags={MARK: mark(replaced_id="m-2")})), None),
        # The mark of release 1.0.0.
        ((image("m-1"), image("m-2", tags={MARK: "m-1"})), None),
        ((image("m-1"), image("m-2", tags={MARK: mark(replaced_id="m-1")}), image("m-3")), None),
        ((image("m-2", tags={MARK: mark(replaced_id="m-1")}),), None),
        ((), None),
    ],
)
def test_an_image_and_its_replacement_are_not_ambiguous(images: tuple[t.Any, ...], replacement: str | None) -> None:
    found = replacement_in(images)
    assert (None if found is None else found["image_id"]) == replacement
