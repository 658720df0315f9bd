# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The URL of a site, from endpoint, popgw_domain or domain, in this order."""

from __future__ import annotations

import typing as t
import urllib.parse

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    RefusalError,
    inserted,
    shown,
    unshown,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.origins import FROM_TASK, Origins

ENDPOINT_SCHEMES = ("http", "https")
ASAPI_PATH = "/asapi/v3"
# Parts of a URL that may contain a password or a token, which no message may show.
_NEVER_SHOWN = {"@": "a user name", "?": "a query", "#": "a fragment"}
# Each of the two supports only one protocol, whatever the rest of the site supports.
_ASAPI_SCHEMES = {"public.asapi.": "https", "internal.asapi.": "http"}


class Endpoint(t.NamedTuple):
    """``url``: with scheme and path. ``is_asapi``: all products share the URL, and each call names its product."""

    url: str
    is_asapi: bool


def endpoint_in(option: str, text: str, protocol: str) -> Endpoint:
    """``option``: its name in messages. ``protocol``: of a text without a scheme. Raises RefusalError."""
    parts = _endpoint_parts(option, text, protocol)
    return Endpoint(_url(parts), parts.path.rstrip("/") == ASAPI_PATH)


def endpoint_from(values: t.Mapping[str, t.Any], origins: Origins = FROM_TASK) -> Endpoint:
    """The endpoint that the options describe.

    ``values``: endpoint, popgw_domain, domain, is_center_region, protocol and region, None if omitted. Raises
    RefusalError for unusable or contradictory values.
    """
    endpoint, popgw_domain = values.get("endpoint"), values.get("popgw_domain")
    if endpoint is not None:
        return endpoint_in(origins.named("endpoint"), endpoint, values["protocol"])
    if popgw_domain is not None:
        return Endpoint(_pop_url(origins.named("popgw_domain"), popgw_domain, values), is_asapi=False)
    return Endpoint(_asapi_url(origins.named("domain"), values["domain"], values["protocol"]), is_asapi=True)


def _pop_url(option: str, domain: str, values: t.Mapping[str, t.Any]) -> str:
    if any(character in domain for character in "/:@?#"):
        raise RefusalError(f"{option} must be a bare domain such as env30.example.com, but {_found(domain)}.")
    if _asapi_scheme(domain) is not None:
        raise RefusalError(f"{option} is {inserted(domain)}, which is an ASAPI gateway: give it as domain.")
    host = f"ecs-internal.{domain}" if values["is_center_region"] else f"ecs-internal.{values['region']}.{domain}"
    return _url(_endpoint_parts(option, host, values["protocol"]))


def _asapi_url(option: str, domain: str, protocol: str) -> str:
    own_scheme = _asapi_scheme(domain)
    parts = _endpoint_parts(option, domain, protocol if own_scheme is None else own_scheme)
    if own_scheme is not None and parts.scheme != own_scheme:
        raise RefusalError(f"{option} is {shown(domain)}, but this gateway uses {own_scheme}: omit the scheme.")
    if parts.netloc.lower().startswith("ecs-internal."):
        raise RefusalError(
            f"{option} is {inserted(domain)}, which is an ECS endpoint, not an ASAPI gateway: give it as endpoint."
        )
    return _url(parts if parts.path.strip("/") else parts._replace(path=ASAPI_PATH))


def _asapi_scheme(text: str) -> str | None:
    """The protocol of an ASAPI gateway, if its name implies one."""
    host = text.rpartition("://")[2].lower()
    return next((scheme for prefix, scheme in _ASAPI_SCHEMES.items() if host.startswith(prefix)), None)


def _endpoint_parts(option: str, text: str, protocol: str) -> urllib.parse.SplitResult:
    """``text``: host, host:port, an IPv6 address with or without brackets, or a URL."""
    refusal = RefusalError(f"{option} must be a host, host:port, or an http or https URL, but {_found(text)}.")
    is_bare_ipv6 = "://" not in text and text.count(":") > 1 and not text.startswith("[")
    parts = split_url(f"[{text}]" if is_bare_ipv6 else text, protocol)
    if parts is None or parts.scheme not in ENDPOINT_SCHEMES:
        raise refusal
    # Neither a site nor a resolver of names should get to know a key that was given by mistake.
    if parts.username is not None or parts.query or parts.fragment or unshown(parts.netloc):
        raise refusal
    return parts


def _found(text: str) -> str:
    """What is wrong with a refused text, as a message says it."""
    part = next((part for mark, part in _NEVER_SHOWN.items() if mark in text), None)
    return f"is {shown(text)}" if part is None else f"has {part}"


def _url(parts: urllib.parse.SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc}{parts.path or '/'}"


def split_url(text: str, scheme: str) -> urllib.parse.SplitResult | None:
    """The parts of a URL, None without a usable host or port. ``scheme``: the default."""
    if text.isprintable() and " " not in text:
        try:
            parts = urllib.parse.urlsplit(text if "://" in text else f"{scheme}://{text}")
            # Reading the port validates it.
            if parts.hostname and parts.port != 0:
                return parts
        except ValueError:
            return None
    return None
