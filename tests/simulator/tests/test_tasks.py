# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The export of an image, and the tasks that tell of it."""

from __future__ import annotations

import typing as t

import pytest

from .rpc import REGION, Caller

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

Task = dict[str, t.Any]


def export(caller: Caller, image_id: str = "m-in-use", **more: str) -> str:
    reply = caller.call("ExportImage", {"ImageId": image_id, "OSSBucket": "exports", **more})
    assert reply.status == 200, reply.text
    return str(reply.body["TaskId"])


def attribute(caller: Caller, task_id: str) -> Task:
    reply = caller.call("DescribeTaskAttribute", TaskId=task_id)
    assert reply.status == 200, reply.text
    return reply.body


def import_image(caller: Caller, file: str = "ubuntu-22.04.qcow2", **more: str) -> dict[str, t.Any]:
    disk = {"DiskDeviceMapping.1.OSSBucket": "golden-images", "DiskDeviceMapping.1.OSSObject": file}
    reply = caller.call("ImportImage", {"ImageName": "imported", **disk, **more})
    assert reply.status == 200, reply.text
    return reply.body


def tasks(caller: Caller, **filters: str) -> list[Task]:
    reply = caller.call("DescribeTasks", filters)
    assert reply.status == 200, reply.text
    return list(reply.body["TaskSet"]["Task"])


def operations(task: Task) -> list[dict[str, t.Any]]:
    return list(task["OperationProgressSet"]["OperationProgress"])


def items(operation: t.Mapping[str, t.Any]) -> dict[str, str]:
    return {item["Name"]: item["Value"] for item in operation["RelatedItemSet"]["RelatedItem"]}


def stored(simulator: Simulator, bucket: str = "exports") -> list[str]:
    (found,) = (each for each in simulator.state()["buckets"] if each["name"] == bucket)
    return [each["name"] for each in found["objects"]]


