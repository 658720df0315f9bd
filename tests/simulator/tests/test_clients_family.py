# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Terraform's providers, replayed: copies, imports, exports and shares. Each ends as it does on a cloud."""

from __future__ import annotations

import typing as t

import pytest

from .clients.provider import A_MASTER, ABROAD, B1, B3, HOME, A

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

    from .clients.private import Private
    from .clients.public import Public

QCOW2 = ("golden-images", "ubuntu-22.04.qcow2", 40, "qcow2")
FRIEND, OTHER = "1000000000000038", "123456789"


def exists(simulator: Simulator, image_id: str) -> bool:
    image = simulator.image(image_id)
    return image is not None and not image["deleted"]


# --- image_copy -------------------------------------------------------------------------------------------------------


def test_a_copy_within_the_region_is_found_and_deleted(simulator: Simulator, private: Private) -> None:
    image_id = private.copy_image("m-in-use", "copy", HOME, "copied")
    assert private.wait_for_copy(image_id, HOME) == "reached"
    assert private.rename(image_id, "copy-2", "changed").status == 200
    assert private.delete_copy(image_id) in ("", "reached")
    assert not exists(simulator, image_id)


@pytest.mark.parametrize("private", [A, A_MASTER, B1], indirect=True, ids=lambda client: client.name)
def test_a_copy_abroad_is_neither_updated_nor_deleted(simulator: Simulator, private: Private) -> None:
    """It is found in its region, by a call with the header of another one, and then managed at home."""
    image_id = private.copy_image("m-in-use", "copy", ABROAD)
    assert private.wait_for_copy(image_id, ABROAD) == "reached"
    (poll,) = simulator.calls("DescribeImages")
    assert (poll["parameters"]["RegionId"], poll["headers"]["regionid"]) == (ABROAD, HOME)
    assert "Department" not in poll["parameters"]
    assert private.rename(image_id, "copy-2", "").code == "InvalidImageId.NotFound"
    assert private.delete_copy(image_id) == "timed out"
    assert simulator.calls("DeleteImage") == []
    assert exists(simulator, image_id)


@pytest.mark.parametrize("private", [B3], indirect=True, ids=lambda client: client.name)
def test_a_copy_abroad_is_never_found_by_the_newer_provider(simulator: Simulator, private: Private) -> None:
    image_id = private.copy_image("m-in-use", "copy", ABROAD)
    assert private.wait_for_copy(image_id, ABROAD) == "timed out"
    assert len(simulator.calls("DescribeImages")) == 300
    assert private.delete_copy(image_id) == "InvalidImageId.NotFound"
    assert exists(simulator, image_id)


@pytest.mark.parametrize("private", [A, A_MASTER, B1], indirect=True, ids=lambda client: client.name)
def test_a_queued_copy_ends_the_wait(simulator: Simulator, private: Private) -> None:
    """Only Creating is waited through, although a second copy into a region waits for the first one."""
    simulator.knobs(copy_time=1000)
    private.copy_image("m-in-use", "first", ABROAD)
    second = private.copy_image("m-in-use", "second", ABROAD)
    assert private.wait_for_copy(second, ABROAD) == "Waiting"


def test_the_public_cloud_manages_a_copy_in_its_region(simulator: Simulator, public: Public) -> None:
    source = public.body("CopyImage", {"ImageId": "m-in-use", "DestinationRegionId": ABROAD})["ImageId"]
    simulator.advance(10)
    image_id = public.copy_image(source, "copy", ABROAD, "copied", env="dev")
    assert public.wait_for_copy(image_id) == "reached"
    public.change_tags(image_id, ["env"], {"team": "web"})
    assert public.change(image_id, ImageName="copy-2", Description="changed").status == 200
    image = public.image(image_id)
    assert image is not None
    assert (image["ImageName"], image["IsCopied"]) == ("copy-2", True)
    assert public.delete_image(image_id) == "reached"
    assert {call["code"] for call in simulator.calls()} == {""}


# --- image_import -----------------------------------------------------------------------------------------------------


