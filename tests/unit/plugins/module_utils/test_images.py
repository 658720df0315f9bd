# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import types
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import ApsaraStackError, ServiceError
from ansible_collections.apsarastack.cloud.plugins.module_utils.image import to_image
from ansible_collections.apsarastack.cloud.plugins.module_utils.images import Images
from ansible_collections.apsarastack.cloud.plugins.module_utils.selection import Selection
from ansible_collections.apsarastack.cloud.plugins.module_utils.sources import Instance, Snapshot
from ansible_collections.apsarastack.cloud.plugins.module_utils.steps import Create
from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import DiskMapping, Source

ALL = "Creating,Waiting,Available,UnAvailable,CreateFailed,Deprecated"
OWN = {"ImageOwnerAlias": "self", "Status": ALL}


class ScriptedClient:
    """Plays a list of (action, parameters, answer); an answer that is an error is raised. One call more fails."""

    def __init__(self, *script: tuple[str, dict[str, t.Any], t.Any]) -> None:
        self.connection = types.SimpleNamespace(region="cn-1")
        self.script = list(script)

    def call(self, action: str, parameters: dict[str, t.Any]) -> dict[str, t.Any]:
        return t.cast("dict[str, t.Any]", self._next(action, parameters))

    def pages(self, action: str, parameters: dict[str, t.Any], items: str) -> t.Iterator[dict[str, t.Any]]:
        answer = self._next(action, parameters)
        assert (
            items
            == {
                "DescribeImages": "Images.Image",
                "DescribeInstances": "Instances.Instance",
                "DescribeSnapshots": "Snapshots.Snapshot",
            }[action]
        )
        yield from answer

    def _next(self, action: str, parameters: dict[str, t.Any]) -> t.Any:
        assert self.script, f"one call too many: {action} {parameters}"
        expected_action, expected, answer = self.script.pop(0)
        sent = {key: value for key, value in parameters.items() if value not in (None, [])}
        token = sent.pop("ClientToken", None)
        assert (token is not None) is (action == "CreateImage")
        assert (action, sent) == (expected_action, expected)
        if isinstance(answer, Exception):
            raise answer
        return answer


def scripted(*script: tuple[str, dict[str, t.Any], t.Any]) -> tuple[Images, ScriptedClient]:
    client = ScriptedClient(*script)
    return Images(t.cast("t.Any", client)), client


def one(image_id: str, name: str = "web") -> dict[str, t.Any]:
    return {"ImageId": image_id, "ImageName": name}


# --- reading ---------------------------------------------------------------------------------------------------------


def test_by_id_asks_for_the_own_image_in_every_status() -> None:
    images, client = scripted(("DescribeImages", {**OWN, "ImageId": "m-1"}, [one("m-1")]))
    assert images.by_id("m-1") == to_image(one("m-1"), "cn-1")
    assert client.script == []


@pytest.mark.parametrize("listed", [[], [one("m-2")]])
def test_by_id_never_takes_another_image(listed: list[dict[str, t.Any]]) -> None:
    images, _client = scripted(("DescribeImages", {**OWN, "ImageId": "m-1"}, listed))
    assert images.by_id("m-1") is None


def test_by_name_compares_exactly_where_the_cloud_matches_a_part() -> None:
    listed = [one("m-1"), one("m-2", "web-2"), one("m-3", "Web"), one("m-4")]
    images, _client = scripted(("DescribeImages", {**OWN, "ImageName": "web"}, listed))
    assert [image["image_id"] for image in images.by_name("web")] == ["m-1", "m-4"]


def test_a_name_with_an_asterisk_is_not_sent_as_a_filter() -> None:
    images, _client = scripted(("DescribeImages", OWN, [one("m-1", "a*"), one("m-2", "ab")]))
    assert [image["image_id"] for image in images.by_name("a*")] == ["m-1"]


def test_an_image_that_two_pages_list_counts_once() -> None:
    images, _client = scripted(("DescribeImages", {**OWN, "ImageName": "web"}, [one("m-1"), one("m-1")]))
    assert len(images.by_name("web")) == 1


