# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What real sites were seen to do: ignore a parameter, lack an action, carry out a dry run, give lists that move."""

from __future__ import annotations

import typing as t

import pytest

from apsarastack_simulator.knobs import Knobs

from .clients.provider import ABROAD, HOME

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

    from .rpc import Caller


def test_no_parameter_and_no_action_is_missing_by_default(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create(**{"Tag.1.Key": "env", "Tag.1.Value": "dev"})
    simulator.advance(4)
    assert caller.call("ModifyImageAttribute", ImageId=image_id, ImageName="renamed").status == 200
    (image,) = caller.find(ImageName="renamed")
    assert image["Tags"] == {"Tag": [{"TagKey": "env", "TagValue": "dev"}]}
    assert [call["notes"] for call in simulator.calls()] == [[], [], []]


def test_a_site_may_ignore_the_tags_of_a_creation(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(ignored_parameters=["CreateImage.Tag", "CreateImage.Platform"])
    image_id = caller.create(**{"Tag.1.Key": "env", "Tag.1.Value": "dev", "Platform": "Ubuntu"})
    image = caller.image(image_id)
    assert image is not None
    assert (image["Tags"], image["Platform"]) == ({"Tag": []}, "CentOS")
    assert simulator.calls("CreateImage")[0]["notes"] == ["ignored parameters: Tag.1.Key, Tag.1.Value, Platform"]
    scope = {"ResourceType": "image", "ResourceId.1": image_id, "Tag.1.Key": "env", "Tag.1.Value": "dev"}
    assert caller.call("TagResources", scope).status == 200
    image = caller.image(image_id)
    assert image is not None
    assert image["Tags"] == {"Tag": [{"TagKey": "env", "TagValue": "dev"}]}


def test_a_site_may_answer_a_rename_with_success_and_do_nothing(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(ignored_parameters="ModifyImageAttribute.ImageName")
    changes = {"ImageId": "m-in-use", "ImageName": "renamed", "Description": "described"}
    assert caller.call("ModifyImageAttribute", changes).status == 200
    image = caller.image("m-in-use")
    assert image is not None
    assert (image["ImageName"], image["Description"]) == ("in-use", "described")


def test_a_filter_that_is_ignored_lists_everything(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create()
    simulator.knobs(ignored_parameters="Describe*.ImageName, *.SnapshotIds")
    assert {image["ImageId"] for image in caller.find(ImageName="nothing")} == {image_id, "m-in-use"}
    assert caller.call("DescribeSnapshots", SnapshotIds="[]").body["TotalCount"] > 1


@pytest.mark.parametrize(("unknown", "status"), [("InvalidAction.NotFound", 404), ("InvalidAction", 403)])
def test_a_release_may_lack_actions(simulator: Simulator, caller: Caller, unknown: str, status: int) -> None:
    simulator.knobs(missing_actions="DeleteSnapshot,*ImageSharePermission", unknown_action=unknown)
    for action in ("DeleteSnapshot", "ModifyImageSharePermission", "DescribeImageSharePermission"):
        reply = caller.call(action)
        assert (reply.status, reply.code) == (status, unknown)
    assert caller.call("DescribeSnapshots").status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"missing_actions": "DeleteImages"},
        {"ignored_parameters": "CreateImage"},
        {"ignored_parameters": ["CreateImage.Tag", "CreateImage.Name"]},
    ],
)
def test_a_name_that_fits_nothing_is_refused(changes: dict[str, t.Any]) -> None:
    with pytest.raises(ValueError, match="fits nothing that the simulator knows"):
        Knobs().changed(changes)


def test_a_dry_run_is_carried_out_as_on_real_sites(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create(DryRun="true")
    simulator.advance(4)
    changes = {"ImageId": image_id, "ImageName": "renamed", "DryRun": "true"}
    assert caller.call("ModifyImageAttribute", changes).status == 200
    assert [image["ImageId"] for image in caller.find(ImageName="renamed")] == [image_id]
    assert caller.call("DeleteImage", ImageId=image_id, DryRun="true").status == 200
    assert caller.image(image_id) is None


FILE = {"DiskDeviceMapping.1.OSSBucket": "golden-images", "DiskDeviceMapping.1.OSSObject": "data.raw"}
# How an image may have come to be, and how many disks it has then.
ORIGINS: dict[str, tuple[dict[str, str], int]] = {
    "CreateImage": ({"InstanceId": "i-web-running"}, 2),
    "CopyImage": ({"ImageId": "m-in-use", "DestinationRegionId": HOME}, 1),
    "ImportImage": (FILE, 1),
}


@pytest.mark.parametrize("action", ORIGINS)
def test_the_snapshots_of_an_image_outlive_it_under_names_of_their_own(
    simulator: Simulator, caller: Caller, action: str
) -> None:
    parameters, disks = ORIGINS[action]
    before = {item["snapshot_id"] for item in simulator.state()["snapshots"]}
    image_id = caller.call(action, parameters).body["ImageId"]
    simulator.advance(4)
    assert caller.call("DeleteImage", ImageId=image_id).status == 200
    assert caller.image(image_id) is None
    listed = caller.call("DescribeSnapshots", PageSize="100").body["Snapshots"]["Snapshot"]
    left = [item for item in listed if item["SnapshotId"] not in before]
    assert [item["SnapshotName"].startswith("SnapshotForImage-") for item in left] == [True] * disks
    assert [(item["Status"], item["Usage"]) for item in left] == [("accomplished", "none")] * disks
    for item in left:
        assert caller.call("DeleteSnapshot", SnapshotId=item["SnapshotId"]).status == 200


def test_every_success_says_so(caller: Caller) -> None:
    """The host of ECS decorates its answers as the common gateway does."""
    export = {"ImageId": "m-in-use", "OSSBucket": "exports"}
    for action, parameters in {"DescribeImages": {}, "ExportImage": export, "DescribeTasks": {}}.items():
        reply = caller.call(action, parameters)
        assert (reply.status, reply.body["asapiSuccess"]) == (200, True), reply.text


@pytest.mark.parametrize(
    ("organization", "resource_set"), [("org-operations", "rs-operations"), ("37", "rs-operations"), ("37", "412")]
)
def test_the_ids_of_a_tenant_may_be_text(caller: Caller, organization: str, resource_set: str) -> None:
    caller.headers = {"x-acs-organizationid": organization, "x-acs-resourcegroupid": resource_set}
    image_id = caller.create()
    assert caller.image(image_id) is not None
    caller.headers = {}
    tenant = {"OrganizationId": organization, "ResourceGroup": resource_set}
    assert [image["ImageId"] for image in caller.find(ImageId=image_id, **tenant)] == [image_id]
    copied = caller.call("CopyImage", ImageId="m-in-use", DestinationRegionId=ABROAD, ResourceGroupId="rs-operations")
    assert copied.status == 200


@pytest.mark.parametrize(
    "host", ["ecs-internal.cloud.example.com", "ecs-internal.cn-neimeng-env30-d01.example.com", "ecs.cloud.ste3.com"]
)
def test_the_host_of_ecs_is_assigned_by_site_and_names_the_product(
    simulator: Simulator, caller: Caller, host: str
) -> None:
    caller.headers = {"Host": host}
    assert caller.call("DescribeImages").status == 200
    role = {"RoleArn": "acs:ram::1000000000000037:role/imager", "RoleSessionName": "tests"}
    assert caller.call("AssumeRole", {**role, "Version": "2015-04-01"}).code == "InvalidVersion"
    assert {call["headers"]["host"] for call in simulator.calls()} == {host}


def test_a_dry_run_may_be_supported(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create()
    simulator.advance(4)
    simulator.knobs(dry_run="honor")
    assert caller.call("DeleteImage", ImageId=image_id, DryRun="true").code == "DryRunOperation"
    assert caller.image(image_id) is not None


def three_names(caller: Caller) -> set[str]:
    names = {"web-1", "web-2", "web-3"}
    for name in sorted(names):
        caller.create(name)
    return names


def names_on(caller: Caller, *pages: int) -> list[list[str]]:
    replies = [caller.call("DescribeImages", Status="Creating", PageSize="2", PageNumber=str(page)) for page in pages]
    assert {reply.body["TotalCount"] for reply in replies} == {3}
    return [[image["ImageName"] for image in reply.images] for reply in replies]


def test_pages_are_full_and_consecutive_by_default(caller: Caller) -> None:
    three_names(caller)
    assert names_on(caller, 1, 2) == [["web-3", "web-2"], ["web-1"]]


def test_pages_may_be_shorter_than_asked_for(simulator: Simulator, caller: Caller) -> None:
    three_names(caller)
    simulator.knobs(short_pages=1)
    assert names_on(caller, 1, 2, 3, 4) == [["web-3"], ["web-2"], ["web-1"], []]


def test_a_list_may_move_between_two_of_its_pages(simulator: Simulator, caller: Caller) -> None:
    three_names(caller)
    simulator.knobs(shifting_pages=1)
    assert names_on(caller, 1, 2) == [["web-3", "web-2"], []]
    assert names_on(caller, 1, 2) == [["web-3", "web-2"], ["web-1"]]


def test_a_page_behind_the_end_cannot_move(simulator: Simulator, caller: Caller) -> None:
    three_names(caller)
    simulator.knobs(shifting_pages=1)
    assert names_on(caller, 3, 2) == [[], []]


def test_a_policy_may_deny_actions(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(denied_actions="Delete*,DescribeInstances")
    for action in ("DeleteImage", "DeleteSnapshot", "DescribeInstances"):
        reply = caller.call(action, ImageId="m-in-use", SnapshotId="s-system")
        assert (reply.status, reply.code) == (403, "Forbidden.RAM")
    assert caller.image("m-in-use") is not None


def test_a_denied_list_may_be_empty_instead(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(denied_actions="Delete*,Describe*", denied_lists="empty")
    assert caller.find() == []
    assert caller.call("DescribeInstances").body["TotalCount"] == 0
    assert caller.call("DeleteImage", ImageId="m-in-use", Force="true").code == "Forbidden.RAM"
