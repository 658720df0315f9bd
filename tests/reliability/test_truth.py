# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever fails, the result agrees with the calls that the simulator logged and with the images that it holds."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

import pytest
from bench import run_task
from scenarios import OLD, SCENARIOS, Scenario
from sweep import KNOBS, PAUSE, healthy_calls
from written import differences_of

from apsarastack_simulator.testing import Simulator

Document = dict[str, t.Any]

WRITES = (
    "CreateImage",
    "CopyImage",
    "ImportImage",
    "ModifyImageAttribute",
    "TagResources",
    "UntagResources",
    "CancelCopyImage",
    "CancelTask",
    "DeleteImage",
    "DeleteSnapshot",
)
SITES: dict[str, Document] = {
    "names need not be unique": {},
    "names must be unique": {"names_unique": True},
}


@dataclass(frozen=True)
class Failure:
    """``first``: the fault of one call. ``then``: that of all further calls. ``of_a_read``: whether it also affects
    reads, of which nothing can have been carried out."""

    title: str
    first: Document
    then: Document | None = None
    of_a_read: bool = False

    def script(self, simulator: Simulator, call: int) -> None:
        simulator.fault(skip=call, **self.first)
        if self.then is not None:
            simulator.fault(skip=call + 1, times=0, **self.then)


FORBIDDEN: Document = {"code": "Forbidden.RAM"}
FAILURES = (
    Failure("refused", FORBIDDEN, of_a_read=True),
    Failure("lost, then refused", {"drop": "after"}, FORBIDDEN),
    Failure("not processed, then refused", {"drop": "before"}, FORBIDDEN),
    Failure("failed, but processed", {"status": 500, "processed": True}),
)
CHANGING = [one for one in SCENARIOS if not one.refused]
# Only a replacement has another order of calls where names must be unique.
PLACES = [
    pytest.param(scenario, SITES[site], id=f"{scenario.title}, {site}")
    for scenario in CHANGING
    for site in SITES
    if not SITES[site] or "recreate" in scenario.desired
]


def untrue(simulator: Simulator, scenario: Scenario, before: Document) -> list[str]:
    """Runs the task. Returns where its result differs from what the simulator saw since ``before``."""
    simulator.clear_calls()
    run = run_task(simulator, scenario.desired)
    has_failed = run.error is not None
    return differences_of(run.result, before, simulator.state(), simulator.calls(), has_failed=has_failed)


@pytest.mark.parametrize(("scenario", "site"), PLACES)
def test_the_result_of_a_failure_agrees_with_the_calls_and_the_images(scenario: Scenario, site: Document) -> None:
    found: dict[str, list[str]] = {}
    with Simulator(speed=0, **KNOBS, **site) as simulator:
        actions = healthy_calls(simulator, scenario)
        for failure in FAILURES:
            for call in (call for call, action in enumerate(actions) if failure.of_a_read or action in WRITES):
                simulator.reset(scenario.seed())
                failure.script(simulator, call)
                first = untrue(simulator, scenario, simulator.state())
                simulator.clear_faults()
                simulator.advance(PAUSE)
                second = untrue(simulator, scenario, simulator.state())
                found[f"{failure.title}, call {call}"] = [*first, *(f"next run: {one}" for one in second)]
    assert {case: wrong for case, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("site", SITES.values(), ids=list(SITES))
@pytest.mark.parametrize("action", WRITES)
def test_the_result_agrees_in_each_run_of_a_key_that_lacks_a_permission(action: str, site: Document) -> None:
    found: dict[str, list[str]] = {}
    with Simulator(speed=0, **KNOBS, **site, denied_actions=[action]) as simulator:
        for scenario in CHANGING:
            simulator.reset(scenario.seed())
            for number in (1, 2):
                found[f"{scenario.title}, run {number}"] = untrue(simulator, scenario, simulator.state())
                simulator.advance(PAUSE)
    assert {case: wrong for case, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("site", SITES.values(), ids=list(SITES))
@pytest.mark.parametrize(
    "ignored",
    [
        "ModifyImageAttribute.ImageName",
        "ModifyImageAttribute.Description",
        "ModifyImageAttribute.ImageFamily",
        "ModifyImageAttribute.Status",
        "CreateImage.Tag",
        "CopyImage.Tag",
        "ImportImage.Tag",
    ],
)
def test_the_result_agrees_in_each_run_on_a_site_that_ignores_a_parameter(ignored: str, site: Document) -> None:
    found: dict[str, list[str]] = {}
    with Simulator(speed=0, **{**KNOBS, **site, "ignored_parameters": [ignored]}) as simulator:
        for scenario in CHANGING:
            simulator.reset(scenario.seed())
            for number in (1, 2):
                found[f"{scenario.title}, run {number}"] = untrue(simulator, scenario, simulator.state())
                simulator.advance(PAUSE)
    assert {case: wrong for case, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("scenario", CHANGING, ids=lambda scenario: scenario.title)
def test_each_missing_action_is_noticed(scenario: Scenario) -> None:
    with Simulator(speed=0, **KNOBS) as simulator:
        simulator.reset(scenario.seed())
        before = simulator.state()
        run = run_task(simulator, scenario.desired)
        after, calls = simulator.state(), simulator.calls()
    actions = run.result["actions"]
    assert differences_of(run.result, before, after, calls) == []
    for number in range(len(actions)):
        false = {**run.result, "actions": actions[:number] + actions[number + 1 :]}
        assert differences_of(false, before, after, calls) != [], actions[number]


def test_a_false_result_is_noticed() -> None:
    """Each change of a true result is a difference."""
    scenario = next(one for one in SCENARIOS if one.lost_snapshots and "recreate" in one.desired)
    with Simulator(speed=0, **KNOBS) as simulator:
        simulator.reset(scenario.seed())
        before = simulator.state()
        run = run_task(simulator, scenario.desired)
        after, calls = simulator.state(), simulator.calls()
    assert run.error is None
    assert differences_of(run.result, before, after, calls) == []
    after_diff = run.result["diff"]["after"]
    false: list[Document] = [
        {"actions": []},
        {"actions": [], "changed": False},
        {"actions": run.result["actions"][:-1]},
        {"actions": [*run.result["actions"], "delete image m-similar 'web-2'"]},
        {"actions": [f"{run.result['actions'][0]} (may have been carried out)", *run.result["actions"][1:]]},
        {"image_id": OLD},
        {"replaced_image_id": None},
        {"snapshots_deleted": []},
        {"diff": {**run.result["diff"], "after": {**after_diff, "images": {}}}},
        {"diff": {**run.result["diff"], "after": {**after_diff, "snapshots": {}}}},
        {"diff": {**run.result["diff"], "after": {**after_diff, "description": "another"}}},
    ]
    assert [one for one in false if not differences_of({**run.result, **one}, before, after, calls)] == []
