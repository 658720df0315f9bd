# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the guide on state, as they follow from `tests/situations`. Run by `make guide`, it writes them."""

from __future__ import annotations

import re
import typing as t

import yaml
from examples import ROOT

GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_state.rst"
STATES = ("present", "absent")


def rows(state: str) -> list[dict[str, t.Any]]:
    """The rows of the table of this `state`, with their cases."""
    path = ROOT / "tests" / "situations" / f"{state}.yml"
    return t.cast("list[dict[str, t.Any]]", yaml.safe_load(path.read_text(encoding="utf-8")))


def table(state: str) -> str:
    cells = [("Current state", "The task"), *((row["state"], row["task"]) for row in rows(state))]
    head = f".. list-table:: ``state: {state}``\n   :header-rows: 1\n   :widths: 45 55\n\n"
    return head + "".join(f"   * - {current}\n     - {task}\n" for current, task in cells)


def updated(guide: str) -> str:
    """The guide with the tables of `tests/situations`."""
    for state in STATES:
        pattern = rf"^\.\. list-table:: ``state: {state}``\n(?:   .*\n|\n(?=   ))+"
        before, *found, after = re.split(pattern, guide, flags=re.MULTILINE)
        if found:
            raise ValueError(f"{GUIDE} has several tables for state={state}")
        guide = before + table(state) + after
    return guide


if __name__ == "__main__":
    GUIDE.write_text(updated(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
