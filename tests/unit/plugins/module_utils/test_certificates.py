# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.certificates import Source, refusal_of, source_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.origins import Origins
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.scripted import connection

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def why_not(path: Path) -> str:
    found = refusal_of(Source("ca_path", str(path)))
    assert found is not None
    prefix = f"ca_path is {str(path)!r}, which "
    assert found.message.startswith(prefix)
    return found.message[len(prefix) :].partition(". It must be ")[0]


@pytest.mark.parametrize("label", ["CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"])
def test_every_certificate_that_openssl_accepts_is_accepted(tmp_path: Path, label: str) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(f"# the CA\n-----BEGIN {label}-----\n")
    assert refusal_of(Source("ca_path", str(path))) is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "contains no certificate in PEM format"),
        (b"-----BEGIN CERTIFICATE REQUEST-----", "contains no certificate in PEM format"),
        (b"\x30\x82\x01\x22", "is in DER format (convert it with 'openssl x509 -inform der')"),
    ],
)
def test_a_file_without_one_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(content)
    assert why_not(path) == why


@pytest.mark.parametrize("name", ["4a6481c9.0", "4a6481c9.12"])
def test_a_directory_with_a_hashed_certificate_is_accepted(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert refusal_of(Source("ca_path", str(tmp_path))) is None


@pytest.mark.parametrize("name", ["ca.pem", "4a6481c9.r0", "4a6481c9"])
def test_a_directory_without_one_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert why_not(tmp_path) == "is a directory without hashed certificates"


def test_an_unreadable_path_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root can read everything and would get no such error.
    def refuse(path: str) -> list[str]:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "listdir", refuse)
    assert why_not(tmp_path) == "does not exist or is not readable"
    assert why_not(tmp_path / "missing.pem") == "does not exist or is not readable"
    assert why_not(tmp_path / "a\0null") == "does not exist or is not readable"


def test_a_device_that_never_ends_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert why_not(pipe) == "is neither a file nor a directory"


def test_the_option_wins_over_the_variables_of_requests_which_have_an_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert source_of(connection()) is None
    monkeypatch.setenv("CURL_CA_BUNDLE", "/curl.pem")
    assert source_of(connection()) == Source("The environment variable CURL_CA_BUNDLE", "/curl.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/requests.pem")
    assert source_of(connection()) == Source("The environment variable REQUESTS_CA_BUNDLE", "/requests.pem")
    assert source_of(connection(verify="/task.pem")) == Source("ca_path (set in the task)", "/task.pem")
    origins = Origins({"ca_path": "APSARASTACK_CA_PATH"})
    assert source_of(connection(verify="/own.pem", origins=origins)) == Source(
        "ca_path (set by APSARASTACK_CA_PATH)", "/own.pem"
    )
