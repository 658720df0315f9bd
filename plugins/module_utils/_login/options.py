# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creates the connection from the options of a task.

Missing or contradictory options are refused here, before the first request.
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._login.endpoints import endpoint_from, split_url
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.origins import sources
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Connection, Keys
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError, shown
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.origins import FROM_TASK

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.origins import Origins

# The default session name of a role in the audit log of the cloud.
SESSION_NAME = "ansible-apsarastack"
# Keys and tokens are never quoted. A trailing line break usually comes from the file that the key was read from.
HEADER_RULE = "must contain only printable ASCII characters and no whitespace"
KEY_RULE = f"{HEADER_RULE}; in a template, `| trim` removes it at both ends"
OTHER_ENVIRONMENT = (
    "The environment is that of the module's process: variables of the shell that runs ansible-playbook reach it only "
    "on localhost and without become. Elsewhere, set them with the task's keyword environment, or give the options."
)
PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


def connection_from(
    values: t.Mapping[str, t.Any], keys: t.Callable[[], Keys] | None = None, origins: Origins = FROM_TASK
) -> Connection:
    """The connection that the options of a task describe.

    ``values``: the parameters of the module, None for omitted options. ``keys``: called only if all options are valid,
    since it may require a request; without it the keys are those of the options. Raises RefusalError, which names all
    missing options and their environment variables.
    """
    _refuse_missing(values, origins, needs_keys=keys is None)
    _refuse_unusable(values, origins)
    endpoint, verify, proxy = endpoint_from(values, origins), _verify(values, origins), _proxy(values, origins)
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
        origins=origins,
    )


def has_keys(values: t.Mapping[str, t.Any]) -> bool:
    """Whether the options include keys. An access key without its secret key is an error, and no other credentials
    replace it."""
    return values.get("access_key") is not None or values.get("secret_key") is not None


def keys_in(values: t.Mapping[str, t.Any]) -> Keys:
    """The keys that are given as options."""
    return Keys(values["access_key"], values["secret_key"], values.get("security_token"))


def _refuse_missing(values: t.Mapping[str, t.Any], origins: Origins, *, needs_keys: bool) -> None:
    needed = {"region": "region", **({"access_key": "access key", "secret_key": "secret key"} if needs_keys else {})}
    missing = {
        option: f"no {what} ({sources(option)})" for option, what in needed.items() if values.get(option) is None
    }
    if needs_keys and not has_keys(values):
        others = ("profile", "ecs_role_name")
        missing["profile"] = f"and nothing in their place ({'; or '.join(map(sources, others))})"
    places = ("endpoint", "popgw_domain", "domain")
    if all(values.get(option) is None for option in places):
        missing["endpoint"] = f"no endpoint ({'; or '.join(sources(option) for option in places)})"
    if missing:
        is_about_keys = "access_key" in missing or "secret_key" in missing
        raise RefusalError(
            f"Cannot connect to ApsaraStack: {'; '.join(missing.values())}.{origins.note(missing)} {OTHER_ENVIRONMENT}",
            reason="credentials" if is_about_keys else "invalid_input",
        )


def _refuse_unusable(values: t.Mapping[str, t.Any], origins: Origins) -> None:
    if values.get("resource_group") is not None and values.get("department") is None:
        # The gateway accepts a resource set only together with the organization that owns it.
        raise RefusalError(
            f"{origins.named('resource_group')} requires the organization that owns it: set department as well "
            f"({sources('department')}).{origins.note(['department'])}"
        )
    for option in ("access_key", "secret_key", "security_token"):
        if not is_header_text(values.get(option)):
            raise RefusalError(f"{origins.named(option)} {KEY_RULE}.")
    for option in ("region", "department", "resource_group"):
        # They are sent as HTTP headers.
        if not is_header_text(values.get(option)):
            raise RefusalError(f"{origins.named(option)} {HEADER_RULE}, but is {shown(values[option])}.")
    for option in ("connect_timeout", "read_timeout"):
        if values[option] <= 0:
            raise RefusalError(f"{origins.named(option)} must be at least 1 second, but is {values[option]}.")


def is_header_text(value: str | None) -> bool:
    """Whether the value can be part of a header and a signature: printable ASCII without whitespace, or None."""
    return value is None or (value.isascii() and value.isprintable() and " " not in value)


def _verify(values: t.Mapping[str, t.Any], origins: Origins) -> bool | str:
    if not values["validate_certs"]:
        return False
    path = values.get("ca_path")
    if path is None:
        return True
    # Imported only for tasks with ca_path, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import certificates  # noqa: PLC0415

    refusal = certificates.refusal_of(certificates.Source(origins.named("ca_path"), path))
    if refusal is not None:
        raise refusal
    return str(path)


def _proxy(values: t.Mapping[str, t.Any], origins: Origins) -> str | None:
    proxy = values.get("proxy")
    if proxy is None or proxy == "":
        return proxy
    # Imported only for tasks with a proxy, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import proxies  # noqa: PLC0415

    parts, broken = split_url(proxy, "http"), proxies.login_rule(proxy)
    if parts is None or parts.scheme not in PROXY_SCHEMES or broken:
        # Not quoted, since it may contain a password.
        rule = broken or proxies.ENCODE
        raise RefusalError(
            f"{origins.named('proxy')} is not a valid URL. Expected http://[user:password@]host:port. {rule}"
        )
    if parts.scheme.startswith("socks"):
        _refuse_socks_without_library(origins)
    return parts.geturl()


def _refuse_socks_without_library(origins: Origins) -> None:
    try:
        import socks  # noqa: F401, PLC0415 - only users of such a proxy need it
    except ImportError as error:
        raise RefusalError(
            f"{origins.named('proxy')} is a SOCKS proxy, which requires the Python library PySocks on the host that "
            "runs the module: install requests[socks].",
            reason="missing_library",
        ) from error
