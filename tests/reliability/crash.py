# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The crash sweep: the module's process is ended right before or right after a call is processed."""

from __future__ import annotations

import json
import signal
import typing as t
from dataclasses import dataclass

from bench import run_task
from gate import AFTER, BEFORE, SECONDS, Gate
from module_process import connection_options, ended, start
from scenarios import SCENARIOS, Scenario
from verdict import creations, problems

from apsarastack_simulator.testing import Simulator

if t.TYPE_CHECKING:
    import subprocess

KILL, TERMINATE, INTERRUPT = signal.SIGKILL, signal.SIGTERM, signal.SIGINT
# The module lives in real time here, so the cloud's runs fast: an image is there after a look or two.
SPEED = 20.0
KNOBS: dict[str, t.Any] = {"create_time": 15, "visible_after": 1, "delete_latency": 1, "name_match": "fuzzy"}
PAUSE = 60.0


@dataclass(frozen=True)
class Crash:
    scenario: Scenario
    call: int
    moment: str
    signal: signal.Signals

    def __str__(self) -> str:
        return f"{self.scenario.title} / {self.signal.name} {self.moment} call {self.call}"


def crashes(scenario: Scenario, calls: int, every: int = 1) -> t.Iterator[Crash]:
    """All of a scenario; with ``every`` each so-manieth one only."""
    signals = (KILL, TERMINATE, INTERRUPT)
    found = [
        Crash(scenario, call, moment, ending)
        for ending in signals
        for call in range(calls)
        for moment in (BEFORE, AFTER)
    ]
    return iter(found[::every])


def fast_cloud() -> Simulator:
    return Simulator(speed=SPEED, **KNOBS)


def options(simulator: Simulator, endpoint: str, desired: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    # A swap of names lets a signal wait, and is held at the gate until it gives the call up.
    known = {"endpoint": endpoint, "wait_timeout": 50, "read_timeout": 5}
    return {**desired, **connection_options(simulator), **known}


def run_crash(simulator: Simulator, crash: Crash) -> list[str] | None:
    """What was wrong; empty when all was well, None where the run makes no such call."""
    simulator.reset(crash.scenario.seed())
    before = simulator.state()
    with Gate(simulator.port, crash.call, crash.moment) as gate:
        process = start(options(simulator, gate.endpoint, crash.scenario.desired))
        if not is_held(gate, process):
            ended(process)
            return None
        process.send_signal(crash.signal)
        told = ended(process)
    writes = [call["action"] for call in simulator.calls() if call["write"] and call["processed"]]
    wrong = _half_said(crash, told, writes)
    simulator.advance(PAUSE)
    last = run_task(simulator, crash.scenario.desired)
    simulator.advance(PAUSE)
    if last.error is not None:
        wrong.append(f"the second run fails: {last.error.message}")
    if creations(simulator.calls()) > 1:
        wrong.append(f"{creations(simulator.calls())} images were made")
    return [*wrong, *problems(crash.scenario, before, simulator.state(), _admitted(crash, told, writes))]


def is_held(gate: Gate, process: subprocess.Popen[bytes]) -> bool:
    """Whether the process has come to the gate; False when it has ended before."""
    for _tick in range(int(SECONDS / 0.02)):
        if gate.held.wait(0.02):
            return True
        if process.poll() is not None:
            return False
    raise AssertionError("the module neither comes to the call nor ends")


def _half_said(crash: Crash, told: dict[str, t.Any], writes: t.Sequence[str]) -> list[str]:
    """``writes``: the actions that the cloud has processed."""
    if crash.signal is KILL:
        return [] if told == {} else [f"a killed process told {told}"]
    if not told.get("failed"):
        return [f"the result is no failure: {told}"]
    wrong = [] if crash.signal.name in told["msg"] else [f"the message does not name the signal: {told['msg']}"]
    if writes and not told["changed"]:
        wrong.append(f"{writes} were processed, and changed is false")
    # The answer to the last one is the one that is held, so the module does not know its id.
    if "CreateImage" in writes[: -1 if crash.moment == AFTER else None] and not told["image_id"]:
        wrong.append(f"an image was made, and its id is not told: {told}")
    return wrong


def _admitted(crash: Crash, told: dict[str, t.Any], writes: t.Sequence[str]) -> str:
    """What may be left, since it is told. After SIGKILL nobody can tell which snapshots a deleted image had."""
    if crash.signal is KILL and "DeleteImage" in writes:
        return json.dumps(crash.scenario.lost_snapshots)
    return json.dumps(told)


def crash_sweep(every: int = 1, tell: t.Callable[[str], None] = lambda line: None) -> dict[str, tuple[int, int]]:
    """For each scenario how many crashes were tried and how many failed."""
    sums: dict[str, tuple[int, int]] = {}
    with fast_cloud() as simulator:
        for scenario in (one for one in SCENARIOS if not one.refused):
            outcomes = [(crash, run_crash(simulator, crash)) for crash in crashes(scenario, calls_of(scenario), every)]
            tried = [(crash, wrong) for crash, wrong in outcomes if wrong is not None]
            for crash, wrong in tried:
                for each in wrong:
                    tell(f"FAILED {crash}: {each}")
            sums[scenario.title] = len(tried), sum(bool(wrong) for _crash, wrong in tried)
    return sums


def calls_of(scenario: Scenario) -> int:
    """At most: how many looks a wait takes depends on the time."""
    with fast_cloud() as simulator:
        simulator.reset(scenario.seed())
        ended(start(options(simulator, simulator.endpoint, scenario.desired)))
        return len(simulator.calls())
