# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import (
    ApsaraStackError,
    NoAnswerError,
    ServiceError,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.execution import execute, predict
from ansible_collections.apsarastack.cloud.plugins.module_utils.sources import Snapshot
from ansible_collections.apsarastack.cloud.plugins.module_utils.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Source, Wish
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, disk, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    FROM_INSTANCE,
    failing,
    followed,
    planned,
)


def test_a_created_image_is_returned_as_the_cloud_shows_it() -> None:
    images = FakeImages()
    images.build_time = 30
    outcome = followed(Wish(image_name="web", source=FROM_INSTANCE, tags={"a": "1"}), images)
    assert outcome.image_id == "m-new-1"
    assert outcome.image == images.images["m-new-1"]
    assert outcome.actions == ["create image 'web' from instance i-1"]


def test_a_new_image_is_looked_for_by_name_until_it_is_listed_and_by_id_from_then_on() -> None:
    images = FakeImages()
    images.build_time, images.listed_after = 60, 3
    followed(Wish(image_name="web", source=FROM_INSTANCE), images)
    looks = [call[0] for call in images.calls if call[0] != "create"]
    assert set(looks) == {"by_name", "by_id"}
    assert looks == sorted(looks, reverse=True)


def test_what_another_task_made_at_the_same_time_is_told_with_both_ids() -> None:
    images = FakeImages()
    images.build_time, images.listed_after = 60, 3
    wish = Wish(image_name="web", source=FROM_INSTANCE)
    mine = planned(wish, images)
    # The other task has looked before, too, and writes first.
    images.create(t.cast("t.Any", mine.steps[0]))
    with pytest.raises(ApsaraStackError) as caught:
        execute(mine, t.cast("t.Any", images), images.clock.deadline())
    result = caught.value.as_result()
    assert result["msg"].startswith("Image m-new-2 was made, and at the same time another task made one of the same")
    assert "'web': m-new-1 (Creating, " in result["msg"]
    assert "run_once" in result["msg"]
    assert (result["image_id"], result["image"]["status"], result["changed"]) == ("m-new-2", "Creating", True)
    assert images.clock.now < images.build_time


def test_a_failed_image_of_the_name_is_no_twin() -> None:
    images = FakeImages()
    wish = Wish(image_name="web", source=FROM_INSTANCE)
    mine = planned(wish, images)
    images.images["m-failed"] = image("m-failed", status="CreateFailed")
    outcome = execute(mine, t.cast("t.Any", images), images.clock.deadline())
    assert outcome.image_id == "m-new-1"


def test_without_wait_the_prediction_gets_the_new_id_and_costs_no_look() -> None:
    images = FakeImages()
    images.build_time = 30
    outcome = followed(Wish(image_name="web", source=FROM_INSTANCE, wait=False), images)
    assert [call[0] for call in images.calls] == ["create"]
    assert (outcome.image_id, outcome.image["image_id"], outcome.image["status"]) == ("m-new-1", "m-new-1", "Creating")


def test_changes_cost_one_call_each_and_one_read_back() -> None:
    images = FakeImages(image(tags={"a": "1"}))
    wish = Wish(image_id="m-1", image_name="new", description="d", tags={"b": "2"})
    outcome = followed(wish, images)
    assert images.calls == [
        ("modify", "m-1", "new", "d"),
        ("unset_tags", "m-1", ("a",)),
        ("set_tags", "m-1", {"b": "2"}),
        ("by_id", "m-1"),
    ]
    assert outcome.image == image(image_name="new", description="d", tags={"b": "2"})


def test_a_lagging_read_is_repeated_until_it_shows_the_change() -> None:
    images = FakeImages(image())
    images.read_lag = 3
    outcome = followed(Wish(image_id="m-1", description="d"), images)
    assert outcome.image["description"] == "d"
    assert outcome.warnings == []
    assert images.clock.now == 3


def test_a_change_that_is_never_shown_is_told_after_a_short_patience() -> None:
    images = FakeImages(image())
    images.read_lag = 1000
    outcome = followed(Wish(image_id="m-1", description="d", tags={"a": "1"}), images)
    assert images.clock.now <= 11
    assert len(outcome.warnings) == 1
    assert outcome.warnings[0].endswith("does not show it yet: description, tags")


def test_the_patience_of_a_read_back_ends_with_the_deadline() -> None:
    images = FakeImages(image())
    images.read_lag = 1000
    assert followed(Wish(image_id="m-1", description="d"), images, seconds=4).warnings
    assert images.clock.now <= 4


def test_without_wait_a_change_is_not_read_back() -> None:
    images = FakeImages(image())
    outcome = followed(Wish(image_id="m-1", description="d", wait=False), images)
    assert [call[0] for call in images.calls] == ["modify"]
    assert outcome.image == image(description="d")


