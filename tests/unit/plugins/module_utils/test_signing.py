# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signatures match known vectors: one published by the vendor, the others computed with the vendor's SDK."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.signing import (
    percent_encode,
    roa_signature,
    roa_string_to_sign,
    sign,
    signature,
    string_to_sign,
)
from hypothesis import given
from hypothesis import strategies as st

SECRET = "testsecret"
COMMON = {
    "AccessKeyId": "testid",
    "SignatureMethod": "HMAC-SHA1",
    "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
    "SignatureVersion": "1.0",
    "Version": "2014-05-26",
    "Format": "JSON",
    "RegionId": "cn-neimeng-env30-d01",
    "Timestamp": "2025-03-04T05:06:07Z",
}


class Vector(t.NamedTuple):
    """``own``: parameters in addition to the common ones, or instead of them; None omits a common one."""

    name: str
    method: str
    own: t.Mapping[str, str | None]
    string: str
    signature: str

    def parameters(self) -> dict[str, str]:
        return {name: value for name, value in {**COMMON, **self.own}.items() if value is not None}


VECTORS = [
    Vector(
        "DOC, as published by the vendor",
        "GET",
        {
            "RegionId": None,
            "Action": "DescribeRegions",
            "Format": "XML",
            "Timestamp": "2016-02-23T12:46:24Z",
        },
        (
            "GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML%26SignatureMethod%3DHMAC-SHA1"
            "%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureVersion%3D1.0%26Timestamp%3D2016"
            "-02-23T12%253A46%253A24Z%26Version%3D2014-05-26"
        ),
        "OLeaidS1JvxuMvnyHOwuJ+uX5qY=",
    ),
    Vector(
        "A: unicode and reserved characters",
        "GET",
        {
            "Action": "DescribeImages",
            "ImageName": "镜像 a*b~c/d+e",
            "PageSize": "50",
            "Status": "Creating,Waiting,Available",
            "Tag.1.Key": "env",
            "Tag.1.Value": "dev&qa",
        },
        (
            "GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeImages%26Format%3DJSON%26ImageName%3D%25E9%2595%259C"
            "%25E5%2583%258F%2520a%252Ab~c%252Fd%252Be%26PageSize%3D50%26RegionId%3Dcn-neimeng-env30-d01%26Signat"
            "ureMethod%3DHMAC-SHA1%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureVersion%3D1"
            ".0%26Status%3DCreating%252CWaiting%252CAvailable%26Tag.1.Key%3Denv%26Tag.1.Value%3Ddev%2526qa%26Time"
            "stamp%3D2025-03-04T05%253A06%253A07Z%26Version%3D2014-05-26"
        ),
        "EYVlREd9ElGn/DO4yObNUpvstqg=",
    ),
    Vector(
        "A with an empty SignatureType",
        "GET",
        {
            "Action": "DescribeImages",
            "ImageName": "镜像 a*b~c/d+e",
            "PageSize": "50",
            "SignatureType": "",
            "Status": "Creating,Waiting,Available",
            "Tag.1.Key": "env",
            "Tag.1.Value": "dev&qa",
        },
        (
            "GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeImages%26Format%3DJSON%26ImageName%3D%25E9%2595%259C"
            "%25E5%2583%258F%2520a%252Ab~c%252Fd%252Be%26PageSize%3D50%26RegionId%3Dcn-neimeng-env30-d01%26Signat"
            "ureMethod%3DHMAC-SHA1%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureType%3D%26S"
            "ignatureVersion%3D1.0%26Status%3DCreating%252CWaiting%252CAvailable%26Tag.1.Key%3Denv%26Tag.1.Value%"
            "3Ddev%2526qa%26Timestamp%3D2025-03-04T05%253A06%253A07Z%26Version%3D2014-05-26"
        ),
        "m1EDofF0y6qod3rrEUbzoWVdVtw=",
    ),
    Vector(
        "B: with a token",
        "POST",
        {
            "Action": "CreateImage",
            "Description": "golden image: 100% ok",
            "ImageName": "web-01",
            "InstanceId": "i-abc123",
            "SecurityToken": "tok+en/=",
            "Tag.1.Key": "env",
            "Tag.1.Value": "dev",
        },
        (
            "POST&%2F&AccessKeyId%3Dtestid%26Action%3DCreateImage%26Description%3Dgolden%2520image%253A%2520100%2"
            "525%2520ok%26Format%3DJSON%26ImageName%3Dweb-01%26InstanceId%3Di-abc123%26RegionId%3Dcn-neimeng-env3"
            "0-d01%26SecurityToken%3Dtok%252Ben%252F%253D%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D3ee8c1"
            "b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureVersion%3D1.0%26Tag.1.Key%3Denv%26Tag.1.Value%3Ddev%26Time"
            "stamp%3D2025-03-04T05%253A06%253A07Z%26Version%3D2014-05-26"
        ),
        "zjiE9Er8HCdHxEwGLG8B0xsHl4I=",
    ),
    Vector(
        "B with an empty SignatureType",
        "POST",
        {
            "Action": "CreateImage",
            "Description": "golden image: 100% ok",
            "ImageName": "web-01",
            "InstanceId": "i-abc123",
            "SecurityToken": "tok+en/=",
            "SignatureType": "",
            "Tag.1.Key": "env",
            "Tag.1.Value": "dev",
        },
        (
            "POST&%2F&AccessKeyId%3Dtestid%26Action%3DCreateImage%26Description%3Dgolden%2520image%253A%2520100%2"
            "525%2520ok%26Format%3DJSON%26ImageName%3Dweb-01%26InstanceId%3Di-abc123%26RegionId%3Dcn-neimeng-env3"
            "0-d01%26SecurityToken%3Dtok%252Ben%252F%253D%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D3ee8c1"
            "b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureType%3D%26SignatureVersion%3D1.0%26Tag.1.Key%3Denv%26Tag.1"
            ".Value%3Ddev%26Timestamp%3D2025-03-04T05%253A06%253A07Z%26Version%3D2014-05-26"
        ),
        "cCSeLDUrt84980tbe4gfOaQI0CQ=",
    ),
    Vector(
        "C: delete by force",
        "POST",
        {
            "Action": "DeleteImage",
            "Force": "true",
            "ImageId": "m-1",
        },
        (
            "POST&%2F&AccessKeyId%3Dtestid%26Action%3DDeleteImage%26Force%3Dtrue%26Format%3DJSON%26ImageId%3Dm-1%"
            "26RegionId%3Dcn-neimeng-env30-d01%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D3ee8c1b8-83d3-44a"
            "f-a94f-4e0ad82fd6cf%26SignatureVersion%3D1.0%26Timestamp%3D2025-03-04T05%253A06%253A07Z%26Version%3D"
            "2014-05-26"
        ),
        "go6DqGoohaN388sb0gH51hN/ChA=",
    ),
    Vector(
        "D: disk mappings and a ClientToken",
        "POST",
        {
            "Action": "CreateImage",
            "ClientToken": "123e4567-e89b-12d3-a456-426655440000",
            "Description": "golden image: 100% ok",
            "DiskDeviceMapping.1.Device": "/dev/xvda",
            "DiskDeviceMapping.1.DiskType": "system",
            "DiskDeviceMapping.1.Size": "40",
            "DiskDeviceMapping.1.SnapshotId": "s-1",
            "ImageName": "web-01",
            "InstanceId": "i-abc123",
            "SignatureType": "",
            "Tag.1.Key": "env",
            "Tag.1.Value": "dev",
        },
        (
            "POST&%2F&AccessKeyId%3Dtestid%26Action%3DCreateImage%26ClientToken%3D123e4567-e89b-12d3-a456-4266554"
            "40000%26Description%3Dgolden%2520image%253A%2520100%2525%2520ok%26DiskDeviceMapping.1.Device%3D%252F"
            "dev%252Fxvda%26DiskDeviceMapping.1.DiskType%3Dsystem%26DiskDeviceMapping.1.Size%3D40%26DiskDeviceMap"
            "ping.1.SnapshotId%3Ds-1%26Format%3DJSON%26ImageName%3Dweb-01%26InstanceId%3Di-abc123%26RegionId%3Dcn"
            "-neimeng-env30-d01%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82f"
            "d6cf%26SignatureType%3D%26SignatureVersion%3D1.0%26Tag.1.Key%3Denv%26Tag.1.Value%3Ddev%26Timestamp%3"
            "D2025-03-04T05%253A06%253A07Z%26Version%3D2014-05-26"
        ),
        "PxyR0f3PDHVMI5GRJW2ilvT9B/s=",
    ),
    Vector(
        "E: empty values",
        "POST",
        {
            "Action": "DescribeImages",
            "ImageId": "",
            "ImageName": "web 01",
            "ImageOwnerAlias": "self",
            "SignatureType": "",
        },
        (
            "POST&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeImages%26Format%3DJSON%26ImageId%3D%26ImageName%3Dw"
            "eb%252001%26ImageOwnerAlias%3Dself%26RegionId%3Dcn-neimeng-env30-d01%26SignatureMethod%3DHMAC-SHA1%2"
            "6SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureType%3D%26SignatureVersion%3D1.0%2"
            "6Timestamp%3D2025-03-04T05%253A06%253A07Z%26Version%3D2014-05-26"
        ),
        "fQL8gM79L9rmomWdDLTAqhoDj40=",
    ),
]
each_vector = pytest.mark.parametrize("vector", VECTORS, ids=[vector.name for vector in VECTORS])


