# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sample of the fault sweep. `make sweep` runs all of it."""

from __future__ import annotations

import pytest
from breakages import BREAKAGES
from importing import ROOT
from scenarios import SCENARIOS, Scenario
from sweep import Report, cases_of, healthy_calls, run_case, simulated_cloud
from table import table

EVERY = 9


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.title)
def test_whatever_fails_the_task_reaches_the_desired_state(scenario: Scenario) -> None:
    with simulated_cloud() as simulator:
        cases = list(cases_of(scenario, healthy_calls(simulator, scenario), EVERY))
        failures = {str(case): wrong for case in cases for wrong in run_case(simulator, case)}
    assert failures == {}


def test_each_fault_is_tested_at_least_once() -> None:
    actions = ["DescribeImages", "CreateImage", "DescribeImages"]
    tried = {case.breakage.title for case in cases_of(SCENARIOS[0], actions, EVERY)}
    assert tried == {breakage.title for breakage in BREAKAGES}


def test_the_table_in_the_documentation_is_that_of_this_sweep() -> None:
    """If a change affects the calls of a task, run `make sweep` and commit the table."""
    report = Report()
    with simulated_cloud() as simulator:
        for scenario in SCENARIOS:
            actions = healthy_calls(simulator, scenario)
            report.calls[scenario.title] = len(actions)
            report.cases += cases_of(scenario, actions)
    assert table(report) in (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