def test_an_adopted_image_is_waited_for() -> None:
    images = FakeImages()
    images.build_time = 60
    followed(Wish(image_name="web", source=FROM_INSTANCE, wait=False), images)
    outcome = followed(Wish(image_name="web", source=FROM_INSTANCE), images)
    assert outcome.actions == []
    assert outcome.image["status"] == "Available"
    assert images.writes == []


def test_a_deletion_is_waited_for_and_returns_the_image_as_it_was() -> None:
    images = FakeImages(image())
    images.removal_time = 5
    outcome = followed(Wish(state="absent", image_id="m-1"), images)
    assert images.images == {}
    assert images.calls[0] == ("delete", "m-1", False)
    assert (outcome.image_id, outcome.image) == ("m-1", image())


def test_an_image_in_creation_is_deleted_once_it_is_at_rest() -> None:
    images = FakeImages()
    images.build_time = 20
    followed(Wish(image_name="web", source=FROM_INSTANCE, wait=False), images)
    followed(Wish(state="absent", image_name="web"), images)
    assert images.clock.now >= 20
    assert images.writes == [("delete", "m-new-1", False)]


def test_a_failed_image_is_replaced() -> None:
    images = FakeImages(image(status="CreateFailed"))
    images.removal_time = 3
    outcome = followed(Wish(image_name="web", source=FROM_INSTANCE), images)
    assert list(images.images) == [outcome.image_id]
    assert outcome.image["status"] == "Available"


def test_nothing_to_do_costs_nothing() -> None:
    images = FakeImages(image())
    outcome = followed(Wish(image_name="web"), images)
    assert images.calls == []
    assert (outcome.image_id, outcome.image, outcome.actions) == ("m-1", image(), [])


# --- snapshots -------------------------------------------------------------------------------------------------------


def with_snapshots() -> FakeImages:
    return FakeImages(image(disk_device_mappings=[disk("s-1"), disk("s-2")]))


GONE = Wish(state="absent", image_name="web", delete_snapshots=True)


def test_snapshots_are_deleted_and_listed() -> None:
    outcome = followed(GONE, with_snapshots())
    assert outcome.snapshots_deleted == ["s-1", "s-2"]
    assert outcome.snapshots_failed == []


def test_a_snapshot_that_refuses_is_told_and_the_rest_goes_on() -> None:
    images = with_snapshots()
    images.errors["delete_snapshot"] = ServiceError("SnapshotCreatedDisk", "in use", http_status=403)
    outcome = followed(GONE, images)
    assert outcome.snapshots_deleted == ["s-2"]
    assert outcome.snapshots_failed == [{"snapshot_id": "s-1", "code": "SnapshotCreatedDisk", "message": "in use"}]
    assert outcome.actions == ["delete image m-1 'web'", "delete snapshot s-2"]
    assert len(outcome.warnings) == 1
    assert "s-1" in outcome.warnings[0]


def test_a_snapshot_whose_image_the_cloud_still_remembers_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    images = with_snapshots()
    made = planned(GONE, images)
    tries: list[str] = []

    def delete_snapshot(snapshot_id: str) -> None:
        tries.append(snapshot_id)
        if snapshot_id == "s-2" or images.clock.now < 3:
            raise ServiceError("SnapshotCreatedImage", "used", http_status=403)

    monkeypatch.setattr(images, "delete_snapshot", delete_snapshot)
    outcome = execute(made, t.cast("t.Any", images), images.clock.deadline())
    assert outcome.snapshots_deleted == ["s-1"]
    assert [refused["code"] for refused in outcome.snapshots_failed] == ["SnapshotCreatedImage"]
    assert tries.count("s-1") == 4
    assert images.clock.now <= 15


def test_a_lost_answer_about_a_snapshot_ends_the_task_and_tells_what_was_done() -> None:
    images = with_snapshots()
    images.errors["delete_snapshot"] = NoAnswerError("reset")
    result = failing(GONE, images)
    assert result["changed"] is True
    assert result["snapshots_deleted"] == []


def not_tried(*snapshot_ids: str) -> list[dict[str, str | None]]:
    return [{"snapshot_id": one, "code": None, "message": "the task ended before"} for one in snapshot_ids]


