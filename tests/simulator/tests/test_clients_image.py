# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Terraform's providers, replayed: the life of an image, and the data source. Each ends as it does on a cloud."""

from __future__ import annotations

import typing as t

import pytest

from .clients.provider import A_MASTER, B1, B3, A

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

    from .clients.private import Private
    from .clients.public import Public
    from .rpc import Caller

OF_INSTANCE = {"InstanceId": "i-web-running"}


def actions(simulator: Simulator) -> list[str]:
    return [call["action"] for call in simulator.calls()]


def codes(simulator: Simulator) -> set[str]:
    return {call["code"] for call in simulator.calls()}


def snapshot_names(simulator: Simulator) -> set[str]:
    return {snapshot["name"] for snapshot in simulator.state()["snapshots"]}


def test_the_life_of_an_image_by_a_provider_for_the_private_cloud(simulator: Simulator, private: Private) -> None:
    reply = private.create_image("web", OF_INSTANCE, "described", env="dev", empty="")
    image_id = reply.body["ImageId"]
    assert private.wait_for_image(image_id) == "reached"
    image = private.image(image_id)
    assert image is not None
    assert (image["ImageName"], image["Description"]) == ("web", "described")
    assert {tag["TagKey"]: tag["TagValue"] for tag in image["Tags"]["Tag"]} == {"env": "dev", "empty": ""}

    private.change_tag(image_id, "env", "prod")
    assert private.rename(image_id, "web-2", "described again").status == 200
    image = private.image(image_id)
    assert image is not None
    assert (image["ImageName"], image["Description"]) == ("web-2", "described again")
    assert {tag["TagKey"]: tag["TagValue"] for tag in image["Tags"]["Tag"]} == {"env": "prod", "empty": ""}

    assert private.delete_image(image_id) == "reached"
    assert private.image(image_id) is None
    assert {f"SnapshotForImage-{image_id}-{disk}" for disk in ("system", "data")} <= snapshot_names(simulator)
    assert actions(simulator) == [
        *("DescribeInstances", "CreateImage", "DescribeImages", "DescribeImages"),
        *("UntagResources", "TagResources", "ModifyImageAttribute", "DescribeImages"),
        *("DescribeImages", "DeleteImage", "DescribeImages", "DescribeImages"),
    ]
    assert codes(simulator) == {""}


def test_a_description_cannot_be_removed_by_a_provider_for_the_private_cloud(private: Private) -> None:
    image_id = private.create_image("web", OF_INSTANCE, "described").body["ImageId"]
    private.wait_for_image(image_id)
    assert private.rename(image_id, "web", "").status == 200
    image = private.image(image_id)
    assert image is not None
    assert image["Description"] == "described"


def test_tags_that_somebody_removed_are_only_noticed_if_others_are_left(private: Private, caller: Caller) -> None:
    image_id = private.create_image("web", OF_INSTANCE, env="dev", team="web").body["ImageId"]
    private.wait_for_image(image_id)
    state = private.state_of(image_id)
    scope = {"ResourceType": "image", "ResourceId.1": image_id}
    caller.call("UntagResources", {**scope, "TagKey.1": "env"})
    assert private.refreshed(state)["tags"] == {"team": "web"}
    caller.call("UntagResources", {**scope, "TagKey.1": "team"})
    assert private.refreshed(state) == state


def test_a_documented_timeout_ends_before_the_first_poll(private: Private) -> None:
    """The image is usable long before."""
    image_id = private.create_image("web", OF_INSTANCE).body["ImageId"]
    assert private.wait_for_image(image_id, limit=600) == "timed out"
    image = private.image(image_id)
    assert image is not None
    assert image["Status"] == "Available"


def test_a_size_that_is_not_given_is_sent_as_zero(simulator: Simulator, private: Private) -> None:
    disks = {
        "DiskDeviceMapping.1.SnapshotId": "s-system",
        "DiskDeviceMapping.1.Size": "0",
        "DiskDeviceMapping.2.SnapshotId": "s-data",
        "DiskDeviceMapping.2.Size": "200",
    }
    reply = private.create_image("web", disks)
    assert reply.status == 200, reply.text
    image = private.image(reply.body["ImageId"])
    assert image is not None
    assert [disk["Size"] for disk in image["DiskDeviceMappings"]["DiskDeviceMapping"]] == ["40", "200"]
    assert actions(simulator)[0] == "CreateImage"


def test_an_image_of_a_snapshot_is_looked_up_twice_over(simulator: Simulator, private: Private) -> None:
    assert private.create_image("web", {"SnapshotId": "s-system"}).status == 200
    (lookup,) = simulator.calls("DescribeSnapshots")
    assert lookup["parameters"]["SnapshotIds"] == '["s-system"]'
    assert ("SnapshotId" in lookup["parameters"]) is (private.client not in (A, A_MASTER))


def test_an_image_in_use_is_deleted_where_the_provider_has_force(private: Private) -> None:
    assert private.delete_image("m-in-use") == "ImageUsingByInstance"
    if private.client is not B3:
        assert private.delete_image("m-in-use", force=True) == "reached"


