# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Terraform's providers speak: each of their habits gets what a site gives."""

from __future__ import annotations

import socket
import typing as t
from urllib.parse import parse_qsl, urlencode

import pytest

from .clients.provider import ABROAD, B1, B3, HOME, PRIVATE, A, C, Client, Provider

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

    from .clients.private import Private
    from .rpc import Caller

ROLE = {"RoleArn": "acs:ram::1000000000000037:role/imager", "RoleSessionName": "terraform"}
# AssumeRole: parameters and headers.
ROLES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "A": ({"DurationSeconds": "3600"}, {}),
    "B1": ({"Region": HOME}, {"x-acs-organizationid": "37", "x-ascm-product-name": "Sts"}),
    "B3": (
        {"Department": "37", "OrganizationId": "37", "ResourceGroup": "412"},
        {**B3.headers, "x-acs-asapi-product": "Sts", "x-ascm-product-name": "Sts"},
    ),
}


@pytest.mark.parametrize("client", [A, B1, B3], ids=lambda client: client.name)
def test_a_role_is_assumed(simulator: Simulator, client: Client) -> None:
    parameters, headers = ROLES[client.name]
    with Provider(client, simulator) as provider:
        system = {"Format": "JSON", "SignatureType": "", "Version": "2015-04-01"}
        reply = provider.send("AssumeRole", {**system, **ROLE, **parameters}, headers, "/")
    assert reply.status == 200, reply.text
    assert reply.body["Credentials"]["SecurityToken"]
    secret = reply.body["Credentials"]["AccessKeySecret"]
    assert secret not in repr(simulator.calls())


@pytest.mark.parametrize("name", ["Region", "RegionId"])
def test_the_region_of_a_role_is_judged_under_both_names(simulator: Simulator, caller: Caller, name: str) -> None:
    common = {"Version": "2015-04-01", "RegionId": None, **ROLE}
    assert caller.call("AssumeRole", {**common, name: HOME}).status == 200
    assert caller.call("AssumeRole", {**common, name: "cn-nowhere"}).code == "InvalidRegionId.NotFound"
    assert caller.call("DescribeImages", Region=HOME).code == "UnsupportedParameter"
    assert simulator.calls("AssumeRole")[0]["notes"] == []


def test_the_resource_set_is_looked_up_with_an_empty_tenant(simulator: Simulator, private: Private) -> None:
    own = {"Format": "JSON", "SignatureType": "", "Version": "2019-05-10", "Product": "ascm"}
    empty = {"resourceGroupName": "ops", "Department": "", "ResourceGroup": ""}
    reply = private.send("ListResourceGroup", {**own, **empty}, {"RegionId": HOME}, private.client.path)
    assert reply.status == 200, reply.text
    assert [(group["id"], group["organizationID"]) for group in reply.body["data"]] == [(412, 37)]
    assert ("AccessKeySecret" in simulator.calls()[0]["parameters"]) is (private.client.secret)


