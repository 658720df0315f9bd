# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turns the exception of a library into an error that names the cause and the solution.

Imported only for failures, so that successful tasks stay fast.
"""

from __future__ import annotations

import dataclasses
import http.client
import socket
import ssl
import traceback
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import certificates, proxies, tls_failures
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    NoAnswerError,
    RefusalError,
    UnusableAnswerError,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.codes import Reason
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.route import Route

try:
    import requests
    import urllib3
except ImportError:
    # Without requests, nothing is sent; only ansible-test imports this file then.
    HAS_REQUESTS = False
else:
    HAS_REQUESTS = True

# A connection that is closed without notice looks like a TLS error, but is not one.
_CLOSED_TLS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
_CLOSED = (*_CLOSED_TLS, ConnectionError)
_TIMEOUTS = (requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError) if HAS_REQUESTS else ()
# The first two bytes of a TLS alert, with which a server answers plain HTTP.
_TLS_ALERT = "\x15\x03"

# Functions of the standard library and of urllib3 that show how far a request got.
_HANDSHAKE = "do_handshake"
_ANSWER = "getresponse"
_TO_PROXY = ("_tunnel", "_connect_tls_proxy")
# The parts of OpenSSL that read files.
_OF_FILES = ("X509", "PEM")

_Causes = t.Sequence[BaseException]
_Kind = t.TypeVar("_Kind", bound=BaseException)


@dataclasses.dataclass(frozen=True)
class _Failure:
    """Why there was no response; the attributes are those of NoAnswerError."""

    problem: str
    advice: str = ""
    reason: Reason = "unreachable"
    permanent: bool = False
    sent: bool = False
    hint: str = ""


def explained(error: BaseException, action: str, route: Route) -> ApsaraStackError:
    """The error to raise for a failed request: NoAnswerError, or RefusalError if the cause is on this host."""
    causes = tuple(_causes(error))
    refusal = _refusal(causes, route)
    if refusal is not None:
        return refusal
    failure = _proxy_failure(causes, route) or _with_note(_site_failure(causes, route), route)
    return NoAnswerError(
        failure.problem,
        action=action,
        endpoint=route.endpoint,
        permanent=failure.permanent,
        sent=failure.sent,
        advice=failure.advice,
        hint=failure.hint,
        reason=failure.reason,
    )


def _site_failure(causes: _Causes, route: Route) -> _Failure:
    # The first rule that recognizes a cause applies.
    rules = (_tls_failure, _not_reached, _unusable_request, _unusable_answer)
    return next(filter(None, (rule(causes, route) for rule in rules)), None) or _lost_answer(causes, route)


def _with_note(failure: _Failure, route: Route) -> _Failure:
    note = proxies.note_on(route)
    hint = failure.hint or ("" if failure.advice else failure.reason)
    return dataclasses.replace(failure, advice=f"{failure.advice} {note}".strip(), hint=hint)


# --- causes ----------------------------------------------------------------------------------------------------------


def _causes(error: BaseException) -> t.Iterator[BaseException]:
    """The exception and those in it. requests and urllib3 wrap exceptions as an argument, a reason or a cause."""
    pending: list[t.Any] = [error]
    seen: list[BaseException] = []
    while pending:
        current = pending.pop(0)
        if not isinstance(current, BaseException) or any(current is known for known in seen):
            continue
        seen.append(current)
        yield current
        pending += [*current.args, getattr(current, "reason", None), current.__cause__, current.__context__]


def _one_of(causes: _Causes, kind: type[_Kind] | tuple[type[_Kind], ...]) -> _Kind | None:
    return next((cause for cause in causes if isinstance(cause, kind)), None)


def _came_from(causes: _Causes, function: str) -> bool:
    """Whether this function was running: exceptions do not show how far a request got."""
    frames = (frame for cause in causes for frame, _line in traceback.walk_tb(cause.__traceback__))
    return any(frame.f_code.co_name == function for frame in frames)


def _tls_error(causes: _Causes) -> BaseException | None:
    """The TLS error. urllib3 1.26 compares the host name itself, and its error does not belong to ``ssl``."""
    kinds = [cause for cause in causes if not isinstance(cause, _CLOSED_TLS)]
    return next((c for c in kinds if isinstance(c, ssl.SSLError) or type(c).__name__ == "CertificateError"), None)


def _said(causes: _Causes) -> str:
    """The text of the innermost error of the operating system, or else of the outermost exception."""
    system = [
        cause for cause in causes if isinstance(cause, OSError) and not isinstance(cause, requests.RequestException)
    ]
    if system:
        return system[-1].strerror or str(system[-1]) or type(system[-1]).__name__
    return str(causes[0]) or type(causes[0]).__name__


# --- rules -----------------------------------------------------------------------------------------------------------


def _refusal(causes: _Causes, route: Route) -> RefusalError | None:
    """The error if the cause is on this host, so that nothing was sent."""
    # For a proxy of the environment; the option has been checked before.
    if isinstance(causes[0], requests.exceptions.InvalidSchema) and "SOCKS" in str(causes[0]):
        return RefusalError(
            f"The SOCKS proxy of {proxies.named(route)} requires the Python library PySocks on the host that runs"
            " the module: install requests[socks].",
            reason="missing_library",
        )
    # requests looks for the file itself, and raises the base class of the errors of the operating system.
    is_missing = _is_bare_os_error(causes[0]) and "CA certificate" in str(causes[0])
    is_unreadable = _is_of_tls(causes) and _one_of(causes, (FileNotFoundError, PermissionError)) is not None
    broken = _one_of([cause for cause in causes if getattr(cause, "library", "") in _OF_FILES], ssl.SSLError)
    if not (is_missing or is_unreadable or (broken is not None and not _came_from(causes, _HANDSHAKE))):
        return None
    source = certificates.source_of(route)
    if source is None:
        return None
    said = _said(causes) if broken is None else tls_failures.words(broken)
    return certificates.refusal_of(source) or source.refusal(f"cannot be loaded ({said})")


def _is_of_tls(causes: _Causes) -> bool:
    return _one_of(causes, requests.exceptions.SSLError) is not None


def _proxy_failure(causes: _Causes, route: Route) -> _Failure | None:
    """There was no connection to the proxy, or from the proxy to the site."""
    broken = proxies.login_rule(proxies.url_of(route))
    if broken or isinstance(causes[0], requests.exceptions.InvalidProxyURL):
        # Nothing else is reported: the text of a library about such a URL may contain a part of its password.
        advice = f"{proxies.advice_on(route)} {broken}".rstrip()
        return _Failure("the URL of the proxy is not valid", advice, "invalid_input", permanent=True)
    if not _is_of_proxy(causes, route):
        return None
    failed = _tls_error(causes)
    if failed is not None:
        return _handshake_failure(failed, route, tls_failures.proxy(proxies.url_of(route)))
    strange = _unfinished_handshake(causes, route) or _unusable_answer(causes, route)
    said = _said(causes) if strange is None else strange.problem
    # It requires a password or does not reach the site; a retry would not change that.
    is_refused = any(f" {status}" in said for status in ("403", "407"))
    problem = f"could not connect through the proxy ({said})"
    return _Failure(problem, proxies.advice_on(route), permanent=is_refused)


def _is_of_proxy(causes: _Causes, route: Route) -> bool:
    # With plain HTTP to the site, TLS is used only to the proxy.
    is_its_tls = route.endpoint.startswith("http:") and _came_from(causes, _HANDSHAKE)
    if is_its_tls or any(_came_from(causes, function) for function in _TO_PROXY):
        return True
    is_blamed = _one_of(causes, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)) is not None
    # With SOCKS, each new connection is one to the proxy.
    is_new = _one_of(causes, (urllib3.exceptions.NewConnectionError, requests.exceptions.ConnectTimeout)) is not None
    is_socks = is_new and proxies.url_of(route).startswith("socks")
    # urllib3 1.26 attributes every failure of a connection through a proxy to the proxy.
    return is_socks or (is_blamed and not _came_from(causes, _ANSWER))


def _tls_failure(causes: _Causes, route: Route) -> _Failure | None:
    failed = _tls_error(causes)
    if failed is None:
        return None
    # With TLS 1.3, the server requests a certificate when the client has already finished the handshake.
    is_late = isinstance(failed, ssl.SSLError) and "CERTIFICATE" in tls_failures.name_of(failed)
    if is_late or not isinstance(failed, ssl.SSLError) or _came_from(causes, _HANDSHAKE):
        return _handshake_failure(failed, route, tls_failures.site(route))
    said = tls_failures.words(failed)
    return _Failure(f"the TLS connection failed before the answer was complete ({said})", reason="tls", sent=True)


def _handshake_failure(failed: BaseException, route: Route, peer: tls_failures.Peer) -> _Failure:
    if isinstance(failed, ssl.SSLError):
        found = tls_failures.explained(failed, route, peer)
    else:
        found = tls_failures.other_name(str(failed), peer)
    return _Failure(found.problem, found.advice, "tls", permanent=True, hint=found.hint)


def _not_reached(causes: _Causes, route: Route) -> _Failure | None:
    """There was no connection, so nothing was sent."""
    if _one_of(causes, socket.gaierror) is not None:
        return _Failure("its host name cannot be resolved")
    if _one_of(causes, requests.exceptions.ConnectTimeout) is not None:
        return _Failure(f"no connection within {route.limits[0]}")
    if _one_of(causes, (urllib3.exceptions.NewConnectionError, ConnectionRefusedError)) is not None:
        return _Failure(f"no connection could be made ({_said(causes)})")
    return _unfinished_handshake(causes, route)


def _unfinished_handshake(causes: _Causes, route: Route) -> _Failure | None:
    if not _came_from(causes, _HANDSHAKE):
        return None
    if _one_of(causes, (socket.timeout, *_TIMEOUTS)) is not None:
        return _Failure(f"it did not finish the TLS handshake within {route.limits[0]}")
    return _Failure("it closed the connection during the TLS handshake", hint="tls_closed")


def _is_bare_os_error(error: BaseException) -> bool:
    """Whether it is the base class itself, not a subclass of the operating system or a library."""
    return error.__class__.__name__ == "OSError"


def _unusable_request(causes: _Causes, _route: Route) -> _Failure | None:
    """An unusable URL or header, or an error of the operating system before there is a connection."""
    if isinstance(causes[0], ValueError) and not _came_from(causes, _ANSWER):
        problem = f"the request could not be sent ({_said(causes[:1])})"
        return _Failure(problem, reason="invalid_input", permanent=True)
    if _is_bare_os_error(causes[0]):
        return _Failure(f"the request could not be sent ({_said(causes)})", permanent=True)
    return None


def _unusable_answer(causes: _Causes, route: Route) -> _Failure | None:
    """The response cannot be used."""
    known = _one_of(causes, UnusableAnswerError)
    if known is not None:
        return _strange(str(known), permanent=known.permanent)
    if _one_of(causes, http.client.IncompleteRead) is not None:
        return _strange("the answer was cut short")
    if _one_of(causes, (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError)) is not None:
        return _strange("the answer cannot be decompressed")
    foreign = _one_of(causes, (http.client.HTTPException, ValueError))
    if foreign is None or _one_of(causes, _CLOSED) is not None:
        return None
    is_alert = str(foreign).startswith(_TLS_ALERT)
    return (_expects_tls(route) if is_alert else None) or _strange("what came back is not HTTP")


def _expects_tls(route: Route) -> _Failure | None:
    if proxies.url_of(route).startswith("http:"):
        problem = "the proxy expects TLS, and its URL begins with http"
        return _Failure(problem, proxies.advice_on(route), "tls", permanent=True)
    if route.endpoint.startswith("http:"):
        problem = "it expects TLS, and the endpoint is http"
        return _Failure(problem, reason="tls", permanent=True, hint="expects_tls")
    return None


def _strange(problem: str, *, permanent: bool = False) -> _Failure:
    return _Failure(problem, reason="unexpected_answer", permanent=permanent, sent=True)


def _lost_answer(causes: _Causes, route: Route) -> _Failure:
    """The request may have arrived, but there was no response."""
    if _one_of(causes, _TIMEOUTS) is not None:
        return _Failure(f"it did not answer within {route.limits[1]}", sent=True)
    if isinstance(causes[0], TimeoutError):
        return _Failure(str(causes[0]), sent=True)
    if _one_of(causes, _CLOSED) is not None:
        return _Failure("it closed the connection without a complete answer", sent=True)
    return _Failure(f"the connection failed ({_said(causes)})", sent=True)
