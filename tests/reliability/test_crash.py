# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that is killed or interrupted reports what it has done, and the next one reaches the desired state."""

from __future__ import annotations

import concurrent.futures
import signal

import pytest
from crash import INTERRUPT, TERMINATE, Crash, calls_of, crashes, fast_cloud, is_held, options, run_crash
from gate import BEFORE, Gate
from module_process import ended, start
from scenarios import SCENARIOS, Scenario

# A case is a process of its own, which takes a second.
EVERY = 12
AT_A_TIME = 3


def crashed(crash: Crash) -> list[str] | None:
    with fast_cloud() as simulator:
        return run_crash(simulator, crash)


@pytest.mark.parametrize("scenario", [one for one in SCENARIOS if not one.refused], ids=lambda scenario: scenario.title)
def test_wherever_a_run_is_interrupted_the_next_one_reaches_the_desired_state(scenario: Scenario) -> None:
    cases = list(crashes(scenario, calls_of(scenario), EVERY))
    # A process mostly waits.
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        outcomes = dict(zip(map(str, cases), pool.map(crashed, cases)))
    tried = {name: wrong for name, wrong in outcomes.items() if wrong is not None}
    assert tried != {}
    assert {name: wrong for name, wrong in tried.items() if wrong} == {}


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
