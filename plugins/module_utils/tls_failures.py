# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why TLS failed, and what resolves it for this task: pure but for the files that a task may name.

OpenSSL says what it has seen, not what is wrong: a server of TLS 1.0 alone and one that wants a client certificate may
send the same alert, and what it calls a wrong version number is mostly plain HTTP.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
import time
import typing as t
import urllib.parse

from ansible_collections.apsarastack.cloud.plugins.module_utils import certificates

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils.connection import Connection

# OpenSSL's X509_V_ERR_*. Not trusted: no issuer, a self-signed certificate, another key, not trusted for servers.
_UNTRUSTED = frozenset({0, 2, 7, 18, 19, 20, 21, 27})
_SELF_SIGNED = 18
_OTHER_KEY = 7
_OUT_OF_DATE = frozenset({9, 10})
_OTHER_NAME = frozenset({62, 64})
# Only looked at with X509_V_FLAG_X509_STRICT, which Python sets from 3.13 on.
_STRICT = range(80, 95)
_STRICT_SINCE = (3, 13)
# OpenSSL's words for the rules that are broken most often do not say what is missing.
_RULES: t.Mapping[int, str] = {
    26: "its extendedKeyUsage must include serverAuth",
    79: "the certificate of the issuing CA must have basicConstraints with CA:TRUE",
    85: "it must have the extension authorityKeyIdentifier",
    86: "the CA certificate must have the extension subjectKeyIdentifier",
    89: "the CA certificate must mark its extension basicConstraints as critical",
    92: "the CA certificate must have the extension keyUsage with keyCertSign",
}

# OpenSSL's reasons of a failed handshake.
_PLAIN_HTTP = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST")
_NOTHING_IN_COMMON = (
    *("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE", "SSL_VERSION", "INAPPROPRIATE_FALLBACK"),
    *("HANDSHAKE_FAILURE", "INSUFFICIENT_SECURITY", "CIPHER", "DH_KEY_TOO_SMALL", "SIGALG", "SIGNATURE_TYPE"),
    "LEGACY_RENEGOTIATION",
)
_CLIENT_CERTIFICATE = ("CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE", "ALERT_CERTIFICATE_UNKNOWN", "NO_CERTIFICATE")
_UNKNOWN_NAME = ("UNRECOGNIZED_NAME",)

CHECK_NAME = "Use the host name that the certificate is for in endpoint, popgw_domain or domain."
CHECK_PROTOCOL = "Check the port in endpoint, and set protocol to http only if the site offers nothing else."
NO_TLS_IN_COMMON = (
    "The server must support TLS 1.2 or later and current ciphers: have them enabled on the gateway of the site."
    " Certificates play no part in this, so that neither ca_path nor validate_certs helps."
)
MAYBE_CLIENT_CERTIFICATE = "A server that requires a client certificate may answer the same; no module presents one."
NO_CLIENT_CERTIFICATE = "No module presents one: use an endpoint of the site that does not require it."
CHECK_CLOSING = (
    "Check endpoint, its port and the proxy. A server that has no TLS version or cipher in common with this host, or"
    " that requires a client certificate, may close the connection as well."
)
CHECK_TLS = "Check that endpoint leads to the gateway of the site, and that it supports TLS 1.2 or later."


class Explanation(t.NamedTuple):
    """What happened and what resolves it. ``problem`` goes on after "no usable response:"."""

    problem: str
    advice: str


class Peer(t.NamedTuple):
    """Who speaks TLS on the other side, as a subject and as an owner."""

    who: str
    whose: str


ENDPOINT = Peer("it", "its")
PROXY = Peer("the proxy", "the proxy's")


