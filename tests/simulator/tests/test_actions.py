# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rarer actions: copies, shares, old tags, regions, roles and resource sets, credentials of an instance."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import http.client
import json
import typing as t
import uuid

import pytest

from .rpc import REGION, Caller

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

OTHER_REGION = "cn-wulan-env82-d01"
OTHER_ACCOUNT = "1000000000000038"


def available(simulator: Simulator, caller: Caller, name: str = "web-01", **more: str) -> str:
    image_id = caller.create(name, **more)
    simulator.advance(10)
    return image_id


def there(caller: Caller, image_id: str) -> dict[str, t.Any] | None:
    found = caller.find(ImageId=image_id, RegionId=OTHER_REGION)
    return found[0] if found else None


def test_a_copy_grows_in_the_other_region(simulator: Simulator, caller: Caller) -> None:
    source = available(simulator, caller)
    simulator.knobs(copy_time=100)
    wanted = {"ImageId": source, "DestinationRegionId": OTHER_REGION, "DestinationImageName": "web-copy"}
    image_id = caller.call("CopyImage", {**wanted, "Tag.1.Key": "copied", "Tag.1.Value": "yes"}).body["ImageId"]
    assert caller.image(image_id) is None
    image = there(caller, image_id)
    assert image is not None
    assert (image["ImageName"], image["Status"], image["IsCopied"]) == ("web-copy", "Creating", True)
    assert image["Tags"] == {"Tag": [{"TagKey": "copied", "TagValue": "yes"}]}
    assert caller.call("DeleteImage", ImageId=source).code == "OperationDenied.ImageCopying"
    simulator.advance(101)
    image = there(caller, image_id)
    assert image is not None
    assert image["Status"] == "Available"
    assert caller.call("DeleteImage", ImageId=source).status == 200


def test_copies_to_one_region_queue(simulator: Simulator, caller: Caller) -> None:
    source = available(simulator, caller)
    simulator.knobs(copy_time=100)
    ids = [
        caller.call("CopyImage", ImageId=source, DestinationRegionId=OTHER_REGION).body["ImageId"] for _time in range(2)
    ]
    assert [(there(caller, image_id) or {})["Status"] for image_id in ids] == ["Creating", "Waiting"]
    simulator.advance(150)
    assert [(there(caller, image_id) or {})["Status"] for image_id in ids] == ["Available", "Creating"]


