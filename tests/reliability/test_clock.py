# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A controller whose clock is wrong gets a sentence about the clock, not about signatures."""

from __future__ import annotations

import pytest
from bench import run_task
from scenarios import SCENARIOS

from apsarastack_simulator.testing import Simulator

TWENTY_MINUTES = 20 * 60


@pytest.mark.parametrize(("error", "direction"), [(-TWENTY_MINUTES, "behind"), (TWENTY_MINUTES, "ahead of")])
def test_a_clock_that_is_off_is_told_at_once_and_by_how_much(error: int, direction: str) -> None:
    with Simulator(speed=0) as simulator:
        run = run_task(simulator, SCENARIOS[0].desired, clock_error=error)
        actions = [call["action"] for call in simulator.calls()]
    message = run.result["msg"]
    assert f"seconds {direction} that of the cloud: correct it." in message
    # Some seconds may pass on a machine under load.
    told = int(message.partition("The clock of this host is ")[2].split()[0])
    assert abs(told - TWENTY_MINUTES) < 60
    assert "signature" not in message.lower()
    assert actions == ["DescribeImages"]


def test_a_date_that_does_not_explain_the_refusal_is_not_told() -> None:
    with Simulator(speed=0, clock_offset=TWENTY_MINUTES) as simulator:
        message = run_task(simulator, SCENARIOS[0].desired).result["msg"]
    assert "The clock of this host differs from that of the cloud by more than 15 minutes: correct it." in message


def test_ten_minutes_are_no_matter() -> None:
    with Simulator(speed=0) as simulator:
        assert run_task(simulator, SCENARIOS[0].desired, clock_error=TWENTY_MINUTES / 2).error is None
