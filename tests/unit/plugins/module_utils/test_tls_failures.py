# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failures that no real server on this machine can cause; for others, see ``tests/end_to_end/connection``."""

from __future__ import annotations

import os
import ssl
import sys
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import tls_failures
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.context import Context
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.hints import BY_REASON, hint_for
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.scripted import connection

SITE = tls_failures.site(connection())
CA_BUNDLE = "requests.utils.DEFAULT_CA_BUNDLE_PATH"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(CA_BUNDLE, "/usr/lib/python3/site-packages/certifi/cacert.pem")


def refused(code: int, words: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {words}")
    error.verify_code, error.verify_message = code, words
    return error


def failed(reason: str | None, words: str = "said openssl") -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL{'' if reason is None else ': ' + reason}] {words} (_ssl.c:1020)")
    error.reason = t.cast("str", reason)
    return error


def explained(error: ssl.SSLError, **options: t.Any) -> tuple[str, str]:
    """What happened, and how a task with an endpoint resolves it."""
    found = tls_failures.explained(error, connection(**options), SITE)
    return found.problem, found.advice or hint_for(found.hint, (BY_REASON,), Context({"endpoint": "e.com"}))


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("WRONG_VERSION_NUMBER", "it answered without TLS"),
        ("RECORD_LAYER_FAILURE", "it answered without TLS"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "it has no TLS version or cipher in common with this host"),
        ("UNSUPPORTED_PROTOCOL", "it has no TLS version or cipher in common with this host"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "it has no TLS version or cipher in common with this host"),
        ("TLSV1_ALERT_INSUFFICIENT_SECURITY", "it has no TLS version or cipher in common with this host"),
        ("DH_KEY_TOO_SMALL", "it has no TLS version or cipher in common with this host"),
        ("LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED", "it has no TLS version or cipher in common with this host"),
        ("UNSAFE_LEGACY_RENEGOTIATION_DISABLED", "it has no TLS version or cipher in common with this host"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "it requires a client certificate"),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "it requires a client certificate"),
        ("TLSV1_UNRECOGNIZED_NAME", "it does not know the host name ecs-internal.example.com:443"),
        ("TLSV1_ALERT_INTERNAL_ERROR", "the TLS handshake with ecs-internal.example.com:443 failed"),
        ("NO_APPLICATION_PROTOCOL", "the TLS handshake with ecs-internal.example.com:443 failed"),
    ],
)
def test_each_reason_of_a_failed_handshake_has_its_class(reason: str, problem: str) -> None:
    told, advice = explained(failed(reason))
    assert told == f"{problem} (said openssl)"
    assert advice != ""
    assert "validate_certs=false" not in advice


def test_a_reason_without_a_name_in_this_python_is_recognized_by_its_text() -> None:
    told, _advice = explained(failed(None, "tlsv1 alert protocol version"))
    assert told == "it has no TLS version or cipher in common with this host (tlsv1 alert protocol version)"


@pytest.mark.parametrize("code", [0, 2, 7, 18, 19, 20, 21, 27])
def test_an_untrusted_certificate_suggests_ca_path_only_if_it_is_not_set(code: int) -> None:
    told, advice = explained(refused(code, "no"))
    assert told == "its certificate is not trusted (no)"
    assert advice.startswith("Set ca_path to the CA certificate of the site.")
    told, advice = explained(refused(code, "no"), verify="/ca.pem")
    assert told == "its certificate is not trusted (no)"
    assert advice.startswith("ca_path (set in the task) is '/ca.pem', which ")
    assert "et ca_path" not in advice


def test_a_variable_of_requests_is_named_and_the_option_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/env.pem")
    _told, advice = explained(refused(20, "no"))
    assert advice.startswith("The environment variable REQUESTS_CA_BUNDLE is '/env.pem', which does not contain the CA")
    assert "Set ca_path to the CA certificate of the site; it wins over the variable." in advice


@pytest.mark.parametrize(
    ("there", "told"),
    [
        (["/etc/pki/tls/certs/ca-bundle.crt"], "set ca_path to /etc/pki/tls/certs/ca-bundle.crt."),
        (["/etc/ssl/certs/ca-certificates.crt"], "set ca_path to /etc/ssl/certs/ca-certificates.crt."),
        ([], "set ca_path to /etc/ssl/certs/ca-certificates.crt or /etc/pki/tls/certs/ca-bundle.crt."),
    ],
)
def test_the_ca_store_of_the_host_is_named_if_it_exists(
    there: list[str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os.path, "exists", there.__contains__)
    assert told in explained(refused(20, "no"))[1]


def test_a_patched_requests_that_uses_the_ca_store_of_the_host_is_described_correctly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CA_BUNDLE, "/etc/ssl/certs/ca-certificates.crt")
    assert "Without it, the CAs in /etc/ssl/certs/ca-certificates.crt are trusted." in explained(refused(20, "no"))[1]


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        (24, "words"),
        (26, "its extendedKeyUsage must include serverAuth; words"),
        (66, "words"),
        (68, "words"),
        (79, "the certificate of the issuing CA must have basicConstraints with CA:TRUE; words"),
    ],
)
def test_rules_of_openssl_are_not_attributed_to_python(code: int, rule: str) -> None:
    told, advice = explained(refused(code, "words"), verify="/ca.pem")
    assert told == f"its certificate breaks a rule that OpenSSL on this host enforces ({rule})"
    assert advice == "It is trusted, but must be reissued so that it follows the rule."


@pytest.mark.parametrize("code", [80, 85, 86, 89, 92, 94])
def test_strict_rules_are_attributed_to_python_since_3_13(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 13, 0))
    told, advice = explained(refused(code, "words"), verify="/ca.pem")
    assert told.startswith("its certificate breaks a rule that Python 3.13 enforces (")
    assert "a Python before 3.13 accepts it" in advice
    # An administrator may have enabled them for OpenSSL.
    monkeypatch.setattr(sys, "version_info", (3, 12, 1))
    told, advice = explained(refused(code, "words"), verify="/ca.pem")
    assert told.startswith("its certificate breaks a rule that OpenSSL on this host enforces (")
    assert "Python" not in advice


@pytest.mark.parametrize(("code", "said"), [(9, "certificate is not yet valid"), (10, "certificate has expired")])
def test_expired_certificates_are_reported_with_the_clock_of_this_host(code: int, said: str) -> None:
    told, advice = explained(refused(code, said))
    assert told == f"its certificate, or the one of a CA above it, is out of date ({said})"
    assert "UTC" in advice


def test_another_host_name_is_recognized_by_its_code_and_by_the_text_of_python() -> None:
    advice = "Use the host name that the certificate is for in endpoint 'e.com'."
    for code in (62, 64):
        assert explained(refused(code, "words.")) == ("its certificate is for another host name (words)", advice)
    of_python = ssl.SSLCertVerificationError("hostname 'a' doesn't match 'b'")
    assert explained(of_python)[1] == advice


def test_a_tls_failure_of_a_proxy_names_the_proxy_without_its_password() -> None:
    proxy = tls_failures.proxy("https://user:secret@p.example.com:3129")
    told, advice, _hint = tls_failures.explained(refused(20, "no"), connection(verify="/ca.pem"), proxy)
    assert told == "the proxy's certificate is not trusted (no)"
    assert "It must contain the CA certificate of the proxy." in advice
    assert "'openssl s_client -connect p.example.com:3129 -showcerts'" in advice
    assert "secret" not in advice
