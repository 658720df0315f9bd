# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.endpoints import Endpoint, endpoint_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError

REGION = "cn-neimeng-env30-d01"


def endpoint(**options: t.Any) -> Endpoint:
    return endpoint_from({"region": REGION, "is_center_region": True, "protocol": "https", **options})


def refusal(**options: t.Any) -> str:
    with pytest.raises(RefusalError) as raised:
        endpoint(**options)
    return raised.value.message


@pytest.mark.parametrize(
    ("text", "protocol", "url"),
    [
        ("ecs.example.com", "https", "https://ecs.example.com/"),
        ("ecs.example.com", "http", "http://ecs.example.com/"),
        ("ecs.example.com:8443", "https", "https://ecs.example.com:8443/"),
        ("ecs.example.com/asapi/v3", "https", "https://ecs.example.com/asapi/v3"),
        ("http://127.0.0.1:18999", "https", "http://127.0.0.1:18999/"),
        ("https://ecs.example.com/asapi/v3", "http", "https://ecs.example.com/asapi/v3"),
        ("HTTPS://ecs.example.com", "http", "https://ecs.example.com/"),
        ("::1", "http", "http://[::1]/"),
        ("fd00::30:1", "https", "https://[fd00::30:1]/"),
        ("[::1]", "http", "http://[::1]/"),
        ("[::1]:8080", "http", "http://[::1]:8080/"),
        ("https://[::1]:8443/", "http", "https://[::1]:8443/"),
    ],
)
def test_an_endpoint_is_a_host_with_or_without_port_or_a_url(text: str, protocol: str, url: str) -> None:
    assert endpoint(endpoint=text, protocol=protocol).url == url


@pytest.mark.parametrize(
    ("is_center_region", "url"),
    [(True, "https://ecs-internal.env30.example.com/"), (False, f"https://ecs-internal.{REGION}.env30.example.com/")],
)
def test_a_popgw_domain_gives_the_endpoint_of_the_region(is_center_region: bool, url: str) -> None:
    made = endpoint(popgw_domain="env30.example.com", is_center_region=is_center_region)
    assert made == Endpoint(url, is_asapi=False)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        (("endpoint", "popgw_domain", "domain"), "https://ecs.example.com/"),
        (("popgw_domain", "domain"), "https://ecs-internal.env30.example.com/"),
        (("domain",), "https://public.asapi.env30.example.com/asapi/v3"),
    ],
)
def test_an_endpoint_wins_over_a_popgw_domain_and_that_over_a_domain(given: tuple[str, ...], url: str) -> None:
    places = {
        "endpoint": "ecs.example.com",
        "popgw_domain": "env30.example.com",
        "domain": "public.asapi.env30.example.com",
    }
    assert endpoint(**{option: places[option] for option in given}).url == url


@pytest.mark.parametrize(
    "text",
    [
        "ftp://ecs.example.com",
        "https://",
        "ecs.example.com:port",
        "ecs.example.com:99999",
        "ecs.example.com:0",
        "ecs example.com",
        "ecs.example.com\n",
        "[::1",
        "https://[::1",
    ],
)
def test_an_unusable_endpoint_is_refused(text: str) -> None:
    assert refusal(endpoint=text) == (
        f"endpoint (set in the task) must be a host, host:port, or an http or https URL, but is {text!r}."
    )


def test_an_endpoint_with_a_password_is_refused_without_showing_it() -> None:
    message = refusal(endpoint="https://user:simulator-secret@ecs.example.com")
    assert message.endswith("URL, but has a user name.")
    assert "simulator-secret" not in message


@pytest.mark.parametrize("option", ["endpoint", "popgw_domain", "domain"])
@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("bob:simulator-secret@x.invalid", "a user name"),
        ("https://simulator-secret@x.invalid/", "a user name"),
        ("http://x.invalid/?token=simulator-secret", "a query"),
        ("x.invalid?simulator-secret", "a query"),
        ("https://x.invalid/#simulator-secret", "a fragment"),
        ("public.asapi.x.invalid?simulator-secret", "a query"),
    ],
)
def test_no_option_of_an_endpoint_shows_the_parts_that_may_be_secret(option: str, text: str, part: str) -> None:
    message = refusal(**{option: text})
    assert message.endswith(f", but has {part}.")
    assert "simulator-secret" not in message


