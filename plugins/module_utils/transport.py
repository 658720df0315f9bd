# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request and its answer, over one keep-alive session, bounded in time and size.

Every way in which no answer comes ends in a NoAnswerError with a sentence on what happened and which option
resolves it.
"""

from __future__ import annotations

import dataclasses
import http.client
import queue
import socket
import ssl
import threading
import typing as t
import warnings

from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import NoAnswerError

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils.connection import Connection
    from ansible_collections.apsarastack.cloud.plugins.module_utils.deadline import Deadline
    from ansible_collections.apsarastack.cloud.plugins.module_utils.requesting import Request

try:
    import requests
    import urllib3
except ImportError:
    # The module says so, with the platform's standard message.
    HAS_REQUESTS = False
else:
    HAS_REQUESTS = True

# A page of the largest images there can be has less than 1 MiB. Decoded, a body can take thirty times its size.
LARGEST_BODY_BYTES = 8 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
# urllib3 refuses a timeout of 0.
SHORTEST_TIMEOUT_SECONDS = 0.001

CHECK_ENDPOINT = "Check the options endpoint, popgw_domain, is_center_region, domain, protocol and proxy."
CHECK_PROXY = "Check the option proxy, or the environment variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY."
CHECK_CERTIFICATE = "Give the site's CA certificate with ca_path, or turn verification off with validate_certs=false."
CHECK_CERTIFICATE_NAME = (
    "Name the site in endpoint, popgw_domain or domain as its certificate does, or turn verification off with"
    " validate_certs=false."
)
CHECK_CERTIFICATE_TIME = (
    "Have the certificate renewed, or the clock of this host set right; until then validate_certs=false turns"
    " verification off."
)
CHECK_PROTOCOL = "Check protocol (https or http) and the port in endpoint."

# A connection that is closed without a farewell looks like a TLS error, and is none.
_CLOSED_TLS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
# What OpenSSL calls an answer in plain HTTP, depending on its version.
_PLAIN_HTTP = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST")

# OpenSSL's X509_V_ERR_*: not yet valid, expired, another host name, another IP address.
_ADVICE_BY_VERIFY_CODE = {
    9: CHECK_CERTIFICATE_TIME,
    10: CHECK_CERTIFICATE_TIME,
    62: CHECK_CERTIFICATE_NAME,
    64: CHECK_CERTIFICATE_NAME,
}

_Outcome = t.TypeVar("_Outcome")


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back: status, headers (names in any case), and the decoded bytes of the body."""

    status: int
    headers: t.Mapping[str, str]
    content: bytes


@dataclasses.dataclass(frozen=True)
class _Failure:
    """Why no answer came; the attributes are those of NoAnswerError."""

    reason: str
    advice: str
    permanent: bool = False
    sent: bool = False


class Transport:
    """Sends requests as the connection says: certificates, proxy and timeouts."""

    def __init__(self, connection: Connection, session: requests.Session | None = None) -> None:
        self._connection = connection
        self._session = requests.Session() if session is None else session
        if connection.verify is False:
            # The user has asked for it; a warning with each call says nothing new.
            warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)

    def send(self, action: str, request: Request, deadline: Deadline) -> Answer:
        """Send one request, once. ``action`` is for the message of the NoAnswerError."""
        try:
            return _within(self._longest_seconds(deadline), lambda: self._exchange(request, deadline))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            failure = _failure_of(error)
            raise NoAnswerError(
                failure.reason,
                action=action,
                endpoint=self._connection.endpoint,
                permanent=failure.permanent,
                sent=failure.sent,
                advice=failure.advice,
            ) from error

    def _longest_seconds(self, deadline: Deadline) -> float:
        whole = self._connection.connect_timeout + self._connection.read_timeout
        return min(whole, deadline.remaining())

    def _exchange(self, request: Request, deadline: Deadline) -> Answer:
        connection = self._connection
        rest = max(deadline.remaining(), SHORTEST_TIMEOUT_SECONDS)
        proxies = None if connection.proxy is None else {"http": connection.proxy, "https": connection.proxy}
        # Certificates and proxies are given with the request: only there they win over the environment.
        with self._session.request(
            request.method,
            request.url,
            data=dict(request.form),
            headers=dict(request.headers),
            auth=_no_authentication,
            allow_redirects=False,
            stream=True,
            verify=connection.verify,
            proxies=proxies,
            timeout=(min(connection.connect_timeout, rest), min(connection.read_timeout, rest)),
        ) as response:
            return Answer(response.status_code, response.headers, _read(response, deadline))


def _no_authentication(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """With no ``auth`` at all, requests would look into the user's netrc file and add a header."""
    return request


def _within(seconds: float, function: t.Callable[[], _Outcome]) -> _Outcome:
    """Call the function, but wait no longer than this; raises TimeoutError.

    The timeouts of a socket bound each single read, not their sum, and the look-up of a name not at all: a server
    that sends a byte now and then would hold the task for ever. The thread of a call that was given up ends with
    the process.
    """
    outcomes: queue.SimpleQueue[tuple[_Outcome | None, BaseException | None]] = queue.SimpleQueue()

    def work() -> None:
        try:
            outcomes.put((function(), None))
        except BaseException as error:  # noqa: BLE001 - raised again by the one who waits
            outcomes.put((None, error))

    threading.Thread(target=work, daemon=True).start()
    try:
        outcome, error = outcomes.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"the answer was not complete within {seconds:.1f} seconds") from None
    if error is not None:
        raise error
    return t.cast("_Outcome", outcome)


