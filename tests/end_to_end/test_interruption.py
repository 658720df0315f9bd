# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that was killed: the next one makes it good, and never makes a second image."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_process import MODULE, SECONDS, Ansible, kill

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

WISH = {"image_name": "web", "instance_id": "i-web-running", "tags": {"team": "web"}}


def wait_until(claim: t.Callable[[], bool]) -> None:
    """There is nothing that tells when another process has come so far."""
    end = time.monotonic() + SECONDS
    while not claim():
        assert time.monotonic() < end, "the process did not come so far"
        time.sleep(0.05)


@pytest.mark.parametrize("moment", ["before the answer to the creation", "during the wait"])
def test_a_run_that_was_killed_is_finished_by_the_next(ansible: Ansible, simulator: Simulator, moment: str) -> None:
    simulator.knobs(create_time=3600)
    waiting = 1
    if moment == "before the answer to the creation":
        simulator.fault(action="CreateImage", delay=SECONDS)
        waiting = 0
    process = ansible.start([{MODULE: WISH}])
    wait_until(lambda: len(simulator.calls("CreateImage")) == 1)
    wait_until(lambda: len(simulator.calls("DescribeImages")) > waiting)
    kill(process)
    connections_of_killed = {call["connection"] for call in simulator.calls()}
    calls_of_killed = len(simulator.calls())
    simulator.advance(3600)

    run = ansible.image(**WISH)

    assert run.code == 0
    made = [image for image in simulator.state()["images"] if image["image_name"] == "web"]
    assert [image["image_id"] for image in made] == [run.result["image_id"]]
    assert made[0]["tags"] == WISH["tags"]
    assert run.result["changed"] is False
    assert len(simulator.calls("CreateImage")) == 1
    connections = {call["connection"] for call in simulator.calls()[calls_of_killed:]}
    assert connections.isdisjoint(connections_of_killed), "the first run was not killed"
