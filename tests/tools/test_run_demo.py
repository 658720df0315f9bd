# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from run_demo import GOLDEN, IMPORT, PLAYS, Play, judge, summary
from workspace import ROOT

RECAP = "localhost : ok=2 changed={changed} unreachable=0 failed={failed} skipped=0 rescued=0 ignored=0"


@pytest.mark.parametrize(
    ("changes", "writes", "changed", "failed", "written", "problems"),
    [
        (True, True, 1, 0, 1, []),
        (False, False, 0, 0, 0, []),
        (True, False, 1, 0, 1, ["1 writing calls"]),
        (False, False, 1, 0, 0, ["changed=1"]),
        (True, True, 0, 0, 0, ["changed=0", "0 writing calls"]),
        (True, True, 1, 1, 1, ["failed=1 for localhost"]),
    ],
)
def test_a_run_is_compared_with_what_is_expected(
    changes: bool, writes: bool, changed: int, failed: int, written: int, problems: list[str]
) -> None:
    play = Play("A run", (), changes=changes, writes=writes)
    assert judge(play, ["PLAY RECAP", RECAP.format(changed=changed, failed=failed)], written) == problems


def test_the_demo_runs_each_of_its_playbooks_twice_in_the_same_way() -> None:
    for playbook in (GOLDEN, IMPORT):
        runs = [(play.arguments, play.changes) for play in PLAYS if play.playbook == playbook]
        assert (ROOT / playbook).is_file()
        assert {((), True), ((), False)} <= {*runs}


def test_a_colored_recap_is_read() -> None:
    line = (
        "\x1b[0;33mlocalhost\x1b[0m : \x1b[0;32mok=2   \x1b[0m \x1b[0;33mchanged=1   \x1b[0m unreachable=0    failed=0"
    )
    assert judge(Play("A run", (), changes=True, writes=True), [line], 1) == []


def test_output_without_a_recap_is_a_problem() -> None:
    assert judge(Play("A run", (), changes=False, writes=False), [], 0) == ["the output has no recap"]


def test_the_summary_counts_calls_by_action() -> None:
    calls = [
        {"action": "DescribeImages", "write": False},
        {"action": "CreateImage", "write": True},
        {"action": "DescribeImages", "write": False},
    ]
    assert summary(calls) == "3 calls (2 DescribeImages, 1 CreateImage), 1 write"
    assert summary(calls[:1]) == "1 call (1 DescribeImages), no writes"
    assert summary([]) == "no calls (none), no writes"
