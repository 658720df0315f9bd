# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures, computed a second time and independently: RPC v1, its SHA-256 sister 2.1, ROA and ACS3."""

from __future__ import annotations

import base64
import hashlib
import hmac
import typing as t

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
_ENCODED = [chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in range(256)]


def encode(text: str) -> str:
    """RFC 3986 from UTF-8, upper-case hex: a blank is %20, * is %2A, ~ stays."""
    return "".join([_ENCODED[byte] for byte in text.encode("utf-8")])


def canonical_query(parameters: t.Mapping[str, str]) -> str:
    return "&".join(f"{encode(name)}={encode(parameters[name])}" for name in sorted(parameters) if name != "Signature")


def rpc_string_to_sign(method: str, parameters: t.Mapping[str, str]) -> str:
    """The path never enters: /asapi/v3 is signed like /."""
    return f"{method.upper()}&%2F&{encode(canonical_query(parameters))}"


def rpc_signature(secret: str, string_to_sign: str, digest: str = "sha1") -> str:
    key = f"{secret}&".encode()
    return base64.b64encode(hmac.new(key, string_to_sign.encode(), digest).digest()).decode()


def acs3_canonical_request(
    method: str,
    path: str,
    parameters: t.Mapping[str, str],
    headers: t.Mapping[str, str],
    signed_headers: t.Sequence[str],
    payload_hash: str,
) -> str:
    """`headers` by lower-case name; `signed_headers` as the client listed them."""
    names = sorted(signed_headers)
    lines = "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in names)
    return "\n".join([method.upper(), path, canonical_query(parameters), lines, ";".join(names), payload_hash])


def acs3_signature(secret: str, canonical_request: str) -> tuple[str, str]:
    """(string to sign, hex signature)."""
    string_to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical_request.encode()).hexdigest()}"
    return string_to_sign, hmac.new(secret.encode(), string_to_sign.encode(), "sha256").hexdigest()


def roa_string_to_sign(method: str, path: str, parameters: t.Mapping[str, str], headers: t.Mapping[str, str]) -> str:
    """The ROA form: four headers, every x-acs-* header, then the path with its sorted query, unencoded."""
    first = [method.upper()] + [headers.get(name, "") for name in ("accept", "content-md5", "content-type", "date")]
    acs = [f"{name}:{headers[name].strip()}" for name in sorted(headers) if name.startswith("x-acs-")]
    query = "&".join(f"{name}={parameters[name]}" if parameters[name] else name for name in sorted(parameters))
    return "\n".join(first + acs + [f"{path}?{query}" if query else path])


def roa_signature(secret: str, string_to_sign: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), string_to_sign.encode(), "sha1").digest()).decode()
