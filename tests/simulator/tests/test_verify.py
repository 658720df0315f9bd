# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verification is strict: a call that is not genuine gets the error of the cloud."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlencode

import pytest

from .rpc import Caller, timestamp

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator


@pytest.mark.parametrize("name", ["AccessKeyId", "Signature", "Timestamp", "SignatureNonce", "Action", "Version"])
def test_a_missing_common_parameter_is_named(caller: Caller, name: str) -> None:
    parameters = caller.signed("DescribeImages", {})
    del parameters[name]
    reply = caller.send(parameters)
    assert (reply.status, reply.code) == (400, "MissingParameter")
    assert f'"{name}"' in reply.body["Message"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"Timestamp": "yesterday"}, 400, "InvalidTimeStamp.Format"),
        ({"Timestamp": timestamp(-86400)}, 400, "InvalidTimeStamp.Expired"),
        ({"Timestamp": timestamp(86400)}, 400, "InvalidTimeStamp.Expired"),
        ({"AccessKeyId": "LTAIunknown"}, 404, "InvalidAccessKeyId.NotFound"),
        ({"AccessKeyId": "LTAIdisabled37"}, 400, "InvalidAccessKeyId.Inactive"),
        ({"SignatureMethod": "HMAC-MD5"}, 400, "InvalidParamater"),
        ({"SignatureVersion": "2.0"}, 400, "InvalidParamater"),
        ({"SecurityToken": "stray"}, 400, "InvalidSecurityToken.MismatchWithAccessKey"),
        ({"Action": "DescribePets"}, 404, "InvalidAction.NotFound"),
        ({"Version": "2013-01-01"}, 404, "InvalidVersion"),
        ({"Product": "Vpc"}, 404, "InvalidProduct.NotFound"),
        ({"RegionId": None}, 400, "MissingParameter"),
        ({"RegionId": "cn-nowhere"}, 404, "InvalidRegionId.NotFound"),
        ({"Color": "blue"}, 400, "UnsupportedParameter"),
        ({"PageSize": "ten"}, 400, "InvalidParameter"),
    ],
)
def test_a_bad_call_gets_the_clouds_error(
    caller: Caller, changes: dict[str, str | None], status: int, code: str
) -> None:
    reply = caller.call("DescribeImages", changes)
    assert (reply.status, reply.code) == (status, code)


def test_a_wrong_secret_returns_the_string_to_sign(caller: Caller) -> None:
    parameters = caller.parameters("DescribeImages", {})
    caller.secret_key = "simulator-secret-wrong"
    reply = caller.call("DescribeImages", parameters)
    assert (reply.status, reply.code) == (400, "SignatureDoesNotMatch")
    before, _colon, after = reply.body["Message"].partition(":")
    assert before == "Specified signature is not matched with our calculation. server string to sign is"
    assert after.startswith("POST&%2F&AccessKeyId%3DLTAIsimulator37%26Action%3DDescribeImages%26")
    assert ":" not in after


def test_a_replayed_nonce_is_refused(caller: Caller) -> None:
    parameters = caller.signed("DescribeImages", {})
    assert caller.send(parameters).status == 200
    reply = caller.send(parameters)
    assert (reply.status, reply.code) == (400, "SignatureNonceUsed")


def test_a_nonce_counts_per_key(caller: Caller, other_tenant: Caller) -> None:
    assert caller.call("DescribeImages", {"SignatureNonce": "same"}).status == 200
    assert other_tenant.call("DescribeImages", {"SignatureNonce": "same"}).status == 200


