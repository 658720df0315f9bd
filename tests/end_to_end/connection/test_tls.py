# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS with real sockets: what is trusted, and the failure for each problem."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import typing as t
import warnings
from datetime import timedelta
from pathlib import Path

import pytest
import requests
import trustme
import urllib3
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NoAnswerError, RefusalError
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.requesting import Request
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.transport import Transport
from cryptography.hazmat.primitives.serialization import Encoding
from flawed import DAY, Pair, authority, issued
from sites import KEYS, SECONDS, WHOLE, client, own_images

from apsarastack_simulator import tls
from apsarastack_simulator.testing import Simulator
from interpreters import find_interpreters

# What newer Pythons refuse and older ones accept: flaws of the CA, flaws of the server, and the rule in the message.
STRICT_RULES: t.Mapping[str, tuple[dict[str, bool], dict[str, bool], str]] = {
    "CA": ({"is_critical": False}, {}, "the CA certificate must mark its extension basicConstraints as critical"),
    "CA without key usage": ({"has_usage": False}, {}, "the CA certificate must have the extension keyUsage"),
    "CA without key id": ({"has_subject_key": False}, {}, "must have the extension subjectKeyIdentifier"),
    "server": ({}, {"has_authority_key": False}, "it must have the extension authorityKeyIdentifier"),
}
is_strict = bool(urllib3.util.ssl_.create_urllib3_context().verify_flags & getattr(ssl, "VERIFY_X509_STRICT", 0))

each_strict_rule = pytest.mark.parametrize(("of_ca", "of_server", "rule"), STRICT_RULES.values(), ids=STRICT_RULES)


@dataclasses.dataclass(frozen=True)
class Site:
    """A running server, and the file with its CA."""

    simulator: Simulator
    ca_path: str

    @property
    def options(self) -> dict[str, t.Any]:
        return {**WHOLE, "endpoint": self.simulator.endpoint}

    def refusal(self, **options: t.Any) -> NoAnswerError:
        """The failure of a task with these options. Options that are None are omitted."""
        error = refusal(**{**self.options, "ca_path": self.ca_path, **options})
        assert f"{self.simulator.endpoint}/" in error.message
        assert self.simulator.calls() == []
        return error


def refusal(**options: t.Any) -> NoAnswerError:
    """The permanent failure of the first call, before it is sent."""
    with pytest.raises(NoAnswerError) as raised:
        own_images(client(**{name: value for name, value in options.items() if value is not None}))
    error = raised.value
    assert (error.permanent, error.sent, error.reason) == (True, False, "tls")
    assert "_ssl.c" not in error.message
    assert "validate_certs=false" not in error.message
    return error


Start = t.Callable[..., Site]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Start]:
    """Starts a site with these certificates."""
    running: list[Simulator] = []

    def start(ca: Pair | None = None, server: Pair | None = None) -> Site:
        ca = ca or authority()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # The client can only refuse weak keys and ciphers if the server accepts them.
        context.set_ciphers("ALL:@SECLEVEL=0")
        (server or issued(ca)).serve(context, tmp_path)
        monkeypatch.setattr(tls, "context_in", lambda folder: context)
        running.append(Simulator(tls_in=str(tmp_path)).__enter__())
        return Site(running[-1], ca.write(tmp_path / "site-ca.pem"))

    yield start
    for simulator in running:
        simulator.__exit__()


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


@pytest.fixture
def other_ca(tmp_path: Path) -> str:
    path = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return str(path)


# --- trusted ---------------------------------------------------------------------------------------------------------


def test_the_ca_of_the_site_is_trusted(site: Start) -> None:
    running = site()
    assert own_images(client(**running.options, ca_path=running.ca_path)) == ["in-use"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="The command openssl is not installed.")
def test_a_hashed_directory_is_trusted(site: Start, tmp_path: Path) -> None:
    running = site()
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    command = ["openssl", "x509", "-in", running.ca_path, "-noout", "-subject_hash"]
    name = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    (prepared / f"{name}.0").write_bytes(Path(running.ca_path).read_bytes())
    assert own_images(client(**running.options, ca_path=str(prepared))) == ["in-use"]


