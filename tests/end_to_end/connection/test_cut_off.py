# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections that end at any point, and invalid responses, with real sockets.

The failure is always a sentence with the endpoint, and never says "not sent" if the site has seen the request.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
import typing as t

import pytest
import requests
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NoAnswerError
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.requesting import Stamp, request_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import ECS
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.transport import Transport
from sites import SECONDS, WHOLE, client

from apsarastack_simulator.testing import Simulator

# Fragments of raw library errors.
RAW = re.compile(
    r"_ssl\.c|ConnectionPool|urllib3|Errno|object at 0x|Max retries|Caused by|\('|\[SSL|Traceback|Error\(|b'"
)
RESET = struct.pack("ii", 1, 0)


def attempt(endpoint: str, **options: t.Any) -> NoAnswerError | None:
    """The failure of a single attempt of a call; None if it succeeds."""
    where = client(**WHOLE, endpoint=endpoint, read_timeout=1, connect_timeout=1, **options).connection
    request = request_of(where, ECS, "DescribeImages", {"RegionId": where.region}, Stamp("nonce", 0))
    with requests.Session() as session:
        try:
            Transport(where, session).send("DescribeImages", request, Deadline(SECONDS))
        except NoAnswerError as error:
            failure = error
        else:
            return None
    assert f"{endpoint}/" in failure.message
    assert RAW.search(failure.message) is None, failure.message
    assert failure.advice or failure.hint
    return failure


@contextlib.contextmanager
def listening(serve: t.Callable[[socket.socket], None]) -> t.Iterator[int]:
    """The port of a server for one connection."""

    def run() -> None:
        with contextlib.suppress(OSError), server.accept()[0] as connected:
            serve(connected)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(SECONDS)


def answering(answer: bytes | None) -> t.Callable[[socket.socket], None]:
    """Sends this response to the request and closes; without a response, waits until the client gives up."""

    def serve(connected: socket.socket) -> None:
        connected.recv(65536)
        if answer is not None:
            connected.sendall(answer)
            connected.shutdown(socket.SHUT_WR)
        # Closing with unread data resets the connection, and the response may be lost. The client may keep the
        # connection open while its error is examined.
        connected.settimeout(1.5)
        while connected.recv(65536):
            pass

    return serve


def pass_on(connected: socket.socket, server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := connected.recv(65536):
            server.sendall(data)
        server.shutdown(socket.SHUT_WR)


def relay(leads_to: int, limit: int, is_reset: bool) -> t.Callable[[socket.socket], None]:
    """Forwards this many bytes from the server, then closes both connections."""

    def serve(connected: socket.socket) -> None:
        rest = limit
        with socket.create_connection(("127.0.0.1", leads_to)) as server:
            threading.Thread(target=pass_on, args=(connected, server), daemon=True).start()
            while rest and (data := server.recv(rest)):
                connected.sendall(data)
                rest -= len(data)
            if is_reset:
                connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            # A thread that is still reading would keep the connection open.
            connected.shutdown(socket.SHUT_RD if is_reset else socket.SHUT_RDWR)

    return serve


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Simulator]:
    with Simulator(tls_in=str(tmp_path_factory.mktemp("tls"))) as running:
        yield running


