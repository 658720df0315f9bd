# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils.connection import (
    Connection,
    connection_from,
    environment_names,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import RefusalError

if t.TYPE_CHECKING:
    from pathlib import Path

REGION = "cn-neimeng-env30-d01"
COMPLETE: dict[str, t.Any] = {
    "access_key": "LTAIsimulator37",
    "secret_key": "simulator-secret-0037",
    "security_token": None,
    "region": REGION,
    "department": None,
    "resource_group": None,
    "endpoint": "ecs.example.com",
    "popgw_domain": None,
    "is_center_region": True,
    "protocol": "https",
    "validate_certs": True,
    "ca_path": None,
    "proxy": None,
    "connect_timeout": 10,
    "read_timeout": 60,
}


def connection(**options: t.Any) -> Connection:
    return connection_from({**COMPLETE, **options})


def refusal(**options: t.Any) -> str:
    with pytest.raises(RefusalError) as raised:
        connection(**options)
    return raised.value.message


def test_a_connection_holds_what_the_options_say() -> None:
    made = connection(
        security_token="simulator-token",
        department="37",
        resource_group="412",
        proxy="http://p:1",
        connect_timeout=1,
        read_timeout=90,
    )
    assert made == Connection(
        endpoint="https://ecs.example.com/",
        region=REGION,
        access_key="LTAIsimulator37",
        secret_key="simulator-secret-0037",
        security_token="simulator-token",
        department="37",
        resource_group="412",
        verify=True,
        proxy="http://p:1",
        connect_timeout=1,
        read_timeout=90,
    )