def test_a_copy_is_made_once_per_token_and_may_be_invisible_for_long(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(copy_visible_after=600)
    source = available(simulator, caller)
    wanted = {"ImageId": source, "DestinationRegionId": OTHER_REGION, "ClientToken": "token-1"}
    first = caller.call("CopyImage", wanted).body["ImageId"]
    assert caller.call("CopyImage", wanted).body["ImageId"] == first
    assert there(caller, first) is None
    simulator.advance(601)
    assert there(caller, first) is not None


def test_a_copy_can_be_canceled_while_it_is_running(simulator: Simulator, caller: Caller) -> None:
    source = available(simulator, caller)
    image_id = caller.call("CopyImage", ImageId=source, DestinationRegionId=OTHER_REGION).body["ImageId"]
    assert caller.call("CancelCopyImage", ImageId=source).code == "ImageCreatedNotFromCopy"
    assert caller.call("CancelCopyImage", ImageId=image_id, RegionId=OTHER_REGION).status == 200
    assert there(caller, image_id) is None
    assert caller.image(source) is not None


def test_a_shared_image_is_seen_by_the_other_and_not_deleted(
    simulator: Simulator, caller: Caller, other_tenant: Caller
) -> None:
    image_id = available(simulator, caller)
    assert caller.call("ModifyImageSharePermission", {"ImageId": image_id, "AddAccount.1": OTHER_ACCOUNT}).status == 200
    (seen,) = other_tenant.call("DescribeImages", ImageId=image_id).images
    assert (seen["ImageOwnerAlias"], seen["IsSelfShared"]) == ("others", "")
    listed = other_tenant.call("DescribeImages", ImageOwnerAlias="others").images
    assert [image["ImageId"] for image in listed] == [image_id]
    assert other_tenant.find() == other_tenant.find(ImageId=image_id) == other_tenant.find(ImageName="web-01") == []
    image = caller.image(image_id)
    assert image is not None
    assert image["IsSelfShared"] == "True"
    reply = caller.call("DescribeImageSharePermission", ImageId=image_id)
    assert reply.body["Accounts"] == {"Account": [{"AliyunId": OTHER_ACCOUNT}]}
    assert caller.call("DeleteImage", ImageId=image_id, Force="true").code == "ImageUseShared"
    assert other_tenant.call("DeleteImage", ImageId=image_id).code == "InvalidImageId.NotFound"
    elsewhere = other_tenant.call("CopyImage", ImageId=image_id, DestinationRegionId=OTHER_REGION)
    assert elsewhere.code == "OperationDenied.SameRegionOnly"
    caller.call("ModifyImageSharePermission", {"ImageId": image_id, "RemoveAccount.1": OTHER_ACCOUNT})
    assert other_tenant.call("DescribeImages", ImageId=image_id).images == []
    assert caller.call("DeleteImage", ImageId=image_id).status == 200


def test_force_may_delete_a_shared_image_if_the_site_allows_it(simulator: Simulator, caller: Caller) -> None:
    image_id = available(simulator, caller)
    caller.call("ModifyImageSharePermission", {"ImageId": image_id, "AddAccount.1": OTHER_ACCOUNT})
    simulator.knobs(force_deletes_shared=True)
    assert caller.call("DeleteImage", ImageId=image_id).code == "ImageUseShared"
    assert caller.call("DeleteImage", ImageId=image_id, Force="true").status == 200


def test_a_deprecated_image_is_neither_shared_nor_copied_and_can_come_back(
    simulator: Simulator, caller: Caller
) -> None:
    image_id = available(simulator, caller)
    assert caller.call("ModifyImageAttribute", ImageId=image_id, Status="Deprecated").status == 200
    image = caller.image(image_id)
    assert image is not None
    assert image["Status"] == "Deprecated"
    share = caller.call("ModifyImageSharePermission", {"ImageId": image_id, "AddAccount.1": OTHER_ACCOUNT})
    copied = caller.call("CopyImage", ImageId=image_id, DestinationRegionId=OTHER_REGION)
    assert (share.code, copied.code) == ("OperationDenied.InvalidImageStatus", "IncorrectImageStatus")
    assert caller.call("ModifyImageAttribute", ImageId=image_id, Status="Available").status == 200


def test_old_tags_are_added_listed_and_removed(caller: Caller) -> None:
    scope = {"ResourceType": "image", "ResourceId": "m-in-use"}
    tags = {"Tag.1.Key": "env", "Tag.1.Value": "dev", "Tag.2.Key": "team", "Tag.2.Value": "ops"}
    assert caller.call("AddTags", {**scope, **tags}).status == 200
    assert caller.call("AddTags", {**scope, "Tag.1.Key": "env", "Tag.1.Value": "qa"}).status == 200

    def listed() -> dict[str, str]:
        rows = caller.call("DescribeTags", scope).body["Tags"]["Tag"]
        return {row["TagKey"]: row["TagValue"] for row in rows}

    assert listed() == {"env": "qa", "team": "ops"}
    assert caller.call("RemoveTags", {**scope, "Tag.1.Key": "env", "Tag.1.Value": "dev"}).status == 200
    assert listed() == {"env": "qa", "team": "ops"}
    assert caller.call("RemoveTags", {**scope, "Tag.1.Key": "env"}).status == 200
    assert listed() == {"team": "ops"}


def test_tags_are_listed_by_resource_and_by_tag_in_pages(caller: Caller) -> None:
    ids = [caller.create(f"web-{number}", **{"Tag.1.Key": "env", "Tag.1.Value": "dev"}) for number in range(60)]
    scope = {"ResourceType": "image", "ResourceId.1": ids[0], "ResourceId.2": "m-unknown"}
    rows = caller.call("ListTagResources", scope).body["TagResources"]["TagResource"]
    assert rows == [{"ResourceId": ids[0], "ResourceType": "image", "TagKey": "env", "TagValue": "dev"}]
    wanted = {"ResourceType": "image", "Tag.1.Key": "env"}
    first = caller.call("ListTagResources", wanted).body
    second = caller.call("ListTagResources", {**wanted, "NextToken": first["NextToken"]}).body
    assert second["NextToken"] == ""
    pages = first["TagResources"]["TagResource"] + second["TagResources"]["TagResource"]
    assert {row["ResourceId"] for row in pages} == set(ids)
    fuzzy = {"ResourceType": "image", "TagFilter.1.TagKey": "env", "TagFilter.1.TagValues.1": "de"}
    assert len(caller.call("ListTagResources", fuzzy).body["TagResources"]["TagResource"]) == 50


def test_instances_and_snapshots_can_be_tagged(caller: Caller) -> None:
    for resource_type, resource_id in (("instance", "i-web-running"), ("snapshot", "s-system")):
        scope = {"ResourceType": resource_type, "ResourceId.1": resource_id}
        assert caller.call("TagResources", {**scope, "Tag.1.Key": "a", "Tag.1.Value": "b"}).status == 200
        rows = caller.call("ListTagResources", scope).body["TagResources"]["TagResource"]
        assert {"ResourceId": resource_id, "ResourceType": resource_type, "TagKey": "a", "TagValue": "b"} in rows


def test_a_snapshot_outlives_its_image_and_is_deleted_after_it_only(simulator: Simulator, caller: Caller) -> None:
    image_id = available(simulator, caller)
    image = caller.image(image_id)
    assert image is not None
    snapshot_id = image["DiskDeviceMappings"]["DiskDeviceMapping"][0]["SnapshotId"]
    assert caller.call("DeleteSnapshot", SnapshotId=snapshot_id).code == "SnapshotCreatedImage"
    caller.call("DeleteImage", ImageId=image_id)
    assert caller.call("DeleteSnapshot", SnapshotId=snapshot_id).status == 200
    assert caller.call("DeleteSnapshot", SnapshotId=snapshot_id).code == "InvalidSnapshotId.NotFound"


def test_regions_are_listed_without_a_region(caller: Caller) -> None:
    regions = caller.call("DescribeRegions", {"RegionId": None}).body["Regions"]["Region"]
    assert [region["RegionId"] for region in regions] == [REGION, OTHER_REGION]


ROLE = "acs:ram::1000000000000037:role/imager"


def assume(caller: Caller, **more: str) -> t.Any:
    common = {"Version": "2015-04-01", "RegionId": None, "RoleArn": ROLE, "RoleSessionName": "test"}
    return caller.call("AssumeRole", {**common, **more})


def test_an_assumed_role_works_with_its_token_until_it_expires(simulator: Simulator, caller: Caller) -> None:
    body = assume(caller, DurationSeconds="900", Policy='{"Version": "1"}').body
    given = body["Credentials"]
    assert body["AssumedRoleUser"]["Arn"] == f"{ROLE}/test"
    with Caller(simulator.port, given["AccessKeyId"], given["AccessKeySecret"]) as role:
        assert role.call("DescribeImages").code == "MissingSecurityToken"
        assert role.call("DescribeImages", SecurityToken=given["SecurityToken"]).status == 200
        again = {"SecurityToken": given["SecurityToken"]}
        assert assume(role, **again).code == "NoPermission"
        simulator.advance(901)
        assert role.call("DescribeImages", again).code == "InvalidSecurityToken.Expired"
    log = json.dumps(simulator.calls())
    assert given["SecurityToken"] not in log
    assert given["AccessKeySecret"] not in log


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"RoleArn": ""}, 400, "MissingParameter"),
        ({"RoleArn": "imager"}, 400, "InvalidParameter.RoleArn"),
        ({"RoleArn": "acs:ram::1000000000000037:role/nobody"}, 404, "EntityNotExist.Role"),
        ({"RoleArn": "acs:ram::1000000000000038:role/imager"}, 403, "NoPermission"),
        ({"RoleSessionName": "a b"}, 400, "InvalidParameter.RoleSessionName"),
        ({"DurationSeconds": "899"}, 400, "InvalidParameter.DurationSeconds"),
        ({"DurationSeconds": "3601"}, 400, "InvalidParameter.DurationSeconds"),
        ({"Policy": "all"}, 400, "InvalidParameter.PolicyGrammar"),
    ],
)
def test_a_role_is_not_assumed_by_a_bad_request(caller: Caller, changes: t.Any, status: int, code: str) -> None:
    reply = assume(caller, **changes)
    assert (reply.status, reply.code) == (status, code)


