# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task reports if it fails or is interrupted."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.interruption import InterruptedTaskError
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.running import ImageRunning
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    DeadlineError,
    NoAnswerError,
    RefusalError,
    ServiceError,
    TaskFailedError,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import (
    FakeImages,
    Intervention,
    disk,
    image,
    refusing,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    FROM_INSTANCE,
    carried_out,
    failing,
    followed,
    planned,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import old, replacing

CREATED = DesiredImage(image_name="web", source=FROM_INSTANCE)
CREATE = ["create image 'web' from instance i-1"]
IN_USE = ServiceError("SnapshotCreatedDisk", "in use", http_status=403)


def growing() -> FakeImages:
    images = FakeImages()
    images.build_time = 1000
    return images


# --- waiting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "meanwhile"),
    [
        ("timed_out", {}),
        ("access_denied", {("by_name", 3): refusing(ServiceError("Forbidden.RAM", http_status=403))}),
        ("interrupted", {("by_name", 3): refusing(InterruptedTaskError("SIGINT"))}),
    ],
)
def test_a_wait_that_fails_returns_the_last_known_image_and_the_completed_actions(
    reason: str, meanwhile: dict[tuple[str, int], Intervention]
) -> None:
    result = failing(CREATED, growing(), meanwhile=meanwhile)
    assert (result["reason"], result["changed"], result["actions"]) == (reason, True, CREATE)
    assert result["image_id"] == "m-new-1"
    assert result["image"]["status"] == "Creating"


def test_a_failed_creation_reports_the_id() -> None:
    images = FakeImages()
    images.build_time, images.outcome = 5, "CreateFailed"
    result = failing(CREATED, images)
    assert (result["image_id"], result["image"]["status"], result["changed"]) == ("m-new-1", "CreateFailed", True)


def test_a_failed_replacement_says_when_a_later_run_deletes_its_image() -> None:
    images = FakeImages(old())
    images.build_time, images.outcome = 5, "CreateFailed"
    message = failing(replacing(), images)["msg"]
    assert "If recreate then still requires a replacement, the task deletes this image" in message
    assert "state=absent and image_id=m-new-1" in message
    assert "with a source it deletes" not in message


def test_a_new_image_that_is_never_listed_is_reported_with_its_id() -> None:
    images = FakeImages()
    images.listed_after = 1000
    assert failing(CREATED, images, seconds=10)["image_id"] == "m-new-1"


# --- writing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "changed"),
    [
        (ServiceError("QuotaExceed.Image", http_status=403), False),
        (RefusalError("no"), False),
        (ServiceError("InternalError", http_status=500), True),
        (NoAnswerError("reset"), True),
        (NoAnswerError("refused", sent=False), False),
        (InterruptedTaskError("SIGTERM"), True),
    ],
)
def test_a_failed_write_counts_as_changed_only_if_it_may_have_been_processed(
    error: ApsaraStackError, changed: bool
) -> None:
    result = failing(CREATED, FakeImages(), meanwhile={("create", 1): refusing(error)})
    uncertain = [f"{CREATE[0]} (may have been carried out)"] if changed else []
    assert (result["changed"], result["actions"], result["image_id"]) == (changed, uncertain, None)
    assert result["msg"].startswith(f"Could not {CREATE[0]}: ")
    assert ("It is unknown whether" in result["msg"]) is changed


def test_a_timeout_after_a_lost_answer_counts_as_changed() -> None:
    late = DeadlineError("too late")
    late.__cause__ = NoAnswerError("reset")
    deleted = DesiredImage(state="absent", image_id="m-1")
    assert failing(deleted, FakeImages(image()), meanwhile={("delete", 1): refusing(late)})["changed"] is True


def test_a_failure_reports_the_writes_before_it() -> None:
    quota = refusing(ServiceError("QuotaExceed.Tags", http_status=403))
    images = FakeImages(image(tags={"a": "1"}))
    result = failing(
        DesiredImage(image_id="m-1", description="d", tags={"b": "2"}), images, meanwhile={("set_tags", 1): quota}
    )
    assert (result["changed"], result["image_id"]) == (True, "m-1")
    assert result["actions"] == ["set the description of image m-1 to 'd'", "remove tags a from image m-1"]
    assert result["error"]["code"] == "QuotaExceed.Tags"


def test_an_interruption_between_two_steps_reports_the_completed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    images = FakeImages(image())
    made = planned(DesiredImage(image_id="m-1", description="d", tags={"b": "2"}), images)

    def begin(_run: ImageRunning, step: t.Any) -> None:
        if step is made.steps[1]:
            raise InterruptedTaskError("SIGTERM")

    monkeypatch.setattr(ImageRunning, "begin", begin)
    with pytest.raises(TaskFailedError) as caught:
        carried_out(made, images)
    assert caught.value.facts["actions"] == ["set the description of image m-1 to 'd'"]
    assert (caught.value.facts["changed"], caught.value.facts["image_id"]) == (True, "m-1")


