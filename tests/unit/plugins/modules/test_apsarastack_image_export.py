# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results of apsarastack_image_export on the in-memory fake cloud."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.desired import DesiredExport
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import result_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    NoAnswerError,
    ServiceError,
)
from ansible_collections.apsarastack.cloud.plugins.modules.apsarastack_image_export import hints, run
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.export_bench import (
    WANTED,
    FakeTasks,
    stored,
    task,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, image

EXPORT = "export image m-1 to bucket 'exports' with prefix 'nightly'"
PLACE = {"state": "present", "bucket": "exports", "prefix": "nightly"}
GONE = DesiredExport(state="absent", image_name="web")
LOST = NoAnswerError("reset", action="ExportImage")
EXPORTING = ServiceError("ImageIsExporting", http_status=403)
RUNNING = task(status="Processing", progress=40)


def result(
    desired: DesiredExport, tasks: FakeTasks, seconds: float = 600, check_mode: bool = False
) -> dict[str, t.Any]:
    images: t.Any = FakeImages(image())
    images.tasks = tasks
    return run(desired, images, tasks.clock.deadline(seconds), check_mode)


def failure(desired: DesiredExport, tasks: FakeTasks, seconds: float = 600) -> dict[str, t.Any]:
    with pytest.raises(ApsaraStackError) as caught:
        result(desired, tasks, seconds)
    return result_of(caught.value, own_hints=hints())


def test_a_new_export_is_started() -> None:
    tasks = FakeTasks()
    assert result(WANTED, tasks) == {
        "changed": True,
        "actions": [EXPORT],
        "warnings": [],
        "task_id": "t-new-0",
        "task_status": "Finished",
        "task_progress": None,
        "objects": [stored()],
        "image_id": "m-1",
        "image": image(),
        "diff": {
            "before": {"state": "absent"},
            "after": {**PLACE, "exported_by": "a new task"},
            "before_header": "export of image 'web'",
            "after_header": "export of image 'web'",
        },
    }
    given = {"prefix": "nightly", "image_format": None, "role_name": None}
    assert tasks.writes == [("export", "m-1", "exports", given)]


def test_a_second_run_changes_nothing_and_reads_the_list_and_the_task_once() -> None:
    tasks = FakeTasks(task())
    again = result(WANTED, tasks)
    assert (again["changed"], again["actions"], again["task_id"]) == (False, [], "t-1")
    assert again["diff"]["before"] == again["diff"]["after"] == {**PLACE, "exported_by": "task t-1"}
    assert tasks.calls == [("exports", "m-1"), ("task", "t-1")]


@pytest.mark.parametrize("force", [False, True])
def test_a_running_export_is_waited_for_and_no_second_one_begins(force: bool) -> None:
    tasks = FakeTasks(RUNNING)
    waited = result(dataclasses.replace(WANTED, force=force), tasks)
    assert (waited["changed"], waited["task_id"], tasks.writes) == (False, "t-1", [])
    assert tasks.tasks["t-1"]["status"] == "Finished"


def test_force_exports_again() -> None:
    tasks = FakeTasks(task())
    again = result(dataclasses.replace(WANTED, force=True), tasks)
    assert (again["changed"], again["task_id"]) == (True, "t-new-1")
    assert again["diff"]["before"] == {**PLACE, "exported_by": "task t-1"}


def test_without_a_wait_the_task_is_read_once() -> None:
    tasks = FakeTasks()
    tasks.takes = 600
    begun = result(dataclasses.replace(WANTED, wait=False), tasks)
    assert (begun["task_id"], begun["objects"], tasks.clock.now) == ("t-new-0", [stored()], 0)


def test_another_export_of_the_image_is_waited_for_first() -> None:
    tasks = FakeTasks({**RUNNING, "objects": [stored("weekly_m-1_system.raw.tar.gz")]})
    assert result(WANTED, tasks)["actions"] == [EXPORT]
    assert tasks.clock.now >= 30


@pytest.mark.parametrize(
    "desired",
    [WANTED, dataclasses.replace(WANTED, wait=False), dataclasses.replace(WANTED, force=True), GONE],
)
@pytest.mark.parametrize("there", [[], [task()], [RUNNING]])
def test_check_mode_returns_the_same_result_and_writes_nothing(desired: DesiredExport, there: list[t.Any]) -> None:
    predicted = result(desired, checked := FakeTasks(*there), check_mode=True)
    assert checked.writes == []
    done = result(desired, FakeTasks(*there))
    for key in ("changed", "actions", "diff"):
        assert predicted[key] == done[key]


# --- exactly once ----------------------------------------------------------------------------------------------------


def test_after_a_lost_answer_the_tasks_are_read() -> None:
    tasks = FakeTasks()
    tasks.errors, tasks.is_processed = [LOST], True
    made = result(WANTED, tasks)
    assert (made["actions"], made["task_id"], len(tasks.writes)) == ([EXPORT], "t-new-0", 1)


def test_a_lost_call_is_sent_again_once_no_list_can_be_stale() -> None:
    tasks = FakeTasks()
    tasks.errors = [LOST]
    assert result(WANTED, tasks)["changed"]
    assert len(tasks.writes) == 2
    assert tasks.clock.now >= 60


def test_a_lost_call_is_reported_at_the_deadline() -> None:
    tasks = FakeTasks()
    tasks.errors = [LOST]
    told = failure(WANTED, tasks, seconds=20)
    uncertain = "export image m-1 to bucket 'exports' with prefix 'nightly' (may have been carried out)"
    assert (told["changed"], told["actions"], len(tasks.writes)) == (True, [uncertain], 1)
    assert "It is unknown whether this step was carried out" in told["msg"]


@pytest.mark.parametrize(("begun", "expected"), [(stored(), []), (stored("weekly_m-1_system.raw.tar.gz"), [EXPORT])])
def test_an_export_that_another_run_begins_meanwhile_is_waited_for(begun: t.Any, expected: list[str]) -> None:
    tasks = FakeTasks()
    tasks.errors, tasks.is_processed = [EXPORTING], True
    original = tasks.export

    def export(*arguments: t.Any, **options: t.Any) -> str:
        try:
            return original(*arguments, **options)
        except ServiceError:
            tasks.change("t-new-0", objects=[begun])
            raise

    tasks.export = export  # type: ignore[method-assign]
    tasks.takes = 30
    assert result(WANTED, tasks)["actions"] == expected


def test_an_export_that_another_run_completes_during_a_wait_is_not_repeated() -> None:
    tasks = FakeTasks({**RUNNING, "objects": [stored("weekly_m-1_system.raw.tar.gz")]})
    original = tasks.task

    def read(task_id: str) -> t.Any:
        if tasks.clock.now >= 30:
            tasks.tasks["t-same"] = task("t-same")
        return original(task_id)

    tasks.task = read  # type: ignore[method-assign]
    told = result(WANTED, tasks)
    assert (told["actions"], told["task_id"], tasks.writes) == ([], "t-same", [])


def test_an_export_that_another_run_completes_between_two_attempts_is_not_repeated() -> None:
    tasks = FakeTasks()

    def export(*_arguments: t.Any, look_again: t.Callable[[], None], **_options: t.Any) -> str:
        tasks.tasks["t-same"] = task("t-same")
        look_again()
        raise AssertionError("it is attempted again")

    tasks.export = export  # type: ignore[assignment, method-assign]
    told = result(WANTED, tasks)
    assert (told["actions"], told["task_id"]) == ([], "t-same")


def test_a_running_task_without_details_is_waited_for_while_the_image_is_exported() -> None:
    tasks = FakeTasks({**RUNNING, "objects": []})
    tasks.errors, tasks.end = [EXPORTING], {"status": "Finished", "objects": [stored()]}
    waited = result(WANTED, tasks)
    assert (waited["changed"], waited["task_id"], len(tasks.writes)) == (False, "t-1", 1)
    assert "does not report what it exports" in waited["warnings"][0]


def test_other_errors_end_the_task() -> None:
    tasks = FakeTasks()
    tasks.errors = [ServiceError("NoSetRoletoECSServiceAcount", http_status=403)]
    told = failure(WANTED, tasks)
    assert (told["reason"], told["changed"], told["task_id"]) == ("bucket_not_authorized", False, None)
    assert "AliyunECSImageExportDefaultRole" in told["msg"]


# --- the end of a wait -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "reason", "words"),
    [
        (
            {"status": "Failed", "failures": ["ExportImageFailed: full"]},
            "export_failed",
            "failed: ExportImageFailed: full",
        ),
        ({"status": "Finished", "failed_count": 1}, "export_failed", "the cloud gives no reason"),
        ({"status": "Canceled"}, "canceled", "was canceled by somebody else"),
        (
            {"status": "Finished", "objects": [stored("m-1_system.raw.tar.gz")]},
            "not_supported_by_site",
            "prefix=nightly",
        ),
    ],
)
def test_a_failed_export_is_reported(end: dict[str, t.Any], reason: str, words: str) -> None:
    tasks = FakeTasks()
    tasks.end = end
    told = failure(WANTED, tasks)
    assert (told["reason"], told["changed"], told["task_id"]) == (reason, True, "t-new-0")
    assert words in told["msg"]


