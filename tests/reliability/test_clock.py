# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A controller with a wrong clock gets a message about the clock, not about signatures."""

from __future__ import annotations

import pytest
from bench import run_task
from scenarios import SCENARIOS

from apsarastack_simulator.testing import Simulator

TWENTY_MINUTES = 20 * 60


@pytest.mark.parametrize(("error", "direction"), [(-TWENTY_MINUTES, "behind"), (TWENTY_MINUTES, "ahead of")])
def test_a_wrong_clock_is_reported_at_once_with_its_offset(error: int, direction: str) -> None:
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


def test_a_date_that_does_not_explain_the_refusal_is_not_reported() -> None:
    with Simulator(speed=0, clock_offset=TWENTY_MINUTES) as simulator:
        message = run_task(simulator, SCENARIOS[0].desired).result["msg"]
    assert "The clock of this host differs from that of the cloud by more than 15 minutes: correct it." in message


def test_an_offset_of_ten_minutes_is_accepted() -> None:
    with Simulator(speed=0) as simulator:
        assert run_task(simulator, SCENARIOS[0].desired, clock_error=TWENTY_MINUTES / 2).error is None
