# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.tasks import Begun, Tasks
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NoAnswerError, ServiceError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.images_bench import ScriptedClient

NO_OPTIONS = {"Format": None, "DiskImageSize": None}
LISTED = {"TaskAction": "ExportImage", "ResourceIds": ["m-1"]}


def entry(task_id: str, created: str = "2026-11-24T05:06Z", **more: str) -> dict[str, str]:
    return {"TaskId": task_id, "TaskAction": "ExportImage", "TaskStatus": "Finished", "CreationTime": created, **more}


def tasks(*script: tuple[str, dict[str, t.Any], t.Any]) -> Tasks:
    return Tasks(t.cast("t.Any", ScriptedClient(*script)))


def test_exports_are_listed_newest_first_without_exports_of_other_images() -> None:
    answer = [
        entry("t-1"),
        entry("t-2", "2026-11-25T05:06Z", ResourceId="m-1"),
        entry("t-3", ResourceId="m-2"),
        entry("t-4", TaskAction="ImportImage"),
    ]
    found = tasks(("DescribeTasks", LISTED, answer)).exports("m-1")
    assert [one["task_id"] for one in found] == ["t-2", "t-1"]


@pytest.mark.parametrize("answer", [ServiceError("InvalidTaskId.NotFound"), {"TaskId": ""}])
def test_a_missing_task_is_none(answer: t.Any) -> None:
    assert tasks(("DescribeTaskAttribute", {"TaskId": "t-1"}, answer)).task("t-1") is None


def test_other_errors_of_reading_a_task_are_raised() -> None:
    with pytest.raises(ServiceError):
        tasks(("DescribeTaskAttribute", {"TaskId": "t-1"}, ServiceError("Forbidden"))).task("t-1")


@pytest.mark.parametrize("field", ["TaskId", "ExportTaskId"])
def test_an_export_sends_the_given_values_and_returns_the_id_of_its_task(field: str) -> None:
    sent = {"ImageId": "m-1", "OSSBucket": "exports"}
    assert tasks(("ExportImage", sent, {field: "t-1"})).export("m-1", "exports") == "t-1"
    sent = {**sent, "OSSPrefix": "p", "ImageFormat": "raw", "RoleName": "r"}
    assert tasks(("ExportImage", sent, {field: "t-1"})).export(
        "m-1", "exports", prefix="p", image_format="raw", role_name="r"
    )


def test_an_export_without_a_task_id_may_have_begun() -> None:
    with pytest.raises(NoAnswerError) as caught:
        tasks(("ExportImage", {"ImageId": "m-1", "OSSBucket": "exports"}, {})).export("m-1", "exports")
    assert caught.value.maybe_done


def test_a_task_is_canceled_by_its_id() -> None:
    tasks(("CancelTask", {"TaskId": "t-1"}, {})).cancel("t-1")


@pytest.mark.parametrize("field", ["TaskId", "ImportTaskId"])
def test_an_import_sends_the_given_values_as_the_api_spells_them(field: str) -> None:
    omitted = dict.fromkeys(["os_type", "platform", "architecture", "boot_mode", "license_type", "role_name", "tags"])
    sent = {
        "ImageName": "web",
        "DiskDeviceMapping": [{"OSSBucket": "b", "OSSObject": "o", "Format": "QCOW2", "DiskImageSize": 20}],
        "Description": "d",
        "BootMode": "UEFI",
        "LicenseType": "BYOL",
        "RoleName": "r",
        "Tag": [{"Key": "team", "Value": "web"}],
    }
    disk = {"bucket": "b", "object": "o", "format": "qcow2", "size": 20}
    known = {"description": "d", "boot_mode": "uefi", "license_type": "BYOL", "role_name": "r", "tags": {"team": "web"}}
    begun = tasks(("ImportImage", sent, {"ImageId": "m-1", field: "t-1"}))
    assert begun.import_image("web", "token", [disk], **{**omitted, **known}) == Begun("m-1", "t-1")


def test_an_import_may_not_report_its_task() -> None:
    omitted = dict.fromkeys(["description", "os_type", "platform", "architecture", "boot_mode", "license_type"])
    sent = {"ImageName": "web", "DiskDeviceMapping": [{**NO_OPTIONS, "OSSBucket": "b", "OSSObject": "o"}]}
    begun = tasks(("ImportImage", sent, {"ImageId": "m-1"}))
    disk = {"bucket": "b", "object": "o"}
    assert begun.import_image("web", "token", [disk], **omitted, role_name=None, tags={}) == Begun("m-1", None)