def test_a_release_that_rejects_a_late_status_is_asked_with_fewer_and_only_once() -> None:
    rejected = ServiceError("InvalidStatus.ValueNotSupported", "The specified Status is not valid.")
    images, client = scripted(
        ("DescribeImages", {**OWN, "ImageId": "m-1"}, rejected),
        ("DescribeImages", {**OWN, "ImageId": "m-1", "Status": ALL.replace(",Deprecated", "")}, rejected),
        (
            "DescribeImages",
            {**OWN, "ImageId": "m-1", "Status": "Creating,Available,UnAvailable,CreateFailed"},
            [one("m-1")],
        ),
        (
            "DescribeImages",
            {**OWN, "ImageId": "m-2", "Status": "Creating,Available,UnAvailable,CreateFailed"},
            rejected,
        ),
    )
    assert images.by_id("m-1") is not None
    with pytest.raises(ServiceError):
        images.by_id("m-2")
    assert client.script == []


@pytest.mark.parametrize(
    "error",
    [
        ServiceError("Forbidden.RAM", "no", http_status=403),
        ServiceError("InternalError", "status unknown", http_status=500),
    ],
)
def test_another_error_is_no_reason_to_ask_with_fewer(error: ServiceError) -> None:
    images, _client = scripted(("DescribeImages", {**OWN, "ImageId": "m-1"}, error))
    with pytest.raises(ServiceError):
        images.by_id("m-1")


def test_users_are_the_instances_that_really_run_on_the_image() -> None:
    listed = [{"InstanceId": "i-1", "ImageId": "m-1"}, {"InstanceId": "i-2", "ImageId": "m-2"}, {"InstanceId": "i-3"}]
    images, _client = scripted(("DescribeInstances", {"ImageId": "m-1"}, listed))
    assert images.users("m-1") == ("i-1",)


@pytest.mark.parametrize(
    ("entry", "locked"),
    [
        ({}, False),
        ({"OperationLocks": {"LockReason": []}}, False),
        ({"OperationLocks": {"LockReason": ["financial"]}}, False),
        ({"OperationLocks": {"LockReason": ["security"]}}, True),
        ({"OperationLocks": {"LockReason": [{"LockReason": "security"}]}}, True),
    ],
)
def test_the_lock_of_an_instance_comes_in_two_shapes(entry: dict[str, t.Any], locked: bool) -> None:
    listed = [{"InstanceId": "i-other"}, {"InstanceId": "i-1", "Status": "Running", **entry}]
    images, _client = scripted(("DescribeInstances", {"InstanceIds": json.dumps(["i-1"])}, listed))
    assert images.instance("i-1") == Instance("i-1", "Running", is_locked=locked)


def test_an_instance_that_is_not_listed_is_none() -> None:
    images, _client = scripted(("DescribeInstances", {"InstanceIds": '["i-1"]'}, [{"InstanceId": "i-2"}]))
    assert images.instance("i-1") is None


def test_snapshots_are_compared_by_id_since_the_filter_may_be_ignored() -> None:
    listed = [
        {"SnapshotId": "s-1", "Status": "accomplished", "SourceDiskSize": "40", "SourceDiskType": "system"},
        {"SnapshotId": "s-9", "Status": "accomplished"},
    ]
    images, _client = scripted(("DescribeSnapshots", {"SnapshotIds": '["s-1", "s-2"]'}, listed))
    assert images.snapshots(("s-1", "s-2")) == {"s-1": Snapshot("s-1", "accomplished", 40, "system")}