def test_a_task_that_vanishes_is_reported() -> None:
    tasks = FakeTasks()
    tasks.takes = 5
    original = tasks.task
    tasks.task = lambda task_id: None if tasks.clock.now > 2 else original(task_id)  # type: ignore[method-assign]
    assert failure(WANTED, tasks)["reason"] == "vanished"


def test_a_timeout_says_that_the_export_continues_and_the_next_run_resumes() -> None:
    tasks = FakeTasks()
    tasks.takes = 60
    told = failure(WANTED, tasks, seconds=30)
    assert (told["reason"], told["task_id"], told["actions"]) == ("timed_out", "t-new-0", [EXPORT])
    assert "The export continues in the cloud. Run the task again to resume waiting" in told["msg"]
    resumed = result(WANTED, tasks)
    assert (resumed["changed"], resumed["task_id"]) == (False, "t-new-0")


def test_a_site_that_reports_no_objects_causes_a_warning() -> None:
    tasks = FakeTasks()
    tasks.end = {"status": "Finished", "objects": []}
    assert "does not report which objects" in result(WANTED, tasks)["warnings"][0]


def test_without_wait_a_task_that_is_not_listed_yet_causes_a_warning() -> None:
    tasks = FakeTasks()
    tasks.task = lambda task_id: None  # type: ignore[method-assign]
    begun = result(dataclasses.replace(WANTED, wait=False), tasks)
    assert (begun["task_id"], begun["objects"]) == ("t-new-0", [])
    assert "is not listed yet" in begun["warnings"][0]


