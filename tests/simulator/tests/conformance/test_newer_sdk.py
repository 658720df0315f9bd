# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's newer SDK, unchanged: signed by ACS3, and by RPC version 1."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from .needs import sdk

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

models = sdk("alibabacloud_ecs20140526.models")
Client = sdk("alibabacloud_ecs20140526.client").Client
AlibabaCloudException = sdk("alibabacloud_tea_openapi.exceptions").AlibabaCloudException
Utils = sdk("alibabacloud_tea_openapi.utils").Utils
Config = sdk("alibabacloud_tea_openapi.utils_models").Config

EVERY_STATUS = "Creating,Waiting,Available,UnAvailable,CreateFailed"
ALGORITHMS = {"acs3": None, "rpc-v1": "v2"}
Make = t.Callable[..., t.Any]


@pytest.fixture(params=ALGORITHMS)
def make(request: pytest.FixtureRequest, simulator: Simulator) -> Make:
    """Makes a client; keywords go to its configuration."""

    def client(**changes: str) -> t.Any:
        words = {
            "access_key_id": simulator.access_key,
            "access_key_secret": simulator.secret_key,
            "endpoint": f"127.0.0.1:{simulator.port}",
            "protocol": "http",
            "region_id": simulator.region,
            **changes,
        }
        algorithm = ALGORITHMS[request.param]
        return Client(Config(**words, **({"signature_algorithm": algorithm} if algorithm else {})))

    return client


@pytest.fixture
def client(make: Make) -> t.Any:
    return make()


def images(client: t.Any, region: str, **filters: str) -> list[t.Any]:
    wanted = {"status": EVERY_STATUS, "image_owner_alias": "self", **filters}
    answer = client.describe_images(models.DescribeImagesRequest(region_id=region, **wanted))
    return list(answer.body.images.image)


def test_the_life_of_an_image_in_typed_requests_and_answers(simulator: Simulator, client: t.Any) -> None:
    region = simulator.region
    description = "golden image: 100% ok * ~ + / ü 镜像"
    created = client.create_image(
        models.CreateImageRequest(
            region_id=region,
            image_name="web-01",
            instance_id="i-web-running",
            description=description,
            tag=[models.CreateImageRequestTag(key="env", value="dev & qa")],
            client_token="token-1",
        )
    )
    image_id = created.body.image_id
    assert image_id.startswith("m-")
    (image,) = images(client, region, image_id=image_id)
    assert (image.status, image.description, image.size) == ("Creating", description, 40)
    assert [(tag.tag_key, tag.tag_value) for tag in image.tags.tag] == [("env", "dev & qa")]
    disks = image.disk_device_mappings.disk_device_mapping
    assert [(disk.device, disk.type, disk.size) for disk in disks] == [
        ("/dev/xvda", "system", "40"),
        ("/dev/xvdb", "data", "100"),
    ]
    simulator.advance(10)
    client.modify_image_attribute(
        models.ModifyImageAttributeRequest(region_id=region, image_id=image_id, image_name="web-02")
    )
    client.tag_resources(
        models.TagResourcesRequest(
            region_id=region,
            resource_type="image",
            resource_id=[image_id],
            tag=[models.TagResourcesRequestTag(key="team", value="ops")],
        )
    )
    client.untag_resources(
        models.UntagResourcesRequest(region_id=region, resource_type="image", resource_id=[image_id], tag_key=["env"])
    )
    (image,) = images(client, region, image_id=image_id, status="Available")
    assert (image.image_name, image.progress, image.is_self_shared) == ("web-02", "100%", "")
    assert [(tag.tag_key, tag.tag_value) for tag in image.tags.tag] == [("team", "ops")]
    client.delete_image(models.DeleteImageRequest(region_id=region, image_id=image_id, force=True))
    assert images(client, region, image_id=image_id) == []
    assert {call["code"] for call in simulator.calls()} == {""}


