# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose unfinished replacement a run takes over, leaves alone, or deletes, and when."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Successor
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.marks import successor_in
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
    """The image of an earlier run that becomes the new one; None where one is created."""
    if Create in kinds(made):
        return None
    return next(step.new.image_id for step in made.steps if isinstance(step, Swap))


def deleted(made: ImagePlan, *, before: type) -> list[str]:
    """The images that are deleted before the first step of that type."""
    steps = made.steps[: kinds(made).index(before)]
    return [step.image_id for step in steps if isinstance(step, Delete)]


# --- what is taken over ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, ALWAYS])
@pytest.mark.parametrize("status", ["Available", "Creating", "Waiting"])
def test_a_replacement_of_the_same_image_from_the_same_source_is_taken_over(
    status: str, options: dict[str, t.Any]
) -> None:
    made = of(old(), replacement(status=status), **options)
    assert adopted(made) == "m-new"
    assert (WaitUntilUsable("m-new") in made.steps) is (status != "Available")
    assert deleted(made, before=Swap) == []


def test_who_takes_one_over_hears_what_it_is_and_when_it_was_begun() -> None:
    made = of(old(), replacement(marked=mark(age=90 * MINUTE)))
    facts = ("m-new", "m-old", "2026-11-26T10:30:00Z", "90 minutes")
    assert [[fact in warning for fact in facts] for warning in made.warnings] == [[True] * 4]


def test_one_of_yesterday_is_taken_over_where_only_the_source_counts() -> None:
    assert adopted(of(old(), replacement(marked=mark(age=DAY)))) == "m-new"


NOT_TAKEN_OVER: dict[str, tuple[dict[str, t.Any], dict[str, t.Any]]] = {
    "from another source": ({}, OF_OTHER),
    "from another instance, of which the cloud tells nothing": (
        {"source": FROM_INSTANCE, **ALWAYS},
        {"marked": mark(Source(instance_id="i-2")), "disk_device_mappings": [disk("s-of-m-new")]},
    ),
    "from disks that are not those of its mark": ({}, {"disk_device_mappings": [disk("s-other")]}),
    "labelled otherwise": ({"platform": "CentOS"}, {}),
    "of yesterday, where each run makes a new one": (ALWAYS, {"marked": mark(age=DAY)}),
}
OF_ANOTHER_IMAGE: dict[str, t.Any] = {"marked": mark(replaced_id="m-1")}
NOT_WAITED_FOR = {**NOT_TAKEN_OVER, "of another image": ({}, OF_ANOTHER_IMAGE)}


@pytest.mark.parametrize(("options", "known"), NOT_WAITED_FOR.values(), ids=NOT_WAITED_FOR)
def test_another_one_that_is_still_being_created_belongs_to_somebody(
    options: dict[str, t.Any], known: dict[str, t.Any]
) -> None:
    result = refused(replacing(**options), FakeImages(old(), replacement(status="Creating", **known)))
    assert (result["reason"], result["image_id"]) == ("unfinished_replacement", "m-new")
    assert "begun" in result["msg"]
    assert "m-new" in result["msg"]


def test_what_release_1_0_0_marked_gets_no_image_deleted() -> None:
    assert of(RETIRED, replacement(image_name="web", marked="m-old")).steps == ()


@pytest.mark.parametrize("options", [{}, ALWAYS])
def test_an_image_of_the_name_that_is_still_being_created_is_left_to_whoever_creates_it(
    options: dict[str, t.Any],
) -> None:
    result = refused(replacing(**options), FakeImages(old(status="Creating")))
    assert (result["reason"], result["image_id"]) == ("source_differs", "m-old")


def test_the_age_of_what_belongs_to_somebody_is_told() -> None:
    growing = replacement(status="Creating", marked=mark(OTHER, age=12 * MINUTE))
    assert "2026-11-26T11:48:00Z, 12 minutes" in refused(replacing(), FakeImages(old(), growing))["msg"]


