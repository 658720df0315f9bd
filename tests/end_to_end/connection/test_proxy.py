# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real proxy between the collection and the cloud."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of, result_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    DeadlineError,
    NoAnswerError,
    RefusalError,
)
from sites import WHOLE, client, own_images, proxy

from apsarastack_simulator.testing import Simulator

PASSWORD = "simulator-password"


def test_calls_use_the_proxy_of_the_option(simulator: Simulator, tmp_path: Path) -> None:
    with proxy(tmp_path, simulator.port) as leading:
        assert own_images(client(**WHOLE, endpoint=simulator.endpoint, proxy=leading.url)) == ["in-use"]
        assert leading.requested() == [f"POST 127.0.0.1:{simulator.port}"]


def test_https_uses_a_tunnel_and_is_verified(tmp_path: Path) -> None:
    with Simulator(tls_in=str(tmp_path)) as simulator, proxy(tmp_path, simulator.port) as leading:
        calling = client(**WHOLE, endpoint=simulator.endpoint, proxy=leading.url, ca_path=simulator.ca_path)
        assert own_images(calling) == ["in-use"]
        assert leading.requested() == [f"CONNECT 127.0.0.1:{simulator.port}"]


def test_proxy_variables_are_used_and_the_option_has_priority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(tls_in=str(tmp_path)) as simulator, proxy(tmp_path, simulator.port) as leading:
        where = {"endpoint": simulator.endpoint, "ca_path": simulator.ca_path}
        monkeypatch.setenv("HTTPS_PROXY", leading.url)
        own_images(client(**WHOLE, **where))
        assert len(leading.requested()) == 1
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        own_images(client(**WHOLE, **where))
        assert len(leading.requested()) == 1
        own_images(client(**WHOLE, **where, proxy=leading.url))
        assert len(leading.requested()) == 2
        monkeypatch.delenv("NO_PROXY")
        own_images(client(**WHOLE, **where, proxy=""))
        assert len(leading.requested()) == 2


def test_a_proxy_gets_its_password_and_a_missing_password_is_reported(simulator: Simulator, tmp_path: Path) -> None:
    with proxy(tmp_path, simulator.port, "--basic-auth", f"user:{PASSWORD}") as leading:
        where = {"endpoint": simulator.endpoint}
        with_password = leading.url.replace("//", f"//user:{PASSWORD}@")
        assert own_images(client(**WHOLE, **where, proxy=with_password)) == ["in-use"]
        for url in (leading.url, leading.url.replace("//", f"//user:{PASSWORD}-wrong@")):
            with pytest.raises(NoAnswerError) as raised:
                own_images(client(**WHOLE, **where, proxy=url))
            assert "proxy" in message_of(raised.value)
            assert raised.value.permanent
            assert PASSWORD not in str(result_of(raised.value))


def test_a_failure_names_the_option_of_an_unreachable_proxy(simulator: Simulator) -> None:
    calling = client(**WHOLE, endpoint=simulator.endpoint, proxy="http://127.0.0.1:9")
    calling.deadline.seconds = 0.5
    with pytest.raises(DeadlineError) as raised:
        own_images(calling)
    assert raised.value.reason == "unreachable"
    assert "could not connect through the proxy" in message_of(raised.value)
    assert "Check proxy (set in the task)" in message_of(raised.value)


@pytest.mark.skipif(importlib.util.find_spec("socks") is not None, reason="PySocks is installed next to pytest.")
@pytest.mark.parametrize("is_option", [True, False], ids=["option", "environment"])
@pytest.mark.parametrize("login", ["user", "%E5%AF%86"], ids=["Latin-1", "Chinese"])
def test_a_socks_proxy_without_its_library_is_refused_before_anything_is_sent(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, is_option: bool, login: str
) -> None:
    url = f"socks5://{login}:{PASSWORD}@127.0.0.1:9"
    monkeypatch.setenv("ALL_PROXY", url)
    with pytest.raises(RefusalError) as raised:
        own_images(client(**WHOLE, endpoint=simulator.endpoint, **({"proxy": url} if is_option else {})))
    assert raised.value.reason == "missing_library"
    assert "requires the Python library PySocks" in raised.value.message
    assert PASSWORD not in raised.value.message
    assert simulator.calls() == []


def test_a_failure_names_the_variable_of_an_unreachable_proxy(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    calling = client(**WHOLE, endpoint=simulator.endpoint)
    calling.deadline.seconds = 0.5
    with pytest.raises(DeadlineError) as raised:
        own_images(calling)
    assert "Check environment variable HTTP_PROXY; the option proxy overrides it" in message_of(raised.value)


def test_a_certificate_failure_names_the_proxy_that_may_have_replaced_the_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Simulator(tls_in=str(tmp_path)) as simulator, proxy(tmp_path, simulator.port) as leading:
        monkeypatch.setenv("HTTPS_PROXY", leading.url)
        with pytest.raises(NoAnswerError, match="its certificate is not trusted") as raised:
            own_images(client(**WHOLE, endpoint=simulator.endpoint))
    assert raised.value.advice.endswith("The connection leads through a proxy: environment variable HTTPS_PROXY.")
