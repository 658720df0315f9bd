# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published and computed vectors: signing here and in the vendor's SDKs is the same."""

from __future__ import annotations

import pytest

from apsarastack_simulator import signatures

_COMMON = {
    "AccessKeyId": "testid",
    "Format": "JSON",
    "RegionId": "cn-neimeng-env30-d01",
    "SignatureMethod": "HMAC-SHA1",
    "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
    "SignatureVersion": "1.0",
    "Timestamp": "2025-03-04T05:06:07Z",
    "Version": "2014-05-26",
}
_DESCRIBE = {
    "Action": "DescribeImages",
    "ImageName": "镜像 a*b~c/d+e",
    "Status": "Creating,Waiting,Available",
    "PageSize": "50",
    "Tag.1.Key": "env",
    "Tag.1.Value": "dev&qa",
}
_CREATE = {
    "Action": "CreateImage",
    "ImageName": "web-01",
    "Description": "golden image: 100% ok",
    "InstanceId": "i-abc123",
    "Tag.1.Key": "env",
    "Tag.1.Value": "dev",
    "SecurityToken": "tok+en/=",
}
_DELETE = {"Action": "DeleteImage", "ImageId": "m-1", "Force": "true"}
_MAPPING = {
    "ClientToken": "123e4567-e89b-12d3-a456-426655440000",
    "DiskDeviceMapping.1.Device": "/dev/xvda",
    "DiskDeviceMapping.1.DiskType": "system",
    "DiskDeviceMapping.1.Size": "40",
    "DiskDeviceMapping.1.SnapshotId": "s-1",
    "SignatureType": "",
}
_TYPED_CREATE = {**_CREATE, **_MAPPING}
del _TYPED_CREATE["SecurityToken"]
_SHA256 = {"SignatureMethod": "HMAC-SHA256", "SignatureVersion": "2.1", "SignatureType": "", "Product": "Ecs"}


@pytest.mark.parametrize(
    ("method", "parameters", "signature"),
    [
        ("POST", {**_CREATE, "SignatureType": ""}, "cCSeLDUrt84980tbe4gfOaQI0CQ="),
        ("GET", _DESCRIBE, "EYVlREd9ElGn/DO4yObNUpvstqg="),
        ("GET", {**_DESCRIBE, "SignatureType": ""}, "m1EDofF0y6qod3rrEUbzoWVdVtw="),
        ("POST", _CREATE, "zjiE9Er8HCdHxEwGLG8B0xsHl4I="),
        ("POST", _DELETE, "go6DqGoohaN388sb0gH51hN/ChA="),
        ("POST", {**_DELETE, "Force": "True", "Format": "json"}, "54LdEJAHQziGmfQqST/n8Xr0ivo="),
        ("POST", _TYPED_CREATE, "PxyR0f3PDHVMI5GRJW2ilvT9B/s="),
        (
            "POST",
            {
                "Action": "DescribeImages",
                "ImageId": "",
                "ImageOwnerAlias": "self",
                "ImageName": "web 01",
                "SignatureType": "",
            },
            "fQL8gM79L9rmomWdDLTAqhoDj40=",
        ),
    ],
)
def test_rpc_v1_signs_as_the_vendor_does(method: str, parameters: dict[str, str], signature: str) -> None:
    text = signatures.rpc_string_to_sign(method, {**_COMMON, **parameters})
    assert signatures.rpc_signature("testsecret", text) == signature


def test_the_published_example_is_signed_as_published() -> None:
    parameters = {**_COMMON, "Action": "DescribeRegions", "Format": "XML", "Timestamp": "2016-02-23T12:46:24Z"}
    del parameters["RegionId"]
    text = signatures.rpc_string_to_sign("GET", parameters)
    assert text.startswith("GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML%26")
    assert signatures.rpc_signature("testsecret", text) == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


@pytest.mark.parametrize(
    ("method", "parameters", "signature"),
    [
        ("GET", {}, "BxW+qQYIxH6vE/HDjHN8L58XwWu6iK5Pm6MHKD6ZUZg="),
        (
            "POST",
            {"DryRun": "true", "Tag.1": '{"Key":"env","Value":"dev"}'},
            "emVm+ykF/5PNcHpYcorWuuAgnzmxLtLRHFMq6wufnBk=",
        ),
    ],
)
def test_version_2_1_signs_as_the_apsarastack_sdk_does(method: str, parameters: dict[str, str], signature: str) -> None:
    everything = {**_COMMON, **_SHA256, "Action": "DescribeImages", "ImageName": "web 01", **parameters}
    text = signatures.rpc_string_to_sign(method, everything)
    assert signatures.rpc_signature("testsecret", text, "sha256") == signature


_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_HEADERS = {
    "accept": "application/json",
    "host": "127.0.0.1:18999",
    "user-agent": "AlibabaCloud (test)",
    "x-acs-action": "DescribeImages",
    "x-acs-content-sha256": _EMPTY,
    "x-acs-credentials-provider": "static_ak",
    "x-acs-date": "2025-03-04T05:06:07Z",
    "x-acs-signature-nonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
    "x-acs-version": "2014-05-26",
}


def test_acs3_signs_a_query_as_the_newer_sdk_does() -> None:
    query = {name: value for name, value in _DESCRIBE.items() if name != "Action"}
    query["RegionId"] = "cn-neimeng-env30-d01"
    canonical = signatures.acs3_canonical_request("POST", "/", query, _HEADERS, list(_HEADERS), _EMPTY)
    text, signature = signatures.acs3_signature("testsecret", canonical)
    assert text.endswith("47f8d9b15aa860052a865fd7c334433bf47cdd1db71ae17989a1d87a6312f5ad")
    assert signature == "262234707366a295f923ff3d7fef0b9f53d98d2b7f07900c72937b70d0ab22dd"


def test_acs3_signs_a_form_with_tenancy_headers_as_the_newer_sdk_does() -> None:
    payload = "edead77e2c3b1fa38a7c5ab6cd9c39722c977464cdcf9346956275c7d0606de8"
    headers = {
        **_HEADERS,
        "content-type": "application/x-www-form-urlencoded",
        "x-acs-action": "CreateImage",
        "x-acs-content-sha256": payload,
        "x-acs-organizationid": "37",
        "x-acs-regionid": "cn-neimeng-env30-d01",
        "x-acs-resourcegroupid": "412",
    }
    canonical = signatures.acs3_canonical_request("POST", "/", {}, headers, list(headers), payload)
    _text, signature = signatures.acs3_signature("testsecret", canonical)
    assert signature == "3f437a8cebc2698bff50e0e9a40cca2a0a4c5e0fb7b25976488ee3e9caf5769e"
