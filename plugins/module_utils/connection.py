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

from ansible_collections.apsarastack.cloud.plugins.module_utils.endpoints import endpoint_from, split_url
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import RefusalError
from ansible_collections.apsarastack.cloud.plugins.module_utils.services import endpoint_of

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils.services import Service

ENVIRONMENT_PREFIXES = ("APSARASTACK_", "ALIBABACLOUDSTACK_")
# How a use of a role is named in the logs of the cloud, unless the task names it.
SESSION_NAME = "ansible-apsarastack"
PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


@dataclasses.dataclass(frozen=True)
class Keys:
    """What signs the calls. A temporary access key comes with its token."""

    access_key: str
    secret_key: str = dataclasses.field(repr=False)
    security_token: str | None = dataclasses.field(default=None, repr=False)


@dataclasses.dataclass(frozen=True)
class Connection:
    """``endpoint``: URL with scheme and path. ``is_asapi``: it is the gateway that all products share. ``verify``:
    whether certificates are verified, or the CA file to verify them with. ``proxy``: URL; None leaves it to the
    environment, an empty text means none at all. Timeouts in seconds."""

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
    is_asapi: bool = False

    def signed_by(self, keys: Keys) -> Connection:
        """The same place for another caller."""
        return dataclasses.replace(
            self, access_key=keys.access_key, secret_key=keys.secret_key, security_token=keys.security_token
        )

    def to(self, service: Service) -> Connection:
        """The same caller at another service of the site; ``endpoint`` is that of ECS."""
        return self if self.is_asapi else dataclasses.replace(self, endpoint=endpoint_of(service, self.endpoint))

    def secrets(self) -> tuple[str, ...]:
        """What no text may ever show."""
        password = urllib.parse.urlsplit(self.proxy).password if self.proxy is not None else None
        found = (self.secret_key, self.security_token, password)
        return tuple(secret for secret in found if secret is not None and secret != "")


def environment_names(option: str) -> list[str]:
    """The environment variables that an option falls back to, in their order."""
    return [f"{prefix}{option.upper()}" for prefix in ENVIRONMENT_PREFIXES]


def connection_from(params: t.Mapping[str, t.Any], keys: t.Callable[[], Keys] | None = None) -> Connection:
    """The connection that the options of a task describe.

    ``params``: the parameters of the module, environment fallbacks applied. ``keys``: asked once nothing is left to
    refuse, since the answer may cost a request; without it the keys are those of the options. Raises RefusalError,
    which names every missing option at once with the environment variables that were looked at.
    """
    values = given(params)
    _refuse_missing(values, needs_keys=keys is None)
    _refuse_unusable(values)
    endpoint, verify, proxy = endpoint_from(values), _verify(values), _proxy(params.get("proxy"))
    caller = keys_in(values) if keys is None else keys()
    return Connection(
        endpoint=endpoint.url,
        is_asapi=endpoint.is_asapi,
        region=values["region"],
        access_key=caller.access_key,
        secret_key=caller.secret_key,
        security_token=caller.security_token,
        department=values.get("department"),
        resource_group=values.get("resource_group"),
        verify=verify,
        proxy=proxy,
        connect_timeout=values["connect_timeout"],
        read_timeout=values["read_timeout"],
    )


def given(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The parameters, with None for an empty text: as an empty environment variable gives it, it is no data."""
    return {name: None if value == "" else value for name, value in params.items()}


def has_keys(values: t.Mapping[str, t.Any]) -> bool:
    """Whether the options give keys; half a pair is a mistake, and nothing else takes its place."""
    return values.get("access_key") is not None or values.get("secret_key") is not None


def keys_in(values: t.Mapping[str, t.Any]) -> Keys:
    """The keys that are given as options."""
    return Keys(values["access_key"], values["secret_key"], values.get("security_token"))


def sources(option: str) -> str:
    """Where an option was looked for, for a message."""
    return f"option {option}, environment {' or '.join(environment_names(option))}"


def _refuse_missing(values: t.Mapping[str, t.Any], *, needs_keys: bool) -> None:
    missing = [
        f"no {what} ({sources(option)})"
        for option, what in (("access_key", "access key"), ("secret_key", "secret key"), ("region", "region"))
        if values.get(option) is None and (needs_keys or option == "region")
    ]
    if needs_keys and not has_keys(values):
        missing.insert(2, f"and nothing in their place ({sources('profile')}; or {sources('ecs_role_name')})")
    places = ("endpoint", "popgw_domain", "domain")
    if all(values.get(option) is None for option in places):
        missing.append(f"no endpoint ({'; or '.join(sources(option) for option in places)})")
    if missing:
        raise RefusalError(f"Cannot connect to ApsaraStack: {'; '.join(missing)}.")


def _refuse_unusable(values: t.Mapping[str, t.Any]) -> None:
    if values.get("resource_group") is not None and values.get("department") is None:
        # The gateway takes a resource set only together with the organization that owns it.
        raise RefusalError(f"resource_group is given without department: give both ({sources('department')}).")
    for option in ("region", "department", "resource_group"):
        value = values.get(option)
        # They travel as HTTP headers.
        if value is not None and not (value.isascii() and value.isprintable() and value == value.strip()):
            raise RefusalError(f"{option} is {value!r}: plain ASCII text without blanks around it is needed.")
    for option in ("connect_timeout", "read_timeout"):
        if values[option] <= 0:
            raise RefusalError(f"{option} is {values[option]}: more than 0 seconds are needed.")


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
    parts = split_url(proxy, "http")
    if parts is None or parts.scheme not in PROXY_SCHEMES:
        # Not quoted: it may hold a password.
        raise RefusalError(
            "proxy is no usable URL: http://host:port is needed, with user:password@ where it asks for it."
        )
    return parts.geturl()
