# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS with real sockets: what is trusted, and the failure for each problem of trust."""

from __future__ import annotations

import shutil
import subprocess
import typing as t
import warnings
from pathlib import Path

import pytest
from flawed import authority
from sites import client, own_images

if t.TYPE_CHECKING:
    from tls_sites import Start


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
