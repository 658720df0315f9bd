# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the guide on state are those of `tests/situations`, whose cases unit and integration tests run."""

from __future__ import annotations

import typing as t

import pytest
from state_tables import GUIDE, STATES, rows, updated

ROWS = [pytest.param(row, id=f"{state}: {row['state']}") for state in STATES for row in rows(state)]


def test_the_guide_has_the_tables_of_the_situations() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    assert guide == updated(guide), "run `make guide`"


def outcome(case: dict[str, t.Any]) -> str:
    if "reason" in case:
        return "fails"
    return "*changed*" if case.get("changed") else "*ok*"


@pytest.mark.parametrize("row", ROWS)
def test_a_row_states_each_outcome_of_its_cases(row: dict[str, t.Any]) -> None:
    """Itself, by referring to the row above, or by the option that changes the outcome."""
    for case in row["cases"]:
        options = {f"``{name}: {str(value).lower()}``" for name, value in case["desired"].items()}
        # Only the cloud or the time decides on the others.
        if not case.get("only_the_run"):
            assert any(words in row["task"] for words in (outcome(case), "as above", *options)), case["name"]