def test_tags_and_the_rest_are_typed_too(simulator: Simulator, client: t.Any) -> None:
    region = simulator.region
    request = models.DescribeInstancesRequest(region_id=region, instance_ids='["i-web-locked"]')
    (instance,) = client.describe_instances(request).body.instances.instance
    assert instance.operation_locks.lock_reason[0].lock_reason == "security"
    snapshots = models.DescribeSnapshotsRequest(region_id=region, snapshot_ids='["s-data"]')
    (snapshot,) = client.describe_snapshots(snapshots).body.snapshots.snapshot
    assert (snapshot.status, snapshot.source_disk_size) == ("accomplished", "100")
    share = models.ModifyImageSharePermissionRequest(
        region_id=region, image_id="m-in-use", add_account=["1000000000000038"]
    )
    client.modify_image_share_permission(share)
    listed = client.describe_image_share_permission(
        models.DescribeImageSharePermissionRequest(region_id=region, image_id="m-in-use")
    )
    assert [account.aliyun_id for account in listed.body.accounts.account] == ["1000000000000038"]
    copied = client.copy_image(
        models.CopyImageRequest(region_id=region, image_id="m-in-use", destination_region_id="cn-wulan-env82-d01")
    )
    client.cancel_copy_image(
        models.CancelCopyImageRequest(region_id="cn-wulan-env82-d01", image_id=copied.body.image_id)
    )


def attribute(client: t.Any, region: str, task_id: str) -> t.Any:
    return client.describe_task_attribute(models.DescribeTaskAttributeRequest(region_id=region, task_id=task_id)).body


def test_attributes_and_the_newest_image_of_a_family_are_typed(simulator: Simulator, client: t.Any) -> None:
    simulator.knobs(newest_fields=True)
    region = simulator.region
    features = models.ModifyImageAttributeRequestFeatures(nvme_support="supported", imds_support="v2")
    request = models.ModifyImageAttributeRequest(
        region_id=region, image_id="m-in-use", image_family="web", description="described", features=features
    )
    client.modify_image_attribute(request)
    (image,) = images(client, region, image_family="web")
    assert (image.features.nvme_support, image.features.imds_support) == ("supported", "v2")
    assert image.license_type == "Auto"
    found = client.describe_image_from_family(
        models.DescribeImageFromFamilyRequest(region_id=region, image_family="web")
    ).body.image
    assert (found.image_id, found.image_family, found.progress) == ("m-in-use", "web", "100%")
    nothing = models.DescribeImageFromFamilyRequest(region_id=region, image_family="other")
    assert not client.describe_image_from_family(nothing).body.image.image_id


def test_an_encrypted_copy_within_a_region_is_typed(simulator: Simulator, client: t.Any) -> None:
    simulator.knobs(newest_fields=True)
    region = simulator.region
    request = models.CopyImageRequest(
        region_id=region,
        image_id="m-in-use",
        destination_region_id=region,
        destination_image_name="encrypted",
        encrypted=True,
        kmskey_id="key-neimeng",
        tag=[models.CopyImageRequestTag(key="env", value="dev")],
        client_token="token-1",
    )
    image_id = client.copy_image(request).body.image_id
    (image,) = images(client, region, image_id=image_id)
    (disk,) = image.disk_device_mappings.disk_device_mapping
    assert (image.is_copied, disk.encrypted) == (True, True)


def test_an_import_is_typed(simulator: Simulator, client: t.Any) -> None:
    region = simulator.region
    file = models.ImportImageRequestDiskDeviceMapping(
        ossbucket="golden-images", ossobject="ubuntu-22.04.qcow2", format="QCOW2", disk_image_size=40
    )
    started = client.import_image(
        models.ImportImageRequest(
            region_id=region,
            image_name="imported",
            disk_device_mapping=[file],
            architecture="x86_64",
            ostype="linux",
            platform="Ubuntu",
            boot_mode="UEFI",
            license_type="Auto",
            role_name="AliyunECSImageImportDefaultRole",
            tag=[models.ImportImageRequestTag(key="env", value="dev")],
            client_token="token-1",
        )
    ).body
    simulator.advance(10)
    (image,) = images(client, region, image_id=started.image_id)
    assert (image.status, image.boot_mode, image.size) == ("Available", "UEFI", 40)
    (disk,) = image.disk_device_mappings.disk_device_mapping
    assert (disk.format, disk.import_ossbucket, disk.import_ossobject) == (
        "QCOW2",
        "golden-images",
        "ubuntu-22.04.qcow2",
    )
    assert attribute(client, region, started.task_id).task_status == "Finished"