@pytest.mark.parametrize(
    ("endpoint", "protocol", "url"),
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
def test_an_endpoint_is_a_host_with_or_without_port_or_a_url(endpoint: str, protocol: str, url: str) -> None:
    assert connection(endpoint=endpoint, protocol=protocol).endpoint == url


@pytest.mark.parametrize(
    ("is_center_region", "url"),
    [(True, "https://ecs-internal.env30.example.com/"), (False, f"https://ecs-internal.{REGION}.env30.example.com/")],
)
def test_a_popgw_domain_gives_the_endpoint_of_the_region(is_center_region: bool, url: str) -> None:
    made = connection(endpoint=None, popgw_domain="env30.example.com", is_center_region=is_center_region)
    assert made.endpoint == url


def test_an_endpoint_wins_over_a_popgw_domain() -> None:
    assert connection(popgw_domain="env30.example.com").endpoint == "https://ecs.example.com/"


@pytest.mark.parametrize(
    "endpoint",
    [
        "ftp://ecs.example.com",
        "https://",
        "ecs.example.com:port",
        "ecs.example.com:99999",
        "ecs.example.com:0",
        "ecs example.com",
        "ecs.example.com\n",
        "https://ecs.example.com/?Action=x",
        "https://ecs.example.com/#x",
        "[::1",
        "https://[::1",
    ],
)
def test_an_unusable_endpoint_is_refused(endpoint: str) -> None:
    assert refusal(endpoint=endpoint) == (
        f"endpoint is {endpoint!r}: a host, host:port or an http or https URL is needed."
    )


def test_an_endpoint_with_a_password_is_refused_without_showing_it() -> None:
    message = refusal(endpoint="https://user:simulator-secret@ecs.example.com")
    assert "endpoint is given with a user name" in message
    assert "simulator-secret" not in message


@pytest.mark.parametrize("domain", ["https://env30.example.com", "env30.example.com/asapi", "env30.example.com:80"])
def test_a_popgw_domain_is_a_bare_domain(domain: str) -> None:
    assert "popgw_domain" in refusal(endpoint=None, popgw_domain=domain)


def test_an_unusable_popgw_domain_is_refused_by_its_own_name() -> None:
    assert refusal(endpoint=None, popgw_domain="env 30").startswith("popgw_domain is 'ecs-internal.env 30'")


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize("option", ["access_key", "secret_key", "region", "endpoint"])
def test_what_is_missing_is_named_with_its_sources(option: str, nothing: str | None) -> None:
    message = refusal(**{option: nothing})
    for source in (f"option {option}", f"APSARASTACK_{option.upper()}", f"ALIBABACLOUDSTACK_{option.upper()}"):
        assert source in message


def test_everything_that_is_missing_is_named_at_once() -> None:
    message = refusal(access_key=None, secret_key=None, region=None, endpoint=None)
    assert [
        word for word in ("no access key", "no secret key", "no region", "no endpoint") if word not in message
    ] == []
    assert message.endswith(
        "; no endpoint (option endpoint, environment APSARASTACK_ENDPOINT or ALIBABACLOUDSTACK_ENDPOINT; "
        "or option popgw_domain, environment APSARASTACK_POPGW_DOMAIN or ALIBABACLOUDSTACK_POPGW_DOMAIN)."
    )


def test_a_resource_group_needs_its_department() -> None:
    assert refusal(resource_group="412") == (
        "resource_group is given without department: give both "
        "(option department, environment APSARASTACK_DEPARTMENT or ALIBABACLOUDSTACK_DEPARTMENT)."
    )


@pytest.mark.parametrize("option", ["region", "department", "resource_group"])
@pytest.mark.parametrize("value", ["37\n", " 37", "37\r\nX-Evil: 1", "镜像"])
def test_what_travels_as_a_header_is_plain(option: str, value: str) -> None:
    assert refusal(**{"department": "37", option: value}).startswith(f"{option} is ")


@pytest.mark.parametrize("option", ["connect_timeout", "read_timeout"])
@pytest.mark.parametrize("seconds", [0, -1])
def test_a_timeout_is_more_than_nothing(option: str, seconds: int) -> None:
    assert refusal(**{option: seconds}) == f"{option} is {seconds}: more than 0 seconds are needed."


def test_certificates_are_verified_as_the_options_say(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("")
    assert connection().verify is True
    assert connection(ca_path="").verify is True
    assert connection(ca_path=str(file)).verify == str(file)
    assert connection(ca_path=str(file), validate_certs=False).verify is False


def test_a_ca_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "ca_path" in refusal(ca_path=str(tmp_path / "missing.pem"))


@pytest.mark.parametrize(
    ("proxy", "kept"),
    [
        (None, None),
        ("", ""),
        ("http://proxy.example.com:3128", "http://proxy.example.com:3128"),
        ("proxy.example.com:3128", "http://proxy.example.com:3128"),
        ("socks5h://proxy.example.com", "socks5h://proxy.example.com"),
    ],
)
def test_a_proxy_is_a_url_or_nothing_or_left_to_the_environment(proxy: str | None, kept: str | None) -> None:
    assert connection(proxy=proxy).proxy == kept


@pytest.mark.parametrize("proxy", ["ftp://u:simulator-secret@p", "http://u:simulator-secret@p:port", "http://"])
def test_an_unusable_proxy_is_refused_without_showing_its_password(proxy: str) -> None:
    message = refusal(proxy=proxy)
    assert message.startswith("proxy is no usable URL")
    assert "simulator-secret" not in message


def test_no_secret_is_in_the_representation() -> None:
    made = connection(security_token="simulator-token", proxy="http://u:simulator-password@p:1")
    assert made.secrets() == ("simulator-secret-0037", "simulator-token", "simulator-password")
    assert [secret for secret in made.secrets() if secret in repr(made)] == []


def test_without_a_token_and_a_proxy_there_is_one_secret() -> None:
    assert connection(proxy="http://p:1").secrets() == ("simulator-secret-0037",)
    assert connection().secrets() == ("simulator-secret-0037",)


def test_an_option_falls_back_to_our_own_variable_first() -> None:
    assert environment_names("secret_key") == ["APSARASTACK_SECRET_KEY", "ALIBABACLOUDSTACK_SECRET_KEY"]
