# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever fails at any call of an export, on any site, the image is exported or canceled exactly once."""

from __future__ import annotations

import os
import signal
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.modules import apsarastack_image_export
from bench import Detour, Meanwhile, call_as_colleague
from breakages import BREAKAGES, LONG, Breakage
from through_main import run_main

from apsarastack_simulator.testing import Simulator

Document = dict[str, t.Any]
WEB = {"id": "m-web", "name": "web", "organization": 37, "resource_group": 412, "created": -86400}
EXPORT = {"image_name": "web", "bucket": "exports", "prefix": "nightly"}
CANCEL = {"image_name": "web", "state": "absent"}
RUNNING = {
    "id": "tsk-running",
    "action": "ExportImage",
    "image_id": "m-web",
    "organization": 37,
    "resource_group": 412,
    "created": -60,
    "ends_at": 3600,
    "disks": [{"OSSBucket": "exports", "OSSObject": "nightly_m-web_system.raw.tar.gz", "ImageFormat": "raw"}],
}
# The differences between releases that affect exports.
SITES: dict[str, Document] = {
    "of today": {},
    "silent until the end": {"related_items": "finished"},
    "silent, and naming the image": {"related_items": "finished", "task_resource_id": True, "task_shape": "sample"},
    "of 2018": {"task_id_field": "2018", "ignored_parameters": "DescribeTasks.ResourceIds", "progress": "absent"},
}
# Slow answers are tested for all modules elsewhere.
GENERAL = [one for one in BREAKAGES if one.action == "*" and one.read_timeout == LONG]
# Each fault affects every third call, starting at another call for each fault.
EVERY = 3


def site(tasks: t.Sequence[Document] = (), **knobs: t.Any) -> Simulator:
    return Simulator(speed=0, seed_changes={"images": [WEB], "tasks": list(tasks)}, **{"export_time": 4, **knobs})


def run(simulator: Simulator, desired: Document, **more: t.Any) -> Document:
    return run_main(simulator, desired, apsarastack_image_export, **more)


def broken_run(simulator: Simulator, desired: Document, breakage: Breakage, call: int) -> Document:
    if breakage.is_refused:
        return run(simulator, desired, adapter=Detour(call, float("inf") if breakage.lasts else 1))
    simulator.fault(skip=call, **breakage.script)
    return run(simulator, desired)


def calls_of(knobs: Document, tasks: t.Sequence[Document], desired: Document) -> int:
    with site(tasks, **knobs) as simulator:
        assert run(simulator, desired)["changed"]
        return len(simulator.calls())


def problems_of(first: Document, last: Document, tasks: t.Sequence[Document], breakage: Breakage) -> t.Iterator[str]:
    if breakage.is_transient and first.get("failed"):
        yield f"the run fails because of a transient fault: {first['msg']}"
    if len(tasks) != 1:
        yield f"{len(tasks)} exports"
    if last.get("failed"):
        yield f"the last run fails: {last['msg']}"


def swept(knobs: Document, before: t.Sequence[Document], desired: Document) -> t.Iterator[tuple[str, Document]]:
    """The problems of each case, and the final task of the cloud."""
    calls = calls_of(knobs, before, desired)
    with site(before, **knobs) as simulator:
        for number, breakage in enumerate(GENERAL):
            for call in range(number % EVERY, calls, EVERY):
                simulator.reset()
                first = last = broken_run(simulator, desired, breakage, call)
                has_begun = not before and bool(simulator.state()["tasks"])
                simulator.clear_faults()
                if first.get("failed"):
                    simulator.advance(60)
                    last = run(simulator, desired)
                tasks = simulator.state()["tasks"]
                wrong = [*problems_of(first, last, tasks, breakage)]
                if has_begun and not first.get("changed"):
                    wrong.append(f"the first run has exported and does not say so: {first.get('msg')}")
                yield from ((f"{breakage.title}, call {call}: {each}", {}) for each in wrong)
                yield "", {**tasks[0], "last": last}


@pytest.mark.parametrize("knobs", SITES.values(), ids=SITES)
def test_whatever_fails_the_image_is_exported_once(knobs: Document) -> None:
    found = list(swept(knobs, [], EXPORT))
    assert [wrong for wrong, _task in found if wrong] == []
    for _wrong, task in found:
        assert (task["status"], task["last"]["task_id"]) == ("Finished", task["task_id"])
        assert [each["object"] for each in task["last"]["objects"]] == ["nightly_m-web_system.raw.tar.gz"]