def test_an_export_and_its_task_are_typed(simulator: Simulator, client: t.Any) -> None:
    region = simulator.region
    export = models.ExportImageRequest(
        region_id=region, image_id="m-in-use", ossbucket="exports", ossprefix="x", image_format="raw"
    )
    started = client.export_image(export).body
    assert (started.region_id, started.task_id[:4]) == (region, "tsk-")
    listing = models.DescribeTasksRequest(region_id=region, task_action="ExportImage", resource_ids=["m-in-use"])
    listed = client.describe_tasks(listing).body
    assert (listed.total_count, listed.page_number, listed.page_size) == (1, 1, 10)
    (task,) = listed.task_set.task
    assert (task.task_id, task.task_status, task.support_cancel) == (started.task_id, "Processing", "true")
    simulator.advance(10)
    task = attribute(client, region, started.task_id)
    assert (task.task_action, task.task_status, task.task_process) == ("ExportImage", "Finished", "100%")
    assert (task.total_count, task.success_count, task.failed_count) == (1, 1, 0)
    (operation,) = task.operation_progress_set.operation_progress
    items = {item.name: item.value for item in operation.related_item_set.related_item}
    assert items["OSSObject"] == "x_m-in-use_system.raw.tar.gz"
    second = client.export_image(export).body.task_id
    client.cancel_task(models.CancelTaskRequest(region_id=region, task_id=second))
    assert attribute(client, region, second).task_status == "Canceled"


def code_of(work: t.Callable[[], t.Any]) -> str:
    with pytest.raises(AlibabaCloudException) as caught:
        work()
    return str(caught.value.code)


def test_an_error_is_an_exception_with_its_fields(simulator: Simulator, client: t.Any) -> None:
    request = models.DeleteImageRequest(region_id=simulator.region, image_id="m-in-use")
    with pytest.raises(AlibabaCloudException) as caught:
        client.delete_image(request)
    assert (caught.value.code, caught.value.status_code) == ("ImageUsingByInstance", 403)
    assert "The specified image has been used to create instances." in caught.value.message


def test_a_wrong_secret_and_an_unknown_key_are_refused(simulator: Simulator, make: Make) -> None:
    wrong = make(access_key_secret="simulator-secret-wrong")
    assert code_of(lambda: images(wrong, simulator.region)) == "SignatureDoesNotMatch"
    unknown = make(access_key_id="LTAIunknown")
    assert code_of(lambda: images(unknown, simulator.region)) == "InvalidAccessKeyId.NotFound"


def test_a_replayed_nonce_is_refused(simulator: Simulator, client: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Utils, "get_nonce", staticmethod(lambda: "always-the-same"))
    images(client, simulator.region)
    assert code_of(lambda: images(client, simulator.region)) == "SignatureNonceUsed"


def test_a_skewed_clock_is_refused(simulator: Simulator, client: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    future = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=16)
    monkeypatch.setattr(Utils, "get_timestamp", staticmethod(lambda: future.strftime("%Y-%m-%dT%H:%M:%SZ")))
    assert code_of(lambda: images(client, simulator.region)) == "InvalidTimeStamp.Expired"


def test_a_temporary_key_works_with_its_token(simulator: Simulator, make: Make) -> None:
    words = {"access_key_id": "STS.simulator37", "access_key_secret": "simulator-secret-sts-0037"}
    client = make(**words, security_token="simulator-token-0037")
    assert [image.image_id for image in images(client, simulator.region)] == ["m-in-use"]
    other = make(**words, security_token="other")
    assert code_of(lambda: images(other, simulator.region)) == "InvalidSecurityToken.MismatchWithAccessKey"


def test_throttling_is_throttling(simulator: Simulator, client: t.Any) -> None:
    simulator.fault(action="DescribeImages", code="Throttling.User", x_acs_retry_after=200)
    assert code_of(lambda: images(client, simulator.region)) == "Throttling.User"
