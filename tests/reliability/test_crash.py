# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that is killed or interrupted reports what it has done, and the next one reaches the desired state."""

from __future__ import annotations

import signal

import pytest
from crash import INTERRUPT, TERMINATE, fast_cloud, is_held, options, outcomes_of
from gate import BEFORE, Gate
from module_process import ended, start
from scenarios import SCENARIOS, Scenario

# A case is a process of its own, which takes a second.
EVERY = 12


@pytest.mark.parametrize("scenario", [one for one in SCENARIOS if not one.refused], ids=lambda scenario: scenario.title)
def test_wherever_a_run_is_interrupted_the_next_one_reaches_the_desired_state(scenario: Scenario) -> None:
    outcomes = outcomes_of(scenario, EVERY)
    assert outcomes != {}
    assert {str(crash): wrong for crash, wrong in outcomes.items() if wrong} == {}


@pytest.mark.parametrize("number", [TERMINATE, INTERRUPT])
def test_an_interrupted_search_says_that_nothing_was_changed(number: int) -> None:
    with fast_cloud() as simulator, Gate(simulator.port, 0, BEFORE) as gate:
        process = start(options(simulator, gate.endpoint, {}), module="apsarastack_image_info")
        assert is_held(gate, process)
        process.send_signal(number)
        told = ended(process)
    assert told["failed"]
    assert signal.Signals(number).name in told["msg"]
    assert "nothing was changed" in told["msg"]
