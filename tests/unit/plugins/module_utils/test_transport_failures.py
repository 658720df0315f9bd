# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import http.client
import socket
import ssl
import types
import typing as t

import pytest
import requests
import urllib3
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import transport_failures
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    NoAnswerError,
    RefusalError,
    UnusableAnswerError,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.scripted import connection

PROTOCOLS = ssl.SSLError(1, "[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version (_ssl.c:1020)")
PLAIN = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1020)")
CORRUPT = ssl.SSLError(1, "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC] decryption failed or bad record mac (_ssl.c:1)")
EOF = ssl.SSLEOFError(8, "EOF occurred in violation of protocol (_ssl.c:1)")
REFUSED = ConnectionRefusedError(111, "Connection refused")
RESET = ConnectionResetError(104, "Connection reset by peer")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def in_function(name: str, error: Exception) -> Exception:
    """The error as it is raised in a function of this name."""

    def fail() -> None:
        raise type(error)(*error.args)

    named = types.FunctionType(fail.__code__.replace(co_name=name), globals(), closure=fail.__closure__)
    with pytest.raises(Exception) as raised:
        named()
    return raised.value


def in_handshake(error: Exception) -> Exception:
    return in_function("do_handshake", error)


def in_answer(error: Exception) -> Exception:
    """The error as it is raised where the standard library waits for an answer."""
    return in_function("getresponse", error)


def wrapped(inner: Exception) -> urllib3.exceptions.MaxRetryError:
    """As urllib3 hands a failed connection to requests."""
    return urllib3.exceptions.MaxRetryError(urllib3.HTTPSConnectionPool("h"), "/", inner)


def of_tls(inner: Exception) -> Exception:
    return requests.exceptions.SSLError(wrapped(urllib3.exceptions.SSLError(inner)))


def of_proxy(inner: Exception) -> Exception:
    return requests.exceptions.ProxyError(wrapped(urllib3.exceptions.ProxyError("Cannot connect to proxy", inner)))


def of_connection(inner: Exception) -> Exception:
    error = urllib3.exceptions.NewConnectionError(t.cast("t.Any", None), "Failed to establish a new connection")
    error.__cause__ = inner
    return requests.ConnectionError(wrapped(error))


def of_protocol(inner: Exception) -> Exception:
    return requests.ConnectionError(urllib3.exceptions.ProtocolError("aborted", inner))


class CertificateError(ValueError):
    """As urllib3 1.26 raises it."""


def explained(error: Exception, **options: t.Any) -> ApsaraStackError:
    return transport_failures.explained(error, "DescribeImages", connection(**options))


NOT_SENT, MAYBE_SENT = False, True


@pytest.mark.parametrize(
    ("error", "problem", "option", "sent"),
    [
        (of_connection(REFUSED), "no connection could be made (Connection refused)", "endpoint", NOT_SENT),
        (
            of_connection(socket.gaierror(-2, "Name or service not known")),
            "its host name cannot be resolved",
            "popgw_domain",
            NOT_SENT,
        ),
        (requests.ConnectTimeout("slow"), "no connection within connect_timeout", "endpoint", NOT_SENT),
        (of_tls(in_handshake(EOF)), "it closed the connection during the TLS handshake", "endpoint", NOT_SENT),
        (of_protocol(in_handshake(RESET)), "it closed the connection during the TLS handshake", "endpoint", NOT_SENT),
        (
            requests.ReadTimeout(in_handshake(TimeoutError("timed out"))),
            "it did not finish the TLS handshake within connect_timeout",
            "endpoint",
            NOT_SENT,
        ),
        (of_proxy(REFUSED), "could not connect through the proxy (Connection refused)", "HTTPS_PROXY", NOT_SENT),
        # urllib3 1.26 wrongly attributes it to the proxy.
        (
            of_proxy(in_answer(RESET)),
            "it closed the connection without a complete answer",
            "endpoint",
            MAYBE_SENT,
        ),
        (requests.ReadTimeout("slow"), "it did not answer within read_timeout", "endpoint", MAYBE_SENT),
        (
            requests.ConnectionError(urllib3.exceptions.ReadTimeoutError(t.cast("t.Any", None), "/", "timed out")),
            "it did not answer within read_timeout",
            "endpoint",
            MAYBE_SENT,
        ),
        (
            TimeoutError("the answer was not complete within 3.0 seconds"),
            "the answer was not complete within 3.0 seconds",
            "endpoint",
            MAYBE_SENT,
        ),
        (
            of_protocol(http.client.RemoteDisconnected("Remote end closed connection without response")),
            "it closed the connection without a complete answer",
            "endpoint",
            MAYBE_SENT,
        ),
        (RESET, "it closed the connection without a complete answer", "endpoint", MAYBE_SENT),
        (of_tls(EOF), "it closed the connection without a complete answer", "endpoint", MAYBE_SENT),
        (requests.ConnectionError(), "the connection failed (ConnectionError)", "endpoint", MAYBE_SENT),
    ],
)
def test_an_unreachable_endpoint_may_be_retried(error: Exception, problem: str, option: str, sent: bool) -> None:
    found = explained(error)
    assert isinstance(found, NoAnswerError)
    assert (found.problem, found.reason, found.permanent, found.sent) == (problem, "unreachable", False, sent)
    assert option in message_of(found)
    assert (found.action, found.endpoint) == ("DescribeImages", "https://ecs-internal.example.com/")


