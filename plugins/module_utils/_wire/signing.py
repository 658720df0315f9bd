# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vendor's signatures, version 1.0, of calls by name (RPC) and by path (ROA): pure functions; time and nonce
are passed in.

Source: the vendor's ECS API reference, page "Request signatures"; for ROA the vendor's SDK (aliyun-python-sdk-core).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import typing as t
import urllib.parse


def percent_encode(text: str) -> str:
    """Percent-encode everything but letters, digits, ``-``, ``_``, ``.`` and ``~``; a blank becomes ``%20``."""
    return urllib.parse.quote(text, safe="~")


def string_to_sign(method: str, parameters: t.Mapping[str, str]) -> str:
    """The string to sign: the method, the path and the sorted parameters.

    The path is always ``/``, whatever the path of the gateway. ``Signature`` is not included. Values are encoded twice,
    once individually and once as part of the whole string.
    """
    canonical = "&".join(
        f"{percent_encode(name)}={percent_encode(value)}" for name, value in sorted(parameters.items())
    )
    return f"{method}&{percent_encode('/')}&{percent_encode(canonical)}"


def signature(method: str, parameters: t.Mapping[str, str], secret_key: str) -> str:
    """The signature of the parameters, in base64."""
    return _hmac_sha1(f"{secret_key}&", string_to_sign(method, parameters))


def sign(
    parameters: t.Mapping[str, str],
    *,
    access_key: str,
    secret_key: str,
    security_token: str | None,
    nonce: str,
    timestamp: str,
    method: str = "POST",
) -> dict[str, str]:
    """Returns the parameters with those of the signature.

    ``timestamp``: ``yyyy-MM-ddTHH:mm:ssZ`` in UTC. ``nonce``: unique for each request.
    """
    signed = {
        **parameters,
        "AccessKeyId": access_key,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": nonce,
        "SignatureVersion": "1.0",
        "Timestamp": timestamp,
    }
    if security_token is not None:
        signed["SecurityToken"] = security_token
    signed["Signature"] = signature(method, signed, secret_key)
    return signed


def roa_string_to_sign(method: str, path: str, parameters: t.Mapping[str, str], headers: t.Mapping[str, str]) -> str:
    """The string to sign of a call by path: four headers, all ``x-acs-*`` headers, the path and the parameters.

    ``headers``: names in any case. Nothing is percent-encoded here, unlike in the URL.
    """
    lower = {name.lower(): value.strip() for name, value in headers.items()}
    first = [method, *(lower.get(name, "") for name in ("accept", "content-md5", "content-type", "date"))]
    own = [f"{name}:{value}" for name, value in sorted(lower.items()) if name.startswith("x-acs-")]
    query = "&".join(f"{name}={value}" if value else name for name, value in sorted(parameters.items()))
    return "\n".join([*first, *own, f"{path}?{query}" if query else path])


def roa_signature(
    method: str, path: str, parameters: t.Mapping[str, str], headers: t.Mapping[str, str], secret_key: str
) -> str:
    """The signature of a call by path, in base64. Unlike for RPC, its key is just the secret key."""
    return _hmac_sha1(secret_key, roa_string_to_sign(method, path, parameters, headers))


def _hmac_sha1(key: str, text: str) -> str:
    """In base64. SignatureVersion 1.0 is defined with SHA-1, which is used as a keyed digest here."""
    secret, signed = key.encode(), text.encode()
    try:
        digest = hmac.new(secret, signed, hashlib.sha1).digest()
    except ValueError as error:
        from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError  # noqa: PLC0415

        # For example, if OpenSSL is in FIPS mode.
        raise RefusalError(
            f"The calls of this API are signed with HMAC-SHA1, which the security policy of this host forbids"
            f" ({error}). Run the module on a host whose policy for OpenSSL allows SHA-1 in HMAC.",
            reason="signing_unavailable",
        ) from error
    return base64.b64encode(digest).decode("ascii")