# --- writing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "sent"),
    [
        (Source(instance_id="i-1"), {"InstanceId": "i-1"}),
        (Source(snapshot_id="s-1"), {"SnapshotId": "s-1"}),
        (
            Source(disks=(DiskMapping("s-1", 40, "/dev/xvda", "system"), DiskMapping(size=5))),
            {
                "DiskDeviceMapping": [
                    {"SnapshotId": "s-1", "Size": 40, "Device": "/dev/xvda", "DiskType": "system"},
                    {"SnapshotId": None, "Size": 5, "Device": None, "DiskType": None},
                ]
            },
        ),
    ],
)
def test_create_sends_exactly_one_source_and_the_tags(source: Source, sent: dict[str, t.Any]) -> None:
    expected = {
        "ImageName": "web",
        "Description": "d",
        "ImageVersion": "7",
        "Platform": "CentOS",
        "Architecture": "x86_64",
        "Tag": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}],
        **sent,
    }
    images, client = scripted(("CreateImage", expected, {"ImageId": "m-1"}))
    assert images.create(Create("web", source, "d", {"b": "", "a": "1"}, "7", "CentOS", "x86_64")) == "m-1"
    assert client.script == []


def test_each_create_has_a_token_of_its_own() -> None:
    tokens = []

    class Recorder(ScriptedClient):
        def call(self, action: str, parameters: dict[str, t.Any]) -> dict[str, t.Any]:
            assert action == "CreateImage"
            tokens.append(parameters["ClientToken"])
            return {"ImageId": "m-1"}

    images = Images(t.cast("t.Any", Recorder()))
    images.create(Create("web", Source(instance_id="i-1")))
    images.create(Create("web", Source(instance_id="i-1")))
    assert len(set(tokens)) == 2
    assert all(0 < len(token) <= 64 and token.isascii() for token in tokens)


def test_an_accepted_create_without_an_id_says_to_run_again() -> None:
    images, _client = scripted(("CreateImage", {"ImageName": "web", "InstanceId": "i-1"}, {"RequestId": "r"}))
    with pytest.raises(ApsaraStackError, match="Run the task again"):
        images.create(Create("web", Source(instance_id="i-1")))


def test_modify_sends_only_what_changes() -> None:
    images, client = scripted(
        ("ModifyImageAttribute", {"ImageId": "m-1", "Description": "d"}, {}),
        ("ModifyImageAttribute", {"ImageId": "m-1", "ImageName": "n"}, {}),
    )
    images.modify("m-1", None, "d")
    images.modify("m-1", "n", None)
    assert client.script == []


def test_deleting_what_is_gone_is_as_good() -> None:
    gone = ServiceError("InvalidImageId.NotFound", http_status=404)
    images, client = scripted(("DeleteImage", {"ImageId": "m-1", "Force": True}, gone))
    images.delete("m-1", force=True)
    assert client.script == []


def test_deleting_a_snapshot_that_is_gone_is_as_good() -> None:
    gone = ServiceError("InvalidSnapshotId.NotFound", http_status=404)
    images, client = scripted(
        ("DeleteSnapshot", {"SnapshotId": "s-1"}, gone), ("DeleteSnapshot", {"SnapshotId": "s-2"}, {})
    )
    images.delete_snapshot("s-1")
    images.delete_snapshot("s-2")
    assert client.script == []


def test_not_every_not_found_is_a_deletion() -> None:
    refused = ServiceError("InvalidRegionId.NotFound", http_status=404)
    images, _client = scripted(("DeleteImage", {"ImageId": "m-1"}, refused))
    with pytest.raises(ServiceError):
        images.delete("m-1", force=False)


def test_by_snapshot_takes_only_images_that_are_made_of_it() -> None:
    disks = {"DiskDeviceMappings": {"DiskDeviceMapping": [{"SnapshotId": "s-1"}]}}
    images, _client = scripted(("DescribeImages", {**OWN, "SnapshotId": "s-1"}, [one("m-1"), {**one("m-2"), **disks}]))
    assert [image["image_id"] for image in images.by_snapshot("s-1")] == ["m-2"]


# --- searching -------------------------------------------------------------------------------------------------------


