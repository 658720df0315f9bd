# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's core SDK, unchanged: typed requests, and CommonRequest."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from .core_sdk import Answer, Sdk, typed
from .needs import sdk

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

exceptions = sdk("aliyunsdkcore.acs_exception.exceptions")
credentials = sdk("aliyunsdkcore.auth.credentials")
CommonRequest = sdk("aliyunsdkcore.request").CommonRequest
parameter_helper = sdk("aliyunsdkcore.utils.parameter_helper")


@pytest.fixture
def client(simulator: Simulator) -> Sdk:
    return Sdk(simulator)


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_the_life_of_an_image_in_typed_requests(simulator: Simulator, client: Sdk, method: str) -> None:
    create = typed("CreateImage")
    create.set_ImageName("web-01")
    create.set_InstanceId("i-web-running")
    create.set_Description("golden image: 100% ok * ~ + / ü 镜像")
    create.set_Tags([{"Key": "env", "Value": "dev & qa"}])
    create.set_ClientToken("token-1")
    image_id = client.send(create, method)["ImageId"]
    (image,) = client.images(image_id=image_id, method=method)
    assert (image["Status"], image["Description"]) == ("Creating", "golden image: 100% ok * ~ + / ü 镜像")
    assert image["Tags"]["Tag"] == [{"TagKey": "env", "TagValue": "dev & qa"}]
    simulator.advance(10)

    modify = typed("ModifyImageAttribute")
    modify.set_ImageId(image_id)
    modify.set_ImageName("web-02")
    client.send(modify, method)
    tag = typed("TagResources")
    tag.set_ResourceType("image")
    tag.set_ResourceIds([image_id])
    tag.set_Tags([{"Key": "team", "Value": "ops"}])
    client.send(tag, method)
    untag = typed("UntagResources")
    untag.set_ResourceType("image")
    untag.set_ResourceIds([image_id])
    untag.set_TagKeys(["env"])
    client.send(untag, method)
    (image,) = client.images(image_id=image_id, status="Available")
    assert (image["ImageName"], image["Tags"]["Tag"]) == ("web-02", [{"TagKey": "team", "TagValue": "ops"}])

    delete = typed("DeleteImage")
    delete.set_ImageId(image_id)
    delete.set_Force(True)
    client.send(delete, method)
    assert client.images(image_id=image_id) == []


def test_a_mapping_of_disks_in_a_typed_request(simulator: Simulator, client: Sdk) -> None:
    create = typed("CreateImage")
    create.set_ImageName("web-01")
    create.set_DiskDeviceMappings(
        [{"SnapshotId": "s-system", "Size": 60, "Device": "/dev/xvda"}, {"SnapshotId": "s-data", "DiskType": "data"}]
    )
    image_id = client.send(create)["ImageId"]
    (image,) = client.images(image_id=image_id)
    assert [disk["Size"] for disk in image["DiskDeviceMappings"]["DiskDeviceMapping"]] == ["60", "100"]
    assert simulator.calls("CreateImage")[0]["status"] == 200


def common(action: str, method: str = "POST", body: t.Mapping[str, str] | None = None) -> t.Any:
    request = CommonRequest()
    request.set_version("2014-05-26")
    request.set_action_name(action)
    request.set_method(method)
    for name, value in (body or {}).items():
        request.add_body_params(name, value) if method == "POST" else request.add_query_param(name, value)
    return request


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_the_life_of_an_image_in_common_requests(simulator: Simulator, client: Sdk, method: str) -> None:
    def call(action: str, **parameters: str) -> Answer:
        return client.send(common(action, method, parameters))

    description = "golden image: 100% ok * ~ + / ü 镜像"
    image_id = call("CreateImage", ImageName="web-01", InstanceId="i-web-running", Description=description)["ImageId"]
    simulator.advance(10)
    call("ModifyImageAttribute", ImageId=image_id, ImageName="web-02", RegionId=simulator.region)
    tags = {"ResourceType": "image", "ResourceId.1": image_id, "Tag.1.Key": "env", "Tag.1.Value": "dev"}
    call("TagResources", **tags)
    (image,) = call("DescribeImages", ImageId=image_id, ImageName="", ImageOwnerAlias="self")["Images"]["Image"]
    assert (image["ImageName"], image["Description"]) == ("web-02", description)
    assert image["Tags"]["Tag"] == [{"TagKey": "env", "TagValue": "dev"}]
    call("DeleteImage", ImageId=image_id)
    assert call("DescribeImages", ImageId=image_id)["TotalCount"] == 0