@each_vector
def test_the_string_to_sign_of_a_known_vector(vector: Vector) -> None:
    assert string_to_sign(vector.method, vector.parameters()) == vector.string


@each_vector
def test_the_signature_of_a_known_vector(vector: Vector) -> None:
    assert signature(vector.method, vector.parameters(), SECRET) == vector.signature


def test_sign_adds_what_a_signed_form_needs_and_nothing_else() -> None:
    vector = next(vector for vector in VECTORS if "SecurityToken" in vector.own and "SignatureType" not in vector.own)
    added = {"AccessKeyId", "SecurityToken", "SignatureMethod", "SignatureNonce", "SignatureVersion", "Timestamp"}
    unsigned = {name: value for name, value in vector.parameters().items() if name not in added}
    signed = sign(
        unsigned,
        access_key="testid",
        secret_key=SECRET,
        security_token="tok+en/=",
        nonce=COMMON["SignatureNonce"],
        timestamp=COMMON["Timestamp"],
    )
    assert signed == {**vector.parameters(), "Signature": vector.signature}
    assert unsigned.keys().isdisjoint(added), "the caller's parameters are not modified"


def test_without_a_token_no_token_is_signed() -> None:
    signed = sign({}, access_key="a", secret_key="s", security_token=None, nonce="n", timestamp="2025-03-04T05:06:07Z")
    assert "SecurityToken" not in signed


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("AZaz09-_.~", "AZaz09-_.~"),
        (" ", "%20"),
        ("*", "%2A"),
        ("+", "%2B"),
        ("/", "%2F"),
        ("%", "%25"),
        ("镜", "%E9%95%9C"),
        ("\U0001f600", "%F0%9F%98%80"),
        ("", ""),
    ],
)
def test_percent_encode(text: str, encoded: str) -> None:
    assert percent_encode(text) == encoded