def explained(error: ssl.SSLError, connection: Connection, peer: Peer = ENDPOINT) -> Explanation:
    """The explanation of a failed handshake."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _of_certificate(error, connection, peer)
    said = words(error)
    for reasons, problem, advice in (
        (_PLAIN_HTTP, f"{peer.who} answered without TLS", CHECK_PROTOCOL),
        (_CLIENT_CERTIFICATE, f"{peer.who} requires a client certificate", NO_CLIENT_CERTIFICATE),
        (_NOTHING_IN_COMMON, f"{peer.who} has no TLS version or cipher in common with this host", NO_TLS_IN_COMMON),
        (_UNKNOWN_NAME, f"{peer.who} does not know the host name that it was called by", CHECK_NAME),
    ):
        if any(reason in name_of(error) for reason in reasons):
            return Explanation(f"{problem} ({said})", _with_client_certificate(error, advice))
    return Explanation(f"the TLS handshake with {peer.who} failed ({said})", CHECK_TLS)


def other_name(said: str, peer: Peer = ENDPOINT) -> Explanation:
    """``said``: what the library says of the names."""
    return Explanation(f"{peer.whose} certificate is for another host name ({said})", CHECK_NAME)


def words(error: ssl.SSLError) -> str:
    """OpenSSL's own words, without the codes around them."""
    said = getattr(error, "verify_message", "") or re.sub(r"^\[[^]]*\] *| *\(_ssl\.c:\d+\)$", "", str(error))
    return said.rstrip(".")


def name_of(error: ssl.SSLError) -> str:
    """The reason's name; where OpenSSL is newer than Python, it is made of the words."""
    return getattr(error, "reason", None) or words(error).upper().replace(" ", "_")


def _with_client_certificate(error: ssl.SSLError, advice: str) -> str:
    return f"{advice} {MAYBE_CLIENT_CERTIFICATE}" if "HANDSHAKE_FAILURE" in name_of(error) else advice


def _of_certificate(error: ssl.SSLCertVerificationError, connection: Connection, peer: Peer) -> Explanation:
    code: int = getattr(error, "verify_code", 0)
    said = words(error)
    # Where Python itself compares the names, there is no code of OpenSSL.
    if code in _OTHER_NAME or "doesn't match" in said:
        return other_name(said, peer)
    if code in _OUT_OF_DATE:
        now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        advice = f"Have the certificate renewed, or correct the clock of this host, which says {now}."
        return Explanation(f"{peer.whose} certificate, or the one of a CA above it, is out of date ({said})", advice)
    if code in _UNTRUSTED:
        return Explanation(f"{peer.whose} certificate is not trusted ({said})", _trust_advice(code, connection))
    return _of_rule(code, said, peer)


def _of_rule(code: int, said: str, peer: Peer) -> Explanation:
    is_strict = code in _STRICT and sys.version_info >= _STRICT_SINCE
    python = ".".join(map(str, sys.version_info[:2]))
    enforcer = f"Python {python}" if is_strict else "OpenSSL on this host"
    rule = f"{_RULES[code]}; {said}" if code in _RULES else said
    advice = "It is trusted, but must be reissued so that it follows the rule."
    if is_strict:
        advice = f"{advice} Until then, a Python before 3.13 accepts it (ansible_python_interpreter)."
    return Explanation(f"{peer.whose} certificate breaks a rule that {enforcer} enforces ({rule})", advice)


def _trust_advice(code: int, connection: Connection) -> str:
    """What resolves missing trust, which depends on where the trusted CA certificates have come from."""
    host = urllib.parse.urlsplit(connection.endpoint)
    show = f"'openssl s_client -connect {host.hostname}:{host.port or 443} -showcerts' shows who issued it."
    source = certificates.source_of(connection)
    if source is None:
        return f"Set ca_path to the CA certificate of the site. {_default_store()} {show}"
    if isinstance(connection.verify, str):
        return f"{_not_in(code, source)} It must contain the CA certificate of the site. {show}"
    return f"{_not_in(code, source)} Set ca_path to the CA certificate of the site; it wins over the variable. {show}"


def _not_in(code: int, source: certificates.Source) -> str:
    place = f"{source.name} is {source.path!r}, which"
    if code == _SELF_SIGNED:
        return f"{place} does not contain this self-signed certificate."
    if code == _OTHER_KEY:
        return f"{place} contains a CA of the right name, but with another key."
    return f"{place} does not contain the CA that issued it."


def _default_store() -> str:
    """What is trusted where nothing is named. Distributions patch requests to read the store of the system."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH  # noqa: PLC0415 - ansible-test imports this file without it

    if DEFAULT_CA_BUNDLE_PATH.startswith("/etc/"):
        return f"Without it, the CAs in {DEFAULT_CA_BUNDLE_PATH} are trusted."
    stores = [path for path in certificates.SYSTEM_STORES if os.path.exists(path)] or certificates.SYSTEM_STORES
    return (
        "Without it, the Python library requests trusts public CAs only, not the CA store of this host;"
        f" to use that, set ca_path to {' or '.join(stores)}."
    )
