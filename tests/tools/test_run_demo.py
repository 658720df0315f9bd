# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import shlex
import time
import typing as t

import pytest

import run_demo
import simulator
from run_demo import GOLDEN, IMPORT, PLAYS, Play, judge, show, summary
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


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> t.Callable[[bool], str]:
    """What a run prints, without Ansible and the simulator."""
    log: list[dict[str, t.Any]] = []

    def run(_command: t.Any, *, env: t.Any, quiet: bool = False) -> list[str]:
        time.sleep(5 * run_demo.LONGEST_SILENCE_SECONDS)
        log.append({"action": "DeleteImage", "write": True})
        if not quiet:
            print("what Ansible prints")
        return [RECAP.format(changed=1, failed=0)]

    monkeypatch.setattr(run_demo, "LONGEST_SILENCE_SECONDS", 0.01)
    monkeypatch.setattr(run_demo, "run", run)
    monkeypatch.setattr(simulator, "calls", lambda _url: list(log))

    def printed(verbose: bool) -> str:
        show(PLAYS[4], "", {}, verbose)
        return capsys.readouterr().out

    return printed


def test_a_run_is_three_lines_with_a_sign_of_life(printed: t.Callable[[bool], str]) -> None:
    _empty, title, command, told = printed(False).splitlines()
    assert title == "5. The image is deleted"
    assert shlex.split(command)[1:] == run_demo.shown(PLAYS[4])
    expected = r"   \.+ changed=1 in \d+ s\. The cloud saw 1 call \(1 DeleteImage\), 1 write\."
    assert re.fullmatch(expected, told)


def test_the_whole_output_is_shown_on_request(printed: t.Callable[[bool], str]) -> None:
    assert "what Ansible prints" in printed(True)
    assert "what Ansible prints" not in printed(False)


def test_the_next_commands_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"make (\w+)", run_demo.NEXT)
    assert len(named) == 3
    assert all(re.search(rf"^{name}:", makefile, re.MULTILINE) for name in named)
