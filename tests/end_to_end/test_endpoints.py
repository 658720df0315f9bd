# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoints that are no good: a sentence, and the option that resolves it."""

from __future__ import annotations

import socket
import typing as t
from pathlib import Path

import pytest
from ansible_process import MODULE, Ansible, caller

from apsarastack_simulator.testing import Simulator

WISH = {"image_name": "web", "instance_id": "i-web-running"}


@pytest.fixture
def silent_port() -> t.Iterator[int]:
    """A port at which connections are made and nobody ever answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        pytest.param(200, "this does not look like a response of ApsaraStack", id="a page"),
        pytest.param(502, "timed out", id="an error that may pass"),
    ],
)
def test_an_endpoint_that_answers_html(ansible: Ansible, simulator: Simulator, status: int, told: str) -> None:
    simulator.fault(html=True, status=status, times=0)

    run = ansible.image(**WISH, wait_timeout=3)

    assert run.code != 0
    assert told in run.result["msg"]
    assert run.result["error"]["http_status"] == status
    assert [call for call in simulator.calls() if call["write"]] == []


def test_an_endpoint_that_does_not_answer(ansible: Ansible, silent_port: int) -> None:
    run = ansible.image(**WISH, endpoint=f"http://127.0.0.1:{silent_port}", read_timeout=1, wait_timeout=3)

    assert run.code != 0
    assert "no usable response" in run.result["msg"]
    assert "wait_timeout (3 seconds)" in run.result["msg"]
    assert run.result["error"]["action"] == "DescribeImages"


def test_a_certificate_that_nobody_knows_unless_told(collections: Path, tmp_path: Path) -> None:
    tasks: list[dict[str, t.Any]] = [
        {MODULE: WISH, "ignore_errors": True},
        {MODULE: {**WISH, "ca_path": str(tmp_path / "tls" / "ca.pem")}},
        {MODULE: {**WISH, "validate_certs": False}},
    ]
    with Simulator(create_time=0, tls_in=str(tmp_path / "tls")) as simulator:
        run = Ansible(tmp_path, collections, caller(simulator)).play(tasks)

    refused, trusted, unverified = run.results
    assert "certificate is not trusted" in refused["msg"]
    assert "ca_path" in refused["msg"]
    assert refused["reason"] == "tls"
    assert trusted["changed"]
    assert not unverified["changed"]
    assert unverified["image_id"] == trusted["image_id"]
    assert run.code == 0
