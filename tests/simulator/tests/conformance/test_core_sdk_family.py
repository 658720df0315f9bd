# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's core SDK, unchanged: copies, imports, exports, tasks, shares and families in typed requests."""

from __future__ import annotations

import typing as t

import pytest

from .core_sdk import Sdk, typed

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

ABROAD = "cn-wulan-env82-d01"


@pytest.fixture
def client(simulator: Simulator) -> Sdk:
    return Sdk(simulator)


def test_the_newest_image_of_a_family_in_typed_requests(client: Sdk) -> None:
    modify = typed("ModifyImageAttribute")
    modify.set_ImageId("m-in-use")
    modify.set_ImageFamily("web")
    client.send(modify)
    family = typed("DescribeImageFromFamily")
    family.set_ImageFamily("web")
    assert client.send(family)["Image"]["ImageId"] == "m-in-use"


def test_an_import_in_a_typed_request(simulator: Simulator, client: Sdk) -> None:
    request = typed("ImportImage")
    request.set_ImageName("imported")
    request.set_OSType("linux")
    request.set_DiskDeviceMappings(
        [
            {"OSSBucket": "golden-images", "OSSObject": "ubuntu-22.04.qcow2", "Format": "qcow2", "DiskImageSize": 20},
            {"OSSBucket": "golden-images", "OSSObject": "data.raw"},
        ]
    )
    image_id = client.send(request)["ImageId"]
    simulator.advance(10)
    (image,) = client.images(image_id=image_id)
    assert [disk["ImportOSSObject"] for disk in image["DiskDeviceMappings"]["DiskDeviceMapping"]] == [
        "ubuntu-22.04.qcow2",
        "data.raw",
    ]


def test_an_export_and_its_task_in_typed_requests(simulator: Simulator, client: Sdk) -> None:
    export = typed("ExportImage")
    export.set_ImageId("m-in-use")
    export.set_OSSBucket("exports")
    export.set_OSSPrefix("x")
    export.set_RoleName("AliyunECSImageExportDefaultRole")
    task_id = client.send(export)["TaskId"]
    listing = typed("DescribeTasks")
    listing.set_TaskAction("ExportImage")
    listing.set_TaskIds(task_id)
    assert [task["TaskId"] for task in client.send(listing)["TaskSet"]["Task"]] == [task_id]
    attribute = typed("DescribeTaskAttribute")
    attribute.set_TaskId(task_id)
    assert client.send(attribute)["TaskStatus"] == "Processing"
    cancel = typed("CancelTask")
    cancel.set_TaskId(task_id)
    client.send(cancel)
    assert client.send(attribute)["TaskStatus"] == "Canceled"
    assert {call["code"] for call in simulator.calls()} == {""}


def test_a_copy_and_its_cancellation_in_typed_requests(simulator: Simulator, client: Sdk) -> None:
    copy = typed("CopyImage")
    copy.set_ImageId("m-in-use")
    copy.set_DestinationRegionId(ABROAD)
    copy.set_DestinationImageName("copy")
    copy.set_DestinationDescription("copied")
    copy.set_Encrypted(True)
    copy.set_KMSKeyId("key-wulan")
    copy.set_Tags([{"Key": "env", "Value": "dev"}])
    image_id = client.send(copy)["ImageId"]
    image = simulator.image(image_id)
    assert image is not None
    assert (image["image_name"], image["region"], image["tags"]) == ("copy", ABROAD, {"env": "dev"})
    assert (image["copied_from"], image["encrypted"]) == ("m-in-use", True)
    cancel = typed("CancelCopyImage")
    cancel.set_ImageId(image_id)
    cancel.add_query_param("RegionId", ABROAD)
    client.send(cancel)
    assert simulator.image(image_id) is None


def test_shares_in_typed_requests(client: Sdk) -> None:
    def accounts() -> list[str]:
        describe = typed("DescribeImageSharePermission")
        describe.set_ImageId("m-in-use")
        return [account["AliyunId"] for account in client.send(describe)["Accounts"]["Account"]]

    modify = typed("ModifyImageSharePermission")
    modify.set_ImageId("m-in-use")
    modify.set_AddAccounts(["1000000000000038"])
    client.send(modify)
    assert accounts() == ["1000000000000038"]
    modify = typed("ModifyImageSharePermission")
    modify.set_ImageId("m-in-use")
    modify.set_RemoveAccounts(["1000000000000038"])
    client.send(modify)
    assert accounts() == []


def test_attributes_in_a_typed_request(client: Sdk) -> None:
    modify = typed("ModifyImageAttribute")
    modify.set_ImageId("m-in-use")
    modify.set_Description("described")
    modify.set_Status("Deprecated")
    client.send(modify)
    (image,) = client.images(image_id="m-in-use", status="Deprecated")
    assert image["Description"] == "described"