@pytest.mark.parametrize(
    ("error", "problem", "permanent"),
    [
        (of_protocol(http.client.BadStatusLine("SSH-2.0")), "what came back is not HTTP", False),
        (of_protocol(http.client.LineTooLong("header line")), "what came back is not HTTP", False),
        (
            requests.exceptions.ChunkedEncodingError(
                urllib3.exceptions.ProtocolError("broken", http.client.IncompleteRead(b"", 8))
            ),
            "the answer was cut short",
            False,
        ),
        (requests.exceptions.ContentDecodingError("not gzip"), "the answer cannot be decompressed", False),
        (
            UnusableAnswerError("the answer is larger than 8 MiB", permanent=True),
            "the answer is larger than 8 MiB",
            True,
        ),
    ],
)
def test_a_request_with_an_unusable_response_may_have_been_processed(
    error: Exception, problem: str, permanent: bool
) -> None:
    found = explained(error)
    assert isinstance(found, NoAnswerError)
    assert (found.problem, found.reason, found.permanent, found.sent) == (
        problem,
        "unexpected_answer",
        permanent,
        MAYBE_SENT,
    )


@pytest.mark.parametrize(
    ("error", "problem", "reason"),
    [
        (of_tls(in_handshake(PROTOCOLS)), "it has no TLS version or cipher in common with this host", "tls"),
        # The server says so when the client has already finished the handshake.
        (
            of_tls(ssl.SSLError(1, "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required")),
            "it requires a client certificate",
            "tls",
        ),
        (
            of_tls(CertificateError("hostname 'a' doesn't match 'b'")),
            "its certificate is for another host name (hostname 'a' doesn't match 'b')",
            "tls",
        ),
        (of_proxy(in_handshake(PROTOCOLS)), "the proxy has no TLS version or cipher in common", "tls"),
        (
            of_proxy(OSError("Tunnel connection failed: 407 Auth")),
            "could not connect through the proxy (Tunnel connection failed: 407 Auth)",
            "unreachable",
        ),
        (requests.exceptions.InvalidProxyURL("Please check"), "the URL of the proxy is not valid", "invalid_input"),
        (requests.exceptions.InvalidURL("no host"), "the request could not be sent (no host)", "invalid_input"),
        (requests.exceptions.InvalidHeader("bad"), "the request could not be sent (bad)", "invalid_input"),
        (urllib3.exceptions.LocationParseError("ecs..com"), "the request could not be sent", "invalid_input"),
        (UnicodeError("label too long"), "the request could not be sent (label too long)", "invalid_input"),
        (OSError(24, "Too many open files"), "the request could not be sent (Too many open files)", "unreachable"),
    ],
)
def test_permanent_failures_were_not_sent(error: Exception, problem: str, reason: str) -> None:
    found = explained(error)
    assert isinstance(found, NoAnswerError)
    assert found.problem.startswith(problem)
    assert (found.reason, found.permanent, found.sent) == (reason, True, NOT_SENT)
    assert (found.advice or found.hint) != ""


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"endpoint": "http://h/"}, "it expects TLS, and the endpoint is http"),
        ({"endpoint": "http://h/", "proxy": "http://p:1"}, "the proxy expects TLS, and its URL begins with http"),
    ],
)
def test_a_tls_alert_instead_of_http_says_who_expects_tls(options: dict[str, t.Any], problem: str) -> None:
    alert = http.client.BadStatusLine("\x15\x03\x01")
    found = explained(of_protocol(alert), **options)
    assert isinstance(found, NoAnswerError)
    assert (found.problem, found.reason, found.permanent, found.sent) == (problem, "tls", True, NOT_SENT)
    # Within TLS, there is no such advice.
    assert explained(of_protocol(alert)).reason == "unexpected_answer"