# The server sends about 1,600 bytes for the handshake, and as many for the response.
@pytest.mark.parametrize("is_reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("limit", [0, 1, 4, 5, 6, 90, *range(100, 3300, 100)])
def test_a_request_that_arrived_is_never_reported_as_not_sent_wherever_the_tls_connection_ends(
    site: Simulator, limit: int, is_reset: bool
) -> None:
    site.clear_calls()
    with listening(relay(site.port, limit, is_reset)) as port:
        error = attempt(f"https://127.0.0.1:{port}", ca_path=site.ca_path)
    if error is None:
        assert len(site.calls()) == 1
        return
    assert not error.permanent
    assert error.reason in ("unreachable", "tls", "unexpected_answer")
    assert error.sent or site.calls() == []


OK = b"HTTP/1.1 200 OK\r\n"
NO_HTTP, CUT, PACKED, LOST = (
    "what came back is not HTTP",
    "the answer was cut short",
    "the answer cannot be decompressed",
    "it closed the connection without a complete answer",
)
INVALID: t.Mapping[str, tuple[bytes, str]] = {
    "nothing": (b"", LOST),
    "another protocol": (b"SSH-2.0-OpenSSH_9.9\r\n", NO_HTTP),
    "half a status line": (b"HTTP/1.1 20", NO_HTTP),
    "a status that is not a number": (b"HTTP/1.1 abc OK\r\n\r\n", NO_HTTP),
    "a page of HTTP 0.9": (b"<html>\r\n", NO_HTTP),
    "noise": (bytes(range(256)), NO_HTTP),
    "an endless status line": (b"HTTP/1.1 200 " + b"a" * 70000, NO_HTTP),
    "an endless header": (OK + b"X: " + b"a" * 70000 + b"\r\n\r\n", NO_HTTP),
    "too many headers": (OK + b"X: y\r\n" * 200 + b"\r\n", NO_HTTP),
    "two lengths": (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", NO_HTTP),
    "only an interim status": (b"HTTP/1.1 100 Continue\r\n\r\n", LOST),
    "half a body": (OK + b"Content-Length: 10\r\n\r\n{}", CUT),
    "half a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n8\r\n{}", CUT),
    "a chunk without a length": (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}", CUT),
    "invalid gzip": (OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", PACKED),
}


@pytest.mark.parametrize(("answer", "problem"), INVALID.values(), ids=INVALID)
def test_an_invalid_response_is_reported_in_words_and_the_call_may_have_been_carried_out(
    answer: bytes, problem: str
) -> None:
    with listening(answering(answer)) as port:
        error = attempt(f"http://127.0.0.1:{port}")
    assert error is not None
    assert error.problem == problem
    assert error.reason == ("unreachable" if problem == LOST else "unexpected_answer")
    assert (error.permanent, error.sent) == (False, True)


def test_a_failure_says_that_the_server_expects_tls() -> None:
    with listening(answering(b"\x15\x03\x01\x00\x02\x02\x46")) as port:
        error = attempt(f"http://127.0.0.1:{port}")
    assert error is not None
    assert error.problem == "it expects TLS, and the endpoint is http"
    assert (error.reason, error.permanent, error.sent) == ("tls", True, False)


def test_a_damaged_record_after_the_handshake_counts_as_a_lost_response(site: Simulator) -> None:
    def serve(connected: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", site.port)) as server:
            forth = threading.Thread(target=pass_on, args=(connected, server), daemon=True)
            forth.start()
            while data := server.recv(65536):
                # After the handshake, the server sends only application data.
                is_answer = data.startswith(b"\x17\x03\x03") and len(site.calls()) == 1
                connected.sendall(data[:-1] + bytes([data[-1] ^ 1]) if is_answer else data)

    site.clear_calls()
    with listening(serve) as port:
        error = attempt(f"https://127.0.0.1:{port}", ca_path=site.ca_path)
    assert error is not None
    assert error.problem.startswith("the TLS connection failed before the answer was complete (")
    assert (error.reason, error.permanent, error.sent) == ("tls", False, True)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the proxy answered without TLS (wrong version number)"),
        (b"", "could not connect through the proxy (it closed the connection during the TLS handshake)"),
        (None, "could not connect through the proxy (it did not finish the TLS handshake within connect_timeout)"),
    ],
    ids=["plain HTTP", "nothing", "silence"],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_failure_names_the_proxy_if_it_does_not_use_the_tls_of_its_url(
    scheme: str, answer: bytes | None, problem: str
) -> None:
    with listening(answering(answer)) as port:
        error = attempt(f"{scheme}://ecs.example.com", proxy=f"https://127.0.0.1:{port}")
    assert error is not None
    assert error.problem == problem
    assert "proxy" in message_of(error)
    assert not error.sent
