# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why TLS failed, and how to resolve it in this task. Pure, except for the files that a task may name.

OpenSSL says what it has seen, not what is wrong: a server that supports only TLS 1.0 and one that requires a client
certificate may send the same alert, and a "wrong version number" is mostly plain HTTP.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
import time
import typing as t
import urllib.parse

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import certificates
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import inserted

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.route import Route

# OpenSSL's X509_V_ERR_*. Not trusted: no issuer, a self-signed certificate, another key, not trusted for servers.
_UNTRUSTED = frozenset({0, 2, 7, 18, 19, 20, 21, 27})
_SELF_SIGNED = 18
_OTHER_KEY = 7
_OUT_OF_DATE = frozenset({9, 10})
_OTHER_NAME = frozenset({62, 64})
# Checked only with X509_V_FLAG_X509_STRICT, which Python sets since 3.13.
_STRICT = range(80, 95)
_STRICT_SINCE = (3, 13)
# For the most common rules, the text of OpenSSL does not say what is missing.
_RULES: t.Mapping[int, str] = {
    26: "its extendedKeyUsage must include serverAuth",
    79: "the certificate of the issuing CA must have basicConstraints with CA:TRUE",
    85: "it must have the extension authorityKeyIdentifier",
    86: "the CA certificate must have the extension subjectKeyIdentifier",
    89: "the CA certificate must mark its extension basicConstraints as critical",
    92: "the CA certificate must have the extension keyUsage with keyCertSign",
}

# OpenSSL's reasons for a failed handshake.
_PLAIN_HTTP = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST")
_NOTHING_IN_COMMON = (
    *("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE", "SSL_VERSION", "INAPPROPRIATE_FALLBACK"),
    *("HANDSHAKE_FAILURE", "INSUFFICIENT_SECURITY", "CIPHER", "DH_KEY_TOO_SMALL", "SIGALG", "SIGNATURE_TYPE"),
    "LEGACY_RENEGOTIATION",
)
_CLIENT_CERTIFICATE = ("CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE", "ALERT_CERTIFICATE_UNKNOWN", "NO_CERTIFICATE")
_UNKNOWN_NAME = ("UNRECOGNIZED_NAME",)

NO_TLS_IN_COMMON = (
    "The server must support TLS 1.2 or later and current ciphers: have them enabled there. This is not a"
    " certificate problem, so neither ca_path nor validate_certs helps."
)
MAYBE_CLIENT_CERTIFICATE = (
    "A server that requires a client certificate may answer the same; the module cannot present one."
)
NO_CLIENT_CERTIFICATE = "The module cannot present one: ask the operators for access without it."
# What resolves a failure at the proxy. At the site, it depends on the options: the hints have the same names.
_AT_THE_PROXY: t.Mapping[str, str] = {
    "tls_missing": "Check the port in the URL of the proxy, or begin it with http://.",
    "tls_other_name": "Use the host name that the certificate is for in the URL of the proxy.",
    "tls_unknown_name": "Check the URL of the proxy.",
    "tls_failed": "Check the URL of the proxy, and that the server supports TLS 1.2 or later.",
}


class Explanation(t.NamedTuple):
    """What happened, and how to resolve it: as a sentence, or as the name of a hint. ``problem``: the text after "no
    usable response:"."""

    problem: str
    advice: str = ""
    hint: str = ""


class Peer(t.NamedTuple):
    """The peer of a TLS connection: as a subject, as an owner and as a noun, and ``host:port``. ``is_proxy``: it is not
    the site."""

    who: str
    whose: str
    of: str
    address: str
    is_proxy: bool = False

    def explanation(self, problem: str, hint: str) -> Explanation:
        """``hint``: a key of ``_AT_THE_PROXY``."""
        return Explanation(problem, _AT_THE_PROXY[hint]) if self.is_proxy else Explanation(problem, hint=hint)


def site(route: Route) -> Peer:
    """The site itself."""
    return Peer("it", "its", "the site", _address(route.endpoint))


def proxy(url: str) -> Peer:
    """The proxy, if its URL begins with https."""
    return Peer("the proxy", "the proxy's", "the proxy", _address(url), is_proxy=True)