def test_an_import_is_waited_for_read_and_deleted(simulator: Simulator, provider: Private | Public) -> None:
    image_id = provider.import_image("imported", *QCOW2)
    assert provider.wait_for_import(image_id) == "reached"
    image = provider.image(image_id)
    assert image is not None
    (disk,) = image["DiskDeviceMappings"]["DiskDeviceMapping"]
    read = (disk["Size"], disk["Format"], disk["ImportOSSBucket"], disk["ImportOSSObject"])
    assert read == ("40", "qcow2", "golden-images", "ubuntu-22.04.qcow2")
    assert provider.delete_image(image_id) == "reached"


@pytest.mark.parametrize("status", ["Waiting", "Creating"])
def test_a_long_import_must_show_waiting(simulator: Simulator, private: Private, status: str) -> None:
    """The providers for the private cloud wait through Waiting alone; one of them polls after it is over."""
    simulator.knobs(import_time=600, import_status=status)
    image_id = private.import_image("imported", *QCOW2)
    early = status == "Creating" and private.client is not A_MASTER
    assert private.wait_for_import(image_id) == ("Creating" if early else "reached")


def test_the_public_cloud_waits_through_any_status(simulator: Simulator, public: Public) -> None:
    simulator.knobs(import_time=600)
    assert public.wait_for_import(public.import_image("imported", *QCOW2)) == "reached"


# --- image_export -----------------------------------------------------------------------------------------------------


def objects(simulator: Simulator, bucket: str) -> set[str]:
    (found,) = (item for item in simulator.state()["buckets"] if item["name"] == bucket)
    return {stored["name"] for stored in found["objects"]}


def test_an_export_is_waited_for_and_the_object_of_its_system_disk_is_known(
    simulator: Simulator, provider: Private | Public
) -> None:
    """What a destruction deletes; the object of the data disk stays."""
    simulator.knobs(export_time=300)
    source = provider.body("CreateImage", {"ImageName": "web", "InstanceId": "i-web-running"})["ImageId"]
    simulator.advance(10)
    task_id = provider.export_image(source, "exports", "nightly")
    assert provider.wait_for_export(task_id) == "reached"
    assert provider.image(source) is not None
    system = provider.object_to_delete(source, "nightly")
    assert objects(simulator, "exports") - {system} == {f"nightly_{source}_data_xvdb.raw.tar.gz"}
    assert system in objects(simulator, "exports")


def test_an_object_without_prefix_is_not_the_one_that_is_deleted(simulator: Simulator, public: Public) -> None:
    assert public.wait_for_export(public.export_image("m-in-use", "exports", "")) == "reached"
    assert objects(simulator, "exports") == {"m-in-use_system.raw.tar.gz"}
    assert public.object_to_delete("m-in-use", "") == "_m-in-use_system.raw.tar.gz"


def test_a_second_run_exports_again(simulator: Simulator, provider: Private | Public) -> None:
    """No provider remembers the task."""
    first = provider.export_image("m-in-use", "exports", "nightly")
    assert provider.wait_for_export(first) == "reached"
    assert provider.export_image("m-in-use", "exports", "nightly") != first


# --- image_share_permission -------------------------------------------------------------------------------------------


def test_a_share_is_added_read_and_removed(simulator: Simulator, provider: Private | Public) -> None:
    provider.share("m-in-use", FRIEND)
    assert provider.is_shared("m-in-use")
    provider.unshare("m-in-use", FRIEND)
    assert not provider.is_shared("m-in-use")
    assert {call["code"] for call in simulator.calls()} == {""}


def test_sharing_with_any_account_counts_as_sharing_with_this_one(
    simulator: Simulator, provider: Private | Public
) -> None:
    simulator.knobs(unknown_accounts="accept")
    provider.share("m-in-use", FRIEND)
    provider.share("m-in-use", OTHER)
    provider.unshare("m-in-use", FRIEND)
    assert provider.is_shared("m-in-use")
    image = simulator.image("m-in-use")
    assert image is not None
    assert image["shared_with"] == [OTHER]


def test_a_deleted_image_is_not_shared(provider: Private | Public) -> None:
    assert not provider.is_shared("m-nowhere")