@given(st.dictionaries(st.text(st.sampled_from("ABab1.")), st.text(st.characters(exclude_categories=["Cs"]))))
def test_the_order_of_the_parameters_does_not_matter(parameters: dict[str, str]) -> None:
    backwards = dict(reversed(list(parameters.items())))
    assert signature("POST", parameters, SECRET) == signature("POST", backwards, SECRET)


ROA_PATH = "/ascm/auth/resource_group/list_resource_group"
ROA_PARAMETERS = {"resourceGroupName": "ops & 镜", "pageSize": "10", "pageNumber": "1"}
ROA_HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "Date": "Tue, 04 Mar 2025 05:06:07 GMT",
    "User-Agent": "not signed",
    "X-Acs-RegionId": "cn-neimeng-env30-d01",
    "x-acs-security-token": "tok+en/=",
    "x-acs-signature-method": "HMAC-SHA1",
    "x-acs-signature-nonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
    "x-acs-signature-version": "1.0",
    "x-acs-version": "2019-05-10",
}


def test_a_call_by_path_is_signed_as_the_vendors_sdk_does_it() -> None:
    assert roa_string_to_sign("POST", ROA_PATH, ROA_PARAMETERS, ROA_HEADERS) == (
        "POST\napplication/json\n\napplication/json\nTue, 04 Mar 2025 05:06:07 GMT\n"
        "x-acs-regionid:cn-neimeng-env30-d01\nx-acs-security-token:tok+en/=\nx-acs-signature-method:HMAC-SHA1\n"
        "x-acs-signature-nonce:3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf\nx-acs-signature-version:1.0\n"
        f"x-acs-version:2019-05-10\n{ROA_PATH}?pageNumber=1&pageSize=10&resourceGroupName=ops & 镜"
    )
    assert roa_signature("POST", ROA_PATH, ROA_PARAMETERS, ROA_HEADERS, SECRET) == "hfAa8yg5FHeyaHE9EPdINnfezRA="


def test_a_digest_of_the_body_is_signed_where_there_is_one() -> None:
    assert roa_string_to_sign("PUT", "/path", {}, {"Content-MD5": "digest"}) == "PUT\n\ndigest\n\n\n/path"


def test_a_call_by_path_without_parameters_has_no_question_mark() -> None:
    assert roa_string_to_sign("GET", "/path", {}, {}) == "GET\n\n\n\n\n/path"


def test_a_parameter_without_a_value_has_no_equals_sign_in_a_call_by_path() -> None:
    assert roa_string_to_sign("GET", "/path", {"a": "", "b": "1"}, {}).endswith("/path?a&b=1")
