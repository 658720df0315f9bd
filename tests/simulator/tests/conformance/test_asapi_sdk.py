# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ApsaraStack SDK, unchanged, on the path of its gateway: JSON bodies, signed as version 2.1."""

from __future__ import annotations

import datetime
import json
import pathlib
import subprocess
import typing as t

import pytest

from .needs import asapi_python

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

DRIVER = pathlib.Path(__file__).with_name("asapi_driver.py")
ABROAD = "cn-wulan-env82-d01"
Answer = dict[str, t.Any]


class Sdk:
    """One process for each call: the SDK lives in an environment of its own."""

    def __init__(self, simulator: Simulator, python: str) -> None:
        self._simulator = simulator
        self._python = python

    def call(self, action: str, body: Answer | None = None, **more: t.Any) -> Answer:
        order = {
            "endpoint": f"127.0.0.1:{self._simulator.port}/asapi/v3",
            "access_key": self._simulator.access_key,
            "secret_key": self._simulator.secret_key,
            "region": self._simulator.region,
            "action": action,
            "body": body or {},
            "headers": {"x-acs-organizationid": "37", "x-acs-resourcegroupid": "412"},
            **more,
        }
        done = subprocess.run(
            [self._python, str(DRIVER)],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def image(self, image_id: str) -> Answer | None:
        answer = self.call("DescribeImages", {"ImageId": image_id, "Status": "Creating,Available"})
        listed = list(answer["Images"]["Image"])
        return dict(listed[0]) if listed else None


@pytest.fixture
def sdk(simulator: Simulator) -> Sdk:
    return Sdk(simulator, asapi_python())


def test_the_life_of_an_image(simulator: Simulator, sdk: Sdk) -> None:
    created = sdk.call(
        "CreateImage",
        {
            "ImageName": "web-01",
            "InstanceId": "i-web-running",
            "Description": "golden image: 100% ok * ~ + / ü 镜像",
            "Tag": [{"Key": "env", "Value": "dev & qa"}],
            "ClientToken": "token-1",
        },
    )
    assert created["asapiSuccess"] is True
    image = sdk.image(created["ImageId"])
    assert image is not None
    assert (image["Status"], image["Description"]) == ("Creating", "golden image: 100% ok * ~ + / ü 镜像")
    assert image["Tags"]["Tag"] == [{"TagKey": "env", "TagValue": "dev & qa"}]
    simulator.advance(10)
    assert sdk.call("ModifyImageAttribute", {"ImageId": image["ImageId"], "ImageName": "web-02"})["asapiSuccess"]
    tag = {"ResourceType": "image", "ResourceId": [image["ImageId"]], "Tag": [{"Key": "team", "Value": "ops"}]}
    assert sdk.call("TagResources", tag)["asapiSuccess"]
    untag = {"ResourceType": "image", "ResourceId": [image["ImageId"]], "TagKey": ["env"]}
    assert sdk.call("UntagResources", untag)["asapiSuccess"]
    image = sdk.image(created["ImageId"])
    assert image is not None
    assert (image["ImageName"], image["Status"]) == ("web-02", "Available")
    assert image["Tags"]["Tag"] == [{"TagKey": "team", "TagValue": "ops"}]
    assert sdk.call("DeleteImage", {"ImageId": created["ImageId"], "Force": True})["asapiSuccess"]
    assert sdk.image(created["ImageId"]) is None
    versions = {call["parameters"]["SignatureVersion"] for call in simulator.calls()}
    assert (versions, {call["code"] for call in simulator.calls()}) == ({"2.1"}, {""})


def test_an_import(simulator: Simulator, sdk: Sdk) -> None:
    file = {"OSSBucket": "golden-images", "OSSObject": "ubuntu-22.04.qcow2", "DiskImageSize": "40"}
    started = sdk.call("ImportImage", {"ImageName": "imported", "DiskDeviceMapping": [file]})
    simulator.advance(10)
    image = sdk.image(started["ImageId"])
    assert image is not None
    assert (image["Status"], image["Size"]) == ("Available", 40)


def test_an_export_and_its_task(simulator: Simulator, sdk: Sdk) -> None:
    started = sdk.call("ExportImage", {"ImageId": "m-in-use", "OSSBucket": "exports"})
    (listed,) = sdk.call("DescribeTasks", {"TaskIds": started["TaskId"], "PageSize": 50})["TaskSet"]["Task"]
    assert listed["TaskStatus"] == "Processing"
    simulator.advance(10)
    task = sdk.call("DescribeTaskAttribute", {"TaskId": started["TaskId"]})
    (operation,) = task["OperationProgressSet"]["OperationProgress"]
    names = [item["Name"] for item in operation["RelatedItemSet"]["RelatedItem"]]
    assert (task["TaskStatus"], names) == ("Finished", ["OSSBucket", "OSSObject", "ImageFormat"])
    refused = sdk.call("CancelTask", {"TaskId": started["TaskId"]})
    assert refused["asapiErrorCode"] == "InvalidTaskId.IncorrectTaskStatus"


def test_an_import_is_canceled(simulator: Simulator, sdk: Sdk) -> None:
    file = {"OSSBucket": "golden-images", "OSSObject": "ubuntu-22.04.qcow2"}
    started = sdk.call("ImportImage", {"ImageName": "imported", "DiskDeviceMapping": [file]})
    assert sdk.call("CancelTask", {"TaskId": started["TaskId"]})["asapiSuccess"] is True
    assert sdk.call("DescribeTaskAttribute", {"TaskId": started["TaskId"]})["TaskStatus"] == "Canceled"
    assert sdk.image(started["ImageId"]) is None


def test_a_copy_and_its_cancellation(simulator: Simulator, sdk: Sdk) -> None:
    copy = {"ImageId": "m-in-use", "DestinationRegionId": ABROAD, "Tag": [{"Key": "env", "Value": "dev"}]}
    image_id = sdk.call("CopyImage", {**copy, "DestinationImageName": "copy"})["ImageId"]
    image = simulator.image(image_id)
    assert image is not None
    assert (image["image_name"], image["region"], image["tags"]) == ("copy", ABROAD, {"env": "dev"})
    assert sdk.call("CancelCopyImage", {"ImageId": image_id}, region=ABROAD)["asapiSuccess"] is True
    assert simulator.image(image_id) is None


def test_shares(sdk: Sdk) -> None:
    share = {"ImageId": "m-in-use", "AddAccount": ["1000000000000038"]}
    assert sdk.call("ModifyImageSharePermission", share)["asapiSuccess"] is True
    listed = sdk.call("DescribeImageSharePermission", {"ImageId": "m-in-use"})
    assert listed["Accounts"]["Account"] == [{"AliyunId": "1000000000000038"}]


def test_attributes_and_the_newest_image_of_a_family(sdk: Sdk) -> None:
    changes = {"ImageId": "m-in-use", "ImageFamily": "web", "Description": "described"}
    assert sdk.call("ModifyImageAttribute", changes)["asapiSuccess"] is True
    image = sdk.call("DescribeImageFromFamily", {"ImageFamily": "web"})["Image"]
    assert (image["ImageId"], image["Description"]) == ("m-in-use", "described")


def test_a_query_is_signed_too(sdk: Sdk) -> None:
    answer = sdk.call("DescribeImages", method="GET", query={"ImageOwnerAlias": "self", "ImageName": "in-use"})
    assert answer["TotalCount"] == 1


def test_errors_come_as_bodies_since_this_sdk_raises_none(simulator: Simulator, sdk: Sdk) -> None:
    in_use = sdk.call("DeleteImage", {"ImageId": "m-in-use"})
    assert (in_use["asapiSuccess"], in_use["asapiErrorCode"]) == (False, "ImageUsingByInstance")
    wrong = sdk.call("DescribeImages", secret_key="simulator-secret-wrong")
    assert wrong["Code"] == "SignatureDoesNotMatch"
    past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=16)
    skewed = sdk.call("DescribeImages", timestamp=past.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert skewed["Code"] == "InvalidTimeStamp.Expired"
    assert sdk.call("DescribeImages", nonce="always-the-same")["asapiSuccess"] is True
    assert sdk.call("DescribeImages", nonce="always-the-same")["Code"] == "SignatureNonceUsed"
    assert "simulator-secret" not in json.dumps(simulator.calls())


def test_members_of_the_json_body_are_part_of_what_is_signed(simulator: Simulator, sdk: Sdk) -> None:
    """They stand nowhere else, so that a server that signs the query alone would refuse this call."""
    assert sdk.call("DescribeImages", {"ImageName": "in-use"})["TotalCount"] == 1
    (call,) = simulator.calls()
    assert (call["path"], call["parameters"]["SignatureMethod"]) == ("/asapi/v3/", "HMAC-SHA256")
    assert call["headers"]["content-type"] == "application/json"
