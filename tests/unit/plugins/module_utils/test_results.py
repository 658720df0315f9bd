# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result says what was done: image, actions and diff, also if something was refused, ignored or done by others."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage, Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.difference import diff
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NoAnswerError, ServiceError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import (
    FakeImages,
    changing,
    disk,
    image,
    refusing,
    removing,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    failing,
    followed,
    planned,
    refused,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import (
    BEFORE_THE_DELETION,
    BEFORE_THE_SWAP,
    old,
    ready,
    replacement,
    replacing,
)

FORBIDDEN = refusing(ServiceError("Forbidden.RAM", http_status=403))
LOST = refusing(NoAnswerError("reset"))
RENAME_NEW = "rename image m-new to 'web'"
RENAME_OLD = "rename image m-old to 'web-m-old'"
RENAME_OLD_BACK = "rename image m-old to 'web'"
UNCERTAIN = "(may have been carried out)"
GONE = DesiredImage(state="absent", image_name="web", delete_snapshots=True)


def shown(outcome: t.Any) -> dict[str, t.Any]:
    made: dict[str, t.Any] = diff(outcome, "image 'web'")
    return {side: {name: made[side].get(name) for name in ("images", "snapshots")} for side in ("before", "after")}


def of_two_disks(*more: t.Any) -> FakeImages:
    return FakeImages(image(disk_device_mappings=[disk("s-1"), disk("s-2")]), *more)


# --- the image of the task --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("recreate", ["on_source_change", "always"])
def test_a_replacement_that_cannot_be_finished_reports_the_new_image(recreate: t.Any) -> None:
    images = FakeImages(old(image_name="web-m-old"), replacement(image_name="web"))
    result = failing(replacing(recreate=recreate), images, meanwhile={("delete", 1): FORBIDDEN})
    assert (result["image_id"], result["replaced_image_id"]) == ("m-new", "m-old")
    assert (result["image"]["image_id"], result["changed"], result["actions"]) == ("m-new", False, [])


def test_a_resumed_replacement_whose_rename_is_refused_reports_the_new_image() -> None:
    result = failing(replacing(), ready(), meanwhile={("modify", 1): FORBIDDEN})
    assert (result["image_id"], result["image"]["image_name"]) == ("m-new", "web-replacement")
    assert result["replaced_image_id"] == "m-old"


def test_a_replacement_that_has_created_nothing_reports_the_old_image() -> None:
    result = failing(replacing(), FakeImages(old()), meanwhile={("create", 1): FORBIDDEN})
    assert (result["image_id"], result["image"]["image_name"]) == ("m-old", "web")
    assert "replaced_image_id" not in result


def test_a_failed_image_that_was_deleted_is_not_the_image_of_the_task_any_more() -> None:
    images = FakeImages(image(status="CreateFailed"))
    desired = DesiredImage(image_name="web", source=Source(instance_id="i-1"))
    result = failing(desired, images, meanwhile={("create", 1): FORBIDDEN})
    assert (result["image_id"], result["image"]) == (None, None)
    assert result["actions"] == ["delete image m-1 'web' (its creation failed)"]


def test_a_replacement_whose_new_image_was_deleted_by_somebody_else_reports_the_old_image() -> None:
    result = failing(replacing(), ready(), meanwhile={BEFORE_THE_SWAP: removing("m-new")})
    assert (result["image_id"], result["image"]["image_name"], result["reason"]) == ("m-old", "web", "vanished")


# --- the renames of a swap --------------------------------------------------------------------------------------------


def test_a_rename_that_was_rolled_back_is_listed_with_its_rollback() -> None:
    result = failing(replacing(), ready(unique=True), meanwhile={("modify", 3): FORBIDDEN})
    assert (result["changed"], result["actions"]) == (True, [RENAME_OLD, RENAME_OLD_BACK])
    assert "Image m-old has the name 'web' again" in result["msg"]


def test_a_rename_whose_rollback_is_refused_is_listed() -> None:
    meanwhile = {("modify", 3): FORBIDDEN, ("modify", 4): FORBIDDEN}
    result = failing(replacing(), ready(unique=True), meanwhile=meanwhile)
    assert (result["changed"], result["actions"]) == (True, [RENAME_OLD])


def test_a_lost_rename_that_cannot_have_been_carried_out_is_not_listed() -> None:
    result = failing(replacing(), ready(unique=True), meanwhile={("modify", 3): LOST})
    assert result["actions"] == [RENAME_OLD, RENAME_OLD_BACK]
    assert "It is unknown whether" not in result["msg"]


def test_a_lost_rename_is_listed_as_uncertain() -> None:
    result = failing(replacing(), ready(), meanwhile={("modify", 1): LOST})
    assert (result["changed"], result["actions"]) == (True, [f"{RENAME_NEW} {UNCERTAIN}"])
    assert "It is unknown whether" in result["msg"]


def test_an_ignored_rename_is_listed_as_uncertain() -> None:
    images = ready()
    images.ignored = {"image_name"}
    result = failing(replacing(), images)
    assert (result["changed"], result["actions"]) == (True, [f"{RENAME_NEW} {UNCERTAIN}"])


@pytest.mark.parametrize("moment", [BEFORE_THE_SWAP, ("modify", 2)])
def test_an_old_image_that_somebody_else_has_deleted_is_neither_renamed_nor_deleted(moment: tuple[str, int]) -> None:
    outcome = followed(replacing(), ready(), meanwhile={moment: removing("m-old")})
    assert outcome.actions == [RENAME_NEW, "remove tags apsarastack.cloud/replaces from image m-new"]


def test_a_second_rename_that_is_lost_before_the_old_image_is_deleted_is_listed_as_uncertain() -> None:
    def lost(cloud: FakeImages) -> None:
        cloud.remove("m-old")
        raise ServiceError("InvalidImageId.NotFound", http_status=404) from NoAnswerError("reset")

    outcome = followed(replacing(), ready(), meanwhile={("modify", 2): lost})
    assert outcome.actions[:2] == [RENAME_NEW, f"{RENAME_OLD} {UNCERTAIN}"]


def test_a_swap_that_only_renames_the_old_image_says_so() -> None:
    outcome = followed(replacing(), FakeImages(old(), replacement(image_name="web")))
    assert outcome.actions[0] == RENAME_OLD


# --- what the site ignores, and what somebody else has changed --------------------------------------------------------


@pytest.mark.parametrize("tags", [None, {"b": "2"}])
def test_a_site_that_ignores_the_tags_of_a_new_image_is_named_as_the_cause(tags: dict[str, str] | None) -> None:
    images = FakeImages(old())
    images.ignored = {"tags"}
    result = failing(replacing(tags=tags), images)
    assert (result["reason"], result["image_id"]) == ("not_supported_by_site", "m-new-1")
    for fact in ("the site ignores the tags that this task creates", "image_id=m-new-1", "Image m-old is unchanged"):
        assert fact in result["msg"]


@pytest.mark.parametrize("known", [{"description": "mine"}, {"tags": {"a": "2"}}, {"tags": {"mine": "1"}}])
@pytest.mark.parametrize(
    "desired",
    [
        DesiredImage(image_name="web", source=Source(instance_id="i-1"), description="d", tags={"a": "1"}),
        replacing(description="e", tags={"a": "1"}),
    ],
    ids=["created", "replaced"],
)
def test_a_new_image_that_somebody_else_changes_during_the_wait_has_changed(
    desired: DesiredImage, known: dict[str, t.Any]
) -> None:
    images = FakeImages(*([old()] if desired.may_replace else []))
    images.build_time = 30

    def change(cloud: FakeImages) -> None:
        tags = {**cloud.images["m-new-1"]["tags"], **known.get("tags", {})}
        cloud.change("m-new-1", **{**known, "tags": tags})

    # A new image is read by its name; a replacement image by its id, once it is listed.
    during_the_wait = ("by_id", 2) if desired.may_replace else ("by_name", 4)
    result = failing(desired, images, meanwhile={during_the_wait: change})
    assert (result["reason"], result["image_id"]) == ("changed_meanwhile", "m-new-1")


@pytest.mark.parametrize("known", [{"description": "mine"}, {"tags": {"b": "3"}}])
def test_a_change_that_somebody_else_makes_after_the_write_has_changed_the_image(known: dict[str, t.Any]) -> None:
    images = FakeImages(image(description="d", tags={"b": "1"}))
    desired = DesiredImage(image_id="m-1", description="e", tags={"b": "2"})
    result = failing(desired, images, meanwhile={("by_id", 1): changing("m-1", **known)})
    assert (result["reason"], len(result["actions"])) == ("changed_meanwhile", 2)
    assert "has changed since this task wrote to it" in result["msg"]


# --- unfinished replacements that a task without recreate meets -------------------------------------------------------

MET = "image m-new is replacing image m-old, and the replacement is not finished"


@pytest.mark.parametrize("by_id", [True, False])
@pytest.mark.parametrize("status", ["Creating", "Waiting", "Available", "Deprecated", "UnAvailable", "CreateFailed"])
def test_a_task_without_recreate_says_that_it_meets_an_unfinished_replacement(status: str, by_id: bool) -> None:
    images = FakeImages(old(), replacement(status=status))
    images.finish("m-new", after=5) if status in ("Creating", "Waiting") else None
    desired = DesiredImage(image_id="m-new") if by_id else DesiredImage(image_name="web-replacement")
    if status in ("UnAvailable", "CreateFailed"):
        told = [refused(desired, images)["msg"].lower()]
    else:
        told = list(planned(desired, images).warnings)
    assert any(MET in one for one in told)


def test_a_failed_replacement_image_that_is_created_again_is_named() -> None:
    desired = DesiredImage(image_name="web-replacement", source=Source(instance_id="i-1"))
    (told,) = planned(desired, FakeImages(old(), replacement(status="CreateFailed"))).warnings
    assert told.startswith("image m-new ('web-replacement'), which an earlier run created to replace image m-old, ")


# --- deletions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["delete", "by_ids"])
def test_an_image_that_somebody_else_has_deleted_was_not_deleted_by_the_task(moment: str) -> None:
    outcome = followed(GONE, of_two_disks(), meanwhile={(moment, 1): removing("m-1")})
    assert (outcome.actions, outcome.snapshots_left) == (["delete snapshot s-1", "delete snapshot s-2"], [])
    assert shown(outcome)["before"]["images"] is None


@pytest.mark.parametrize("moment", [("snapshots", 2), ("delete_snapshot", 2)])
def test_a_snapshot_that_somebody_else_has_deleted_is_neither_deleted_nor_left(moment: tuple[str, int]) -> None:
    def remove(cloud: FakeImages) -> None:
        cloud.deleted_snapshots.append("s-2")

    outcome = followed(GONE, of_two_disks(), meanwhile={moment: remove})
    assert (outcome.snapshots_deleted, outcome.snapshots_left) == (["s-1"], [])
    assert shown(outcome)["after"]["snapshots"] == {"s-1": "deleted"}


@pytest.mark.parametrize("moment", ["delete", "by_ids"])
def test_the_snapshots_of_an_image_that_somebody_else_has_deleted_are_named_in_a_failure(moment: str) -> None:
    meanwhile = {(moment, 1): removing("m-1"), ("delete_snapshot", 1): LOST}
    result = failing(GONE, of_two_disks(), meanwhile=meanwhile)
    assert [each["snapshot_id"] for each in result["snapshots_failed"]] == ["s-1", "s-2"]
    assert "s-1, s-2" in result["msg"]


def test_the_diff_of_a_run_shows_a_snapshot_that_the_cloud_kept() -> None:
    outcome = followed(GONE, of_two_disks(), meanwhile={("delete_snapshot", 1): FORBIDDEN})
    assert shown(outcome)["after"]["snapshots"] == {"s-1": "left behind", "s-2": "deleted"}


def test_a_refused_deletion_of_a_snapshot_that_an_earlier_attempt_may_have_deleted_is_listed() -> None:
    def refused(_cloud: FakeImages) -> None:
        raise ServiceError("Forbidden.RAM", http_status=403) from NoAnswerError("reset")

    outcome = followed(GONE, of_two_disks(), meanwhile={("delete_snapshot", 2): refused})
    assert outcome.actions[-1] == f"delete snapshot s-2 {UNCERTAIN}"
    assert [each["snapshot_id"] for each in outcome.snapshots_failed] == ["s-2"]
    assert shown(outcome)["after"]["snapshots"] == {"s-1": "deleted", "s-2": "may have been deleted"}


def test_the_diff_of_a_run_shows_the_new_name_of_an_image_that_was_kept() -> None:
    in_use = refusing(ServiceError("ImageUsingByInstance", http_status=403))
    outcome = followed(replacing(), ready(), meanwhile={("delete", 1): in_use})
    assert shown(outcome) == {
        "before": {"images": {"m-old": "present, named 'web'"}, "snapshots": None},
        "after": {"images": {"m-old": "present, named 'web-m-old'"}, "snapshots": None},
    }


def test_a_check_before_a_deletion_that_is_not_answered_is_not_an_action() -> None:
    result = failing(replacing(), ready(), meanwhile={BEFORE_THE_DELETION: FORBIDDEN})
    assert result["actions"] == [f"{RENAME_NEW} and image m-old to 'web-m-old'"]
