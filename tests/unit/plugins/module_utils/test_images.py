# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import to_image
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Instance, Snapshot
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.selection import Selection
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.images_bench import ALL, OWN, one, scripted

# --- images of the account -------------------------------------------------------------------------------------------


def test_by_id_requests_the_own_image_in_every_status() -> None:
    images, client = scripted(("DescribeImages", {**OWN, "ImageId": "m-1"}, [one("m-1")]))
    assert images.by_id("m-1") == to_image(one("m-1"), "cn-1")
    assert client.script == []


@pytest.mark.parametrize("listed", [[], [one("m-2")]])
def test_by_id_never_returns_another_image(listed: list[dict[str, t.Any]]) -> None:
    images, _client = scripted(("DescribeImages", {**OWN, "ImageId": "m-1"}, listed))
    assert images.by_id("m-1") is None


def test_by_name_compares_exactly_although_the_cloud_matches_substrings() -> None:
    listed = [one("m-1"), one("m-2", "web-2"), one("m-3", "Web"), one("m-4")]
    images, _client = scripted(("DescribeImages", {**OWN, "ImageName": "web"}, listed))
    assert [image["image_id"] for image in images.by_name("web")] == ["m-1", "m-4"]


def test_a_name_with_an_asterisk_is_not_sent_as_a_filter() -> None:
    images, _client = scripted(("DescribeImages", OWN, [one("m-1", "a*"), one("m-2", "ab")]))
    assert [image["image_id"] for image in images.by_name("a*")] == ["m-1"]


@pytest.mark.parametrize("owner", ["others", "system", "marketplace"])
def test_images_of_other_owners_are_filtered_out_if_the_site_ignores_the_filter(owner: str) -> None:
    alien = {**one("m-2"), "ImageOwnerAlias": owner}
    own = [one("m-1"), {**one("m-3"), "ImageOwnerAlias": "self"}, {**one("m-4"), "ImageOwnerAlias": ""}]
    images, _client = scripted(("DescribeImages", {**OWN, "ImageName": "web"}, [alien, *own]))
    assert [image["image_id"] for image in images.by_name("web")] == ["m-1", "m-3", "m-4"]


def test_two_images_are_read_in_one_call_and_missing_ones_are_omitted() -> None:
    images, client = scripted(("DescribeImages", {**OWN, "ImageId": "m-1,m-2"}, [one("m-2"), one("m-9")]))
    assert list(images.by_ids(["m-1", "m-2"])) == ["m-2"]
    assert client.script == []


def test_a_release_that_rejects_a_newer_status_is_queried_without_it_from_then_on() -> None:
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
        # What reads have shown also applies to the half that writes.
        images.writable().by_id("m-2")
    assert client.script == []


@pytest.mark.parametrize(
    "error",
    [
        ServiceError("Forbidden.RAM", "no", http_status=403),
        ServiceError("InternalError", "status unknown", http_status=500),
    ],
)
def test_other_errors_do_not_change_the_statuses(error: ServiceError) -> None:
    images, _client = scripted(("DescribeImages", {**OWN, "ImageId": "m-1"}, error))
    with pytest.raises(ServiceError):
        images.by_id("m-1")


def test_users_are_the_instances_that_were_created_from_the_image() -> None:
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
def test_the_lock_of_an_instance_has_two_formats(entry: dict[str, t.Any], locked: bool) -> None:
    listed = [{"InstanceId": "i-other"}, {"InstanceId": "i-1", "Status": "Running", **entry}]
    images, _client = scripted(("DescribeInstances", {"InstanceIds": json.dumps(["i-1"])}, listed))
    assert images.instance("i-1") == Instance("i-1", "Running", is_locked=locked)


def test_an_instance_that_is_not_listed_does_not_exist() -> None:
    images, _client = scripted(("DescribeInstances", {"InstanceIds": '["i-1"]'}, [{"InstanceId": "i-2"}]))
    assert images.instance("i-1") is None


def test_snapshots_are_compared_by_id_since_the_filter_may_be_ignored() -> None:
    listed = [
        {"SnapshotId": "s-9", "Status": "accomplished"},
        {
            "SnapshotId": "s-1",
            "Status": "accomplished",
            "SourceDiskSize": "40",
            "SourceDiskType": "system",
            "SnapshotName": "nightly",
            "CreationTime": "2026-11-24T05:06:07Z",
            "Usage": "image",
        },
    ]
    images, _client = scripted(("DescribeSnapshots", {"SnapshotIds": '["s-1", "s-2"]'}, listed))
    known = Snapshot("s-1", "accomplished", 40, "system", "nightly", "2026-11-24T05:06:07Z", "image")
    assert images.snapshots(("s-1", "s-2")) == {"s-1": known}


# --- searching -------------------------------------------------------------------------------------------------------


def test_a_search_sends_filters_and_compares_exactly() -> None:
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
    assert selection.found_in(images) == []
    assert client.script == []


def test_a_search_for_all_owners_sends_no_owner_and_every_status() -> None:
    images, _client = scripted(("DescribeImages", {"Status": ALL}, [one("m-1"), one("m-2", "db")]))
    assert [image["image_id"] for image in images.search(owner="all")] == ["m-1", "m-2"]


def test_many_ids_are_requested_in_several_calls_and_no_ids_in_none() -> None:
    ids = tuple(f"m-{number}" for number in range(150))
    images, client = scripted(
        ("DescribeImages", {**OWN, "ImageId": ",".join(ids[:100])}, [one("m-1")]),
        ("DescribeImages", {**OWN, "ImageId": ",".join(ids[100:])}, [one("m-140"), one("m-999")]),
    )
    assert [image["image_id"] for image in Selection(image_ids=ids).found_in(images)] == ["m-1", "m-140"]
    assert client.script == []
    assert images.search(image_ids=()) == []


def test_a_requested_status_is_not_dropped_if_the_site_rejects_it() -> None:
    rejected = ServiceError("InvalidStatus.ValueNotSupported", "The specified Status is not valid.")
    images, _client = scripted(("DescribeImages", {**OWN, "Status": "Deprecated"}, rejected))
    with pytest.raises(ServiceError):
        images.search(status=("Deprecated",))


@pytest.mark.parametrize("count", [0, 1, 100, 101])
def test_each_call_asks_for_at_most_a_hundred_images_or_snapshots(count: int) -> None:
    ids = [f"x-{number}" for number in range(count)]
    parts = [part for part in (ids[:100], ids[100:]) if part]
    images, client = scripted(
        *(("DescribeImages", {**OWN, "ImageId": ",".join(part)}, list(map(one, part))) for part in parts),
        *(
            ("DescribeSnapshots", {"SnapshotIds": json.dumps(part)}, [{"SnapshotId": each} for each in part])
            for part in parts
        ),
    )
    assert (list(images.by_ids(ids)), list(images.snapshots(ids)), client.script) == (ids, ids, [])