# --- canceling -------------------------------------------------------------------------------------------------------


def test_absent_cancels_a_running_export_once() -> None:
    tasks = FakeTasks(RUNNING)
    gone = result(GONE, tasks)
    assert (gone["actions"], gone["task_id"]) == (["cancel export task t-1 of image m-1"], "t-1")
    assert gone["diff"]["after"] == {"state": "absent"}
    again = result(GONE, tasks)
    assert (again["changed"], again["task_id"], len(tasks.writes)) == (False, None, 1)


@pytest.mark.parametrize(("lost", "changed"), [(None, False), (NoAnswerError("reset", action="CancelTask"), True)])
def test_a_task_that_has_ended_is_not_canceled(lost: Exception | None, changed: bool) -> None:
    tasks = FakeTasks(RUNNING)
    tasks.cancel_error = ServiceError("InvalidTaskId.IncorrectTaskStatus", http_status=403)
    tasks.cancel_error.__cause__ = lost
    gone = result(GONE, tasks)
    assert gone["changed"] is changed
    assert ("ended before it could be canceled" in " ".join(gone["warnings"])) is not changed


def test_a_second_task_is_read_again_right_before_it_is_canceled() -> None:
    other = task("t-2", "Processing")
    tasks = FakeTasks(RUNNING, other)
    original = tasks.cancel

    def cancel(task_id: str) -> None:
        original(task_id)
        tasks.change("t-1", status="Finished")

    tasks.cancel = cancel  # type: ignore[method-assign]
    gone = result(dataclasses.replace(GONE, wait=False), tasks)
    assert gone["actions"] == ["cancel export task t-2 of image m-1"]
    assert gone["warnings"] == ["export task t-1 ended before it could be canceled"]


def test_other_errors_of_a_cancellation_are_reported() -> None:
    tasks = FakeTasks(RUNNING)
    tasks.cancel_error = ServiceError("CancelTaskFailed", http_status=403)
    told = failure(GONE, tasks)
    assert told["msg"].startswith("Could not cancel export task t-1 of image m-1: CancelTaskFailed")


def test_an_export_that_finished_before_its_cancellation_is_reported() -> None:
    tasks = FakeTasks(RUNNING)
    tasks.cancel = lambda task_id: tasks.change(task_id, status="Finished")  # type: ignore[method-assign]
    (warning,) = result(GONE, tasks)["warnings"]
    assert "was finished before its cancellation took effect" in warning


def test_a_timeout_of_a_cancellation_does_not_mention_the_progress_of_the_export() -> None:
    tasks = FakeTasks(RUNNING)
    tasks.cancel = lambda task_id: None  # type: ignore[method-assign]
    told = failure(GONE, tasks, 20)
    assert told["reason"] == "timed_out"
    assert "it is still Processing. The cancellation continues in the cloud" in told["msg"]
