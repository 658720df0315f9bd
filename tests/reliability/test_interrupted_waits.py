# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A signal ends a task that waits at once, with the id of the image."""

from __future__ import annotations

import signal
import time
import typing as t

import pytest
from module_process import SECONDS, connection_options, ended, start

from apsarastack_simulator.testing import Simulator

DESIRED = {"image_name": "web", "instance_id": "i-web-running"}
# Seconds within which the process must have ended, including the time that a busy machine takes.
AT_ONCE = 1.0


def wait_until(claim: t.Callable[[], bool]) -> None:
    """Polls until the other process has reached this point."""
    end = time.monotonic() + SECONDS
    while not claim():
        assert time.monotonic() < end, "the process did not reach this point"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["between two polls", "during a poll"])
def test_a_signal_during_a_wait_ends_the_task_within_a_second(number: signal.Signals, moment: str) -> None:
    with Simulator(create_time=3600) as simulator:
        process = start({**DESIRED, **connection_options(simulator), "wait_timeout": 3600})
        # From then on, a pause takes more than a second.
        wait_until(lambda: len(simulator.calls("DescribeImages")) >= 7)
        if moment == "during a poll":
            simulator.fault(action="DescribeImages", delay=SECONDS)
            before = len(simulator.calls("DescribeImages"))
            wait_until(lambda: len(simulator.calls("DescribeImages")) > before)
        sent = time.monotonic()
        process.send_signal(number)
        process.wait(SECONDS)
        took = time.monotonic() - sent
        result = ended(process)
        (image,) = (each for each in simulator.state()["images"] if each["image_name"] == "web")
    assert took < AT_ONCE
    assert (result["reason"], result["image_id"]) == ("interrupted", image["image_id"])
    assert number.name in result["msg"]
    assert "Run the task again" in result["msg"]