def test_a_search_lets_the_cloud_filter_and_compares_exactly() -> None:
    tags = {f"k{number}": "" for number in range(6)}
    selection = Selection(
        image_name="web",
        status=("Available", "Creating"),
        owner="others",
        tags=tags,
        os_type="linux",
        architecture="x86_64",
        usage="none",
        snapshot_id="s-1",
    )
    sent = {
        "ImageName": "web",
        "Status": "Available,Creating",
        "ImageOwnerAlias": "others",
        "OSType": "linux",
        "Architecture": "x86_64",
        "Usage": "none",
        "SnapshotId": "s-1",
        "Tag": [{"Key": f"k{number}", "Value": ""} for number in range(5)],
    }
    images, client = scripted(("DescribeImages", sent, [one("m-1"), one("m-2", "web-2")]))
    assert images.search(selection) == []
    assert client.script == []


def test_a_search_for_all_owners_names_none_and_covers_every_status() -> None:
    images, _client = scripted(("DescribeImages", {"Status": ALL}, [one("m-1"), one("m-2", "db")]))
    assert [image["image_id"] for image in images.search(Selection(owner="all"))] == ["m-1", "m-2"]


def test_many_ids_are_asked_for_in_several_calls_and_none_in_no_call() -> None:
    ids = tuple(f"m-{number}" for number in range(150))
    images, client = scripted(
        ("DescribeImages", {**OWN, "ImageId": ",".join(ids[:100])}, [one("m-1")]),
        ("DescribeImages", {**OWN, "ImageId": ",".join(ids[100:])}, [one("m-140"), one("m-999")]),
    )
    assert [image["image_id"] for image in images.search(Selection(image_ids=ids))] == ["m-1", "m-140"]
    assert client.script == []
    assert images.search(Selection(image_ids=())) == []


def test_a_status_that_the_reader_asked_for_is_not_left_out_when_the_site_rejects_it() -> None:
    rejected = ServiceError("InvalidStatus.ValueNotSupported", "The specified Status is not valid.")
    images, _client = scripted(("DescribeImages", {**OWN, "Status": "Deprecated"}, rejected))
    with pytest.raises(ServiceError):
        images.search(Selection(status=("Deprecated",)))


# --- deleting --------------------------------------------------------------------------------------------------------


def test_a_refused_deletion_is_no_success() -> None:
    refused = ServiceError("ImageUsingByInstance", http_status=403)
    images, _client = scripted(("DeleteImage", {"ImageId": "m-1"}, refused))
    with pytest.raises(ServiceError):
        images.delete("m-1", force=False)


RESOURCE = {"ResourceType": "image", "ResourceId": ["m-1"]}
OLD_RESOURCE = {"ResourceType": "image", "ResourceId": "m-1"}


def test_tags_are_set_and_unset_with_the_resource_family() -> None:
    images, client = scripted(
        ("TagResources", {**RESOURCE, "Tag": [{"Key": "a", "Value": "1"}]}, {}),
        ("UntagResources", {**RESOURCE, "TagKey": ["a", "b"]}, {}),
    )
    images.set_tags("m-1", {"a": "1"})
    images.unset_tags("m-1", ("a", "b"))
    assert client.script == []


@pytest.mark.parametrize("code", ["InvalidAction.NotFound", "InvalidApi.NotFound", "InvalidAction"])
def test_a_site_without_the_resource_family_is_served_the_old_way_and_asked_once(code: str) -> None:
    images, client = scripted(
        ("UntagResources", {**RESOURCE, "TagKey": ["a"]}, ServiceError(code, http_status=404)),
        ("RemoveTags", {**OLD_RESOURCE, "Tag": [{"Key": "a"}]}, {}),
        ("AddTags", {**OLD_RESOURCE, "Tag": [{"Key": "b", "Value": "2"}]}, {}),
    )
    images.unset_tags("m-1", ("a",))
    images.set_tags("m-1", {"b": "2"})
    assert client.script == []


def test_another_error_of_tagging_is_told() -> None:
    quota = ServiceError("QuotaExceed.Tags", http_status=403)
    images, _client = scripted(("TagResources", {**RESOURCE, "Tag": [{"Key": "a", "Value": "1"}]}, quota))
    with pytest.raises(ServiceError):
        images.set_tags("m-1", {"a": "1"})