@pytest.mark.parametrize("domain", ["https://env30.example.com", "env30.example.com/asapi", "env30.example.com:80"])
def test_a_popgw_domain_is_a_bare_domain(domain: str) -> None:
    assert "popgw_domain" in refusal(popgw_domain=domain)


def test_an_unusable_popgw_domain_is_refused_by_its_own_name() -> None:
    assert refusal(popgw_domain="env 30").startswith("popgw_domain (set in the task) must be a host")


def test_an_asapi_gateway_is_refused_as_popgw_domain() -> None:
    assert refusal(popgw_domain="public.asapi.example.com") == (
        "popgw_domain (set in the task) is 'public.asapi.example.com', which is an ASAPI gateway: give it as domain."
    )


@pytest.mark.parametrize(
    ("domain", "protocol", "url"),
    [
        ("asapi.example.com/asapi/v3", "https", "https://asapi.example.com/asapi/v3"),
        ("asapi.example.com/asapi/v3/", "http", "http://asapi.example.com/asapi/v3/"),
        ("asapi.example.com:8443/gateway", "https", "https://asapi.example.com:8443/gateway"),
        ("http://asapi.example.com/asapi/v3", "https", "http://asapi.example.com/asapi/v3"),
        ("asapi.example.com", "https", "https://asapi.example.com/asapi/v3"),
        ("asapi.example.com/", "https", "https://asapi.example.com/asapi/v3"),
        ("public.asapi.r.example.com/asapi/v3", "http", "https://public.asapi.r.example.com/asapi/v3"),
        ("PUBLIC.asapi.r.example.com", "http", "https://PUBLIC.asapi.r.example.com/asapi/v3"),
        ("internal.asapi.r.example.com/asapi/v3", "https", "http://internal.asapi.r.example.com/asapi/v3"),
        ("http://internal.asapi.r.example.com/asapi/v3", "https", "http://internal.asapi.r.example.com/asapi/v3"),
    ],
)
def test_a_domain_is_an_asapi_gateway_and_two_gateways_allow_one_protocol(domain: str, protocol: str, url: str) -> None:
    assert endpoint(domain=domain, protocol=protocol) == Endpoint(url, is_asapi=True)


@pytest.mark.parametrize(
    ("domain", "own"), [("http://public.asapi.example.com", "https"), ("https://internal.asapi.example.com", "http")]
)
def test_a_domain_with_a_protocol_that_it_does_not_support_is_refused(domain: str, own: str) -> None:
    assert refusal(domain=domain) == (
        f"domain (set in the task) is {domain!r}, but this gateway uses {own}: omit the scheme."
    )


def test_an_ecs_endpoint_is_refused_as_domain() -> None:
    assert "give it as endpoint" in refusal(domain="ecs-internal.env30.example.com")


@pytest.mark.parametrize("domain", ["asapi.example.com:port", "ftp://asapi.example.com", "asapi.example.com/?Action=x"])
def test_an_unusable_domain_is_refused(domain: str) -> None:
    assert refusal(domain=domain).startswith("domain (set in the task) must be a host")


@pytest.mark.parametrize(
    ("text", "is_asapi"),
    [
        ("gateway.example.com/asapi/v3", True),
        ("http://127.0.0.1:18999/asapi/v3/", True),
        ("gateway.example.com", False),
        ("gateway.example.com/asapi", False),
        ("gateway.example.com/other/asapi/v3", False),
    ],
)
def test_an_endpoint_with_the_path_of_asapi_is_an_asapi_gateway(text: str, is_asapi: bool) -> None:
    assert endpoint(endpoint=text).is_asapi is is_asapi