def test_whatever_fails_a_running_export_is_canceled() -> None:
    found = list(swept({}, [RUNNING], CANCEL))
    assert [wrong for wrong, _task in found if wrong] == []
    assert {task["status"] for _wrong, task in found} == {"Canceled"}


@pytest.mark.parametrize("knobs", SITES.values(), ids=SITES)
def test_two_tasks_at_once_export_the_image_once(knobs: Document) -> None:
    """Another run begins the same export between the read of this one and its call."""
    with site(**knobs) as simulator:
        same = {"ImageId": "m-web", "OSSBucket": "exports", "OSSPrefix": "nightly"}
        adapter = Meanwhile("ExportImage", lambda: call_as_colleague(simulator, "ExportImage", **same))
        result = run(simulator, EXPORT, adapter=adapter)
        tasks = simulator.state()["tasks"]
    assert (result["changed"], [task["task_id"] for task in tasks]) == (False, [result["task_id"]])


@pytest.mark.parametrize("action", ["ExportImage", "DescribeTaskAttribute"])
def test_an_interrupted_task_is_resumed(action: str) -> None:
    with site() as simulator:
        interrupt = Meanwhile(action, lambda: os.kill(os.getpid(), signal.SIGTERM))
        first = run(simulator, EXPORT, adapter=interrupt)
        last = run(simulator, EXPORT)
        tasks = simulator.state()["tasks"]
    assert (first["reason"], first["changed"]) == ("interrupted", True)
    assert ([task["task_id"] for task in tasks], tasks[0]["status"]) == ([last["task_id"]], "Finished")


def test_an_export_that_ends_right_before_its_cancellation_is_reported() -> None:
    with site([{**RUNNING, "ends_at": 10}]) as simulator:
        result = run(simulator, CANCEL, adapter=Meanwhile("CancelTask", lambda: simulator.advance(60)))
        (task,) = simulator.state()["tasks"]
    assert (result["changed"], task["status"]) == (False, "Finished")


@pytest.mark.parametrize("action", ["ExportImage", "DescribeTasks", "DescribeTaskAttribute", "CancelTask"])
def test_a_site_without_an_action_is_reported(action: str) -> None:
    desired, before = (CANCEL, [RUNNING]) if action == "CancelTask" else (EXPORT, [])
    with site(before, missing_actions=action) as simulator:
        result = run(simulator, desired)
    assert (result["reason"], result["error"]["action"]) == ("not_supported_by_site", action)


@pytest.mark.parametrize("code", ["Forbidden.RAM", "NoPermission", "UserNotInTheWhiteList"])
@pytest.mark.parametrize("desired", [EXPORT, CANCEL], ids=["present", "absent"])
def test_a_refused_list_of_tasks_is_a_failure_before_anything_is_written(desired: Document, code: str) -> None:
    with site([RUNNING]) as simulator:
        simulator.fault(action="DescribeTasks", code=code, times=0)
        result = run(simulator, desired)
        written = [call for call in simulator.calls() if call["write"]]
    assert (result["reason"], result["error"]["action"], written) == ("access_denied", "DescribeTasks", [])


def test_a_running_export_whose_details_are_hidden_is_not_reported_as_absent() -> None:
    with site([RUNNING]) as simulator:
        simulator.fault(action="DescribeTaskAttribute", code="InvalidTaskId.NotFound", times=0)
        result = run(simulator, CANCEL)
    assert result["reason"] == "not_supported_by_site"
    assert "tsk-running" in result["msg"]


OF_ANOTHER_IMAGE: Document = {**RUNNING, "id": "tsk-other", "image_id": "m-other", "disks": []}


def test_a_quota_of_concurrent_exports_is_waited_for() -> None:
    with site([{**OF_ANOTHER_IMAGE, "ends_at": 300}], export_quota=1) as simulator:
        result = run(simulator, EXPORT)
    assert (result.get("failed"), result["task_status"]) == (None, "Finished"), result


def test_a_quota_of_concurrent_exports_is_reported_after_the_timeout() -> None:
    with site([OF_ANOTHER_IMAGE], export_quota=1) as simulator:
        result = run(simulator, {**EXPORT, "wait_timeout": 60})
    assert (result["reason"], result["changed"]) == ("timed_out", False)
    assert "ConcurrentQuotaExceed.ExportImage: " in result["msg"]
    assert "Too many exports are running" in result["msg"]