def explained(error: ssl.SSLError, route: Route, peer: Peer) -> Explanation:
    """The explanation of a failed handshake."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _of_certificate(error, route, peer)
    said, name = words(error), name_of(error)
    if any(reason in name for reason in _PLAIN_HTTP):
        return peer.explanation(f"{peer.who} answered without TLS ({said})", "tls_missing")
    if any(reason in name for reason in _CLIENT_CERTIFICATE):
        return Explanation(f"{peer.who} requires a client certificate ({said})", NO_CLIENT_CERTIFICATE)
    if any(reason in name for reason in _NOTHING_IN_COMMON):
        more = f" {MAYBE_CLIENT_CERTIFICATE}" if "HANDSHAKE_FAILURE" in name else ""
        problem = f"{peer.who} has no TLS version or cipher in common with this host ({said})"
        return Explanation(problem, f"{NO_TLS_IN_COMMON}{more}")
    if any(reason in name for reason in _UNKNOWN_NAME):
        return peer.explanation(f"{peer.who} does not know the host name {peer.address} ({said})", "tls_unknown_name")
    return peer.explanation(f"the TLS handshake with {peer.address} failed ({said})", "tls_failed")


def other_name(said: str, peer: Peer) -> Explanation:
    """``said``: the text of the library about the names."""
    return peer.explanation(f"{peer.whose} certificate is for another host name ({said})", "tls_other_name")


def words(error: ssl.SSLError) -> str:
    """The text of OpenSSL without the codes around it."""
    said = getattr(error, "verify_message", "") or re.sub(r"^\[[^]]*\] *| *\(_ssl\.c:\d+\)$", "", str(error))
    return said.rstrip(".")


def name_of(error: ssl.SSLError) -> str:
    """The name of the reason; derived from the text if OpenSSL is newer than Python."""
    return getattr(error, "reason", None) or words(error).upper().replace(" ", "_")


def _address(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return f"{parts.hostname}:{parts.port or 443}"


def _of_certificate(error: ssl.SSLCertVerificationError, route: Route, peer: Peer) -> Explanation:
    code: int = getattr(error, "verify_code", 0)
    said = words(error)
    # If Python itself compares the names, there is no code of OpenSSL.
    if code in _OTHER_NAME or "doesn't match" in said:
        return other_name(said, peer)
    if code in _OUT_OF_DATE:
        now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        advice = f"Have the certificate renewed, or correct the clock of this host, which says {now}."
        return Explanation(f"{peer.whose} certificate, or the one of a CA above it, is out of date ({said})", advice)
    if code in _UNTRUSTED:
        return Explanation(f"{peer.whose} certificate is not trusted ({said})", _trust_advice(code, route, peer))
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


def _trust_advice(code: int, route: Route, peer: Peer) -> str:
    """How to resolve missing trust, which depends on where the trusted CA certificates come from."""
    show = f"'openssl s_client -connect {peer.address} -showcerts' shows who issued it."
    source = certificates.source_of(route)
    if source is None:
        return f"Set ca_path to the CA certificate of {peer.of}. {_default_store()} {show}"
    if isinstance(route.verify, str):
        return f"{_not_in(code, source)} It must contain the CA certificate of {peer.of}. {show}"
    advice = f"Set ca_path to the CA certificate of {peer.of}; it wins over the variable."
    return f"{_not_in(code, source)} {advice} {show}"


def _not_in(code: int, source: certificates.Source) -> str:
    place = f"{source.name} is {inserted(source.path)}, which"
    if code == _SELF_SIGNED:
        return f"{place} does not contain this self-signed certificate."
    if code == _OTHER_KEY:
        return f"{place} contains a CA of the right name, but with another key."
    return f"{place} does not contain the CA that issued it."


def _default_store() -> str:
    """The CAs that are trusted by default. Distributions patch requests to use the CA store of the system."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH  # noqa: PLC0415 - ansible-test imports this file without it

    if DEFAULT_CA_BUNDLE_PATH.startswith("/etc/"):
        return f"Without it, the CAs in {DEFAULT_CA_BUNDLE_PATH} are trusted."
    stores = [path for path in certificates.SYSTEM_STORES if os.path.exists(path)] or certificates.SYSTEM_STORES
    return (
        "Without it, the Python library requests trusts public CAs only, not the CA store of this host;"
        f" to use that, set ca_path to {' or '.join(stores)}."
    )
