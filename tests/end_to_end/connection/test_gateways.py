# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way to give an endpoint, on both gateways, with real sockets."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NoAnswerError, ServiceError
from sites import TENANT, WHOLE, client, own_images, proxy, told

from apsarastack_simulator.server import Server
from apsarastack_simulator.testing import Simulator

GATEWAY_PARAMETERS = ("Product", "Department", "OrganizationId", "ResourceGroup")


def place(simulator: Simulator, text: str) -> str:
    return text.format(port=simulator.port)


@pytest.mark.parametrize("protocol", ["http", "https"])
@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:{port}", "http://localhost:{port}/"])
def test_the_scheme_of_a_url_has_priority_over_the_protocol(simulator: Simulator, endpoint: str, protocol: str) -> None:
    assert own_images(client(**WHOLE, endpoint=place(simulator, endpoint), protocol=protocol)) == ["in-use"]
    assert {call["path"] for call in simulator.calls()} == {"/"}


def test_a_host_with_a_port_uses_the_protocol(simulator: Simulator) -> None:
    endpoint = place(simulator, "127.0.0.1:{port}")
    assert own_images(client(**WHOLE, endpoint=endpoint, protocol="http")) == ["in-use"]
    # Plain HTTP is used only on request.
    with pytest.raises(NoAnswerError, match="answered without TLS") as raised:
        own_images(client(**WHOLE, endpoint=endpoint))
    assert f"Check the port in endpoint '{endpoint}', and set protocol to http" in told(raised.value, endpoint=endpoint)


def test_an_ipv6_address_is_reached() -> None:
    simulator = Simulator()
    simulator._server = Server(simulator.service, host="::1")
    with simulator:
        for endpoint in ("[::1]:{port}", "http://[::1]:{port}/"):
            assert own_images(client(**WHOLE, endpoint=place(simulator, endpoint), protocol="http")) == ["in-use"]


@pytest.mark.parametrize("is_center_region", [True, False])
def test_the_host_is_derived_from_popgw_domain(simulator: Simulator, tmp_path: Path, is_center_region: bool) -> None:
    simulator.knobs(gateway="pop")
    where = {"popgw_domain": "env30.example.com", "is_center_region": is_center_region, "protocol": "http"}
    with proxy(tmp_path, simulator.port) as leading:
        assert own_images(client(**WHOLE, **where, proxy=leading.url)) == ["in-use"]
        region = "" if is_center_region else f"{WHOLE['region']}."
        assert leading.requested() == [f"POST ecs-internal.{region}env30.example.com:80"]
    assert [call for call in simulator.calls() if set(GATEWAY_PARAMETERS) & set(call["parameters"])] == []


@pytest.mark.parametrize(
    "where",
    [
        {"domain": "127.0.0.1:{port}/asapi/v3", "protocol": "http"},
        {"domain": "127.0.0.1:{port}", "protocol": "http"},
        {"domain": "http://127.0.0.1:{port}/asapi/v3/"},
        {"endpoint": "http://127.0.0.1:{port}/asapi/v3"},
    ],
)
def test_the_asapi_gateway_gets_product_and_tenancy_in_a_signed_post(
    simulator: Simulator, where: dict[str, str]
) -> None:
    simulator.knobs(gateway="asapi")
    options = {name: place(simulator, text) for name, text in where.items()}
    assert own_images(client(**WHOLE, **options)) == ["in-use"]
    (call,) = simulator.calls()
    assert (call["method"], call["path"].rstrip("/"), call["notes"]) == ("POST", "/asapi/v3", [])
    assert {name: call["parameters"][name] for name in GATEWAY_PARAMETERS} == {
        "Product": "Ecs",
        "Department": TENANT["department"],
        "OrganizationId": TENANT["department"],
        "ResourceGroup": TENANT["resource_group"],
    }


def test_the_internal_asapi_gateway_uses_http(simulator: Simulator, tmp_path: Path) -> None:
    with proxy(tmp_path, simulator.port) as leading:
        calling = client(**WHOLE, domain="internal.asapi.r.example.com/asapi/v3", proxy=leading.url)
        assert own_images(calling) == ["in-use"]
        assert leading.requested() == ["POST internal.asapi.r.example.com:80"]


def test_the_public_asapi_gateway_uses_https(tmp_path: Path) -> None:
    with Simulator(tls_in=str(tmp_path)) as simulator, proxy(tmp_path, simulator.port) as leading:
        where = {"domain": "public.asapi.r.example.com", "protocol": "http", "validate_certs": False}
        assert own_images(client(**WHOLE, **where, proxy=leading.url)) == ["in-use"]
        assert leading.requested() == ["CONNECT public.asapi.r.example.com:443"]


@pytest.mark.parametrize("body", ["decorated", "plain", "asapi200"])
@pytest.mark.parametrize("path", ["/", "/asapi/v3"])
def test_responses_of_every_release_are_understood(simulator: Simulator, path: str, body: str) -> None:
    simulator.knobs(body=body)
    calling = client(**WHOLE, endpoint=simulator.endpoint + path)
    assert own_images(calling) == ["in-use"]
    with pytest.raises(ServiceError) as raised:
        calling.call("DescribeImages", {"RegionId": "cn-nowhere"})
    assert raised.value.code == "InvalidRegionId.NotFound"
    assert raised.value.request_id != ""
    assert (raised.value.http_status == 200) == (body == "asapi200")


@pytest.mark.parametrize("path", ["/", "/asapi/v3"])
def test_two_tenants_do_not_see_each_others_images(simulator: Simulator, path: str) -> None:
    other: dict[str, t.Any] = {
        "region": WHOLE["region"],
        "access_key": "LTAIsimulator38",
        "secret_key": "simulator-secret-0038",
        "department": "38",
        "resource_group": "500",
    }
    theirs = client(**other, endpoint=simulator.endpoint + path)
    created = theirs.call("CreateImage", {"ImageName": "theirs", "InstanceId": "i-other-tenant", "ClientToken": "1"})
    simulator.advance(10)
    assert own_images(theirs) == ["theirs"]
    ours = client(**WHOLE, endpoint=simulator.endpoint + path)
    assert own_images(ours) == ["in-use"]
    assert ours.call("DescribeImages", {"ImageId": created["ImageId"]})["Images"]["Image"] == []
    with pytest.raises(ServiceError, match="not authorized for organization 38"):
        own_images(client(**{**WHOLE, "department": "38", "resource_group": "500"}, endpoint=simulator.endpoint + path))
