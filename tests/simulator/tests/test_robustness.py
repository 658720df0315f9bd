# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a client sends, it gets an answer of the cloud and never a traceback."""

from __future__ import annotations

import json
import time
import typing as t
import urllib.parse
import uuid

import pytest

from apsarastack_simulator import seed, signatures
from apsarastack_simulator.actions import REGISTRY
from apsarastack_simulator.clock import Clock
from apsarastack_simulator.knobs import Knobs
from apsarastack_simulator.parameters import Parameter, Repeated
from apsarastack_simulator.service import Service
from apsarastack_simulator.wire import Request

if t.TYPE_CHECKING:
    from apsarastack_simulator.answers import Answer
    from apsarastack_simulator.context import Action

NASTY = (
    "", " ", "None", "null", "true", "0", "-1", "1.5", "²", "9" * 5000, "[]", "{}", '["x"]', "[1]", '{"a": 1}',
    "\x00", "é" * 300, "]]>", "<b>", "%", "m-in-use", "s-system", "i-web-running", "image", "a,b,,c",
    "2025-02-30T00:00Z",
)  # fmt: skip
FORM = {"host": "127.0.0.1", "content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def service() -> Service:
    return Service(seed.load(), Knobs(), Clock())


def answer(
    service: Service,
    version: str,
    action: str,
    parameters: dict[str, str],
    headers: dict[str, str] | None = None,
) -> Answer:
    everything = {
        "Action": action,
        "Version": version,
        "Format": "JSON",
        "RegionId": "cn-neimeng-env30-d01",
        "AccessKeyId": "LTAIsimulator37",
        "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": str(uuid.uuid4()),
        **parameters,
    }
    text = signatures.rpc_string_to_sign("POST", everything)
    everything["Signature"] = signatures.rpc_signature("simulator-secret-0037", text)
    body = urllib.parse.urlencode(everything).encode()
    return service.handle(Request("POST", "/", "", {**FORM, **(headers or {})}, body)).answer


def names(item: Parameter | Repeated) -> list[str]:
    """The names on the wire that a parameter has."""
    if isinstance(item, Parameter):
        return [item.name]
    return [f"{item.name}.1", *[f"{item.name}.1.{member}" for member in item.members]]


# So that a nasty value gets past the parameters before it.
USUAL = {
    "CreateImage": {"InstanceId": "i-web-running"},
    "TagResources": {"ResourceType": "image", "ResourceId.1": "m-in-use", "Tag.1.Key": "a", "Tag.1.Value": "b"},
    "UntagResources": {"ResourceType": "image", "ResourceId.1": "m-in-use", "TagKey.1": "a"},
    "ListTagResources": {"ResourceType": "image"},
    "AddTags": {"ResourceType": "image", "ResourceId": "m-in-use", "Tag.1.Key": "a", "Tag.1.Value": "b"},
    "RemoveTags": {"ResourceType": "image", "ResourceId": "m-in-use", "Tag.1.Key": "a"},
    "AssumeRole": {"RoleArn": "acs:ram::1000000000000037:role/imager", "RoleSessionName": "test"},
}


@pytest.mark.parametrize("action", REGISTRY.values(), ids=lambda action: str(action.name))
def test_no_value_of_any_parameter_breaks_an_action(service: Service, action: Action) -> None:
    version = next(number for number, name in REGISTRY if name == action.name)
    usual = {"ImageId": "m-in-use", **USUAL.get(action.name, {})}
    known = {name for item in action.specification for name in names(item)}
    usual = {name: value for name, value in usual.items() if name in known}
    for name in sorted(known):
        for value in NASTY:
            given = answer(service, version, action.name, {**usual, name: value})
            assert given.status in (200, 400, 403, 404), (name, value)
            assert isinstance(json.loads(given.body), dict)


@pytest.mark.parametrize(
    ("method", "query", "content_type", "body"),
    [
        ("POST", "", "application/json", b"{"),
        ("POST", "", "application/json", b"[1, 2]"),
        ("POST", "", "application/json", b'{"Action": {"a": [1, {}]}, "b": [null]}'),
        ("POST", "", "application/json", b"[" * 100_000),
        ("POST", "", "application/x-www-form-urlencoded", b"\xff\xfe"),
        ("POST", "", "multipart/form-data; boundary=x", b"--x"),
        ("POST", "&&&=&=x&%", "", b""),
        ("GET", "a=%ff", "", b""),
        ("GET", "a=" + "x" * 60_000, "", b""),
        ("DELETE", "Action=DeleteImage", "", b""),
    ],
)
@pytest.mark.parametrize("authorization", ["", "acs ", "acs :", "ACS3-HMAC-SHA256", "ACS3-x Credential", "Basic eA=="])
def test_no_shape_of_a_request_breaks_the_service(
    service: Service, method: str, query: str, content_type: str, body: bytes, authorization: str
) -> None:
    headers = {"host": "x", "content-type": content_type}
    if authorization:
        headers["authorization"] = authorization
    assert service.handle(Request(method, "/", query, headers, body)).answer.status in (400, 403, 404)


@pytest.mark.parametrize("name", ["x-acs-organizationid", "x-acs-resourcegroupid", "x-acs-regionid", "host", "accept"])
def test_no_value_of_a_header_breaks_the_service(service: Service, name: str) -> None:
    for value in NASTY:
        given = answer(service, "2014-05-26", "DescribeImages", {}, {"x-acs-organizationid": "37", name: value})
        assert given.status in (200, 400, 403, 404), value


@pytest.mark.parametrize(
    "name", ["Tag.0.Key", "Tag.x.Key", "Tag.1", "Tag.1.Color", f"Tag.{'9' * 5000}.Key", "Tag", "."]
)
def test_no_name_of_a_parameter_breaks_the_service(service: Service, name: str) -> None:
    assert answer(service, "2014-05-26", "DescribeImages", {name: "x"}).status == 400
