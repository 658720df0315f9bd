# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For unusable endpoints, the failure is a sentence that names the option that resolves it."""

from __future__ import annotations

import socket
import typing as t
from pathlib import Path

import pytest
from ansible_process import MODULE, Ansible, caller

from apsarastack_simulator.testing import Simulator

DESIRED = {"image_name": "web", "instance_id": "i-web-running"}


@pytest.fixture
def silent_port() -> t.Iterator[int]:
    """A port that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        pytest.param(200, "this does not look like a response of ApsaraStack", id="page"),
        pytest.param(502, "timed out", id="temporary error"),
    ],
)
def test_an_endpoint_that_answers_html_is_reported_with_its_status(
    ansible: Ansible, simulator: Simulator, status: int, message: str
) -> None:
    simulator.fault(html=True, status=status, times=0)

    run = ansible.image(**DESIRED, wait_timeout=3)

    assert run.code != 0
    assert message in run.result["msg"]
    assert run.result["error"]["http_status"] == status
    assert [call for call in simulator.calls() if call["write"]] == []


def test_an_endpoint_that_does_not_answer_is_reported_with_the_timeout(ansible: Ansible, silent_port: int) -> None:
    run = ansible.image(**DESIRED, endpoint=f"http://127.0.0.1:{silent_port}", read_timeout=1, wait_timeout=3)

    assert run.code != 0
    assert "no usable response" in run.result["msg"]
    assert "wait_timeout (3 seconds)" in run.result["msg"]
    assert run.result["error"]["action"] == "DescribeImages"


def test_an_unknown_certificate_is_refused_unless_ca_path_or_validate_certs_is_set(
    collections: Path, tmp_path: Path
) -> None:
    tasks: list[dict[str, t.Any]] = [
        {MODULE: DESIRED, "ignore_errors": True},
        {MODULE: {**DESIRED, "ca_path": str(tmp_path / "tls" / "ca.pem")}},
        {MODULE: {**DESIRED, "validate_certs": False}},
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