@pytest.mark.parametrize(("private", "attempts"), [(B1, 2), (B3, 1)], indirect=["private"], ids=["B1", "B3"])
def test_a_lost_answer_leaves_an_image_that_nobody_manages(
    simulator: Simulator, private: Private, attempts: int
) -> None:
    """No provider for the private cloud sends a token: B1 repeats the call, B3 fails."""
    simulator.fault(action="CreateImage", drop="after")
    answered = []
    for _attempt in range(attempts):
        try:
            answered.append(private.call("CreateImage", {**OF_INSTANCE, "ImageName": "web"}))
        except ConnectionError:
            continue
    images = {image["image_id"] for image in simulator.state()["images"] if image["image_name"] == "web"}
    known = {reply.body["ImageId"] for reply in answered}
    assert len(images) == attempts
    assert len(images - known) == 1


def test_the_data_source_of_a_provider_for_the_private_cloud(simulator: Simulator, private: Private) -> None:
    """By default it lists the images of the account that are Available, page by page, then the tags of each."""
    for number in range(50):
        assert private.create_image(f"web-{number}", OF_INSTANCE, env="dev").status == 200
    simulator.advance(10)
    simulator.clear_calls()
    images = private.images()
    assert len(images) == 51
    assert [image["read_tags"] for image in images if image["ImageName"] == "web-7"] == [{"env": "dev"}]
    assert actions(simulator) == [*["DescribeImages"] * 2, *["DescribeTags"] * 51]


# --- the public cloud -------------------------------------------------------------------------------------------------


def test_the_life_of_an_image_by_the_provider_for_the_public_cloud(simulator: Simulator, public: Public) -> None:
    simulator.knobs(clear_on_empty=True)
    image_id = public.create_image("web", OF_INSTANCE, "described", env="dev", team="web").body["ImageId"]
    assert public.wait_for_image(image_id) == "reached"
    assert public.change(image_id, ImageName="web-2", ImageFamily="web").status == 200
    assert public.change(image_id, Description="").status == 200
    assert public.wait_for_description(image_id, "") == "reached"
    public.change_tags(image_id, ["team"], {"env": "prod"})
    image = public.image(image_id)
    assert image is not None
    assert (image["ImageName"], image["ImageFamily"], image["Description"]) == ("web-2", "web", "")
    assert {tag["TagKey"]: tag["TagValue"] for tag in image["Tags"]["Tag"]} == {"env": "prod"}
    assert public.delete_image(image_id, with_snapshots=True) == "reached"
    assert not any(image_id in name for name in snapshot_names(simulator))
    assert actions(simulator) == [
        *("CreateImage", "DescribeImages", "ModifyImageAttribute", "ModifyImageAttribute", "DescribeImages"),
        *("UntagResources", "TagResources", "DescribeImages"),
        *("DescribeImages", "DeleteImage", "DescribeImages", "DeleteSnapshot", "DeleteSnapshot"),
    ]
    assert codes(simulator) == {""}


def test_members_of_a_mapping_that_are_not_given_are_sent_empty(public: Public) -> None:
    empty = dict.fromkeys((f"DiskDeviceMapping.1.{name}" for name in ("Size", "Device", "DiskType")), "")
    reply = public.create_image("web", {"DiskDeviceMapping.1.SnapshotId": "s-system", **empty})
    assert reply.status == 200, reply.text


def test_a_removed_description_is_waited_for_in_vain_where_an_empty_one_is_ignored(public: Public) -> None:
    assert public.change("m-in-use", Description="").status == 200
    assert public.wait_for_description("m-in-use", "") == "timed out"


def test_an_image_that_is_available_but_not_usable_is_waited_for(simulator: Simulator, public: Public) -> None:
    simulator.knobs(available_but_not_usable=60)
    image_id = public.create_image("web", OF_INSTANCE).body["ImageId"]
    simulator.advance(10)
    assert public.image(image_id, status="Available") is not None
    assert public.wait_for_image(image_id, limit=40) == "timed out"
    assert public.wait_for_image(image_id) == "reached"


def test_a_failed_image_ends_the_wait_of_the_public_cloud(simulator: Simulator, public: Public) -> None:
    simulator.knobs(fail_next_create=1)
    image_id = public.create_image("web", OF_INSTANCE).body["ImageId"]
    assert public.wait_for_image(image_id) == "CreateFailed"


def test_the_older_wait_of_the_public_cloud_names_no_status(public: Public) -> None:
    image_id = public.create_image("web", OF_INSTANCE).body["ImageId"]
    assert public.wait_for_status(image_id) == "reached"


def test_a_token_makes_one_image_of_two_attempts(simulator: Simulator, public: Public) -> None:
    simulator.fault(action="CreateImage", drop="after")
    token = public.new_token("CreateImage")
    with pytest.raises(ConnectionError):
        public.create_image("web", OF_INSTANCE, token=token)
    assert public.create_image("web", OF_INSTANCE, token=token).status == 200
    assert sum(image["image_name"] == "web" for image in simulator.state()["images"]) == 1


def test_the_data_source_of_the_public_cloud(public: Public) -> None:
    filters = {"Architecture": "x86_64", "OSType": "linux", "ActionType": "CreateEcs", "DryRun": "false"}
    flags = {"IsSupportIoOptimized": "true", "IsSupportCloudinit": "true"}
    (image,) = public.images(ImageOwnerAlias="self", InstanceType="ecs.n4.small", **filters, **flags)
    assert (image["ImageId"], image["read_tags"]) == ("m-in-use", {})
