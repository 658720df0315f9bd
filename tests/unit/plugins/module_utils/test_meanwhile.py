# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Concurrent changes to the images of a replacement, before the names are swapped and before the deletion after it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import (
    FakeImages,
    Intervention,
    changing,
    disk,
    image,
    refusing,
    removing,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    FROM_INSTANCE,
    Meanwhile,
    failing,
    followed,
    planned,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import (
    BEFORE_THE_DELETION,
    BEFORE_THE_SWAP,
    SWAPPED,
    names,
    old,
    ready,
    replacing,
)

# --- before the swap -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"tags": {"a": "1", "keep": "1"}}, "changed_meanwhile"),
        ({"description": "keep"}, "changed_meanwhile"),
        ({"image_name": "web-known-good"}, "changed_meanwhile"),
        ({"status": "Deprecated"}, "changed_meanwhile"),
        ({"usage": "instance"}, "in_use"),
        ({"is_self_shared": True}, "shared"),
    ],
)
def test_a_changed_old_image_prevents_the_swap(known: dict[str, t.Any], reason: str) -> None:
    images = ready()
    result = failing(replacing(), images, meanwhile={BEFORE_THE_SWAP: changing("m-old", **known)})
    assert (result["reason"], result["changed"], images.writes) == (reason, False, [])
    assert images.images["m-old"] == {**old(), **known}
    assert "m-old" in result["msg"]


def test_an_old_image_that_comes_into_use_is_replaced_only_with_force() -> None:
    images = ready()
    followed(replacing(force=True), images, meanwhile={BEFORE_THE_SWAP: changing("m-old", usage="instance")})
    assert names(images) == {"m-new": "web"}


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (changing("m-new", image_name="mine"), "changed_meanwhile"),
        (changing("m-new", status="Deprecated"), "changed_meanwhile"),
        (changing("m-new", description="mine"), "changed_meanwhile"),
        (removing("m-new"), "vanished"),
        (lambda now: now.images.update({"m-2": image("m-2")}), "name_taken"),
    ],
)
def test_a_changed_replacement_image_prevents_the_swap(happens: Intervention, reason: str) -> None:
    images = ready()
    result = failing(replacing(), images, meanwhile={BEFORE_THE_SWAP: happens})
    assert (result["reason"], result["changed"], images.writes) == (reason, False, [])
    assert images.images["m-old"] == old()
    assert "m-new" in result["msg"]


@pytest.mark.parametrize("ignored", ["tags", "description"])
def test_if_the_site_ignores_a_property_of_the_new_image_the_old_one_is_kept(ignored: str) -> None:
    images = FakeImages(old())
    images.ignored = {ignored}
    result = failing(replacing(), images)
    assert (result["reason"], result["image_id"]) == ("not_supported_by_site", "m-new-1")
    assert images.images["m-old"] == old()


def test_a_renamed_old_image_is_kept_and_the_next_run_gives_the_name_to_the_new_one() -> None:
    images = ready()
    kept = {"image_name": "web-known-good", "tags": {"keep": "1"}}
    failing(replacing(), images, meanwhile={BEFORE_THE_SWAP: changing("m-old", **kept)})
    followed(replacing(), images)
    assert names(images) == {"m-old": "web-known-good", "m-new": "web"}
    assert images.images["m-old"] == {**old(), **kept}


def test_an_old_image_that_somebody_renamed_during_the_swap_keeps_its_name() -> None:
    """The list of the name that confirms the swap no longer shows it."""
    images = ready()
    outcome = followed(replacing(), images, meanwhile={("by_name", 2): changing("m-old", image_name="web-known-good")})
    assert [call[1:3] for call in images.calls if call[0] == "modify"] == [("m-new", "web")]
    assert names(images) == {"m-old": "web-known-good", "m-new": "web"}
    assert ["m-old" in warning for warning in outcome.warnings[1:]] == [True]


def test_if_the_old_image_is_deleted_by_somebody_else_the_new_one_gets_the_name() -> None:
    images = ready()
    outcome = followed(replacing(), images, meanwhile={BEFORE_THE_SWAP: removing("m-old")})
    assert (names(images), outcome.image_id) == ({"m-new": "web"}, "m-new")


def test_a_swap_by_another_run_is_not_among_the_actions() -> None:
    def swapped(now: FakeImages) -> None:
        now.change("m-new", image_name="web")
        now.change("m-old", image_name="web-m-old")

    images = ready()
    outcome = followed(replacing(), images, meanwhile={BEFORE_THE_SWAP: swapped})
    assert [call[0] for call in images.writes] == ["delete", "unset_tags"]
    assert "rename" not in " ".join(outcome.actions)
    assert list(images.images) == ["m-new"]


def test_an_old_image_that_is_deleted_between_the_renames_counts_as_renamed() -> None:
    images = ready()
    followed(replacing(), images, meanwhile={("modify", 2): removing("m-old")})
    assert names(images) == {"m-new": "web"}


