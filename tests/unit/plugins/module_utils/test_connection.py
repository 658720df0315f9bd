# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
import types
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.options import connection_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Connection, Keys
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import ASCM, STS

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
    "domain": None,
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


def test_a_connection_holds_the_values_of_the_options() -> None:
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


@pytest.mark.parametrize("option", ["access_key", "secret_key", "region", "endpoint"])
def test_a_missing_value_is_named_with_its_option_and_variables(option: str) -> None:
    message = refusal(**{option: None})
    for source in (f"option {option}", f"APSARASTACK_{option.upper()}", f"ALIBABACLOUDSTACK_{option.upper()}"):
        assert source in message


def test_all_missing_values_are_named_at_once() -> None:
    message = refusal(access_key=None, secret_key=None, region=None, endpoint=None)
    assert [
        word for word in ("no access key", "no secret key", "no region", "no endpoint") if word not in message
    ] == []
    assert (
        "; no endpoint (option endpoint, environment APSARASTACK_ENDPOINT or ALIBABACLOUDSTACK_ENDPOINT; "
        "or option popgw_domain, environment APSARASTACK_POPGW_DOMAIN or ALIBABACLOUDSTACK_POPGW_DOMAIN; "
        "or option domain, environment APSARASTACK_DOMAIN or ALIBABACLOUDSTACK_DOMAIN)."
    ) in message
    # The variables of a shell do not reach a module that runs on another host or as another user.
    assert message.endswith("set them with the task's keyword environment, or give the options.")


def test_resource_group_requires_department() -> None:
    assert refusal(resource_group="412") == (
        "resource_group (set in the task) requires the organization that owns it: set department as well "
        "(option department, environment APSARASTACK_DEPARTMENT or ALIBABACLOUDSTACK_DEPARTMENT)."
    )


@pytest.mark.parametrize("option", ["region", "department", "resource_group"])
@pytest.mark.parametrize("value", ["37\n", " 37", "3 7", "37\r\nX-Evil: 1", "镜像"])
def test_a_value_of_a_header_must_be_printable_ascii(option: str, value: str) -> None:
    assert refusal(**{"department": "37", option: value}) == (
        f"{option} (set in the task) must contain only printable ASCII characters and no whitespace, but is {value!r}."
    )


@pytest.mark.parametrize("option", ["region", "department", "resource_group", "ca_path"])
def test_a_url_with_a_password_is_refused_without_showing_it(option: str) -> None:
    message = refusal(**{"department": "37", option: "https://bob:simulator secret@x.invalid/"})
    assert f"{option} (set in the task)" in message
    assert "simulator" not in message


@pytest.mark.parametrize("option", ["access_key", "secret_key", "security_token"])
@pytest.mark.parametrize("value", ["simulator-x\n", " simulator-x", "simulator-x y", "\ufeffsimulator-x"])
def test_a_key_with_whitespace_is_refused_without_showing_it(option: str, value: str) -> None:
    message = refusal(**{option: value})
    assert message.startswith(
        f"{option} (set in the task) must contain only printable ASCII characters and no whitespace"
    )
    assert "simulator-x" not in message


@pytest.mark.parametrize("option", ["connect_timeout", "read_timeout"])
@pytest.mark.parametrize("seconds", [0, -1])
def test_a_timeout_must_be_at_least_one_second(option: str, seconds: int) -> None:
    assert refusal(**{option: seconds}) == (f"{option} (set in the task) must be at least 1 second, but is {seconds}.")


def test_certificates_are_verified_as_the_options_say(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("-----BEGIN CERTIFICATE-----")
    assert connection().verify is True
    assert connection(ca_path=str(file)).verify == str(file)
    assert connection(ca_path=str(file), validate_certs=False).verify is False


def test_a_missing_ca_path_is_refused(tmp_path: Path) -> None:
    assert "ca_path" in refusal(ca_path=str(tmp_path / "missing.pem"))


@pytest.mark.parametrize(
    ("proxy", "kept"),
    [
        (None, None),
        ("", ""),
        ("http://proxy.example.com:3128", "http://proxy.example.com:3128"),
        ("proxy.example.com:3128", "http://proxy.example.com:3128"),
    ],
)
def test_a_proxy_is_a_url_or_none_or_comes_from_the_environment(proxy: str | None, kept: str | None) -> None:
    assert connection(proxy=proxy).proxy == kept


def test_a_socks_proxy_with_its_library_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "socks", types.ModuleType("socks"))
    assert connection(proxy="socks5h://proxy.example.com").proxy == "socks5h://proxy.example.com"


@pytest.mark.parametrize(
    "proxy",
    [
        "ftp://u:simulator-secret@p",
        "http://u:simulator-secret@p:port",
        "http://",
        *(f"http://u:simulator-secret{character}more@p:1" for character in "/?#\\[] "),
        # Without the check, the host would be u and the port 12.
        *(f"http://u:12{character}simulator-secret@p:1" for character in "/?#"),
        "u#simulator-secret@p:1",
    ],
)
def test_an_unusable_proxy_is_refused_without_showing_its_password(proxy: str) -> None:
    message = refusal(proxy=proxy)
    assert message.startswith("proxy (set in the task) is not a valid URL.")
    assert "for example # as %23" in message
    assert "simulator-secret" not in message


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4", "socks4a"])
def test_a_socks_proxy_without_its_library_is_refused(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setitem(sys.modules, "socks", None)
    with pytest.raises(RefusalError, match="requires the Python library PySocks") as raised:
        connection(proxy=f"{scheme}://u:simulator-password@p:1")
    assert raised.value.reason == "missing_library"
    assert "simulator-password" not in raised.value.message
    assert connection(proxy="http://p:1").proxy == "http://p:1"


def test_repr_shows_no_secret() -> None:
    made = connection(security_token="simulator-token", proxy="http://u:simulator-password@p:1")
    secrets = ("simulator-secret-0037", "simulator-token", "simulator-password")
    assert [secret for secret in secrets if secret in repr(made)] == []


def test_keys_are_requested_only_when_all_options_are_valid() -> None:
    asked: list[str] = []

    def keys() -> Keys:
        asked.append("keys")
        return Keys("STS.simulator37", "simulator-secret-sts-0037", "simulator-token-0037")

    absent = {"access_key": None, "secret_key": None}
    with pytest.raises(RefusalError):
        connection_from({**COMPLETE, **absent, "read_timeout": 0}, keys)
    assert asked == []
    made = connection_from({**COMPLETE, **absent}, keys)
    assert (made.access_key, made.security_token) == ("STS.simulator37", "simulator-token-0037")
    assert asked == ["keys"]


def test_other_keys_have_the_same_connection() -> None:
    made = connection(security_token="simulator-token", department="37").signed_by(Keys("LTAIsimulator38", "other"))
    assert made == connection(access_key="LTAIsimulator38", secret_key="other", department="37")


def test_repr_shows_no_keys() -> None:
    assert repr(Keys("LTAIsimulator37", "simulator-secret", "simulator-token")) == "Keys()"


def test_another_service_of_the_pop_gateway_has_a_host_of_its_own() -> None:
    made = connection(endpoint=None, popgw_domain="env30.example.com")
    assert made.to(ASCM) == made._replace(endpoint="https://ascm.env30.example.com/")


def test_the_asapi_gateway_serves_all_services() -> None:
    made = connection(endpoint="https://ecs-internal.env30.example.com/asapi/v3")
    assert made.to(STS) is made