def _read(response: requests.Response, deadline: Deadline) -> bytes:
    """The body, decompressed. Raises OSError where it is too large or cut short."""
    content = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        content += chunk
        if len(content) > LARGEST_BODY_BYTES:
            raise _TooLargeError
        if deadline.is_over():
            raise TimeoutError("the answer was not complete when the time was over")
    announced = response.headers.get("Content-Length", "")
    # urllib3 1.26 hands out a body that was cut short as if it were whole.
    if "Content-Encoding" not in response.headers and announced.isdecimal() and len(content) < int(announced):
        raise ConnectionError("the answer was cut short")
    return bytes(content)


class _TooLargeError(OSError):
    """The body is larger than any answer of the API."""


def _failure_of(error: BaseException) -> _Failure:
    """Find the cause in the chain of exceptions; the first rule that knows one decides."""
    causes = list(_causes(error))
    for rule in (_tls_failure, _proxy_failure, _unreached, _unusable_request, _too_large):
        failure = rule(causes)
        if failure is not None:
            return failure
    return _Failure(_reason(causes), CHECK_ENDPOINT, sent=True)


def _causes(error: BaseException) -> t.Iterator[BaseException]:
    """The exception and those inside it. requests and urllib3 wrap them as an argument, as a reason or as a cause."""
    pending: list[t.Any] = [error]
    seen: list[BaseException] = []
    while pending:
        current = pending.pop(0)
        if not isinstance(current, BaseException) or any(current is known for known in seen):
            continue
        seen.append(current)
        yield current
        pending += [*current.args, getattr(current, "reason", None), current.__cause__, current.__context__]


_Causes = t.Sequence[BaseException]
_Kind = t.TypeVar("_Kind", bound=BaseException)


def _one_of(causes: _Causes, kind: type[_Kind] | tuple[type[_Kind], ...]) -> _Kind | None:
    return next((cause for cause in causes if isinstance(cause, kind)), None)


def _tls_failure(causes: _Causes) -> _Failure | None:
    refused = _one_of(causes, ssl.SSLCertVerificationError)
    if refused is not None:
        why = getattr(refused, "verify_message", "") or str(refused)
        advice = _ADVICE_BY_VERIFY_CODE.get(getattr(refused, "verify_code", 0), CHECK_CERTIFICATE)
        return _Failure(f"its certificate is not trusted ({why})", advice, permanent=True)
    failed = _one_of([c for c in causes if not isinstance(c, _CLOSED_TLS)], ssl.SSLError)
    if failed is None:
        return _foreign_tls_failure(causes)
    why = getattr(failed, "reason", None) or str(failed)
    advice = CHECK_PROTOCOL if any(name in why for name in _PLAIN_HTTP) else CHECK_CERTIFICATE
    return _Failure(f"no TLS connection could be made ({why})", advice, permanent=True)


def _foreign_tls_failure(causes: _Causes) -> _Failure | None:
    """urllib3 1.26 compares the host name itself, and its error is none of ``ssl``."""
    if _one_of(causes, requests.exceptions.SSLError) is None or _one_of(causes, ssl.SSLError) is not None:
        return None
    return _Failure(f"its certificate is not trusted ({causes[-1]})", CHECK_CERTIFICATE_NAME, permanent=True)


def _proxy_failure(causes: _Causes) -> _Failure | None:
    if _one_of(causes, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)) is None:
        return None
    why = _reason(causes)
    return _Failure(f"the proxy made no connection ({why})", CHECK_PROXY, permanent="407" in why)


def _unreached(causes: _Causes) -> _Failure | None:
    """No connection was made, so nothing was sent."""
    if _one_of(causes, socket.gaierror) is not None:
        return _Failure("its name cannot be resolved", CHECK_ENDPOINT)
    if _one_of(causes, requests.exceptions.ConnectTimeout) is not None:
        return _Failure("no connection within connect_timeout", CHECK_ENDPOINT)
    if _one_of(causes, (urllib3.exceptions.NewConnectionError, ConnectionRefusedError)) is not None:
        return _Failure(_reason(causes), CHECK_ENDPOINT)
    return None


def _unusable_request(causes: _Causes) -> _Failure | None:
    """A URL, a header or a proxy that cannot be used, or a CA file that is not there any more."""
    reason = f"the request could not be sent ({_reason(causes)})"
    if isinstance(causes[0], ValueError):
        return _Failure(reason, CHECK_ENDPOINT, permanent=True)
    # requests looks for the CA file itself, and complains with the base class of what the operating system says.
    said_by_socket = (requests.RequestException, ConnectionError, TimeoutError, _TooLargeError)
    if isinstance(causes[0], OSError) and not isinstance(causes[0], said_by_socket):
        return _Failure(reason, CHECK_CERTIFICATE, permanent=True)
    return None


def _too_large(causes: _Causes) -> _Failure | None:
    if _one_of(causes, _TooLargeError) is None:
        return None
    megabytes = LARGEST_BODY_BYTES // 1024**2
    return _Failure(f"the answer is larger than {megabytes} MiB", CHECK_ENDPOINT, permanent=True, sent=True)


def _reason(causes: _Causes) -> str:
    """The words of the innermost error of the operating system, else those of the outermost exception."""
    if _one_of(causes, requests.exceptions.ReadTimeout) is not None:
        return "it did not answer within read_timeout"
    if _one_of(causes, http.client.IncompleteRead) is not None:
        return "the answer was cut short"
    if _one_of(causes, http.client.BadStatusLine) is not None and _one_of(causes, ConnectionError) is None:
        return "what came back is not HTTP"
    system = [
        cause for cause in causes if isinstance(cause, OSError) and not isinstance(cause, requests.RequestException)
    ]
    if system:
        return system[-1].strerror or str(system[-1]) or type(system[-1]).__name__
    return str(causes[0]) or type(causes[0]).__name__