def test_validate_certs_false_accepts_every_certificate_without_warnings(site: Start, other_ca: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert own_images(client(**site().options, validate_certs=False, ca_path=other_ca)) == ["in-use"]


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_ca_variables_are_used_and_the_options_have_priority(
    site: Start, other_ca: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    running = site()
    monkeypatch.setenv(variable, running.ca_path)
    assert own_images(client(**running.options)) == ["in-use"]
    running.simulator.clear_calls()
    running.refusal(ca_path=other_ca)
    monkeypatch.setenv(variable, other_ca)
    assert f"The environment variable {variable} is '{other_ca}'" in running.refusal(ca_path=None).advice
    assert own_images(client(**running.options, ca_path=running.ca_path)) == ["in-use"]
    assert own_images(client(**running.options, validate_certs=False)) == ["in-use"]


# --- not trusted -----------------------------------------------------------------------------------------------------


def test_without_ca_path_the_advice_names_it_and_the_ca_store_of_the_host(site: Start) -> None:
    running = site()
    error = running.refusal(ca_path=None)
    assert error.problem == "its certificate is not trusted (unable to get local issuer certificate)"
    assert error.advice.startswith("Set ca_path to the CA certificate of the site.")
    assert "not the CA store of this host" in error.advice
    assert "/etc/ssl/certs/ca-certificates.crt" in error.advice or "/etc/pki/tls/certs/ca-bundle.crt" in error.advice
    assert f"'openssl s_client -connect 127.0.0.1:{running.simulator.port} -showcerts'" in error.advice


def test_with_a_wrong_ca_path_the_advice_is_about_its_contents(site: Start, other_ca: str) -> None:
    error = site().refusal(ca_path=other_ca)
    assert "its certificate is not trusted" in error.problem
    assert error.advice.startswith(
        f"ca_path (set in the task) is '{other_ca}', which does not contain the CA that issued it."
    )
    assert "et ca_path" not in error.advice


def test_a_failure_names_the_variable_of_a_wrong_ca_path(
    site: Start, other_ca: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIBABACLOUDSTACK_CA_PATH", other_ca)
    error = site().refusal(ca_path=None)
    assert f"ca_path (set by ALIBABACLOUDSTACK_CA_PATH) is '{other_ca}'" in error.advice


def test_a_failure_says_that_the_certificate_is_self_signed(site: Start, other_ca: str) -> None:
    own = authority()
    error = site(server=own).refusal(ca_path=other_ca)
    assert "self-signed certificate" in error.problem
    assert "does not contain this self-signed certificate" in error.advice


def test_a_failure_names_a_ca_with_the_same_name_and_another_key(site: Start, tmp_path: Path) -> None:
    same_name = authority().write(tmp_path / "same-name.pem")
    error = site().refusal(ca_path=same_name)
    assert "a CA of the right name, but with another key" in error.advice


# --- trusted, and refused --------------------------------------------------------------------------------------------


@each_strict_rule
def test_a_failure_names_the_rule_that_only_newer_pythons_enforce(
    site: Start, of_ca: dict[str, bool], of_server: dict[str, bool], rule: str
) -> None:
    if not is_strict:
        pytest.skip("Python enforces these rules from 3.13 on, with urllib3 from 2.4 on.")
    ca = authority(**of_ca)
    error = site(ca, issued(ca, **of_server)).refusal()
    python = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    assert error.problem.startswith(f"its certificate breaks a rule that {python} enforces (")
    assert rule in error.problem
    assert error.advice == (
        "It is trusted, but must be reissued so that it follows the rule. Until then, a Python before 3.13 accepts it"
        " (ansible_python_interpreter)."
    )


# Run by another Python with the libraries of this one; those that are used here are pure Python.
CALL = """
import json, sys
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Connection
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
print(Client(Connection(**json.loads(sys.argv[1])), Deadline(30)).call("DescribeImages")["TotalCount"])
"""


@pytest.fixture(scope="module")
def older_python() -> Path:
    fitting = [each for each in find_interpreters(os.environ) if (3, 10) <= each.version < (3, 13)]
    if not fitting:
        pytest.skip("This machine has no Python from 3.10 to 3.12.")
    return fitting[-1].executable


@each_strict_rule
def test_a_python_before_3_13_accepts_what_newer_ones_refuse(
    site: Start, collections: Path, older_python: Path, of_ca: dict[str, bool], of_server: dict[str, bool], rule: str
) -> None:
    ca = authority(**of_ca)
    running = site(ca, issued(ca, **of_server))
    connection = {**KEYS, "endpoint": f"{running.simulator.endpoint}/", "region": Simulator.region}
    path = os.pathsep.join((str(collections), str(Path(requests.__file__).parents[1])))
    run = subprocess.run(
        [str(older_python), "-c", CALL, json.dumps({**connection, "verify": running.ca_path})],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert int(run.stdout) >= 1


@pytest.mark.parametrize(
    ("of_ca", "of_server", "rule"),
    [
        ({}, {"is_for_servers": False}, "its extendedKeyUsage must include serverAuth"),
        ({"is_ca": False, "has_usage": False}, {}, "must have basicConstraints with CA:TRUE"),
        ({}, {"is_weak": True}, "certificate key too weak"),
    ],
    ids=["purpose", "CA", "key"],
)
def test_a_failure_names_the_rule_that_every_python_enforces(
    site: Start, of_ca: dict[str, bool], of_server: dict[str, bool], rule: str
) -> None:
    ca = authority(**of_ca)
    error = site(ca, issued(ca, **of_server)).refusal()
    assert error.problem.startswith("its certificate breaks a rule that OpenSSL on this host enforces (")
    assert rule in error.problem
    assert error.advice == "It is trusted, but must be reissued so that it follows the rule."


@pytest.mark.parametrize(
    ("begins", "said"),
    [(-3 * DAY, "certificate has expired"), (timedelta(hours=1), "certificate is not yet valid")],
    ids=["expired", "early"],
)
def test_a_failure_for_an_expired_or_early_certificate_shows_the_clock_of_this_host(
    site: Start, begins: timedelta, said: str
) -> None:
    ca = authority()
    error = site(ca, issued(ca, begins=begins)).refusal()
    assert error.problem == f"its certificate, or the one of a CA above it, is out of date ({said})"
    assert error.advice.startswith("Have the certificate renewed, or correct the clock of this host, which says 20")


def test_a_failure_says_that_the_certificate_is_for_another_host(site: Start) -> None:
    ca = authority()
    error = site(ca, issued(ca, host="ecs-internal.env30.example.com")).refusal()
    assert error.problem.startswith("its certificate is for another host name (")
    assert "127.0.0.1" in error.problem
    assert error.advice == "Use the host name that the certificate is for in endpoint, popgw_domain or domain."


# --- no certificate checked ------------------------------------------------------------------------------------------


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
    assert "no TLS version or cipher in common" in error.advice
    assert "client certificate" in error.advice


def test_a_failure_says_that_the_server_uses_plain_http(simulator: Simulator) -> None:
    error = refusal(**WHOLE, endpoint=simulator.endpoint.replace("http:", "https:"))
    assert error.problem.startswith("it answered without TLS (")
    assert error.advice.startswith("Check the port in endpoint")


# --- ca_path ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "contains no certificate in PEM format"),
        (b"not a certificate\n", "contains no certificate in PEM format"),
        (b"-----BEGIN PRIVATE KEY-----\n", "contains no certificate in PEM format"),
        (authority().certificate.public_bytes(Encoding.DER), "is in DER format"),
        (None, "does not exist or is not readable"),
    ],
    ids=["empty", "text", "key", "DER", "missing"],
)
def test_a_ca_path_without_a_certificate_is_refused_before_the_first_call(
    site: Start, tmp_path: Path, content: bytes | None, why: str
) -> None:
    running, path = site(), tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RefusalError) as raised:
        client(**running.options, ca_path=str(path))
    assert raised.value.reason == "invalid_input"
    assert f"ca_path (set in the task) is '{path}', which {why}" in raised.value.message
    assert "It must be a file of CA certificates in PEM format, or a directory" in raised.value.message


def test_a_directory_without_hashed_certificates_is_refused(tmp_path: Path, other_ca: str) -> None:
    with pytest.raises(RefusalError, match=r"is a directory without hashed certificates.*openssl rehash"):
        client(**WHOLE, endpoint="https://127.0.0.1:9", ca_path=str(tmp_path))


def test_a_damaged_certificate_is_refused_with_its_path(
    site: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, path = site(), tmp_path / "damaged.pem"
    path.write_bytes(Path(running.ca_path).read_bytes().replace(b"MII", b"!!!"))
    with pytest.raises(RefusalError, match=rf"ca_path \(set in the task\) is '{path}', which cannot be loaded"):
        own_images(client(**running.options, ca_path=str(path)))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with pytest.raises(RefusalError, match=f"variable REQUESTS_CA_BUNDLE is '{path}', which cannot be loaded"):
        own_images(client(**running.options))


@pytest.mark.parametrize("name", ["nothing.pem", "empty.pem"])
def test_a_failure_names_the_variable_without_a_certificate(
    site: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / name
    if name == "empty.pem":
        path.touch()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with pytest.raises(RefusalError, match=f"The environment variable REQUESTS_CA_BUNDLE is '{path}', which "):
        own_images(client(**site().options))