def test_a_new_image_that_loses_its_mark_stops_the_swap() -> None:
    images = ready()
    result = failing(replacing(), images, meanwhile={("by_name", 2): changing("m-new", tags={"a": "1"})})
    assert (result["reason"], MARK in result["msg"]) == ("changed_meanwhile", True)
    assert names(images)["m-old"] == "web"


# --- before the deletion ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "happens",
    [
        removing("m-new"),
        changing("m-new", image_name="mine"),
        changing("m-new", status="Deprecated"),
        changing("m-new", status="UnAvailable"),
        changing("m-new", tags={"a": "1"}),
    ],
    ids=["deleted", "renamed", "deprecated", "unavailable", "unmarked"],
)
def test_the_old_image_is_kept_unless_the_new_one_is_seen_under_the_name(happens: Intervention) -> None:
    images = ready()
    result = failing(replacing(), images, meanwhile={BEFORE_THE_DELETION: happens})
    assert (result["reason"], result["changed"]) == ("changed_meanwhile", True)
    assert "m-old" in images.images
    assert "m-new" in result["msg"]


@pytest.mark.parametrize(
    "meanwhile",
    [
        {BEFORE_THE_DELETION: changing("m-old", usage="instance")},
        {BEFORE_THE_DELETION: changing("m-old", is_self_shared=True)},
        {("delete", 1): refusing(ServiceError("ImageUsingByInstance", http_status=403))},
        {("delete", 1): refusing(ServiceError("ImageUseShared", http_status=403))},
    ],
    ids=["in use", "shared", "in use, as the cloud says", "shared, as the cloud says"],
)
def test_an_old_image_that_must_no_longer_be_deleted_is_kept_with_a_warning(meanwhile: Meanwhile) -> None:
    images = ready()
    outcome = followed(replacing(), images, meanwhile=meanwhile)
    assert (names(images), outcome.image_id) == (SWAPPED, "m-new")
    assert ["m-old" in warning for warning in outcome.warnings[1:]] == [True]
    # Its mark tells later runs which image is left, and prevents none of them from working.
    assert MARK in images.images["m-new"]["tags"]
    assert planned(replacing(description="newer"), images).actions


@pytest.mark.parametrize("known", [{"tags": {"keep": "1"}}, {"description": "keep"}, {"image_name": "web-known-good"}])
def test_an_old_image_that_was_changed_after_the_swap_is_kept(known: dict[str, t.Any]) -> None:
    images = ready()
    outcome = followed(replacing(), images, meanwhile={BEFORE_THE_DELETION: changing("m-old", **known)})
    assert ["m-old" in warning for warning in outcome.warnings[1:]] == [True]
    assert MARK not in images.images["m-new"]["tags"]
    assert planned(replacing(), images).steps == ()
    assert images.images["m-old"] == {**old(image_name="web-m-old"), **known}


@pytest.mark.parametrize("tags", [{"a": "1", "ascm:set": "412"}, {"a": "1", MARK: "m-1"}])
def test_tags_of_the_platform_and_of_the_module_do_not_count_as_changes(tags: dict[str, str]) -> None:
    images = ready()
    followed(replacing(), images, meanwhile={BEFORE_THE_DELETION: changing("m-old", tags=tags)})
    assert names(images) == {"m-new": "web"}


# --- another image of the name, or another name --------------------------------------------------------------------


def another(now: FakeImages) -> None:
    now.images["m-2"] = image("m-2")


def test_the_old_image_stays_if_another_one_gets_the_name_after_the_swap() -> None:
    images = ready()
    result = failing(replacing(), images, meanwhile={("by_name", 3): another})
    assert (result["reason"], "m-2" in result["msg"]) == ("ambiguous_name", True)
    assert names(images) == {**SWAPPED, "m-2": "web"}


def test_a_second_image_of_the_name_is_noticed_when_a_change_is_read_back() -> None:
    images = FakeImages(image())
    result = failing(DesiredImage(image_name="web", description="d"), images, meanwhile={("by_name", 1): another})
    assert (result["reason"], result["changed"]) == ("ambiguous_name", True)


def test_a_new_image_that_somebody_renames_during_the_wait_is_not_waited_for() -> None:
    images = FakeImages()
    images.build_time = 100
    renamed = {("by_name", 3): changing("m-new-1", image_name="mine")}
    result = failing(DesiredImage(image_name="web", source=FROM_INSTANCE), images, meanwhile=renamed)
    assert (result["reason"], images.clock.now < 100) == ("changed_meanwhile", True)


def test_what_a_canceled_import_leaves_is_not_deleted_if_somebody_has_changed_it() -> None:
    file = {"import_bucket": "golden", "import_object": "web.raw"}
    images = FakeImages(image(status="Creating", is_copied=False, disk_device_mappings=[{**disk(None), **file}]))
    images.finish("m-1", after=1000)
    images.tasks.begin(images.images["m-1"])
    images.tasks.leaves = True
    keeping = {("by_id", 1): changing("m-1", tags={"keep": ""})}
    result = failing(DesiredImage(state="absent", image_name="web"), images, meanwhile=keeping)
    assert (result["reason"], "m-1" in images.images) == ("changed_meanwhile", True)