def test_a_request_on_a_tls_connection_that_fails_after_the_handshake_may_have_been_processed() -> None:
    found = explained(of_tls(in_answer(CORRUPT)))
    assert isinstance(found, NoAnswerError)
    assert found.problem == (
        "the TLS connection failed before the answer was complete (decryption failed or bad record mac)"
    )
    assert (found.reason, found.permanent, found.sent) == ("tls", False, MAYBE_SENT)


@pytest.mark.parametrize("function", ["_tunnel", "_connect_tls_proxy"])
def test_a_failure_of_the_connection_to_the_proxy_names_the_proxy(function: str) -> None:
    error = in_function(function, PLAIN)
    found = explained(of_tls(error), proxy="https://user:password@p.example.com:3129")
    assert isinstance(found, NoAnswerError)
    assert found.problem == "the proxy answered without TLS (wrong version number)"
    assert found.advice == "Check the port in the URL of the proxy, or begin it with http://."
    found = explained(of_protocol(in_function(function, http.client.BadStatusLine("SSH-2.0"))), proxy="http://p:1")
    assert isinstance(found, NoAnswerError)
    assert found.problem == "could not connect through the proxy (what came back is not HTTP)"
    assert (found.reason, found.permanent, found.sent) == ("unreachable", False, NOT_SENT)


@pytest.mark.parametrize(
    "error", [of_connection(socket.gaierror(-2, "Name or service not known")), requests.ConnectTimeout()]
)
def test_with_socks_each_failed_connection_names_the_proxy(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5h://p:1")
    found = explained(error)
    assert isinstance(found, NoAnswerError)
    assert found.problem.startswith("could not connect through the proxy (")
    assert found.advice.startswith("Check environment variable ALL_PROXY;")


@pytest.mark.parametrize(
    ("options", "environment", "advice"),
    [
        ({"proxy": "http://p:1"}, {"HTTPS_PROXY": "http://q:1"}, "Check proxy (set in the task)."),
        ({}, {"HTTPS_PROXY": "http://q:1", "ALL_PROXY": "http://r:1"}, "Check environment variable HTTPS_PROXY;"),
        ({}, {"https_proxy": "http://q:1", "HTTPS_PROXY": "http://s:1"}, "Check environment variable https_proxy;"),
        ({}, {"HTTP_PROXY": "http://q:1", "ALL_PROXY": "http://r:1"}, "Check environment variable ALL_PROXY;"),
        ({"endpoint": "http://h/"}, {"HTTP_PROXY": "http://q:1"}, "Check environment variable HTTP_PROXY;"),
    ],
)
def test_the_advice_names_the_origin_of_the_proxy(
    options: dict[str, t.Any], environment: dict[str, str], advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = explained(of_proxy(REFUSED), **options)
    assert isinstance(found, NoAnswerError)
    assert found.advice.startswith(advice)


def test_a_socks_proxy_without_its_library_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://user:password@p:1")
    found = explained(requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support."))
    assert isinstance(found, RefusalError)
    assert (found.reason, found.message) == (
        "missing_library",
        "The SOCKS proxy of environment variable ALL_PROXY requires the Python library PySocks on the host that runs"
        " the module: install requests[socks].",
    )


@pytest.mark.parametrize(
    "error",
    [
        OSError("Could not find a suitable TLS CA certificate bundle, invalid path: /gone.pem"),
        of_tls(PermissionError(13, "Permission denied")),
        of_tls(FileNotFoundError(2, "No such file or directory")),
    ],
)
def test_ca_certificates_that_disappear_during_the_task_are_refused(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = explained(error, verify="/gone.pem")
    assert isinstance(found, RefusalError)
    assert found.reason == "invalid_input"
    assert found.message.startswith(
        "ca_path (set in the task) is '/gone.pem', which does not exist or is not readable. It must be"
    )
    monkeypatch.setenv("CURL_CA_BUNDLE", "/other.pem")
    found = explained(error)
    assert found.message.startswith("The environment variable CURL_CA_BUNDLE is '/other.pem', which does not exist")


def test_circular_exceptions_are_visited_once() -> None:
    first, second = requests.ConnectionError("first"), OSError("second")
    first.__cause__, second.__context__ = second, first
    assert "the connection failed (second)" in explained(first).message