@pytest.mark.parametrize(
    ("broken", "error", "left"),
    [
        pytest.param("delete", NoAnswerError("reset"), ("s-1", "s-2"), id="the image may be gone"),
        pytest.param("delete_snapshot", NoAnswerError("reset"), ("s-1", "s-2"), id="a snapshot may be gone"),
        pytest.param("delete", ServiceError("ImageUsingByInstance"), (), id="the image is there, and tells of them"),
    ],
)
def test_a_failure_names_the_snapshots_that_no_later_run_could_find(
    broken: str, error: ApsaraStackError, left: tuple[str, ...]
) -> None:
    images = with_snapshots()
    images.errors[broken] = error
    result = failing(GONE, images)
    assert result["snapshots_failed"] == not_tried(*left)
    assert ("s-1, s-2 may be left" in result["msg"]) is bool(left)


def test_a_failure_names_no_snapshot_that_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    images = FakeImages(image(disk_device_mappings=[disk("s-1"), disk("s-2"), disk("s-3")]))
    errors = [None, ServiceError("SnapshotCreatedDisk", "in use"), NoAnswerError("reset")]

    def delete_snapshot(_snapshot_id: str) -> None:
        error = errors.pop(0)
        if error is not None:
            raise error

    made = planned(GONE, images)
    monkeypatch.setattr(images, "delete_snapshot", delete_snapshot)
    with pytest.raises(NoAnswerError) as caught:
        execute(made, t.cast("t.Any", images), images.clock.deadline())
    assert caught.value.facts["snapshots_deleted"] == ["s-1"]
    refused = {"snapshot_id": "s-2", "code": "SnapshotCreatedDisk", "message": "in use"}
    assert caught.value.facts["snapshots_failed"] == [refused, *not_tried("s-3")]


# --- replacing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unique", [True, False])
@pytest.mark.parametrize("wait", [True, False])
def test_a_replacement_leaves_exactly_the_new_image(unique: bool, wait: bool) -> None:
    images = FakeImages(image(description="d", tags={"a": "1"}, disk_device_mappings=[disk("s-old")]))
    images.names_unique, images.build_time = unique, 50
    images.known_snapshots = {"s-new": Snapshot("s-new", "accomplished", 40)}
    wish = Wish(image_name="web", source=Source(snapshot_id="s-new"), recreate="on_source_change", wait=wait)
    outcome = followed(wish, images)
    images.by_name("web")
    assert list(images.images) == [outcome.image_id] == ["m-new-1"]
    assert outcome.image["image_id"] == "m-new-1"
    for key, value in {"image_name": "web", "description": "d", "tags": {"a": "1"}}.items():
        assert outcome.image[key] == images.images["m-new-1"][key] == value  # type: ignore[literal-required]


def test_a_replaced_image_that_does_not_go_leaves_the_new_one_in_the_result() -> None:
    images = FakeImages(image(disk_device_mappings=[disk("s-old")]))
    images.removal_time = 1000
    images.known_snapshots = {"s-new": Snapshot("s-new", "accomplished", 40)}
    wish = Wish(image_name="web", source=Source(snapshot_id="s-new"), recreate="on_source_change")
    result = failing(wish, images, seconds=60)
    assert "Image m-1 is not gone" in result["msg"]
    assert (result["image_id"], result["image"]["image_id"]) == ("m-new-1", "m-new-1")


def test_a_stand_in_that_is_adopted_becomes_the_image_of_the_result() -> None:
    stand_in = image("m-2", image_name="web-stand-in", tags={MARK: "m-1"}, disk_device_mappings=[disk("s-new")])
    images = FakeImages(image(disk_device_mappings=[disk("s-old")]), stand_in)
    images.known_snapshots = {"s-new": Snapshot("s-new", "accomplished", 40)}
    wish = Wish(image_name="web", source=Source(snapshot_id="s-new"), recreate="on_source_change", wait=False)
    outcome = followed(wish, images)
    assert (outcome.image_id, outcome.image["image_name"]) == ("m-2", "web")


# --- check mode ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wish",
    [
        Wish(image_name="new", source=FROM_INSTANCE),
        Wish(image_name="new", source=FROM_INSTANCE, wait=False),
        Wish(image_id="m-1", image_name="new", tags={"b": "2"}),
        Wish(image_name="web", description="d"),
        Wish(state="absent", image_name="web"),
        Wish(state="absent", image_name="nothing"),
        Wish(image_name="web"),
    ],
)
def test_the_prediction_names_the_same_actions_and_the_same_image(wish: Wish) -> None:
    images = FakeImages(image(tags={"a": "1"}))
    made = planned(wish, images)
    predicted = predict(made)
    assert images.calls == []
    done = execute(made, t.cast("t.Any", images), images.clock.deadline())
    assert predicted.actions == done.actions
    if done.image is None:
        assert predicted.image is None
    else:
        assert predicted.image is not None
        for name in ("image_name", "description", "tags"):
            assert predicted.image[name] == done.image[name]
