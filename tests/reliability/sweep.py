# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault sweep: every scenario, with every fault, at every call of its run without faults.

A case consists of the initial cloud, a run with the fault at one call, and, if that run was allowed to fail and did, a
run without faults a minute later.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

from bench import Detour, Run, run_task
from breakages import BREAKAGES, Breakage
from scenarios import SCENARIOS, Scenario
from sent import complaints
from verdict import CREATIONS, answered_writes, creations, image_of, problems

from apsarastack_simulator.testing import Simulator

# Seconds of the simulated clock: each operation takes a while, and is visible later.
KNOBS: dict[str, t.Any] = {
    "create_time": 4,
    "copy_time": 4,
    "copy_visible_after": 1.5,
    "import_time": 4,
    # As on sites that do not know the token: only CreateImage has it on every site.
    "ignored_parameters": "CopyImage.ClientToken,ImportImage.ClientToken",
    "visible_after": 1.5,
    "delete_latency": 1.5,
    "modify_latency": 1,
    "name_match": "fuzzy",
    "unknown_accounts": "accept",
}
# Seconds between two runs. A run that starts before the cloud lists the image of the previous run cannot know it.
PAUSE = 60.0
SHORTEST_MESSAGE = 20


@dataclass(frozen=True)
class Case:
    """``call``: the index, from 0, of the affected call; ``place``: its index among those that can be affected."""

    scenario: Scenario
    breakage: Breakage
    call: int
    place: int
    action: str

    def __str__(self) -> str:
        return f"{self.scenario.title} / {self.breakage.title} / call {self.call} ({self.action})"


@dataclass
class Report:
    """The cases and results. ``calls``: of each scenario without faults. ``failures``: each a case and its problem."""

    calls: dict[str, int] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    failures: list[tuple[Case, str]] = field(default_factory=list)


def simulated_cloud() -> Simulator:
    """A simulator whose clock advances only on request."""
    return Simulator(speed=0, **KNOBS)


def healthy_calls(simulator: Simulator, scenario: Scenario) -> list[str]:
    """The actions that the scenario calls without faults; AssertionError if it fails."""
    simulator.reset(scenario.seed())
    before = simulator.state()
    run = run_task(simulator, scenario.desired)
    after, calls = simulator.state(), simulator.calls()
    wrong = [*_problems_of_last(scenario, run, after), *problems(scenario, before, after), *complaints(calls)]
    assert wrong == [], f"{scenario.title}: {wrong}"
    return [call["action"] for call in calls]


def cases_of(scenario: Scenario, actions: t.Sequence[str], every: int = 1) -> t.Iterator[Case]:
    """All cases of a scenario, or those of every ``every``-th call, starting at another call for each fault."""
    for number, breakage in enumerate(BREAKAGES):
        struck = [index for index, action in enumerate(actions) if breakage.strikes(action)]
        cases = [
            Case(scenario, breakage, index, place, actions[index])
            for place, index in enumerate(struck)
            if _has_something_to_lose(scenario, breakage, actions[: index + 1])
        ]
        yield from cases[number % max(1, min(every, len(cases))) :: every]


def _has_something_to_lose(scenario: Scenario, breakage: Breakage, until: t.Sequence[str]) -> bool:
    """Only an existing image can be deleted by somebody else."""
    if not breakage.loses_image:
        return True
    return not scenario.refused and (bool(scenario.images) or bool(CREATIONS & {*until}))


def run_case(simulator: Simulator, case: Case) -> list[str]:
    """The problems."""
    scenario, breakage = case.scenario, case.breakage
    simulator.reset(scenario.seed())
    before = simulator.state()
    first = last = _broken_run(simulator, case)
    wrong = list(_problems_of_first(case, first, simulator.calls()))
    simulator.clear_faults()
    if (first.error is not None and not scenario.refused) or breakage.loses_image:
        simulator.advance(PAUSE)
        last = run_task(simulator, scenario.desired)
    after = simulator.state()
    is_lost = breakage.loses_image and scenario.after_loss == "refused" and last.error is not None
    told = json.dumps(first.result if first.error is not None else first.result["snapshots_failed"])
    made, allowed = creations(simulator.calls()), 2 if breakage.loses_image else 1
    return [
        *wrong,
        *([f"{made} images were created instead of {allowed}"] if made > allowed else []),
        *(_problems_of_loss(scenario, last) if is_lost else _problems_of_last(scenario, last, after)),
        *problems(scenario.after_a_loss() if breakage.loses_image else scenario, before, after, told, is_lost=is_lost),
    ]


def _broken_run(simulator: Simulator, case: Case) -> Run:
    breakage, desired = case.breakage, case.scenario.desired
    if breakage.is_refused:
        return run_task(simulator, desired, adapter=Detour(case.call, times=float("inf") if breakage.lasts else 1))
    # By place and not by index: a lasting fault also affects the retries of the call.
    simulator.fault(action=breakage.action, skip=case.place, **breakage.script)
    return run_task(simulator, desired, read_timeout=breakage.read_timeout)


def _problems_of_first(case: Case, run: Run, calls: t.Sequence[dict[str, t.Any]]) -> t.Iterator[str]:
    if run.error is None or case.scenario.refused:
        return
    if case.breakage.is_transient:
        yield f"the run fails because of a transient fault: {run.error.message}"
    if len(run.error.message) < SHORTEST_MESSAGE:
        yield f"the message says nothing: {run.error.message!r}"
    if answered_writes(calls) and not run.result.get("changed"):
        yield f"the failure does not report that something was changed: {run.error.message}"
    # After a failed image is deleted, and before it is created again, there is no image.
    deletion = "DeleteImage" if case.scenario.attributes is not None else ""
    if answered_writes(calls, besides=deletion) and not run.result.get("image_id"):
        yield f"the failure does not report image_id: {run.error.message}"


def _problems_of_last(scenario: Scenario, run: Run, after: dict[str, t.Any]) -> t.Iterator[str]:
    if run.error is not None and not scenario.refused:
        yield f"the last run fails: {run.error.message}"
    if run.error is None and scenario.refused:
        yield "the run succeeds instead of refusing"
    if run.error is None and scenario.attributes is not None and run.result["image_id"] != image_of(scenario, after):
        yield f"the result reports image {run.result['image_id']}"


def _problems_of_loss(scenario: Scenario, run: Run) -> list[str]:
    """A task that names its image by id cannot create it again, and must say which image does not exist."""
    is_named = str(scenario.desired["image_id"]) in str(run.error)
    return [] if is_named else [f"the last run does not name what is lost: {run.error}"]


def sweep(every: int = 1, tell: t.Callable[[str], None] = lambda line: None) -> Report:
    """Runs all cases, or with ``every`` a part of them; ``tell`` gets a line for each failure."""
    report = Report()
    with simulated_cloud() as simulator:
        for scenario in SCENARIOS:
            actions = healthy_calls(simulator, scenario)
            report.calls[scenario.title] = len(actions)
            for case in cases_of(scenario, actions, every):
                report.cases.append(case)
                for wrong in run_case(simulator, case):
                    report.failures.append((case, wrong))
                    tell(f"FAILED {case}: {wrong}")
    return report