ASCM = {"Version": "2019-05-10", "RegionId": None}
ASCM_PATH = "/ascm/auth/resource_group/list_resource_group"


def test_resource_sets_are_found_by_part_of_their_name(caller: Caller) -> None:
    body = caller.call("ListResourceGroup", {**ASCM, "resourceGroupName": "op", "pageSize": "10"}).body
    assert (body["code"], body["success"], body["pageInfo"]["total"]) == ("200", True, 1)
    (group,) = body["data"]
    assert (group["id"], group["organizationID"], group["resourceGroupName"]) == (412, 37, "ops")
    everything = caller.call("ListResourceGroup", {**ASCM, "pageSize": "1", "pageNumber": "2"}).body
    assert [group["resourceGroupName"] for group in everything["data"]] == ["lab"]
    assert everything["pageInfo"] == {"currentPage": 2, "pageSize": 1, "total": 2, "totalPage": 2}


def test_resource_sets_are_listed_by_path_without_an_action(simulator: Simulator) -> None:
    with Caller(simulator.port, tenancy=None, path=ASCM_PATH) as caller:
        parameters = caller.parameters("", {**ASCM, "Action": None})
        reply = caller.call("", {**parameters, "Action": None})
        assert [group["id"] for group in reply.body["data"]] == [412, 413]
    assert simulator.calls()[0]["action"] == "ListResourceGroup"