@pytest.mark.parametrize(("options", "known"), NOT_TAKEN_OVER.values(), ids=NOT_TAKEN_OVER)
def test_another_one_that_is_usable_is_deleted_only_after_the_new_one_is_in_its_place(
    options: dict[str, t.Any], known: dict[str, t.Any]
) -> None:
    made = of(old(), replacement(**known), **options)
    create = next(step for step in made.steps if isinstance(step, Create))
    assert create.image_name == SECOND
    assert deleted(made, before=Swap) == []
    assert deleted(made, before=Unmark) == ["m-old", "m-new"]
    assert all(isinstance(step, Delete) and step.successor for step in made.steps if isinstance(step, Delete))


@pytest.mark.parametrize("options", [{}, ALWAYS])
def test_a_usable_one_from_the_same_source_is_taken_over_whatever_it_was_to_replace(options: dict[str, t.Any]) -> None:
    made = of(old(), replacement(**OF_ANOTHER_IMAGE), **options)
    assert adopted(made) == "m-new"
    # Before the swap its mark names the image that it replaces now; when it was begun stays.
    assert kinds(made)[:3] == [SetTags, ReadBack, Swap]
    assert t.cast("SetTags", made.steps[0]).tags == {MARK: mark()}
    assert t.cast("Swap", made.steps[2]).new.mark == mark()


def test_one_that_has_been_deprecated_is_not_taken_over() -> None:
    made = of(old(), replacement(status="Deprecated"))
    assert adopted(made) is None
    assert deleted(made, before=Unmark) == ["m-old", "m-new"]
    assert "delete image m-new 'web-replacement' (it is an outdated replacement)" in made.actions


@pytest.mark.parametrize("status", ["CreateFailed", "UnAvailable"])
@pytest.mark.parametrize("wait", [True, False])
def test_one_that_is_of_no_use_is_gone_before_the_new_one_is_created(status: str, wait: bool) -> None:
    made = of(old(), replacement(status=status), wait=wait)
    assert kinds(made)[:3] == [Delete, WaitUntilGone, Create]
    assert deleted(made, before=Create) == ["m-new"]
    assert made.actions[0] == "delete image m-new 'web-replacement' (its creation failed)"
    assert t.cast("Create", made.steps[2]).image_name == "web-replacement"


@pytest.mark.parametrize("status", ["Available", "Creating", "CreateFailed"])
@pytest.mark.parametrize("tags", [{}, {MARK: ""}, {MARK: "no/mark"}, {MARK: "m-new"}, {MARK: "m-old"}])
@pytest.mark.parametrize("name", ["web-replacement", SECOND])
def test_an_image_that_only_has_a_temporary_name_is_not_touched(status: str, tags: dict[str, str], name: str) -> None:
    stranger = replacement(status=status, image_name=name, tags=tags)
    result = refused(replacing(), FakeImages(old(), stranger))
    assert result["reason"] == "name_taken"
    assert "m-new" in result["msg"]
    assert name in result["msg"]


def test_where_nobody_has_the_name_a_stranger_under_a_temporary_one_is_in_nobodys_way() -> None:
    stranger = replacement(tags={}, image_name="web-replacement")
    made = [step.image_name for step in of(stranger).steps if isinstance(step, Create)]
    assert made == ["web"]


# --- several candidates ----------------------------------------------------------------------------------------------

EARLIER, LATER = {"creation_time": "2026-11-26T09:00:00Z"}, {"creation_time": "2026-11-26T10:00:00Z"}


def test_of_two_that_would_do_every_run_takes_the_older() -> None:
    younger, older = replacement("m-2", **LATER), replacement("m-3", image_name=SECOND, **EARLIER)
    for images in ((younger, older), (older, younger)):
        made = of(old(), *images)
        assert adopted(made) == "m-3"
        assert deleted(made, before=Swap) == []
        assert deleted(made, before=Unmark) == ["m-old", "m-2"]


