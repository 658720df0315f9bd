# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""After a killed run, the next one resumes and never creates a second image."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_process import MODULE, SECONDS, Ansible, kill

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

DESIRED = {"image_name": "web", "instance_id": "i-web-running", "tags": {"team": "web"}}


def wait_until(claim: t.Callable[[], bool]) -> None:
    """Polls until the other process has reached this point."""
    end = time.monotonic() + SECONDS
    while not claim():
        assert time.monotonic() < end, "the process did not reach this point"
        time.sleep(0.05)


@pytest.mark.parametrize("moment", ["before the response to the creation", "during the wait"])
def test_the_next_run_resumes_a_killed_one(ansible: Ansible, simulator: Simulator, moment: str) -> None:
    simulator.knobs(create_time=3600)
    waiting = 1
    if moment == "before the response to the creation":
        simulator.fault(action="CreateImage", delay=SECONDS)
        waiting = 0
    process = ansible.start([{MODULE: DESIRED}])
    wait_until(lambda: len(simulator.calls("CreateImage")) == 1)
    wait_until(lambda: len(simulator.calls("DescribeImages")) > waiting)
    kill(process)
    connections_of_killed = {call["connection"] for call in simulator.calls()}
    calls_of_killed = len(simulator.calls())
    simulator.advance(3600)

    run = ansible.image(**DESIRED)

    assert run.code == 0
    created = [image for image in simulator.state()["images"] if image["image_name"] == "web"]
    assert [image["image_id"] for image in created] == [run.result["image_id"]]
    assert created[0]["tags"] == DESIRED["tags"]
    assert run.result["changed"] is False
    assert len(simulator.calls("CreateImage")) == 1
    connections = {call["connection"] for call in simulator.calls()[calls_of_killed:]}
    assert connections.isdisjoint(connections_of_killed), "the first run was not killed"
