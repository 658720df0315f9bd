# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.writable_images import WritableImages
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DiskMapping, Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    NoAnswerError,
    PartlyDoneError,
    ServiceError,
    call_in,
    may_be_done,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.images_bench import (
    OWN,
    ScriptedClient,
    one,
    scripted,
)

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
    labels: dict[str, t.Any] = {"image_version": "7", "platform": "CentOS", "architecture": "x86_64"}
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
    assert images.create("web", **source.parts(), description="d", tags={"b": "", "a": "1"}, **labels) == "m-1"
    assert client.script == []


def test_each_create_has_its_own_client_token() -> None:
    tokens = []

    class Recorder(ScriptedClient):
        def call(self, action: str, parameters: dict[str, t.Any], *_more: t.Any, **_named: t.Any) -> dict[str, t.Any]:
            assert action == "CreateImage"
            tokens.append(parameters["ClientToken"])
            return {"ImageId": "m-1"}

    images = WritableImages(t.cast("t.Any", Recorder()))
    images.create("web", instance_id="i-1")
    images.create("web", instance_id="i-1")
    assert len(set(tokens)) == 2
    assert all(0 < len(token) <= 64 and token.isascii() for token in tokens)


def test_an_accepted_create_without_an_id_asks_for_another_run() -> None:
    images, _client = scripted(("CreateImage", {"ImageName": "web", "InstanceId": "i-1"}, {"RequestId": "r"}))
    with pytest.raises(NoAnswerError) as raised:
        images.create("web", instance_id="i-1")
    assert "Run the task again" in raised.value.advice
    assert raised.value.maybe_done


def test_modify_sends_only_what_changes() -> None:
    images, client = scripted(
        ("ModifyImageAttribute", {"ImageId": "m-1", "Description": "d"}, {}),
        ("ModifyImageAttribute", {"ImageId": "m-1", "ImageName": "n"}, {}),
    )
    images.modify("m-1", None, "d")
    images.modify("m-1", "n", None)
    assert client.script == []


def test_deleting_a_missing_image_succeeds() -> None:
    gone = ServiceError("InvalidImageId.NotFound", http_status=404)
    images, client = scripted(("DeleteImage", {"ImageId": "m-1", "Force": True}, gone))
    images.delete("m-1", force=True)
    assert client.script == []


def test_deleting_a_missing_snapshot_succeeds() -> None:
    gone = ServiceError("InvalidSnapshotId.NotFound", http_status=404)
    images, client = scripted(
        ("DeleteSnapshot", {"SnapshotId": "s-1"}, gone), ("DeleteSnapshot", {"SnapshotId": "s-2"}, {})
    )
    images.delete_snapshot("s-1")
    images.delete_snapshot("s-2")
    assert client.script == []


def test_only_a_missing_resource_counts_as_deleted() -> None:
    refused = ServiceError("InvalidRegionId.NotFound", http_status=404)
    images, _client = scripted(("DeleteImage", {"ImageId": "m-1"}, refused))
    with pytest.raises(ServiceError):
        images.delete("m-1", force=False)


def test_by_snapshot_returns_only_images_that_contain_it() -> None:
    disks = {"DiskDeviceMappings": {"DiskDeviceMapping": [{"SnapshotId": "s-1"}]}}
    images, _client = scripted(("DescribeImages", {**OWN, "SnapshotId": "s-1"}, [one("m-1"), {**one("m-2"), **disks}]))
    assert [image["image_id"] for image in images.by_snapshot("s-1")] == ["m-2"]


# --- deleting and tagging --------------------------------------------------------------------------------------------


def test_a_refused_deletion_is_an_error() -> None:
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
def test_a_site_without_the_resource_family_is_asked_once_and_then_gets_the_older_calls(code: str) -> None:
    images, client = scripted(
        ("UntagResources", {**RESOURCE, "TagKey": ["a"]}, ServiceError(code, http_status=404)),
        ("RemoveTags", {**OLD_RESOURCE, "Tag": [{"Key": "a"}]}, {}),
        ("AddTags", {**OLD_RESOURCE, "Tag": [{"Key": "b", "Value": "2"}]}, {}),
    )
    images.unset_tags("m-1", ("a",))
    images.set_tags("m-1", {"b": "2"})
    assert client.script == []


def test_tags_that_are_set_in_several_calls_may_be_partly_set() -> None:
    tags = [{"Key": f"k{number}", "Value": "1"} for number in range(6)]
    images, _client = scripted(
        ("TagResources", {**RESOURCE, "Tag": tags}, ServiceError("InvalidAction", http_status=404)),
        ("AddTags", {**OLD_RESOURCE, "Tag": tags[:5]}, {}),
        ("AddTags", {**OLD_RESOURCE, "Tag": tags[5:]}, ServiceError("QuotaExceed.Tags", http_status=403)),
    )
    with pytest.raises(PartlyDoneError) as caught:
        images.set_tags("m-1", {tag["Key"]: "1" for tag in tags})
    assert may_be_done(caught.value)
    assert "k0, k1, k2, k3, k4" in caught.value.message
    assert call_in(caught.value) is caught.value.__cause__


def test_other_errors_of_tagging_are_raised() -> None:
    quota = ServiceError("QuotaExceed.Tags", http_status=403)
    images, _client = scripted(("TagResources", {**RESOURCE, "Tag": [{"Key": "a", "Value": "1"}]}, quota))
    with pytest.raises(ServiceError):
        images.set_tags("m-1", {"a": "1"})