def test_one_that_would_do_is_not_passed_over_for_one_that_would_not() -> None:
    made = of(old(), replacement("m-2", **OF_OTHER, **EARLIER), replacement("m-3", image_name=SECOND, **LATER))
    assert adopted(made) == "m-3"
    assert deleted(made, before=Unmark) == ["m-old", "m-2"]


def test_a_second_one_that_is_still_being_created_belongs_to_somebody() -> None:
    younger = replacement("m-3", image_name=SECOND, status="Creating", **LATER)
    result = refused(replacing(), FakeImages(old(), replacement("m-2", **EARLIER), younger))
    assert (result["reason"], result["image_id"]) == ("unfinished_replacement", "m-3")


def test_where_usable_ones_have_both_temporary_names_somebody_has_to_decide() -> None:
    result = refused(
        replacing(),
        FakeImages(old(), replacement("m-2", **OF_OTHER), replacement("m-3", image_name=SECOND, **OF_OTHER)),
    )
    assert result["reason"] == "unfinished_replacement"
    assert "m-2" in result["msg"]
    assert "m-3" in result["msg"]


# --- where nobody has the name ---------------------------------------------------------------------------------------


def test_a_swap_that_ended_between_its_halves_is_finished() -> None:
    made = of(RETIRED, replacement())
    assert kinds(made) == [Swap, Delete, WaitUntilGone, Unmark, ReadBack]
    assert (adopted(made), deleted(made, before=Unmark)) == ("m-new", ["m-old"])


@pytest.mark.parametrize("known", [{"status": "CreateFailed"}, OF_OTHER])
def test_the_old_image_gets_its_name_back_while_a_new_one_is_created(known: dict[str, t.Any]) -> None:
    made = of(RETIRED, replacement(**known))
    assert Modify("m-old", "web", None) in made.steps[: kinds(made).index(Create)]
    assert "m-old" not in deleted(made, before=Swap)


def test_what_was_begun_yesterday_is_not_the_new_image_of_a_task_that_makes_one_each_time() -> None:
    yesterday = replacement(marked=mark(age=DAY))
    assert adopted(of(RETIRED, yesterday, **ALWAYS)) is None
    assert adopted(of(RETIRED, yesterday)) == "m-new"


def test_a_replacement_whose_old_image_is_gone_gets_the_name() -> None:
    made = of(replacement())
    assert kinds(made) == [Swap, Unmark, ReadBack]
    assert made.steps[0] == Swap(Successor("m-new", "web", mark()), replacement())


def test_an_image_that_somebody_has_renamed_is_not_taken_for_the_replaced_one() -> None:
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
    # Nobody sees whether it becomes usable.
    assert Delete not in kinds(of(replacement(**OF_OTHER), wait=False))


# --- a pair ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "successor"),
    [
        ((image("m-1"), image("m-2", tags={MARK: mark(replaced_id="m-1")})), "m-2"),
        ((image("m-1", tags={MARK: mark(replaced_id="m-2")}), image("m-2")), "m-1"),
        ((image("m-1"), image("m-2", tags={MARK: mark(replaced_id="m-9")})), None),
        ((image("m-1"), image("m-2", tags={MARK: mark(replaced_id="m-2")})), None),
        # As release 1.0.0 marked.
        ((image("m-1"), image("m-2", tags={MARK: "m-1"})), None),
        ((image("m-1"), image("m-2", tags={MARK: mark(replaced_id="m-1")}), image("m-3")), None),
        ((image("m-2", tags={MARK: mark(replaced_id="m-1")}),), None),
        ((), None),
    ],
)
def test_two_images_are_no_ambiguity_where_one_was_made_to_replace_the_other(
    images: tuple[t.Any, ...], successor: str | None
) -> None:
    found = successor_in(images)
    assert (None if found is None else found["image_id"]) == successor