def test_a_used_up_quota_of_a_week_fails_at_once() -> None:
    with site(weekly_export_quota=0) as simulator:
        result = run(simulator, EXPORT)
        assert len(simulator.calls("ExportImage")) == 1
    assert (result["reason"], result["error"]["code"]) == ("cloud_error", "WeeklyQuotaExceed.ExportImage")


def test_the_same_cause_of_several_disks_is_reported_once() -> None:
    disks = [{"device": f"/dev/xvd{letter}", "size": 40, "snapshot_id": f"s-{letter}"} for letter in "abc"]
    web = {
        **WEB,
        "mappings": [{**disk, "type": "system" if number == 0 else "data"} for number, disk in enumerate(disks)],
    }
    with Simulator(speed=0, seed_changes={"images": [web]}, fail_next_task="The bucket is full.") as simulator:
        result = run(simulator, EXPORT)
    assert result["reason"] == "export_failed"
    assert result["msg"].count("The bucket is full.") == 1


def test_the_status_of_an_export_is_returned_without_waiting() -> None:
    with site(export_time=100) as simulator:
        first = run(simulator, {**EXPORT, "wait": False})
        simulator.advance(50)
        second = run(simulator, {**EXPORT, "wait": False})
        simulator.advance(60)
        third = run(simulator, {**EXPORT, "wait": False})
    told = [(result["changed"], result["task_status"], result["task_progress"]) for result in (first, second, third)]
    assert told[0][:2] == (True, "Processing")
    assert told[1][:2] == (False, "Processing")
    assert 0 < told[1][2] < 100
    assert told[2] == (False, "Finished", 100)


@pytest.mark.parametrize("code", ["NoSetRoletoECSServiceAcount", "NoSetRoletoECSServiceAccount"])
def test_a_missing_role_is_reported_in_both_spellings(code: str) -> None:
    with site(missing_role_code=code) as simulator:
        result = run(simulator, {**EXPORT, "role_name": "nobody"})
    assert (result["reason"], result["error"]["code"]) == ("bucket_not_authorized", code)
    assert "have the role nobody created" in result["msg"]


@pytest.mark.parametrize("ignored", ["OSSPrefix", "ImageFormat"])
def test_a_site_that_ignores_an_option_is_reported(ignored: str) -> None:
    with site(ignored_parameters=f"ExportImage.{ignored}") as simulator:
        result = run(simulator, {**EXPORT, "format": "qcow2"})
    assert result["reason"] == "not_supported_by_site"
    assert "the site ignores what it does not know" in result["msg"]


@pytest.mark.parametrize("wait", [True, False])
def test_a_key_that_may_not_read_the_new_export_learns_that_it_continues(wait: bool) -> None:
    """No call before the export shows that it may not."""
    with site(denied_actions=["DescribeTaskAttribute"]) as simulator:
        first = run(simulator, {**EXPORT, "wait": wait})
        (task,) = simulator.state()["tasks"]
        second = run(simulator, {**EXPORT, "wait": wait})
        assert len(simulator.state()["tasks"]) == 1
    assert (first["reason"], first["changed"], first["task_id"]) == ("access_denied", True, task["task_id"])
    assert "The export continues in the cloud. Once it can be read, run the task again" in first["msg"]
    assert (second["reason"], second["error"]["action"]) == ("access_denied", "DescribeTaskAttribute")
    assert "continues in the cloud" not in second["msg"]


@pytest.mark.parametrize(
    ("desired", "fault", "reason"),
    [
        (EXPORT, None, None),
        (CANCEL, None, None),
        ({**EXPORT, "wait_timeout": 3}, None, "timed_out"),
        (EXPORT, {"code": "NoSetRoletoECSServiceAcount", "status": 403}, "bucket_not_authorized"),
        ({**EXPORT, "image_name": "raw"}, None, "source_not_usable"),
        ({**EXPORT, "image_name": "missing"}, None, "not_found"),
        ({**CANCEL, "image_name": "missing"}, None, None),
    ],
)
def test_the_image_id_is_returned_whenever_the_image_is_known(
    desired: Document, fault: Document | None, reason: str | None
) -> None:
    raw = {**WEB, "id": "m-raw", "name": "raw", "fails_as": "UnAvailable"}
    with Simulator(speed=0, seed_changes={"images": [WEB, raw]}, export_time=4) as simulator:
        if fault is not None:
            simulator.fault(action="ExportImage", **fault)
        result = run(simulator, desired)
    image = result.get("image")
    assert result.get("reason") == reason
    assert result.get("image_id") == (image and image["image_id"])
    assert (image is None) == (desired["image_name"] == "missing")
    assert ("image_id" in result) == (reason != "not_found")