def test_an_interruption_between_two_steps_names_the_snapshots_that_no_later_run_could_find(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    images = with_snapshots()
    made = planned(GONE, images)

    def begin(_run: ImageRunning, step: t.Any) -> None:
        if step is made.steps[-1]:
            raise InterruptedTaskError("SIGTERM")

    monkeypatch.setattr(ImageRunning, "begin", begin)
    with pytest.raises(TaskFailedError) as caught:
        carried_out(made, images)
    assert caught.value.facts["snapshots_failed"] == not_tried("s-2")
    assert "s-2" in " ".join(caught.value.notes)


def test_a_failure_includes_the_warnings_of_the_plan() -> None:
    images = FakeImages()
    pending = dataclasses.replace(planned(CREATED, images), warnings=("i-1 is Pending",))
    with pytest.raises(ApsaraStackError) as caught:
        carried_out(pending, images, meanwhile={("create", 1): refusing(ServiceError("IncorrectInstanceStatus"))})
    assert caught.value.facts["warnings"] == ["i-1 is Pending"]


# --- snapshots -------------------------------------------------------------------------------------------------------

GONE = DesiredImage(state="absent", image_name="web", delete_snapshots=True)


def with_snapshots(*ids: str) -> FakeImages:
    return FakeImages(image(disk_device_mappings=[disk(one) for one in ids or ("s-1", "s-2")]))


def not_tried(*snapshot_ids: str) -> list[dict[str, str | None]]:
    return [{"snapshot_id": one, "code": None, "message": None} for one in snapshot_ids]


def test_a_snapshot_that_cannot_be_deleted_is_reported_and_the_others_are_deleted() -> None:
    outcome = followed(GONE, with_snapshots(), meanwhile={("delete_snapshot", 1): refusing(IN_USE)})
    assert outcome.snapshots_failed == [{"snapshot_id": "s-1", "code": "SnapshotCreatedDisk", "message": "in use"}]
    assert outcome.actions == ["delete image m-1 'web'", "delete snapshot s-2"]
    assert ["s-1" in warning for warning in outcome.warnings] == [True]


def test_a_snapshot_deletion_is_retried_while_the_cloud_still_counts_its_image() -> None:
    remembered = refusing(ServiceError("SnapshotCreatedImage", "used", http_status=403))
    images = with_snapshots("s-1")
    outcome = followed(GONE, images, meanwhile={("delete_snapshot", number): remembered for number in (1, 2, 3)})
    assert (outcome.snapshots_deleted, images.clock.now) == (["s-1"], 3)
    images = with_snapshots()
    refused = {("delete_snapshot", number): remembered for number in range(1, 12)}
    outcome = followed(GONE, images, meanwhile=refused)
    assert [each["code"] for each in outcome.snapshots_failed] == ["SnapshotCreatedImage"]
    assert (outcome.snapshots_deleted, images.clock.now <= 15) == (["s-2"], True)


@pytest.mark.parametrize(
    ("broken", "error", "left"),
    [
        pytest.param("delete", NoAnswerError("reset"), ("s-1", "s-2"), id="the image may be deleted"),
        pytest.param("delete_snapshot", NoAnswerError("reset"), ("s-1", "s-2"), id="a snapshot may be deleted"),
        pytest.param("delete", ServiceError("ImageUsingByInstance"), (), id="the image exists, and lists them"),
    ],
)
def test_a_failure_names_the_snapshots_that_no_later_run_could_find(
    broken: str, error: ApsaraStackError, left: tuple[str, ...]
) -> None:
    result = failing(GONE, with_snapshots(), meanwhile={(broken, 1): refusing(error)})
    assert (result["changed"], result["snapshots_deleted"]) == (bool(left), [])
    assert result["snapshots_failed"] == not_tried(*left)
    assert ("s-1, s-2" in result["msg"]) is bool(left)


def test_a_failure_does_not_name_snapshots_that_are_settled() -> None:
    result = failing(
        GONE,
        with_snapshots("s-1", "s-2", "s-3"),
        meanwhile={("delete_snapshot", 2): refusing(IN_USE), ("delete_snapshot", 3): refusing(NoAnswerError("reset"))},
    )
    assert result["snapshots_deleted"] == ["s-1"]
    refused = {"snapshot_id": "s-2", "code": "SnapshotCreatedDisk", "message": "in use"}
    assert result["snapshots_failed"] == [refused, *not_tried("s-3")]