def test_an_export_waits_proceeds_and_delivers(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(export_time=100, waiting_time=10)
    task_id = export(caller, OSSPrefix="nightly")
    assert task_id.startswith("tsk-")
    task = attribute(caller, task_id)
    assert (task["TaskStatus"], task["TaskProcess"], task["SupportCancel"]) == ("Waiting", "0%", "true")
    simulator.advance(42)
    task = attribute(caller, task_id)
    assert (task["TaskStatus"], task["TaskProcess"], task["FinishedTime"]) == ("Processing", "32%", "")
    assert (task["TotalCount"], task["SuccessCount"], task["FailedCount"]) == (1, 0, 0)
    assert stored(simulator) == []
    simulator.advance(70)
    task = attribute(caller, task_id)
    assert (task["TaskId"], task["TaskAction"], task["TaskStatus"]) == (task_id, "ExportImage", "Finished")
    assert (task["TaskProcess"], task["SupportCancel"], task["SuccessCount"]) == ("100%", "false", 1)
    assert len(task["FinishedTime"]) == len("2025-03-04T05:06Z")
    (operation,) = operations(task)
    assert (operation["OperationStatus"], operation["ErrorCode"], operation["ErrorMsg"]) == ("Success", "", "")
    name = "nightly_m-in-use_system.raw.tar.gz"
    assert items(operation) == {"OSSBucket": "exports", "OSSObject": name, "ImageFormat": "raw"}
    assert stored(simulator) == [name]


def test_an_export_has_an_object_for_each_disk(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create()
    simulator.advance(10)
    task_id = export(caller, image_id)
    names = [items(operation)["OSSObject"] for operation in operations(attribute(caller, task_id))]
    assert names == [f"{image_id}_system.raw.tar.gz", f"{image_id}_data_xvdb.raw.tar.gz"]
    simulator.advance(10)
    task_id = export(caller, image_id, ImageFormat="qcow2", OSSPrefix="x")
    names = [items(operation)["OSSObject"] for operation in operations(attribute(caller, task_id))]
    assert names == [f"x_{image_id}_{task_id}.qcow2", f"x_{image_id}_{task_id}_data_xvdb.qcow2"]


def test_a_repeated_export_overwrites_its_objects(simulator: Simulator, caller: Caller) -> None:
    first = export(caller)
    simulator.advance(10)
    assert export(caller) != first
    simulator.advance(10)
    assert stored(simulator) == ["m-in-use_system.raw.tar.gz"]


def test_an_image_can_be_deleted_once_its_export_has_ended(simulator: Simulator, caller: Caller) -> None:
    export(caller)
    assert caller.call("DeleteImage", ImageId="m-in-use", Force="true").code == "ImageIsExporting"
    simulator.advance(10)
    assert caller.call("DeleteImage", ImageId="m-in-use", Force="true").status == 200


def test_a_client_token_starts_one_export(simulator: Simulator, caller: Caller) -> None:
    assert export(caller, ClientToken="token-1") == export(caller, ClientToken="token-1")
    assert len(tasks(caller)) == 1


def test_fail_next_task_makes_an_export_fail_with_a_reason(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(fail_next_task="The bucket is full.")
    task_id = export(caller)
    assert attribute(caller, task_id)["TaskStatus"] == "Processing"
    simulator.advance(10)
    task = attribute(caller, task_id)
    assert (task["TaskStatus"], task["FailedCount"], task["SuccessCount"]) == ("Failed", 1, 0)
    (operation,) = operations(task)
    assert operation["OperationStatus"] == "Failed"
    assert (operation["ErrorCode"], operation["ErrorMsg"]) == ("ExportImageFailed", "The bucket is full.")
    assert stored(simulator) == []
    simulator.advance(10)
    export(caller)
    simulator.advance(10)
    assert stored(simulator) != []


def test_a_failed_task_may_call_itself_finished(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(failed_task="Finished", fail_next_task=1)
    task_id = export(caller)
    simulator.advance(10)
    task = attribute(caller, task_id)
    assert (task["TaskStatus"], task["FailedCount"]) == ("Finished", 1)
    assert operations(task)[0]["ErrorMsg"] == "the knob fail_next_task"


@pytest.mark.parametrize("word", ["Canceled", "Cancelled", "Failed"])
def test_a_canceled_export_delivers_nothing(simulator: Simulator, caller: Caller, word: str) -> None:
    simulator.knobs(export_time=100, canceled_status=word)
    task_id = export(caller)
    simulator.advance(50)
    assert caller.call("CancelTask", TaskId=task_id).status == 200
    simulator.advance(100)
    task = attribute(caller, task_id)
    assert (task["TaskStatus"], task["TaskProcess"], task["SupportCancel"]) == (word, "50%", "false")
    assert (task["FailedCount"], operations(task)[0]["ErrorMsg"]) == (1, "")
    assert stored(simulator) == []
    assert caller.call("CancelTask", TaskId=task_id).code == "InvalidTaskId.IncorrectTaskStatus"
    assert caller.call("DeleteImage", ImageId="m-in-use", Force="true").status == 200


def test_tasks_are_listed_newest_first_and_filtered(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create()
    simulator.advance(10)
    first = export(caller)
    simulator.advance(3600)
    second = export(caller, image_id)
    assert [task["TaskId"] for task in tasks(caller)] == [second, first]
    assert [task["TaskStatus"] for task in tasks(caller)] == ["Processing", "Finished"]
    assert [task["TaskId"] for task in tasks(caller, TaskStatus="Finished")] == [first]
    assert [task["TaskId"] for task in tasks(caller, TaskIds=f"{first},t-unknown")] == [first]
    assert [task["TaskId"] for task in tasks(caller, **{"ResourceIds.1": image_id})] == [second]
    assert tasks(caller, TaskAction="ImportImage") == []
    assert len(tasks(caller, TaskAction="ExportImage")) == 2
    assert [task["TaskId"] for task in tasks(caller, PageSize="1", PageNumber="2")] == [first]
    assert tasks(caller, EndTime="2020-01-01T00:00:00Z") == []
    assert len(tasks(caller, StartTime="2020-01-01T00:00:00Z")) == 2


def test_waiting_tasks_cannot_be_filtered(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(waiting_time=100)
    task_id = export(caller)
    assert [task["TaskId"] for task in tasks(caller, TaskStatus="Waiting")] == [task_id]
    assert tasks(caller, TaskStatus="Processing") == []
    simulator.advance(200)
    assert [task["TaskId"] for task in tasks(caller, TaskStatus="Waiting")] == [task_id]


def test_the_resource_id_of_a_task_is_reported_by_the_newest_releases(simulator: Simulator, caller: Caller) -> None:
    export(caller)
    assert "ResourceId" not in tasks(caller)[0]
    simulator.knobs(task_resource_id=True)
    assert tasks(caller)[0]["ResourceId"] == "m-in-use"


def test_the_samples_show_tasks_in_another_format(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(task_shape="sample")
    task_id = export(caller)
    ((found,),) = (each["Task"] for each in caller.call("DescribeTasks").body["TaskSet"])
    assert (found["TaskId"], found["TaskAction"], found["SupportCancel"]) == (task_id, "EXPORT_IMAGE", True)
    assert attribute(caller, task_id)["SupportCancel"] is True


def test_the_id_of_a_task_had_another_name_in_2018(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(task_id_field="2018")
    body = caller.call("ExportImage", ImageId="m-in-use", OSSBucket="exports").body
    assert "TaskId" not in body
    assert attribute(caller, body["ExportTaskId"])["TaskAction"] == "ExportImage"


def test_related_items_may_be_reported_only_at_the_end(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(related_items="finished")
    task_id = export(caller)
    assert items(operations(attribute(caller, task_id))[0]) == {}
    simulator.advance(10)
    assert items(operations(attribute(caller, task_id))[0])["OSSBucket"] == "exports"


def test_a_task_is_of_its_tenant_and_region(simulator: Simulator, caller: Caller, other_tenant: Caller) -> None:
    task_id = export(caller)
    assert other_tenant.call("DescribeTaskAttribute", TaskId=task_id).code == "InvalidTaskId.NotFound"
    assert tasks(other_tenant) == []
    elsewhere = {"RegionId": "cn-wulan-env82-d01"}
    assert caller.call("CancelTask", {"TaskId": task_id, **elsewhere}).code == "InvalidTaskId.NotFound"
    assert tasks(caller, **elsewhere) == []


def test_a_bucket_that_is_open_to_all_needs_no_role(simulator: Simulator, other_tenant: Caller) -> None:
    image = {"id": "m-research", "name": "research", "organization": 38, "resource_group": 500}
    simulator.reset({"images": [image]})
    simulator.speed(0)
    closed = other_tenant.call("ExportImage", ImageId="m-research", OSSBucket="research-images")
    assert closed.code == "NoSetRoletoECSServiceAcount"
    assert other_tenant.call("ExportImage", ImageId="m-research", OSSBucket="research-open").status == 200


def test_a_site_without_tasks_knows_none_of_their_actions(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(missing_actions="DescribeTasks,CancelTask")
    task_id = export(caller)
    assert caller.call("DescribeTasks").code == "InvalidAction.NotFound"
    assert caller.call("CancelTask", TaskId=task_id).code == "InvalidAction.NotFound"
    assert attribute(caller, task_id)["TaskStatus"] == "Processing"


def test_an_answer_without_a_form_is_xml(simulator: Simulator, caller: Caller) -> None:
    task_id = export(caller)
    text = caller.call("DescribeTasks", {"Format": None}).text
    assert f"<TaskSet><Task><TaskId>{task_id}</TaskId>" in text
    assert REGION in text
