# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of an image: made, found, changed, tagged, deleted."""

from __future__ import annotations

import json
import re
import typing as t

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

    from .rpc import Caller


def test_an_image_is_created_and_becomes_available(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(create_time=100)
    image_id = caller.create("web-01")
    assert re.fullmatch(r"m-[a-z0-9]{20}", image_id)
    image = caller.image(image_id)
    assert image is not None
    assert (image["Status"], image["Progress"], image["ImageName"]) == ("Creating", "0%", "web-01")
    simulator.advance(50)
    image = caller.image(image_id)
    assert image is not None
    assert (image["Status"], image["Progress"]) == ("Creating", "50%")
    assert image["DiskDeviceMappings"]["DiskDeviceMapping"][0]["RemainTime"] == 50
    simulator.advance(51)
    image = caller.image(image_id)
    assert image is not None
    assert (image["Status"], image["Progress"]) == ("Available", "100%")


def test_an_image_has_the_documented_shape(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create("web-01", **{"Description": "golden image", "Tag.1.Key": "env", "Tag.1.Value": "dev"})
    simulator.advance(10)
    image = caller.image(image_id)
    assert image is not None
    mappings = image.pop("DiskDeviceMappings")["DiskDeviceMapping"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", image.pop("CreationTime"))
    assert image == {
        "ImageId": image_id,
        "ImageName": "web-01",
        "ImageVersion": "",
        "Description": "golden image",
        "ImageFamily": "",
        "ImageOwnerAlias": "self",
        "ImageOwnerId": 1000000000000037,
        "Status": "Available",
        "Progress": "100%",
        "Usage": "none",
        "Size": 40,
        "Architecture": "x86_64",
        "OSType": "linux",
        "Platform": "CentOS",
        "OSName": "CentOS  7.9 64 bit",
        "OSNameEn": "CentOS  7.9 64 bit",
        "BootMode": "BIOS",
        "ProductCode": "",
        "ResourceGroupId": "",
        "IsCopied": False,
        "IsPublic": False,
        "IsSelfShared": "",
        "IsSubscribed": False,
        "IsSupportCloudinit": True,
        "IsSupportIoOptimized": True,
        "Tags": {"Tag": [{"TagKey": "env", "TagValue": "dev"}]},
    }
    assert [(mapping["Device"], mapping["Type"], mapping["Size"]) for mapping in mappings] == [
        ("/dev/xvda", "system", "40"),
        ("/dev/xvdb", "data", "100"),
    ]


def test_creating_an_image_from_an_instance_snapshots_each_disk(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(create_time=100)
    image_id = caller.create()
    image = caller.image(image_id)
    assert image is not None
    ids = [mapping["SnapshotId"] for mapping in image["DiskDeviceMappings"]["DiskDeviceMapping"]]

    def snapshots() -> list[dict[str, t.Any]]:
        reply = caller.call("DescribeSnapshots", SnapshotIds=json.dumps(ids))
        return list(reply.body["Snapshots"]["Snapshot"])

    assert [snapshot["SnapshotName"] for snapshot in snapshots()] == [
        f"SnapshotForImage-{image_id}-system",
        f"SnapshotForImage-{image_id}-data",
    ]
    assert {(snapshot["Status"], snapshot["Usage"]) for snapshot in snapshots()} == {("progressing", "image")}
    simulator.advance(100)
    assert {snapshot["Status"] for snapshot in snapshots()} == {"accomplished"}
    assert caller.call("DeleteImage", ImageId=image_id).status == 200
    assert {snapshot["Usage"] for snapshot in snapshots()} == {"none"}


def test_only_available_images_are_listed_by_default(caller: Caller) -> None:
    image_id = caller.create()
    assert caller.call("DescribeImages", ImageId=image_id).body["TotalCount"] == 0
    assert caller.image(image_id) is not None


def test_system_images_are_listed_with_the_own_ones_unless_an_owner_is_named(caller: Caller) -> None:
    owners = [image["ImageOwnerAlias"] for image in caller.call("DescribeImages").images]
    assert owners == ["self", "system", "system", "system"]
    assert [image["ImageId"] for image in caller.call("DescribeImages", ImageOwnerAlias="self").images] == ["m-in-use"]
    assert len(caller.call("DescribeImages", ImageOwnerAlias="system").images) == 3
    assert caller.call("DescribeImages", ImageOwnerAlias="marketplace").images == []


def test_another_tenants_image_does_not_exist(caller: Caller, other_tenant: Caller) -> None:
    image_id = caller.create()
    assert other_tenant.image(image_id) is None
    for action in ("DeleteImage", "ModifyImageAttribute"):
        assert other_tenant.call(action, ImageId=image_id).code == "InvalidImageId.NotFound"
    assert other_tenant.call("CreateImage", InstanceId="i-web-running").code == "InvalidInstanceId.NotFound"
    tags = {"ResourceType": "image", "ResourceId.1": image_id, "Tag.1.Key": "a", "Tag.1.Value": "b"}
    assert other_tenant.call("TagResources", tags).code == "InvalidResourceId.NotFound"


def test_an_unknown_id_is_an_empty_list(caller: Caller) -> None:
    reply = caller.call("DescribeImages", ImageId="m-unknown")
    assert (reply.status, reply.body["TotalCount"], reply.images) == (200, 0, [])


def test_empty_filters_filter_nothing(caller: Caller) -> None:
    assert caller.call("DescribeImages", ImageId="", ImageName="", ImageOwnerAlias="self").body["TotalCount"] == 1


def test_the_text_none_is_a_value(caller: Caller) -> None:
    assert caller.call("CreateImage", InstanceId="None").code == "InvalidInstanceId.NotFound"


def test_names_match_exactly_or_fuzzily(simulator: Simulator, caller: Caller) -> None:
    caller.create("web-01")
    caller.create("web-012")
    assert [image["ImageName"] for image in caller.find(ImageName="web-01")] == ["web-01"]
    simulator.knobs(name_match="fuzzy")
    assert [image["ImageName"] for image in caller.find(ImageName="web-01")] == ["web-012", "web-01"]


def test_pages_have_ten_images_by_default_and_no_more_than_the_maximum(simulator: Simulator, caller: Caller) -> None:
    for number in range(12):
        caller.create(f"web-{number:02d}")
    reply = caller.call("DescribeImages", ImageOwnerAlias="self", Status="Creating")
    assert (len(reply.images), reply.body["TotalCount"], reply.body["PageSize"]) == (10, 12, 10)
    second = caller.find(Status="Creating", PageNumber="2")
    assert len(second) == 2
    assert {image["ImageId"] for image in second}.isdisjoint(image["ImageId"] for image in reply.images)
    assert caller.find(PageNumber="3") == []
    assert caller.call("DescribeImages", PageSize="101").code == "InvalidParameter"
    assert caller.call("DescribeImages", PageNumber="0").code == "InvalidParameter"
    simulator.knobs(max_page_size=50)
    assert caller.call("DescribeImages", PageSize="51").code == "InvalidParameter"


def test_tags_filter_by_key_and_by_value(caller: Caller) -> None:
    dev = caller.create("dev", **{"Tag.1.Key": "env", "Tag.1.Value": "dev"})
    qa = caller.create("qa", **{"Tag.1.key": "env", "Tag.1.value": "qa"})
    assert [image["ImageId"] for image in caller.find(**{"Tag.1.Key": "env"})] == [qa, dev]
    assert [image["ImageId"] for image in caller.find(**{"Tag.3.Key": "env", "Tag.3.Value": "dev"})] == [dev]


def test_the_same_token_gives_the_same_image(simulator: Simulator, caller: Caller) -> None:
    first = caller.create(ClientToken="token-1")
    assert caller.create(ClientToken="token-1") == first
    assert len(caller.find(ImageName="web-01")) == 1
    assert caller.create(ClientToken="Token-1") != first
    simulator.knobs(token_ttl=100)
    second = caller.create("web-02", ClientToken="token-2")
    simulator.advance(101)
    assert caller.create("web-02", ClientToken="token-2") != second


def test_the_same_token_with_other_parameters_is_refused(simulator: Simulator, caller: Caller) -> None:
    caller.create(ClientToken="token-1")
    reply = caller.call("CreateImage", ImageName="web-02", InstanceId="i-web-running", ClientToken="token-1")
    assert (reply.status, reply.code) == (400, "IdempotentParameterMismatch")
    simulator.knobs(token_mismatch_code="InvalidParamter.Conflict")
    reply = caller.call("CreateImage", ImageName="web-02", InstanceId="i-web-running", ClientToken="token-1")
    assert (reply.status, reply.code) == (403, "InvalidParamter.Conflict")


def test_without_a_token_every_call_creates_an_image(caller: Caller) -> None:
    assert caller.create() != caller.create()
    assert len(caller.find(ImageName="web-01")) == 2


def test_the_instance_wins_over_the_mapping_over_the_snapshot(caller: Caller) -> None:
    everything = {"InstanceId": "i-web-stopped", "SnapshotId": "s-data", "DiskDeviceMapping.1.SnapshotId": "s-system"}
    image = caller.image(caller.create("web-01", **everything))
    assert image is not None
    assert image["Platform"] == "Ubuntu"
    reply = caller.call(
        "CreateImage", {"SnapshotId": "s-data", "DiskDeviceMapping.1.SnapshotId": "s-system", "ImageName": "ab"}
    )
    assert reply.status == 200, reply.text


def test_a_mapping_lists_snapshots_and_blank_disks(caller: Caller) -> None:
    mapping = {
        "DiskDeviceMapping.1.SnapshotId": "s-system",
        "DiskDeviceMapping.1.Size": "60",
        "DiskDeviceMapping.2.SnapshotId": "s-data",
        "DiskDeviceMapping.3.Size": "20",
        "DiskDeviceMapping.3.Device": "/dev/xvdb",
    }
    reply = caller.call("CreateImage", {"ImageName": "web-01", **mapping})
    image = caller.image(reply.body["ImageId"])
    assert image is not None
    assert image["Size"] == 60
    listed = image["DiskDeviceMappings"]["DiskDeviceMapping"]
    assert [(disk["Device"], disk["Type"], disk["Size"], disk["SnapshotId"]) for disk in listed] == [
        ("/dev/xvda", "system", "60", "s-system"),
        ("/dev/xvdc", "data", "100", "s-data"),
        ("/dev/xvdb", "data", "20", ""),
    ]


def test_modify_changes_what_is_given_and_keeps_the_rest(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create("web-01", Description="first")
    simulator.advance(10)
    assert caller.call("ModifyImageAttribute", ImageId=image_id, ImageName="web-02", Description="").status == 200
    image = caller.image(image_id)
    assert image is not None
    assert (image["ImageName"], image["Description"]) == ("web-02", "first")
    assert [image["ImageId"] for image in caller.find(ImageName="web-02")] == [image_id]
    assert caller.find(ImageName="web-01") == []


def test_an_empty_description_clears_only_where_the_release_says_so(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create("web-01", Description="first")
    simulator.advance(10)
    simulator.knobs(clear_on_empty=True)
    caller.call("ModifyImageAttribute", ImageId=image_id, ImageName="web-02")
    image = caller.image(image_id)
    assert image is not None
    assert image["Description"] == "first"
    caller.call("ModifyImageAttribute", ImageId=image_id, Description="")
    image = caller.image(image_id)
    assert image is not None
    assert image["Description"] == ""


def test_a_deleted_image_cannot_be_deleted_again(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create()
    simulator.advance(10)
    assert caller.call("DeleteImage", ImageId=image_id).status == 200
    assert caller.image(image_id) is None
    reply = caller.call("DeleteImage", ImageId=image_id)
    assert (reply.status, reply.code) == (404, "InvalidImageId.NotFound")
    simulator.knobs(delete_unknown=200)
    assert caller.call("DeleteImage", ImageId=image_id).status == 200


def test_an_image_in_use_is_deleted_by_force_only(caller: Caller) -> None:
    reply = caller.call("DeleteImage", ImageId="m-in-use")
    assert (reply.status, reply.code) == (403, "ImageUsingByInstance")
    assert reply.body["Message"] == "The specified image has been used to create instances."
    image = caller.image("m-in-use")
    assert image is not None
    assert image["Usage"] == "instance"
    assert caller.call("DeleteImage", ImageId="m-in-use", Force="True").status == 200
    assert caller.image("m-in-use") is None


def test_an_image_that_is_being_created_cannot_be_deleted(caller: Caller) -> None:
    image_id = caller.create()
    reply = caller.call("DeleteImage", ImageId=image_id, Force="true")
    assert (reply.status, reply.code) == (403, "ImageIsCreating")


def test_the_vendors_images_cannot_be_changed(caller: Caller) -> None:
    system = "centos_7_9_x64_20G_alibase.vhd"
    assert caller.call("DeleteImage", ImageId=system).code == "InvalidImageId.NotFound"
    assert caller.call("ModifyImageAttribute", ImageId=system, ImageName="mine").code == "InvalidImageId.NotFound"


def _tag(caller: Caller, image_id: str, **tags: str) -> t.Any:
    pairs = {}
    for number, (key, value) in enumerate(tags.items(), start=1):
        pairs.update({f"Tag.{number}.Key": key, f"Tag.{number}.Value": value})
    return caller.call("TagResources", {"ResourceType": "image", "ResourceId.1": image_id, **pairs})


def _tags(caller: Caller, image_id: str) -> dict[str, str]:
    image = caller.image(image_id)
    assert image is not None
    return {tag["TagKey"]: tag["TagValue"] for tag in image["Tags"]["Tag"]}


def test_tags_are_set_overwritten_and_taken_away(caller: Caller) -> None:
    image_id = caller.create()
    assert _tag(caller, image_id, env="dev", team="ops").status == 200
    assert _tag(caller, image_id, env="qa").status == 200
    assert _tags(caller, image_id) == {"env": "qa", "team": "ops"}
    scope = {"ResourceType": "image", "ResourceId.1": image_id}
    assert caller.call("UntagResources", {**scope, "TagKey.1": "env", "TagKey.2": "never-there"}).status == 200
    assert _tags(caller, image_id) == {"team": "ops"}
    assert caller.call("UntagResources", {**scope, "All": "true"}).status == 200
    assert _tags(caller, image_id) == {}


def test_a_resource_holds_twenty_tags(caller: Caller) -> None:
    image_id = caller.create()
    assert _tag(caller, image_id, **{f"key{number}": "v" for number in range(20)}).status == 200
    assert _tag(caller, image_id, one_more="v").code == "QuotaExceed.Tags"
    assert len(_tags(caller, image_id)) == 20
    assert _tag(caller, image_id, **{f"key{number}": "v" for number in range(21)}).code == "NumberExceed.Tags"


def test_a_site_without_tag_resources_does_not_know_the_action(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(tag_resources=False)
    reply = _tag(caller, "m-in-use", env="dev")
    assert (reply.status, reply.code) == (404, "InvalidAction.NotFound")


def test_instances_are_found_by_id_and_by_image(caller: Caller, other_tenant: Caller) -> None:
    def ids(caller: Caller, **filters: str | None) -> list[str]:
        reply = caller.call("DescribeInstances", filters)
        return [instance["InstanceId"] for instance in reply.body["Instances"]["Instance"]]

    assert ids(caller, ImageId="m-in-use") == ["i-user-of-image"]
    assert ids(caller, InstanceIds='["i-web-running", "i-other-tenant"]') == ["i-web-running"]
    assert ids(caller, InstanceIds="[]") == []
    assert len(ids(caller)) == 5
    assert ids(other_tenant) == ["i-other-tenant"]
    assert caller.call("DescribeInstances", InstanceIds="i-web-running").code == "InvalidParameter"


def test_instances_show_status_and_locks(caller: Caller) -> None:
    reply = caller.call("DescribeInstances", InstanceIds='["i-web-locked", "i-web-pending"]')
    pending, locked = reply.body["Instances"]["Instance"]
    assert (pending["InstanceId"], pending["Status"]) == ("i-web-pending", "Pending")
    assert locked["OperationLocks"] == {"LockReason": [{"LockReason": "security"}]}


def test_snapshots_are_found_by_id_and_status(caller: Caller) -> None:
    reply = caller.call("DescribeSnapshots", SnapshotIds='["s-system"]')
    (snapshot,) = reply.body["Snapshots"]["Snapshot"]
    assert (snapshot["Status"], snapshot["SourceDiskSize"], snapshot["SourceDiskType"]) == (
        "accomplished",
        "40",
        "system",
    )
    failed = caller.call("DescribeSnapshots", Status="failed").body["Snapshots"]["Snapshot"]
    assert [snapshot["SnapshotId"] for snapshot in failed] == ["s-failed"]
    plain = caller.call("DescribeSnapshots", SnapshotId="s-data").body["Snapshots"]["Snapshot"]
    assert [snapshot["SnapshotId"] for snapshot in plain] == ["s-data"]
