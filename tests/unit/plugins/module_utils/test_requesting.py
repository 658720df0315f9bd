# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.requesting import (
    VERSION,
    Request,
    Stamp,
    request_of,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import ASCM, ECS, STS, Service
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.signing import roa_signature, signature
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.scripted import SECRET, TOKEN, connection

STAMP = Stamp("nonce-1", 1741064767.0)
NAME = {"resourceGroupName": "ops & lab", "pageSize": "10"}
PATH = "/ascm/auth/resource_group/list_resource_group"


def request(service: Service, action: str, form: t.Mapping[str, str], **changes: t.Any) -> Request:
    return request_of(connection(**changes), service, action, form, STAMP)


@pytest.mark.parametrize("service", [ECS, STS])
def test_a_call_is_for_a_product_and_a_version(service: Service) -> None:
    made = request(service, "AssumeRole", {"RoleArn": "arn"})
    assert (made.method, made.url) == ("POST", "https://ecs-internal.example.com/")
    assert made.headers["x-acs-asapi-product"] == made.headers["x-ascm-product-name"] == service.product
    assert (made.form["Version"], made.form["RoleArn"]) == (service.version, "arn")


def test_the_asapi_gateway_gets_the_tenancy_and_the_product_in_the_signed_form() -> None:
    where = "https://gateway.example.com/asapi/v3"
    made = request(ECS, "DescribeImages", {}, endpoint=where, is_asapi=True, department="37", resource_group="412")
    form = dict(made.form)
    assert form.pop("Signature") == signature("POST", form, SECRET)
    parameters = ("Product", "Department", "OrganizationId", "ResourceGroup")
    assert {name: form[name] for name in parameters} == {
        "Product": "Ecs",
        "Department": "37",
        "OrganizationId": "37",
        "ResourceGroup": "412",
    }
    assert (made.method, made.url) == ("POST", where)
    assert made.headers["x-acs-organizationid"] == "37"


def test_without_a_tenancy_the_asapi_gateway_gets_the_product_alone() -> None:
    form = request(ECS, "DescribeImages", {}, is_asapi=True).form
    assert form["Product"] == "Ecs"
    assert not {"Department", "OrganizationId", "ResourceGroup"} & set(form)


def test_the_pop_gateway_gets_no_duplicate_parameters() -> None:
    form = request(ECS, "DescribeImages", {}, department="37", resource_group="412").form
    assert not {"Product", "Department", "OrganizationId", "ResourceGroup"} & set(form)


def test_the_pop_gateway_gets_the_actions_of_ascm_by_path() -> None:
    made = request(ASCM, "ListResourceGroup", NAME, endpoint="https://ascm.example.com/", security_token=TOKEN)
    assert made.method == "POST"
    assert made.url == f"https://ascm.example.com{PATH}?resourceGroupName=ops%20%26%20lab&pageSize=10"
    assert made.form == {}
    headers = dict(made.headers)
    authorization = headers.pop("Authorization")
    assert authorization == f"acs LTAIsimulator37:{roa_signature('POST', PATH, NAME, headers, SECRET)}"
    assert headers == {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Date": "Tue, 04 Mar 2025 05:06:07 GMT",
        "User-Agent": f"apsarastack.cloud/{VERSION}",
        "RegionId": "cn-neimeng-env30-d01",
        "x-acs-regionid": "cn-neimeng-env30-d01",
        "x-acs-request-version": "v1",
        "x-acs-asapi-product": "ascm",
        "x-ascm-product-name": "ascm",
        "x-acs-caller-sdk-source": "apsarastack.cloud",
        "x-acs-security-token": TOKEN,
        "x-acs-signature-method": "HMAC-SHA1",
        "x-acs-signature-nonce": "nonce-1",
        "x-acs-signature-version": "1.0",
        "x-acs-version": "2019-05-10",
    }


def test_a_permanent_key_has_no_token_in_a_call_by_path() -> None:
    assert "x-acs-security-token" not in request(ASCM, "ListResourceGroup", NAME).headers


def test_the_asapi_gateway_gets_the_actions_of_ascm_by_name() -> None:
    made = request(ASCM, "ListResourceGroup", NAME, endpoint="https://gateway.example.com/asapi/v3", is_asapi=True)
    assert made.url == "https://gateway.example.com/asapi/v3"
    assert (made.form["Action"], made.form["Product"]) == ("ListResourceGroup", "ascm")
    assert (made.form["Version"], made.form["resourceGroupName"]) == ("2019-05-10", "ops & lab")
