# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The crash sweep: the module's process gets a signal right before or right after a call is processed."""

from __future__ import annotations

import concurrent.futures
import json
import signal
import typing as t
from dataclasses import dataclass

from bench import run_task
from gate import AFTER, BEFORE, SECONDS, Gate
from module_process import connection_options, ended, start
from scenarios import SCENARIOS, Scenario
from verdict import CREATIONS, creations, problems

from apsarastack_simulator.testing import Simulator

if t.TYPE_CHECKING:
    import subprocess

KILL, TERMINATE, INTERRUPT = signal.SIGKILL, signal.SIGTERM, signal.SIGINT
# The module runs in real time here, so its pauses are short and the cloud's clock runs fast: an image is ready after
# one or two polls.
HASTE = 5.0
SPEED = 20.0 * HASTE
KNOBS: dict[str, t.Any] = {
    **dict.fromkeys(("create_time", "copy_time", "import_time"), 15),
    "visible_after": 1,
    "copy_visible_after": 1,
    "delete_latency": 1,
    "name_match": "fuzzy",
    "unknown_accounts": "accept",
    "ignored_parameters": "CopyImage.ClientToken,ImportImage.ClientToken",
}
PAUSE = 60.0
AT_A_TIME = 3


@dataclass(frozen=True, eq=False)
class Crash:
    scenario: Scenario
    call: int
    moment: str
    signal: signal.Signals

    def __str__(self) -> str:
        return f"{self.scenario.title} / {self.signal.name} {self.moment} call {self.call}"


def crashes(scenario: Scenario, calls: int, every: int = 1) -> t.Iterator[Crash]:
    """All crashes of a scenario, or every ``every``-th one."""
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
    # A swap of names defers the signal, and is held at the gate until its call times out.
    known = {"endpoint": endpoint, "wait_timeout": 50, "read_timeout": 5}
    return {**desired, **connection_options(simulator), **known}


def run_crash(simulator: Simulator, crash: Crash) -> list[str] | None:
    """The problems, or None if the run makes no such call."""
    simulator.reset(crash.scenario.seed())
    before = simulator.state()
    with Gate(simulator.port, crash.call, crash.moment) as gate:
        process = start(options(simulator, gate.endpoint, crash.scenario.desired), haste=HASTE)
        if not is_held(gate, process):
            ended(process)
            return None
        process.send_signal(crash.signal)
        result = ended(process)
    writes = [call["action"] for call in simulator.calls() if call["write"] and call["processed"]]
    wrong = _problems_of_report(crash, result, writes)
    simulator.advance(PAUSE)
    last = run_task(simulator, crash.scenario.desired)
    simulator.advance(PAUSE)
    if last.error is not None:
        wrong.append(f"the second run fails: {last.error.message}")
    if creations(simulator.calls()) > 1:
        wrong.append(f"{creations(simulator.calls())} images were created")
    return [*wrong, *problems(crash.scenario, before, simulator.state(), _reported_leftovers(crash, result, writes))]


def is_held(gate: Gate, process: subprocess.Popen[bytes]) -> bool:
    """Whether the process has reached the gate; False if it has ended before."""
    for _tick in range(int(SECONDS / 0.02)):
        if gate.held.wait(0.02):
            return True
        if process.poll() is not None:
            return False
    raise AssertionError("the module neither reaches the call nor ends")


def _problems_of_report(crash: Crash, result: dict[str, t.Any], writes: t.Sequence[str]) -> list[str]:
    """``writes``: the actions that the cloud has processed."""
    if crash.signal is KILL:
        return [] if result == {} else [f"a killed process printed {result}"]
    if not result.get("failed"):
        return [f"the task did not fail: {result}"]
    wrong = [] if crash.signal.name in result["msg"] else [f"the message does not name the signal: {result['msg']}"]
    if writes and not result["changed"]:
        wrong.append(f"{writes} were processed, and changed is false")
    # The answer to the last call is held, so the module does not know the id.
    if CREATIONS & {*writes[: -1 if crash.moment == AFTER else None]} and not result["image_id"]:
        wrong.append(f"an image was created, and its id is not reported: {result}")
    return wrong


def _reported_leftovers(crash: Crash, result: dict[str, t.Any], writes: t.Sequence[str]) -> str:
    """What may be left over, since it is reported. After SIGKILL, the snapshots of a deleted image are unknown."""
    if crash.signal is KILL and "DeleteImage" in writes:
        return json.dumps(crash.scenario.lost_snapshots)
    return json.dumps(result)


def outcomes_of(scenario: Scenario, every: int = 1) -> dict[Crash, list[str]]:
    """The problems of each case of a scenario. Several run at a time, since a process mostly waits."""
    cases = list(crashes(scenario, calls_of(scenario), every))
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        outcomes = zip(cases, pool.map(_on_its_own_cloud, cases))
        return {crash: wrong for crash, wrong in outcomes if wrong is not None}


def _on_its_own_cloud(crash: Crash) -> list[str] | None:
    with fast_cloud() as simulator:
        return run_crash(simulator, crash)


def crash_sweep(every: int = 1, tell: t.Callable[[str], None] = lambda line: None) -> dict[str, tuple[int, int]]:
    """For each scenario the number of cases and of failures."""
    sums: dict[str, tuple[int, int]] = {}
    for scenario in (one for one in SCENARIOS if not one.refused):
        outcomes = outcomes_of(scenario, every)
        for crash, wrong in outcomes.items():
            for each in wrong:
                tell(f"FAILED {crash}: {each}")
        sums[scenario.title] = len(outcomes), sum(map(bool, outcomes.values()))
    return sums


def calls_of(scenario: Scenario) -> int:
    """The maximum number of calls: the number of polls depends on the time."""
    with fast_cloud() as simulator:
        simulator.reset(scenario.seed())
        ended(start(options(simulator, simulator.endpoint, scenario.desired), haste=HASTE))
        return len(simulator.calls())
