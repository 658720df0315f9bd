# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS with real sockets: handshakes that fail before a certificate is verified."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import typing as t
import warnings
from pathlib import Path

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NoAnswerError
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.requesting import Request
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.transport import Transport
from flawed import authority, issued
from sites import SECONDS, WHOLE, client, told
from tls_sites import refusal

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator


@contextlib.contextmanager
def refusing_server(folder: Path, set_up: t.Callable[[ssl.SSLContext], None]) -> t.Iterator[str]:
    """The endpoint of a server that refuses every handshake with an alert, like most servers. The simulator closes the
    connection before it has sent its alert."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued(authority()).serve(context, folder)
    with warnings.catch_warnings():
        # The deprecated settings are intended.
        warnings.simplefilter("ignore", DeprecationWarning)
        set_up(context)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connected, _address = listening.accept()
                with context.wrap_socket(connected, server_side=True, do_handshake_on_connect=False) as spoken:
                    with pytest.raises(ssl.SSLError):
                        spoken.do_handshake()
                    # Closing with unread data resets the connection, and the alert may be lost.
                    socket.socket.recv(spoken, 1024**2)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"


def only_tls_1_0(context: ssl.SSLContext) -> None:
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")


def no_cipher(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("NULL:@SECLEVEL=0")


@pytest.mark.parametrize("validate_certs", [True, False])
@pytest.mark.parametrize("set_up", [only_tls_1_0, no_cipher])
def test_a_failure_says_that_there_is_no_common_version_and_that_verification_is_irrelevant(
    tmp_path: Path, set_up: t.Callable[[ssl.SSLContext], None], validate_certs: bool
) -> None:
    with refusing_server(tmp_path, set_up) as endpoint:
        error = refusal(**WHOLE, endpoint=endpoint, validate_certs=validate_certs)
    assert error.problem.startswith("it has no TLS version or cipher in common with this host (")
    assert error.advice.startswith("The server must support TLS 1.2 or later and current ciphers")
    assert "neither ca_path nor validate_certs helps" in error.advice


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_failure_says_that_a_client_certificate_is_required(
    tmp_path: Path, other_ca: str, version: ssl.TLSVersion
) -> None:
    def set_up(context: ssl.SSLContext) -> None:
        context.minimum_version = context.maximum_version = version
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(other_ca)

    with refusing_server(tmp_path, set_up) as endpoint:
        error = refusal(**WHOLE, endpoint=endpoint, validate_certs=False)
    # With TLS 1.2, the alert is the same as for no common version or cipher.
    message = error.problem if version is ssl.TLSVersion.TLSv1_3 else error.advice
    assert "requires a client certificate" in message


def test_a_failure_lists_possible_causes_if_the_handshake_is_cut_off() -> None:
    def close() -> None:
        listening.accept()[0].close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=close, daemon=True).start()
        where = client(**WHOLE, endpoint=f"https://127.0.0.1:{listening.getsockname()[1]}").connection
        with pytest.raises(NoAnswerError) as raised:
            Transport(where).send("DescribeImages", Request("POST", where.endpoint), Deadline(SECONDS))
    error = raised.value
    assert error.problem == "it closed the connection during the TLS handshake"
    assert (error.permanent, error.sent, error.reason) == (False, False, "unreachable")
    assert "no TLS version or cipher in common" in told(error)
    assert "client certificate" in told(error)


def test_a_failure_says_that_the_server_uses_plain_http(simulator: Simulator) -> None:
    endpoint = simulator.endpoint.replace("http:", "https:")
    error = refusal(**WHOLE, endpoint=endpoint)
    assert error.problem.startswith("it answered without TLS (")
    message = told(error, endpoint=endpoint)
    assert f"Check the port in endpoint '{endpoint}', and begin it with http:// only if" in message
