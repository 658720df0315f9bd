# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates over real sockets: which are trusted, and what is said about the others."""

from __future__ import annotations

import datetime
import pathlib
import ssl
import typing as t
import warnings

import pytest
import trustme
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import NoAnswerError
from sites import WHOLE, client, own_images

from apsarastack_simulator import tls
from apsarastack_simulator.testing import Simulator

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)


def serving(certificate: t.Callable[[trustme.CA], trustme.LeafCert]) -> t.Callable[[pathlib.Path], ssl.SSLContext]:
    """In the place of ``tls.context_in``: the certificate is this one."""

    def context_in(directory: pathlib.Path) -> ssl.SSLContext:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(directory / "ca.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate(authority).configure_cert(context)
        return context

    return context_in


def refusal(simulator: Simulator, **options: t.Any) -> NoAnswerError:
    with pytest.raises(NoAnswerError) as raised:
        own_images(client(**WHOLE, endpoint=simulator.endpoint, **options))
    assert raised.value.permanent
    assert raised.value.message.startswith(f"DescribeImages got no usable answer from {simulator.endpoint}/: ")
    assert simulator.calls() == []
    return raised.value


@pytest.fixture
def site(tmp_path: pathlib.Path) -> t.Iterator[Simulator]:
    with Simulator(tls_in=str(tmp_path)) as simulator:
        yield simulator


@pytest.fixture
def other_ca(tmp_path: pathlib.Path) -> str:
    path = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return str(path)


def test_the_ca_of_the_site_is_trusted(site: Simulator) -> None:
    assert own_images(client(**WHOLE, endpoint=site.endpoint, ca_path=site.ca_path)) == ["in-use"]


def test_a_ca_that_nobody_has_named_is_not_trusted(site: Simulator) -> None:
    error = refusal(site)
    assert "its certificate is not trusted" in error.reason
    assert error.advice == (
        "Give the site's CA certificate with ca_path, or turn verification off with validate_certs=false."
    )


def test_the_wrong_ca_is_not_trusted(site: Simulator, other_ca: str) -> None:
    error = refusal(site, ca_path=other_ca)
    assert "its certificate is not trusted" in error.reason
    assert "ca_path" in error.advice


def test_an_expired_certificate_is_told(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    until = LONG_AGO + datetime.timedelta(days=1)
    monkeypatch.setattr(
        tls, "context_in", serving(lambda ca: ca.issue_cert("127.0.0.1", not_before=LONG_AGO, not_after=until))
    )
    with Simulator(tls_in=str(tmp_path)) as simulator:
        error = refusal(simulator, ca_path=simulator.ca_path)
    assert error.reason == "its certificate is not trusted (certificate has expired)"
    assert error.advice.startswith("Have the certificate renewed")
    assert "validate_certs=false" in error.advice


def test_the_certificate_of_another_host_is_told(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "context_in", serving(lambda ca: ca.issue_cert("ecs-internal.env30.example.com")))
    with Simulator(tls_in=str(tmp_path)) as simulator:
        error = refusal(simulator, ca_path=simulator.ca_path)
    assert "127.0.0.1" in error.reason
    assert error.advice.startswith("Name the site in endpoint, popgw_domain or domain as its certificate does")


def test_unverified_means_unverified_and_makes_no_noise(site: Simulator, other_ca: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        where = {"endpoint": site.endpoint, "validate_certs": False, "ca_path": other_ca}
        assert own_images(client(**WHOLE, **where)) == ["in-use"]


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_variables_of_the_environment_are_honoured_and_the_options_win(
    site: Simulator, other_ca: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, site.ca_path)
    assert own_images(client(**WHOLE, endpoint=site.endpoint)) == ["in-use"]
    site.clear_calls()
    refusal(site, ca_path=other_ca)
    monkeypatch.setenv(variable, other_ca)
    refusal(site)
    assert own_images(client(**WHOLE, endpoint=site.endpoint, ca_path=site.ca_path)) == ["in-use"]
    assert own_images(client(**WHOLE, endpoint=site.endpoint, validate_certs=False)) == ["in-use"]
