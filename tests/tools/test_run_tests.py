# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

import run_tests
from steps import Step, covered_percent
from workspace import ROOT, ToolError


def fail() -> None:
    raise ToolError("a check failed")


def crash() -> None:
    raise ZeroDivisionError


def succeed() -> None:
    pass


@pytest.fixture(autouse=True)
def steps(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {"fail": Step(fail), "crash": Step(crash), "succeed": Step(succeed), "absent": Step(fail, Path("nowhere"))}
    monkeypatch.setattr(run_tests, "STEPS", steps)


def test_the_last_line_counts_every_step_even_after_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_tests.main(["fail", "crash", "succeed"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "steps: 1 passed, 2 failed: fail crash"
    assert [line.split()[:2] for line in lines if line.startswith(("passed", "failed"))] == [
        ["failed", "fail"],
        ["failed", "crash"],
        ["passed", "succeed"],
    ]


def test_the_last_screen_shows_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    run_tests.main(["fail", "succeed"])
    assert capsys.readouterr().out.splitlines()[-4:-1] == ["=== fail failed ===", "a check failed", ""]


def test_all_steps_run_in_lanes_and_their_outcomes_are_counted_together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = {
        "tests": ["passed fail 1.0", "passed crash 2.0"],
        "other": ["failed succeed 3.0", "", "=== succeed failed ===", "why"],
    }
    script = "import sys; print(*{lines!r}, 'steps: some', sep='\\n')"
    lanes = {"fail": "tests", "crash": "tests", "succeed": "other"}
    monkeypatch.setattr(run_tests, "STEPS", {name: Step(fail, lane=lane) for name, lane in lanes.items()})
    monkeypatch.setattr(
        run_tests, "command_of", lambda names: [sys.executable, "-c", script.format(lines=output[lanes[names[0]]])]
    )
    assert run_tests.main([]) == 1
    assert capsys.readouterr().out.splitlines()[-4:] == [
        "=== succeed failed ===",
        "why",
        "",
        "steps: 2 passed, 1 failed: succeed",
    ]


def test_a_step_whose_lane_ends_early_has_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_tests, "STEPS", {"one": Step(succeed), "two": Step(succeed)})
    monkeypatch.setattr(run_tests, "command_of", lambda names: [sys.executable, "-c", "print('passed one 1.0')"])
    assert run_tests.main([]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "steps: 1 passed, 1 failed: two"


def test_only_named_steps_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_tests.main(["succeed"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "steps: 1 passed, 0 failed"


def test_a_named_step_runs_even_if_its_folder_is_missing() -> None:
    assert run_tests.main(["absent"]) == 1


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(ToolError, match="Unknown step: typo"):
        run_tests.main(["typo"])


def test_processes_under_test_can_be_interrupted_even_if_a_shell_runs_the_tests_in_the_background() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        run_tests.main(["succeed"])
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_coverage_is_read_from_the_last_row() -> None:
    assert covered_percent(["Name  Stmts\n", "plugins/a.py  7  0  100%\n", "TOTAL  37  8  4  2  76%\n"]) == 76


def test_an_empty_coverage_report_is_refused() -> None:
    with pytest.raises(ToolError, match="empty"):
        covered_percent(["Name  Stmts\n"])


def test_both_requirements_files_of_the_simulator_agree() -> None:
    """ansible-test installs one file and ignores references in it to other files."""
    own = (ROOT / "tests" / "simulator" / "requirements.txt").read_text(encoding="utf-8")
    copied = (ROOT / "tests" / "integration" / "requirements.txt").read_text(encoding="utf-8")
    wanted = {line for line in own.splitlines() if line and not line.startswith("#")}
    assert wanted <= set(copied.splitlines())
