# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a site is and who calls: one frozen value, made of the options of a task.

Everything that is missing or contradictory is refused here, before the first request.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t
import urllib.parse

from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import RefusalError

ENVIRONMENT_PREFIXES = ("APSARASTACK_", "ALIBABACLOUDSTACK_")
ENDPOINT_SCHEMES = ("http", "https")
PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


@dataclasses.dataclass(frozen=True)
class Connection:
    """``endpoint``: URL with scheme and path. ``verify``: whether certificates are verified, or the CA file to
    verify them with. ``proxy``: URL; None leaves it to the environment, an empty text means none at all. Timeouts
    in seconds."""

    endpoint: str
    region: str
    access_key: str
    secret_key: str = dataclasses.field(repr=False)
    security_token: str | None = dataclasses.field(default=None, repr=False)
    department: str | None = None
    resource_group: str | None = None
    verify: bool | str = True
    # A proxy's URL may hold a password.
    proxy: str | None = dataclasses.field(default=None, repr=False)
    connect_timeout: float = 10
    read_timeout: float = 60

    def secrets(self) -> tuple[str, ...]:
        """What no text may ever show."""
        password = urllib.parse.urlsplit(self.proxy).password if self.proxy is not None else None
        found = (self.secret_key, self.security_token, password)
        return tuple(secret for secret in found if secret is not None and secret != "")


def environment_names(option: str) -> list[str]:
    """The environment variables that an option falls back to, in their order."""
    return [f"{prefix}{option.upper()}" for prefix in ENVIRONMENT_PREFIXES]


def connection_from(params: t.Mapping[str, t.Any]) -> Connection:
    """The connection that the options of a task describe.

    ``params``: the parameters of the module, environment fallbacks applied. Raises RefusalError, which names every
    missing option at once with the environment variables that were looked at.
    """
    values = {name: _given(params.get(name)) for name in params}
    _refuse_missing(values)
    _refuse_unusable(values)
    return Connection(
        endpoint=_endpoint(values),
        region=values["region"],
        access_key=values["access_key"],
        secret_key=values["secret_key"],
        security_token=values.get("security_token"),
        department=values.get("department"),
        resource_group=values.get("resource_group"),
        verify=_verify(values),
        proxy=_proxy(params.get("proxy")),
        connect_timeout=values["connect_timeout"],
        read_timeout=values["read_timeout"],
    )


def _given(value: t.Any) -> t.Any:
    """An empty text, as an empty environment variable gives it, is no connection data."""
    return None if value == "" else value


def _sources(option: str) -> str:
    return f"option {option}, environment {' or '.join(environment_names(option))}"


def _refuse_missing(values: t.Mapping[str, t.Any]) -> None:
    missing = [
        f"no {what} ({_sources(option)})"
        for option, what in (("access_key", "access key"), ("secret_key", "secret key"), ("region", "region"))
        if values.get(option) is None
    ]
    if values.get("endpoint") is None and values.get("popgw_domain") is None:
        missing.append(f"no endpoint ({_sources('endpoint')}; or {_sources('popgw_domain')})")
    if missing:
        raise RefusalError(f"Cannot connect to ApsaraStack: {'; '.join(missing)}.")


def _refuse_unusable(values: t.Mapping[str, t.Any]) -> None:
    if values.get("resource_group") is not None and values.get("department") is None:
        # The gateway takes a resource set only together with the organization that owns it.
        raise RefusalError(f"resource_group is given without department: give both ({_sources('department')}).")
    for option in ("region", "department", "resource_group"):
        value = values.get(option)
        # They travel as HTTP headers.
        if value is not None and not (value.isascii() and value.isprintable() and value == value.strip()):
            raise RefusalError(f"{option} is {value!r}: plain ASCII text without blanks around it is needed.")
    for option in ("connect_timeout", "read_timeout"):
        if values[option] <= 0:
            raise RefusalError(f"{option} is {values[option]}: more than 0 seconds are needed.")


def _endpoint(values: t.Mapping[str, t.Any]) -> str:
    endpoint = values.get("endpoint")
    if endpoint is not None:
        return _endpoint_url("endpoint", endpoint, values["protocol"])
    domain = values["popgw_domain"]
    if any(character in domain for character in "/:@"):
        raise RefusalError(f"popgw_domain is {domain!r}: a bare domain such as env30.example.com is needed.")
    host = f"ecs-internal.{domain}" if values["is_center_region"] else f"ecs-internal.{values['region']}.{domain}"
    return _endpoint_url("popgw_domain", host, values["protocol"])


def _endpoint_url(option: str, text: str, protocol: str) -> str:
    """``text``: host, host:port, an IPv6 address with or without brackets, or a URL."""
    # A user name would mean a password beside it, which no message may show.
    shown = "given with a user name" if "@" in text else repr(text)
    refusal = RefusalError(f"{option} is {shown}: a host, host:port or an http or https URL is needed.")
    is_bare_ipv6 = "://" not in text and text.count(":") > 1 and not text.startswith("[")
    parts = _split(f"[{text}]" if is_bare_ipv6 else text, protocol)
    if parts is None or parts.scheme not in ENDPOINT_SCHEMES:
        raise refusal
    if parts.username is not None or parts.query or parts.fragment:
        raise refusal
    return f"{parts.scheme}://{parts.netloc}{parts.path or '/'}"


def _split(text: str, scheme: str) -> urllib.parse.SplitResult | None:
    """The parts of a URL, None where it has no usable host or port. ``scheme``: where the text has none."""
    if text.isprintable() and " " not in text:
        try:
            parts = urllib.parse.urlsplit(text if "://" in text else f"{scheme}://{text}")
            # Reading the port is what checks it.
            if parts.hostname and parts.port != 0:
                return parts
        except ValueError:
            return None
    return None


def _verify(values: t.Mapping[str, t.Any]) -> bool | str:
    if not values["validate_certs"]:
        return False
    path = values.get("ca_path")
    if path is None:
        return True
    if not os.access(path, os.R_OK):
        raise RefusalError(f"ca_path is {path!r}: no readable file or folder is there.")
    return str(path)


def _proxy(proxy: str | None) -> str | None:
    if proxy is None or proxy == "":
        return proxy
    parts = _split(proxy, "http")
    if parts is None or parts.scheme not in PROXY_SCHEMES:
        # Not quoted: it may hold a password.
        raise RefusalError(
            "proxy is no usable URL: http://host:port is needed, with user:password@ where it asks for it."
        )
    return parts.geturl()
