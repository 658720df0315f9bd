# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The import of an image from disk files in a bucket."""

from __future__ import annotations

import typing as t

import pytest

from .test_tasks import attribute, export, import_image, items, operations, tasks

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

    from .rpc import Caller


def disk(caller: Caller, image_id: str, number: int = 0) -> dict[str, t.Any]:
    image = caller.image(image_id)
    assert image is not None
    return dict(image["DiskDeviceMappings"]["DiskDeviceMapping"][number])


def status(caller: Caller, image_id: str) -> str:
    image = caller.image(image_id)
    return "" if image is None else str(image["Status"])


def snapshot_of(caller: Caller, image_id: str) -> dict[str, t.Any]:
    snapshot_id = disk(caller, image_id)["SnapshotId"]
    (snapshot,) = caller.call("DescribeSnapshots", SnapshotIds=f'["{snapshot_id}"]').body["Snapshots"]["Snapshot"]
    return dict(snapshot)


def test_an_import_makes_an_image_of_a_file(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(import_time=100, waiting_time=10)
    body = import_image(caller, BootMode="UEFI", OSType="Linux", Platform="Ubuntu", Architecture="arm64")
    image_id, task_id = body["ImageId"], body["TaskId"]
    assert (image_id[:2], task_id[:2], body["RegionId"]) == ("m-", "t-", simulator.region)
    assert (status(caller, image_id), attribute(caller, task_id)["TaskStatus"]) == ("Waiting", "Waiting")
    simulator.advance(60)
    assert (status(caller, image_id), attribute(caller, task_id)["TaskProcess"]) == ("Creating", "50%")
    snapshot = snapshot_of(caller, image_id)
    assert (snapshot["SnapshotName"], snapshot["Status"]) == ("SnapshotForImage-imported-system", "failed")
    simulator.advance(60)
    image = caller.image(image_id)
    assert image is not None
    assert (image["Status"], image["Size"], image["IsCopied"]) == ("Available", 20, False)
    assert (image["Platform"], image["OSType"], image["Architecture"]) == ("Ubuntu", "linux", "arm64")
    assert image["BootMode"] == "UEFI"
    source = {name: disk(caller, image_id)[name] for name in ("Format", "ImportOSSBucket", "ImportOSSObject")}
    assert source == {
        "Format": "QCOW2",
        "ImportOSSBucket": "golden-images",
        "ImportOSSObject": "ubuntu-22.04.qcow2",
    }
    assert snapshot_of(caller, image_id)["Status"] == "accomplished"
    task = attribute(caller, task_id)
    assert (task["TaskAction"], task["TaskStatus"], task["SuccessCount"]) == ("ImportImage", "Finished", 1)
    assert items(operations(task)[0])["OSSObject"] == "ubuntu-22.04.qcow2"


def test_an_import_of_two_disks_with_sizes_formats_and_tags(simulator: Simulator, caller: Caller) -> None:
    second = {"DiskDeviceMapping.2.OSSBucket": "golden-images", "DiskDeviceMapping.2.OSSObject": "data.raw"}
    more = {
        "DiskDeviceMapping.1.Format": "qcow2",
        "DiskDeviceMapping.1.DiskImageSize": "60",
        "DiskDeviceMapping.1.Device": "",
        "Tag.1.Key": "env",
        "Tag.1.Value": "dev",
    }
    image_id = import_image(caller, **second, **more)["ImageId"]
    simulator.advance(10)
    image = caller.image(image_id)
    assert image is not None
    assert image["Tags"]["Tag"] == [{"TagKey": "env", "TagValue": "dev"}]
    system, data = disk(caller, image_id, 0), disk(caller, image_id, 1)
    assert (system["Type"], system["Device"], system["Size"], system["Format"]) == (
        "system",
        "/dev/xvda",
        "60",
        "qcow2",
    )
    assert (data["Type"], data["Device"], data["Size"], data["Format"]) == ("data", "/dev/xvdb", "100", "RAW")


def test_disks_beyond_the_seventeenth_are_ignored(simulator: Simulator, caller: Caller) -> None:
    more = {}
    for number in range(2, 20):
        more[f"DiskDeviceMapping.{number}.OSSBucket"] = "golden-images"
        more[f"DiskDeviceMapping.{number}.OSSObject"] = "data.raw"
    image_id = import_image(caller, **more)["ImageId"]
    image = caller.image(image_id)
    assert image is not None
    assert len(image["DiskDeviceMappings"]["DiskDeviceMapping"]) == 17


def test_newer_releases_import_larger_disks(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(import_sizes="2025")
    image_id = import_image(caller, **{"DiskDeviceMapping.1.DiskImageSize": "2048"})["ImageId"]
    assert disk(caller, image_id)["Size"] == "2048"


def test_an_import_may_never_show_creating(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(import_status="Waiting", import_time=100)
    image_id = import_image(caller)["ImageId"]
    simulator.advance(99)
    assert status(caller, image_id) == "Waiting"
    simulator.advance(2)
    assert status(caller, image_id) == "Available"


def test_an_import_may_be_absent_from_lists_at_first(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(visible_after=50, import_time=100)
    image_id = import_image(caller)["ImageId"]
    assert status(caller, image_id) == ""
    simulator.advance(51)
    assert status(caller, image_id) == "Creating"


@pytest.mark.parametrize(
    ("file", "format_told", "reason"),
    [
        ("broken.qcow2", "", "The disk file cannot be read."),
        ("ubuntu-22.04.qcow2", "RAW", "The format of ubuntu-22.04.qcow2 is QCOW2, not RAW."),
    ],
)
def test_a_failed_import_stays_listed_and_its_task_has_the_reason(
    simulator: Simulator, caller: Caller, file: str, format_told: str, reason: str
) -> None:
    body = import_image(caller, file, **{"DiskDeviceMapping.1.Format": format_told})
    assert attribute(caller, body["TaskId"])["TaskStatus"] == "Processing"
    simulator.advance(10)
    assert status(caller, body["ImageId"]) == "CreateFailed"
    assert snapshot_of(caller, body["ImageId"])["Status"] == "failed"
    task = attribute(caller, body["TaskId"])
    assert (task["TaskStatus"], task["FailedCount"]) == ("Failed", 1)
    assert (operations(task)[0]["ErrorCode"], operations(task)[0]["ErrorMsg"]) == ("ImportImageFailed", reason)
    assert caller.call("DeleteImage", ImageId=body["ImageId"]).status == 200


def test_fail_next_task_makes_an_import_fail(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(fail_next_task=1, failed_status="UnAvailable")
    body = import_image(caller)
    simulator.advance(10)
    assert status(caller, body["ImageId"]) == "UnAvailable"
    assert attribute(caller, body["TaskId"])["TaskStatus"] == "Failed"


def test_a_fault_that_strikes_the_image_fails_its_task(simulator: Simulator, caller: Caller) -> None:
    simulator.fault(action="ImportImage", image="CreateFailed")
    body = import_image(caller)
    simulator.advance(10)
    assert status(caller, body["ImageId"]) == "CreateFailed"
    assert attribute(caller, body["TaskId"])["TaskStatus"] == "Failed"


def test_an_image_that_somebody_deletes_ends_its_import(simulator: Simulator, caller: Caller) -> None:
    simulator.fault(action="ImportImage", image="deleted")
    body = import_image(caller)
    assert status(caller, body["ImageId"]) == ""
    assert attribute(caller, body["TaskId"])["TaskStatus"] == "Canceled"


@pytest.mark.parametrize(("canceled_import", "left"), [("gone", ""), ("CreateFailed", "CreateFailed")])
def test_a_canceled_import_takes_its_image_with_it_or_leaves_it(
    simulator: Simulator, caller: Caller, canceled_import: str, left: str
) -> None:
    simulator.knobs(import_time=100, canceled_import=canceled_import)
    body = import_image(caller)
    simulator.advance(50)
    refused = caller.call("DeleteImage", ImageId=body["ImageId"], Force="true")
    assert (refused.status, refused.code) == (403, "ImageIsImporting")
    assert caller.call("CancelTask", TaskId=body["TaskId"]).status == 200
    assert status(caller, body["ImageId"]) == left
    simulator.advance(100)
    assert status(caller, body["ImageId"]) == left
    assert attribute(caller, body["TaskId"])["TaskStatus"] == "Canceled"
    deleted = caller.call("DeleteImage", ImageId=body["ImageId"])
    assert deleted.status == (200 if left else 404)


def test_a_client_token_starts_one_import(simulator: Simulator, caller: Caller) -> None:
    first, second = (import_image(caller, ClientToken="token-1") for _attempt in range(2))
    assert (first["ImageId"], first["TaskId"]) == (second["ImageId"], second["TaskId"])
    assert len(tasks(caller, TaskAction="ImportImage")) == 1


def test_an_export_and_an_import_are_two_tasks_of_an_image(simulator: Simulator, caller: Caller) -> None:
    image_id = import_image(caller, ClientToken="token-1")["ImageId"]
    simulator.advance(10)
    export(caller, image_id)
    found = tasks(caller, **{"ResourceIds.1": image_id})
    assert [task["TaskAction"] for task in found] == ["ExportImage", "ImportImage"]


def test_the_task_of_an_import_had_another_name_in_2018(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(task_id_field="2018")
    assert attribute(caller, import_image(caller)["ImportTaskId"])["TaskAction"] == "ImportImage"


def test_a_windows_file_makes_a_windows_image(simulator: Simulator, caller: Caller) -> None:
    more = {"Platform": "Windows Server 2019", "OSType": "windows", "LicenseType": "BYOL"}
    image_id = import_image(caller, "windows-2019.vhd", **more)["ImageId"]
    image = caller.image(image_id)
    assert image is not None
    assert (image["OSType"], image["Platform"], image["Size"]) == ("windows", "Windows Server 2019", 40)


def test_a_site_may_want_a_license_for_windows(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(windows_license="required")
    windows = {"Platform": "Windows Server 2019"}
    file = {"DiskDeviceMapping.1.OSSBucket": "golden-images", "DiskDeviceMapping.1.OSSObject": "windows-2019.vhd"}
    answer = caller.call("ImportImage", {"ImageName": "imported", **file, **windows})
    assert (answer.status, answer.body["Code"]) == (400, "MissingParameter")
    assert "LicenseType" in answer.body["Message"]
    assert import_image(caller, "windows-2019.vhd", **windows, LicenseType="BYOL")["ImageId"]
    assert import_image(caller)["ImageId"]