def test_skew_is_a_knob(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(skew_seconds=2000)
    assert caller.call("DescribeImages", {"Timestamp": timestamp(-1000)}).status == 200


def test_a_wrong_clock_of_the_site_refuses_correct_clients(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(clock_offset=3600)
    assert caller.call("DescribeImages").code == "InvalidTimeStamp.Expired"


def test_time_that_was_moved_forward_does_not_refuse_clients(simulator: Simulator, caller: Caller) -> None:
    simulator.advance(86400)
    assert caller.call("DescribeImages").status == 200


def test_query_and_form_are_both_signed_and_a_name_in_both_counts_once(caller: Caller) -> None:
    signed = caller.signed("DescribeImages", {"ImageName": "a *~+%/ä"})
    form = {name: signed.pop(name) for name in ("ImageName", "SignatureNonce", "Signature")}
    form["RegionId"] = signed["RegionId"]
    headers = {"Content-Type": "application/x-www-form-urlencoded", **caller.headers}
    reply = caller.request("POST", f"/?{urlencode(signed)}", urlencode(form), headers)
    assert reply.status == 200, reply.text


def test_other_methods_are_not_served(caller: Caller) -> None:
    parameters = urlencode(caller.signed("DescribeImages", {}, "PUT"))
    reply = caller.request("PUT", f"/?{parameters}", None, caller.headers)
    assert (reply.status, reply.code) == (403, "UnsupportedHTTPMethod")


def test_get_is_served_like_post(caller: Caller) -> None:
    assert caller.get("DescribeImages").status == 200


@pytest.mark.parametrize("path", ["/asapi/v3", "/asapi/v3/"])
def test_the_gateways_path_is_signed_like_the_root(simulator: Simulator, path: str) -> None:
    with Caller(simulator.port, path=path) as caller:
        assert caller.call("DescribeImages", {"Product": "Ecs"}).status == 200
        assert caller.call("DescribeImages").code == "InvalidProduct.NotFound"
        caller.headers["x-acs-asapi-product"] = "Ecs"
        assert caller.call("DescribeImages").status == 200


@pytest.mark.parametrize("name", ["AccessKeySecret", "accesskeysecret"])
def test_a_secret_in_the_parameters_is_refused_and_not_logged(
    simulator: Simulator, caller: Caller, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    reply = caller.call("DescribeImages", {name: caller.secret_key})
    assert (reply.status, reply.code) == (400, "UnsupportedParameter")
    assert caller.secret_key not in repr(simulator.calls())
    assert "AccessKeySecret" in caplog.text
    assert caller.secret_key not in caplog.text


def test_a_secret_hidden_in_a_value_is_not_logged(simulator: Simulator, caller: Caller) -> None:
    caller.call("DescribeImages", ImageName=f"x{caller.secret_key}y")
    assert caller.secret_key not in repr(simulator.calls())


def test_temporary_keys_need_their_token(simulator: Simulator) -> None:
    with Caller(simulator.port, "STS.simulator37", "simulator-secret-sts-0037") as caller:
        assert caller.call("DescribeImages").code == "MissingSecurityToken"
        wrong = "InvalidSecurityToken.MismatchWithAccessKey"
        assert caller.call("DescribeImages", SecurityToken="other").code == wrong
        assert caller.call("DescribeImages", SecurityToken="a b").code == "InvalidSecurityToken.Malformed"
        assert caller.call("DescribeImages", SecurityToken="simulator-token-0037").status == 200
    assert "simulator-token-0037" not in repr(simulator.calls())


def test_an_expired_token_is_refused(simulator: Simulator) -> None:
    with Caller(simulator.port, "STS.expired37", "simulator-secret-sts-expired-0037") as caller:
        reply = caller.call("DescribeImages", SecurityToken="simulator-token-expired-0037")
        assert (reply.status, reply.code) == (400, "InvalidSecurityToken.Expired")


def test_without_format_the_answer_is_xml(caller: Caller) -> None:
    reply = caller.call("DescribeImages", {"Format": None, "PageSize": "1"})
    assert reply.headers["Content-Type"].startswith("text/xml")
    assert re.match(r'<\?xml version="1.0" encoding="UTF-8"\?><DescribeImagesResponse>', reply.text)
    assert "<Images><Image><ImageId>" in reply.text
    failed = caller.call("DescribeImages", {"Format": "xml", "Usage": "odd"})
    assert failed.text.startswith('<?xml version="1.0" encoding="UTF-8"?><Error>')
    assert "<Code>InvalidUsage</Code>" in failed.text


def test_format_is_read_in_any_case(caller: Caller) -> None:
    assert caller.call("DescribeImages", Format="json").body["TotalCount"] == 4


def test_a_body_that_is_not_text_is_refused(caller: Caller) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = caller.request("POST", "/?Format=JSON&ImageName=%ff", "", headers)
    assert (reply.status, reply.code) == (400, "InvalidParameter")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 200, ""),
        ({"x-acs-organizationid": "37"}, 200, ""),
        ({"x-acs-resourcegroupid": "412"}, 400, "MissingParameter"),
        ({"x-acs-organizationid": "38"}, 403, "NoPermission"),
        ({"x-acs-organizationid": "37", "x-acs-resourcegroupid": "500"}, 403, "NoPermission"),
        ({"x-acs-organizationid": "ops"}, 400, "InvalidParameter"),
        ({"x-acs-organizationid": "org-operations"}, 200, ""),
        ({"x-acs-organizationid": "org-operations", "x-acs-resourcegroupid": "rs-operations"}, 200, ""),
        ({"x-acs-organizationid": "37", "x-acs-resourcegroupid": "rs-operations"}, 200, ""),
        ({"x-acs-organizationid": "org-research"}, 403, "NoPermission"),
        ({"x-acs-organizationid": "rs-operations"}, 400, "InvalidParameter"),
        ({"x-acs-organizationid": "37", "x-acs-resourcegroupid": "rs-research"}, 403, "NoPermission"),
        ({"x-acs-organizationid": "37", "x-acs-resourcegroupid": "org-operations"}, 400, "InvalidParameter"),
        ({"x-acs-regionid": "cn-nowhere", "x-acs-organizationid": "37"}, 200, ""),
    ],
)
def test_tenancy_headers_are_judged(caller: Caller, headers: dict[str, str], status: int, code: str) -> None:
    caller.headers = headers
    reply = caller.call("DescribeImages")
    assert (reply.status, reply.code) == (status, code)


def test_tenancy_parameters_work_but_headers_win(simulator: Simulator, caller: Caller) -> None:
    caller.headers = {}
    assert caller.call("DescribeImages", Department="38").code == "NoPermission"
    assert caller.call("DescribeImages", OrganizationId="37", ResourceGroup="412").status == 200
    caller.headers = {"x-acs-organizationid": "37"}
    assert caller.call("DescribeImages", Department="38").status == 200
    assert "Department=38" in simulator.calls()[-1]["notes"][0]


def test_the_two_ids_of_a_resource_set_narrow_alike(caller: Caller) -> None:
    image_id = caller.create()
    for group, seen in (("412", True), ("rs-operations", True), ("413", False), ("rs-laboratory", False)):
        caller.headers = {"x-acs-organizationid": "org-operations", "x-acs-resourcegroupid": group}
        assert (caller.image(image_id) is not None) is seen


def test_a_foreign_tenant_can_be_empty_instead_of_forbidden(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(foreign_tenant="empty")
    caller.headers = {"x-acs-organizationid": "38"}
    assert caller.find() == []


def test_unknown_parameters_can_be_ignored_but_are_noted(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(unknown_parameter="ignore")
    assert caller.call("DescribeImages", Color="blue").status == 200
    assert simulator.calls()[-1]["notes"] == ["unknown parameters: Color"]