def test_none_in_a_common_request_is_sent_as_a_word(client: Sdk) -> None:
    with pytest.raises(exceptions.ServerException) as caught:
        client.send(common("CreateImage", body={"InstanceId": "None", "ImageName": "web-01"}))
    assert caught.value.get_error_code() == "InvalidInstanceId.NotFound"


def test_an_error_is_an_exception_with_its_fields(client: Sdk) -> None:
    delete = typed("DeleteImage")
    delete.set_ImageId("m-in-use")
    with pytest.raises(exceptions.ServerException) as caught:
        client.send(delete)
    assert caught.value.get_http_status() == 403
    assert caught.value.get_error_code() == "ImageUsingByInstance"
    assert caught.value.get_error_msg() == "The specified image has been used to create instances."
    assert len(caught.value.get_request_id()) == 36


def test_a_wrong_secret_is_recognised_by_the_sdk(simulator: Simulator) -> None:
    client = Sdk(simulator, credentials.AccessKeyCredential(simulator.access_key, "simulator-secret-wrong"))
    with pytest.raises(exceptions.ServerException) as caught:
        client.images()
    assert caught.value.get_error_code() == "InvalidAccessKeySecret"
    assert "simulator-secret" not in str(caught.value)


def test_an_unknown_key_is_reported(simulator: Simulator) -> None:
    client = Sdk(simulator, credentials.AccessKeyCredential("LTAIunknown", "simulator-secret-0037"))
    with pytest.raises(exceptions.ServerException) as caught:
        client.images()
    assert caught.value.get_error_code() == "InvalidAccessKeyId.NotFound"


def test_a_replayed_nonce_is_refused(client: Sdk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameter_helper, "get_uuid", lambda: "always-the-same")
    client.images()
    with pytest.raises(exceptions.ServerException) as caught:
        client.images()
    assert caught.value.get_error_code() == "SignatureNonceUsed"


def test_a_skewed_clock_is_refused(client: Sdk, monkeypatch: pytest.MonkeyPatch) -> None:
    past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=16)
    monkeypatch.setattr(parameter_helper, "get_iso_8061_date", lambda: past.strftime("%Y-%m-%dT%H:%M:%SZ"))
    with pytest.raises(exceptions.ServerException) as caught:
        client.images()
    assert caught.value.get_error_code() == "InvalidTimeStamp.Expired"


def test_a_temporary_key_works_with_its_token(simulator: Simulator) -> None:
    token = "simulator-token-0037"
    client = Sdk(simulator, credentials.StsTokenCredential("STS.simulator37", "simulator-secret-sts-0037", token))
    assert [image["ImageId"] for image in client.images()] == ["m-in-use"]
    client = Sdk(simulator, credentials.StsTokenCredential("STS.simulator37", "simulator-secret-sts-0037", "other"))
    with pytest.raises(exceptions.ServerException) as caught:
        client.images()
    assert caught.value.get_error_code() == "InvalidSecurityToken.MismatchWithAccessKey"


def test_a_lost_answer_is_repeated_by_the_sdk_and_its_token_saves_it(simulator: Simulator, client: Sdk) -> None:
    simulator.fault(action="CreateImage", drop="after")
    create = typed("CreateImage")
    create.set_ImageName("web-01")
    create.set_InstanceId("i-web-running")
    create.set_ClientToken("token-1")
    image_id = client.send(create)["ImageId"]
    assert [image["ImageId"] for image in client.images()] == [image_id, "m-in-use"]
    assert len(simulator.calls("CreateImage")) == 2


def test_a_page_of_a_proxy_is_an_unknown_server_error(simulator: Simulator, client: Sdk) -> None:
    simulator.fault(action="DeleteImage", html=True)
    delete = typed("DeleteImage")
    delete.set_ImageId("m-in-use")
    with pytest.raises((exceptions.ServerException, exceptions.ClientException)) as caught:
        client.send(delete)
    assert caught.value.get_error_code() == "SDK.UnknownServerError"
