# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies: within a region and into another, encrypted, in queues; and regions that have hosts of their own."""

from __future__ import annotations

import typing as t

import pytest

from apsarastack_simulator.testing import Simulator

from .rpc import REGION, Caller
from .test_actions import OTHER_REGION, there
from .test_control import control
from .test_tasks import import_image


def copied(caller: Caller, source: str = "m-in-use", **more: str) -> str:
    reply = caller.call("CopyImage", {"ImageId": source, "DestinationRegionId": OTHER_REGION, **more})
    assert reply.status == 200, reply.text
    return str(reply.body["ImageId"])


def statuses(caller: Caller, ids: t.Iterable[str]) -> list[str]:
    return [str((there(caller, image_id) or {})["Status"]) for image_id in ids]


def snapshots(caller: Caller, region: str) -> list[dict[str, t.Any]]:
    return list(caller.call("DescribeSnapshots", RegionId=region).body["Snapshots"]["Snapshot"])


def test_an_image_can_be_copied_within_its_region(simulator: Simulator, caller: Caller) -> None:
    image_id = copied(caller, DestinationRegionId=REGION, DestinationImageName="duplicate")
    simulator.advance(10)
    image = caller.image(image_id)
    assert image is not None
    assert (image["ImageName"], image["Status"], image["IsCopied"]) == ("duplicate", "Available", True)


