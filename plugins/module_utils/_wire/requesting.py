# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One call as one HTTP request, signed: pure functions; time and nonce are passed in.

The ASAPI gateway and almost all actions of the POP gateway use calls by name (RPC); the POP gateway uses calls by path
(ROA) for ASCM.
"""

from __future__ import annotations

import email.utils
import time
import typing as t
import urllib.parse

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.signing import roa_signature, sign

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Connection
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import Service

CALLER = "apsarastack.cloud"
# The version of galaxy.yml, which does not exist where a module runs.
VERSION = "1.1.0"


class Request(t.NamedTuple):
    """An HTTP request. ``form``: the body; no body if it is empty."""

    method: str
    url: str
    headers: t.Mapping[str, str] = {}
    form: t.Mapping[str, str] = {}


class Stamp(t.NamedTuple):
    """What makes a request unique. ``seconds``: since the epoch."""

    nonce: str
    seconds: float


def request_of(
    connection: Connection, service: Service, action: str, form: t.Mapping[str, str], stamp: Stamp
) -> Request:
    """``form``: the parameters of the action, flattened."""
    path = None if connection.is_asapi else service.paths.get(action)
    if path is not None:
        return _by_path(connection, service, path, form, stamp)
    gateway = _asapi_parameters(connection, service) if connection.is_asapi else {}
    signed = sign(
        {**form, **gateway, "Action": action, "Version": service.version, "Format": "JSON"},
        access_key=connection.access_key,
        secret_key=connection.secret_key,
        security_token=connection.security_token,
        nonce=stamp.nonce,
        timestamp=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(stamp.seconds)),
    )
    return Request("POST", connection.endpoint, _headers(connection, service), signed)


def _by_path(connection: Connection, service: Service, path: str, form: t.Mapping[str, str], stamp: Stamp) -> Request:
    headers = {
        **_headers(connection, service),
        "Content-Type": "application/json",
        "Date": email.utils.formatdate(stamp.seconds, usegmt=True),
        "x-acs-signature-method": "HMAC-SHA1",
        "x-acs-signature-nonce": stamp.nonce,
        "x-acs-signature-version": "1.0",
        "x-acs-version": service.version,
    }
    if connection.security_token is not None:
        headers["x-acs-security-token"] = connection.security_token
    signature = roa_signature("POST", path, form, headers, connection.secret_key)
    headers["Authorization"] = f"acs {connection.access_key}:{signature}"
    query = urllib.parse.urlencode(form, quote_via=urllib.parse.quote)
    return Request("POST", f"{connection.endpoint.rstrip('/')}{path}?{query}", headers)


def _headers(connection: Connection, service: Service) -> dict[str, str]:
    """Headers for tenancy and routing; the signature of RPC does not cover headers."""
    headers = {
        "Accept": "application/json",
        "User-Agent": f"{CALLER}/{VERSION}",
        "RegionId": connection.region,
        "x-acs-regionid": connection.region,
        "x-acs-organizationid": connection.department,
        "x-acs-resourcegroupid": connection.resource_group,
        "x-acs-request-version": "v1",
        "x-acs-asapi-product": service.product,
        "x-ascm-product-name": service.product,
        "x-acs-caller-sdk-source": CALLER,
    }
    return {name: value for name, value in headers.items() if value is not None}


def _asapi_parameters(connection: Connection, service: Service) -> dict[str, str]:
    """The parameters of the ASAPI gateway for what the POP gateway reads from headers and host."""
    parameters = {
        "Product": service.product,
        "Department": connection.department,
        "OrganizationId": connection.department,
        "ResourceGroup": connection.resource_group,
    }
    return {name: value for name, value in parameters.items() if value is not None}
