# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CA certificates that a task names, and those that are refused."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from cryptography.hazmat.primitives.serialization import Encoding
from flawed import authority
from sites import WHOLE, client, own_images

if t.TYPE_CHECKING:
    from tls_sites import Start


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