@pytest.mark.parametrize("client", [*PRIVATE, C], ids=lambda client: client.name)
def test_parameters_are_where_the_client_puts_them(
    simulator: Simulator, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """System parameters in the query; the others there as well, or in a form, signed either way."""
    sent: list[tuple[str, str]] = []
    with Provider(client, simulator) as provider:
        request = provider.caller.request

        def remember(method: str, target: str, body: str | None, headers: t.Mapping[str, str]) -> t.Any:
            sent.append((target, body or ""))
            return request(method, target, body, headers)

        monkeypatch.setattr(provider.caller, "request", remember)
        provider.body("DescribeImages", {"ImageOwnerAlias": "self", "ImageName": "", "DryRun": ""})
    ((target, form),) = sent
    path, _mark, query = target.partition("?")
    assert path == client.path
    assert (dict(parse_qsl(query))["Action"], dict(parse_qsl(form)).get("Action")) == ("DescribeImages", None)
    assert ("ImageOwnerAlias" in query, "ImageOwnerAlias" in form) == (not client.form, client.form)
    (call,) = simulator.calls()
    assert (call["code"], call["parameters"]["ImageOwnerAlias"]) == ("", "self")


@pytest.mark.parametrize("form", ["JSON", "json", "Json"])
def test_a_format_is_read_in_any_case(caller: Caller, form: str) -> None:
    reply = caller.call("DescribeImages", Format=form)
    assert reply.headers["Content-Type"].startswith("application/json")
    assert reply.body["TotalCount"] == 4


@pytest.mark.parametrize("form", ["yaml", "JSON,XML", "None"])
def test_an_unknown_format_is_refused_in_xml(caller: Caller, form: str) -> None:
    reply = caller.call("DescribeImages", Format=form)
    assert (reply.status, reply.headers["Content-Type"]) == (400, "text/xml;charset=utf-8")
    assert "<Code>InvalidParameter</Code>" in reply.text
    assert "Format" in reply.text


def test_the_parameter_names_the_region_where_a_header_names_another_one(simulator: Simulator, caller: Caller) -> None:
    caller.headers = {"RegionId": HOME, "x-acs-regionid": HOME}
    image_id = caller.call("CopyImage", ImageId="m-in-use", DestinationRegionId=ABROAD).body["ImageId"]
    simulator.advance(10)
    listed = caller.call("DescribeImages", RegionId=ABROAD, ImageId=image_id)
    assert (listed.body["RegionId"], len(listed.images)) == (ABROAD, 1)
    assert caller.call("DescribeImages", RegionId=HOME, ImageId=image_id).images == []


# --- the secret -------------------------------------------------------------------------------------------------------


def test_the_first_provider_is_refused_by_default(simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    with Provider(A, simulator) as provider:
        simulator.knobs(secret_parameter="refuse")
        reply = provider.call("DescribeImages", {"ImageOwnerAlias": "self"})
    assert (reply.status, reply.code) == (400, "UnsupportedParameter")
    assert caplog.text.count("AccessKeySecret") == 1


def test_a_secret_may_be_noted_instead(simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    with Provider(A, simulator) as provider:
        reply = provider.call("DescribeImages", {"ImageOwnerAlias": "self"})
    assert reply.status == 200, reply.text
    (call,) = simulator.calls()
    assert call["notes"] == ["The parameter AccessKeySecret must never be sent."]
    assert call["parameters"]["AccessKeySecret"] == "(removed)"
    assert simulator.secret_key not in repr(simulator.calls()) + repr(simulator.state()) + caplog.text + reply.text


@pytest.mark.parametrize("secret", ["simulator-secret-0037", "somebody's own/secret+1=="])
def test_a_noted_secret_is_in_no_answer_and_no_log(simulator: Simulator, caller: Caller, secret: str) -> None:
    """An error about the signature shows what was signed, and clients print errors."""
    simulator.knobs(secret_parameter="note")
    signed = caller.signed("DescribeImages", {"AccessKeySecret": secret, "ImageName": "web"})
    reply = caller.send({**signed, "Signature": "wrong"})
    assert reply.code == "SignatureDoesNotMatch"
    assert "ImageName%3Dweb" in reply.body["Message"]
    told = reply.text + repr(simulator.calls())
    spelled = {secret, urlencode({"": secret})[1:], urlencode({"": urlencode({"": secret})[1:]})[1:]}
    assert not any(text in told for text in spelled)


@pytest.mark.parametrize("rest", [f"&x={'y' * 70000} HTTP/1.1", " \x00 HTTP/1.1"], ids=["too long", "malformed"])
def test_a_request_that_cannot_be_read_is_not_logged(
    simulator: Simulator, caplog: pytest.LogCaptureFixture, rest: str
) -> None:
    with socket.create_connection(("127.0.0.1", simulator.port), timeout=10) as client:
        client.sendall(f"GET /?AccessKeySecret={simulator.secret_key}{rest}\r\n\r\n".encode())
        assert b"400 Bad Request" in client.recv(1000)
    assert "could not be read" in caplog.text
    assert simulator.secret_key not in caplog.text


def test_a_noted_secret_is_signed_like_every_parameter(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(secret_parameter="note")
    signed = caller.signed("DescribeImages", {})
    assert caller.send({**signed, "AccessKeySecret": caller.secret_key}).code == "SignatureDoesNotMatch"


# --- every status -----------------------------------------------------------------------------------------------------


def test_all_is_a_status_only_where_it_is_known(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create()
    assert caller.call("DescribeImages", ImageId=image_id).images == []
    assert caller.call("DescribeImages", ImageId=image_id, Status="ALL").code == "InvalidParameter"
    simulator.knobs(status_all=True)
    assert [image["Status"] for image in caller.find(ImageId=image_id, Status="ALL")] == ["Creating"]
    assert caller.call("DescribeImages", ImageId=image_id, Status="ALL,Available").code == "InvalidParameter"


def test_all_lists_what_an_older_release_has_no_name_for(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(status_all=True, known_statuses="Creating,Available,CreateFailed")
    assert caller.call("ModifyImageAttribute", ImageId="m-in-use", Status="Deprecated").status == 200
    assert [image["Status"] for image in caller.find(Status="ALL")] == ["Deprecated"]


def test_an_image_of_every_status_says_whether_it_is_usable(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(status_all=True, usable_field=True)
    image_id = caller.create()
    found = {image["ImageId"]: image["Usable"] for image in caller.find(Status="ALL")}
    assert found == {image_id: False, "m-in-use": True}


# --- a size that is not given -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "code"), [("0", ""), ("", ""), ("4", "InvalidSize.ValueNotSupported")])
def test_a_size_of_zero_is_that_of_the_snapshot(caller: Caller, size: str, code: str) -> None:
    disk = {"DiskDeviceMapping.1.SnapshotId": "s-system", "DiskDeviceMapping.1.Size": size}
    reply = caller.call("CreateImage", {"ImageName": "web", **disk})
    assert reply.code == code
    if not code:
        image = caller.image(reply.body["ImageId"])
        assert image is not None
        assert image["Size"] == 40