def roa(port: int, secret: str = "simulator-secret-0037") -> tuple[int, dict[str, t.Any]]:
    """The way of the vendor's provider: parameters in the query, signature in the Authorization header."""
    target = f"{ASCM_PATH}?pageNumber=1&pageSize=10&resourceGroupName=ops"
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Date": datetime.datetime.now(datetime.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "x-acs-signature-method": "HMAC-SHA1",
        "x-acs-signature-nonce": str(uuid.uuid4()),
        "x-acs-signature-version": "1.0",
        "x-acs-version": "2019-05-10",
    }
    lines = ["POST", "application/json", "", "application/json", headers["Date"]]
    lines += [f"{name}:{headers[name]}" for name in sorted(headers) if name.startswith("x-acs-")]
    text = "\n".join([*lines, target])
    signature = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()
    headers["Authorization"] = f"acs LTAIsimulator37:{signature}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", target, "", headers)
    response = connection.getresponse()
    document = json.loads(response.read())
    connection.close()
    return response.status, document


def test_resource_sets_are_listed_with_a_roa_signature(simulator: Simulator) -> None:
    status, body = roa(simulator.port)
    assert status == 200, body
    assert [group["id"] for group in body["data"]] == [412]
    status, body = roa(simulator.port, "simulator-secret-wrong")
    assert (status, body["Code"]) == (400, "SignatureDoesNotMatch")


METADATA = "/latest/meta-data/ram/security-credentials/"


def metadata(port: int, method: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers=headers or {})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def test_an_instance_gets_credentials_of_its_role(simulator: Simulator) -> None:
    assert metadata(simulator.port, "GET", METADATA) == (200, "instance-role")
    status, text = metadata(simulator.port, "GET", f"{METADATA}instance-role")
    given = json.loads(text)
    assert (status, given["Code"]) == (200, "Success")
    assert json.loads(metadata(simulator.port, "GET", f"{METADATA}instance-role")[1]) == given
    with Caller(simulator.port, given["AccessKeyId"], given["AccessKeySecret"]) as caller:
        assert caller.call("DescribeImages", SecurityToken=given["SecurityToken"]).status == 200
    simulator.advance(21600)
    renewed = json.loads(metadata(simulator.port, "GET", f"{METADATA}instance-role")[1])
    assert renewed["AccessKeyId"] != given["AccessKeyId"]
    assert metadata(simulator.port, "GET", f"{METADATA}other-role")[0] == 404


def test_the_metadata_server_may_insist_on_a_session_token(simulator: Simulator) -> None:
    simulator.knobs(metadata_token="required")
    assert metadata(simulator.port, "GET", METADATA)[0] == 403
    assert metadata(simulator.port, "PUT", "/latest/api/token")[0] == 400
    seconds = {"X-aliyun-ecs-metadata-token-ttl-seconds": "21600"}
    status, token = metadata(simulator.port, "PUT", "/latest/api/token", seconds)
    assert status == 200
    session = {"X-aliyun-ecs-metadata-token": token}
    assert metadata(simulator.port, "GET", METADATA, session) == (200, "instance-role")
    assert metadata(simulator.port, "GET", METADATA, {"X-aliyun-ecs-metadata-token": "other"})[0] == 403


def test_the_metadata_server_can_fail_and_is_in_the_log(simulator: Simulator) -> None:
    simulator.fault(action="MetadataCredentials", status=503)
    simulator.fault(action="MetadataRole", empty=True)
    assert metadata(simulator.port, "GET", METADATA) == (200, "")
    assert metadata(simulator.port, "GET", f"{METADATA}instance-role")[0] == 503
    status, text = metadata(simulator.port, "GET", f"{METADATA}instance-role")
    assert status == 200
    calls = simulator.calls()
    assert [(call["action"], call["status"]) for call in calls] == [
        ("MetadataRole", 200),
        ("MetadataCredentials", 503),
        ("MetadataCredentials", 200),
    ]
    given = json.loads(text)
    assert given["AccessKeySecret"] not in json.dumps(calls)
    assert given["SecurityToken"] not in json.dumps(calls)


def test_the_host_name_tells_the_product(caller: Caller) -> None:
    caller.headers["Host"] = "ecs-internal.example.internal"
    assert caller.call("DescribeImages").status == 200
    caller.headers["Host"] = "sts.example.internal"
    assert caller.call("DescribeImages").code == "InvalidVersion"
    assert assume(caller).status == 200
    caller.headers["Host"] = "ascm.cn-neimeng-env30-d01.example.internal"
    assert caller.call("ListResourceGroup", ASCM).status == 200