def test_a_site_may_refuse_a_copy_within_a_region(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(same_region_copy="refuse")
    refused = caller.call("CopyImage", ImageId="m-in-use", DestinationRegionId=REGION)
    assert (refused.status, refused.code) == (403, "IncorrectDestinationRegion")
    assert copied(caller)


def test_a_copy_takes_over_neither_tags_nor_family_nor_shares_nor_the_file(
    simulator: Simulator, caller: Caller
) -> None:
    source = import_image(caller, **{"Tag.1.Key": "env", "Tag.1.Value": "dev"})["ImageId"]
    simulator.advance(10)
    caller.call("ModifyImageAttribute", ImageId=source, ImageFamily="web")
    caller.call("ModifyImageSharePermission", {"ImageId": source, "AddAccount.1": "1000000000000038"})
    image = there(caller, copied(caller, source))
    assert image is not None
    assert (image["Tags"], image["ImageFamily"], image["IsSelfShared"]) == ({"Tag": []}, "", "")
    (disk,) = image["DiskDeviceMappings"]["DiskDeviceMapping"]
    assert (disk["ImportOSSBucket"], disk["ImportOSSObject"], disk["Format"]) == ("", "", "")


def test_an_encrypted_copy_has_encrypted_snapshots(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(newest_fields=True)
    image_id = copied(caller, Encrypted="true", KMSKeyId="key-wulan")
    image = there(caller, image_id)
    assert image is not None
    (disk,) = image["DiskDeviceMappings"]["DiskDeviceMapping"]
    assert disk["Encrypted"] is True
    assert [snapshot["Encrypted"] for snapshot in snapshots(caller, OTHER_REGION)] == [True]


def test_older_releases_do_not_report_whether_a_disk_is_encrypted(caller: Caller) -> None:
    image = there(caller, copied(caller, Encrypted="true"))
    assert image is not None
    (disk,) = image["DiskDeviceMappings"]["DiskDeviceMapping"]
    assert "Encrypted" not in disk


def test_an_encrypted_image_is_copied_encrypted_within_its_region_only(simulator: Simulator, caller: Caller) -> None:
    within = {"DestinationRegionId": REGION}
    source = copied(caller, Encrypted="true", **within)
    simulator.advance(10)
    assert caller.call("CopyImage", {"ImageId": source, **within}).code == "OperationDeined.EncryptedSnapshot"
    assert copied(caller, source, Encrypted="true", KMSKeyId="key-neimeng", **within)
    abroad = {"ImageId": source, "Encrypted": "true", "DestinationRegionId": OTHER_REGION}
    assert caller.call("CopyImage", abroad).code == "OperationDenied.EncryptSnapshotAcrossRegion"


def test_a_site_without_key_management_encrypts_nothing(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(kms=False)
    refused = caller.call("CopyImage", ImageId="m-in-use", DestinationRegionId=OTHER_REGION, Encrypted="true")
    assert refused.code == "InvalidParameter.KmsNotEnabled"


def test_newer_releases_make_several_copies_at_a_time(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(copy_time=100, copies_at_a_time=2)
    ids = [copied(caller)]
    simulator.advance(50)
    ids += [copied(caller) for _number in range(3)]
    assert statuses(caller, ids) == ["Creating", "Creating", "Waiting", "Waiting"]
    simulator.advance(60)
    assert statuses(caller, ids) == ["Available", "Creating", "Creating", "Waiting"]
    simulator.advance(50)
    assert statuses(caller, ids) == ["Available", "Available", "Creating", "Creating"]


def test_a_queued_copy_may_show_as_creating(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(copy_time=100, queued_copy="Creating")
    ids = [copied(caller) for _number in range(2)]
    assert statuses(caller, ids) == ["Creating", "Creating"]
    simulator.advance(150)
    assert statuses(caller, ids) == ["Available", "Creating"]


def test_a_newer_release_refuses_a_second_copy_of_an_image_meanwhile(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(second_copy="refuse")
    first = copied(caller)
    refused = caller.call("CopyImage", ImageId="m-in-use", DestinationRegionId=OTHER_REGION)
    assert (refused.status, refused.code) == (400, "OperationDenied.ImageCopyConflict")
    simulator.advance(10)
    assert copied(caller) != first


def test_a_canceled_copy_leaves_nothing(simulator: Simulator, caller: Caller) -> None:
    image_id = copied(caller)
    assert len(snapshots(caller, OTHER_REGION)) == 1
    assert caller.call("CancelCopyImage", ImageId=image_id, RegionId=OTHER_REGION).status == 200
    assert (there(caller, image_id), snapshots(caller, OTHER_REGION)) == (None, [])
    assert caller.call("DeleteImage", ImageId="m-in-use", Force="true").status == 200


@pytest.mark.parametrize("tls", [False, True])
def test_each_region_has_a_host_of_its_own(tmp_path_factory: pytest.TempPathFactory, tls: bool) -> None:
    tls_in = str(tmp_path_factory.mktemp("tls")) if tls else None
    with Simulator(tls_in=tls_in) as simulator:
        assert simulator.endpoint_of(REGION) == simulator.endpoint
        assert simulator.endpoint_of(OTHER_REGION) != simulator.endpoint
        assert simulator.endpoint_of(OTHER_REGION).startswith("https:" if tls else "http:")


def port_of(simulator: Simulator, region: str) -> int:
    return int(simulator.endpoint_of(region).rpartition(":")[2])


def test_by_default_every_host_serves_every_region(simulator: Simulator) -> None:
    for region in (REGION, OTHER_REGION):
        with Caller(port_of(simulator, region)) as caller:
            image_id = copied(caller)
            assert there(caller, image_id) is not None


def test_a_host_may_serve_its_own_region_only(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(region_hosts="own")
    image_id = copied(caller)
    refused = caller.call("DescribeImages", ImageId=image_id, RegionId=OTHER_REGION)
    assert (refused.status, refused.code) == (404, "InvalidRegionId.NotFound")
    with Caller(port_of(simulator, OTHER_REGION)) as abroad:
        assert there(abroad, image_id) is not None
        assert abroad.call("DescribeImages").code == "InvalidRegionId.NotFound"
        wrong = abroad.call("CopyImage", ImageId="m-in-use", DestinationRegionId=OTHER_REGION)
        assert wrong.code == "SourceRegion.NotFound"


def test_the_control_interface_lists_the_hosts_of_the_regions(simulator: Simulator) -> None:
    _status, health = control(simulator.port, "GET", "health")
    assert health["ports"] == {region: port_of(simulator, region) for region in (REGION, OTHER_REGION)}
