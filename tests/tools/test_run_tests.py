# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import signal
import sys
import typing as t
from pathlib import Path

import pytest

import run_tests
from workspace import ROOT, ToolError

NOXFILE = """
import nox
nox.options.allow_parallel = True
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False
@nox.session(venv_backend="none")
def succeed(session): session.log("all is well")
@nox.session(venv_backend="none")
def fail(session): session.error("a check failed")
@nox.session(venv_backend="none")
def crash(session): 1 / 0
@nox.session(venv_backend="none", requires=["fail"])
def after(session): pass
@nox.session(python="2.0")
def absent(session): pass
@nox.session(venv_backend="none", default=False)
def named(session): pass
@nox.session(venv_backend="none", default=False)
def tell(session): session.log("here is " + __file__); session.log("file://" + __file__)
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project with sessions of its own, and the nox that runs these tests."""
    (tmp_path / "noxfile.py").write_text(NOXFILE, encoding="utf-8")
    monkeypatch.setattr(run_tests, "ROOT", tmp_path)
    monkeypatch.setattr(run_tests, "nox_venv", lambda: Path(sys.prefix))


def test_the_last_line_counts_every_session_even_after_a_failure(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_tests.main(["fail", "crash", "succeed", "after"]) == 1
    lines = capfd.readouterr().out.splitlines()
    assert lines[-1] == "steps: 1 passed, 3 failed: fail crash after"
    assert "nox > all is well" in lines


def test_the_last_screen_shows_what_failed(capfd: pytest.CaptureFixture[str]) -> None:
    run_tests.main(["fail", "succeed"])
    screen = capfd.readouterr().out.split("=== fail aborted; above is all that it printed ===")[1]
    assert "a check failed" in screen
    assert "all is well" not in screen
    assert "Ran 2 sessions" not in screen


def test_a_session_without_its_python_is_skipped_and_named(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_tests.main(["absent", "succeed"]) == 0
    skipped, passed, _empty, last = capfd.readouterr().out.splitlines()[-4:]
    assert re.fullmatch(r"skipped absent \d+\.\d: Python interpreter 2\.0 not found.*", skipped)
    assert re.fullmatch(r"passed succeed \d+\.\d", passed)
    assert last == "steps: 1 passed, 0 failed"


def test_a_single_session_prints_while_it_runs(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_tests.main(["named"]) == 0
    output = capfd.readouterr().out
    assert "nox > Running session named" in output.splitlines()[0]
    assert output.splitlines()[-1] == "steps: 1 passed, 0 failed"


def test_without_names_the_sessions_that_nox_runs_are_run(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_tests.main([]) == 1
    output = capfd.readouterr().out
    assert output.splitlines()[-1] == "steps: 1 passed, 3 failed: fail crash after"
    assert "named" not in output


def test_paths_start_at_the_checkout(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run_tests.main(["tell", "succeed"])
    lines = capfd.readouterr().out.splitlines()
    assert "nox > here is noxfile.py" in lines
    assert f"nox > file://{tmp_path}/noxfile.py" in lines


@pytest.mark.parametrize(
    ("settings", "environment"),
    [
        ("global.index-url='https://one'\n:env:.index-url='https://two'", {"UV_DEFAULT_INDEX": "https://two"}),
        ("global.extra-index-url='https://one'", {}),
    ],
)
def test_uv_uses_the_index_of_pip(settings: str, environment: dict[str, str], tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\ncat <<"END"\n{settings}\nEND\n', encoding="utf-8")
    python.chmod(0o700)
    assert run_tests.index_for_uv(python) == environment


@pytest.mark.parametrize(("code", "backend"), [(0, None), (2, "virtualenv")])
def test_pip_is_used_where_uv_does_not_reach_the_index(
    code: int, backend: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOX_DEFAULT_VENV_BACKEND", raising=False)
    monkeypatch.setattr(run_tests, "index_for_uv", lambda _python: {})
    (tmp_path / "bin").mkdir()
    uv = tmp_path / "bin" / "uv"
    uv.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
    uv.chmod(0o700)
    assert run_tests.settings(tmp_path).get("NOX_DEFAULT_VENV_BACKEND") == backend


def test_an_unknown_session_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ToolError, match="did not run to its end"):
        run_tests.main(["typo"])
    assert "Sessions not found: typo" in capfd.readouterr().out


def test_the_sessions_that_are_running_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_tests, "SECONDS_OF_SILENCE", 0)
    lines, rounds = run_tests.Lines(), iter([False, True])
    ended = t.cast("t.Any", type("Event", (), {"wait": lambda _self, _seconds: next(rounds)})())
    for line in (
        "Starting session one...\n",
        "Starting session two...\n",
        "===== ✓ one: success, took 1 second =====\n",
    ):
        lines.add(line)
    lines.tell(ended)
    assert capsys.readouterr().out == "... still running: two (0 s)\n"


def test_processes_under_test_can_be_interrupted_even_if_a_shell_runs_the_tests_in_the_background() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        run_tests.main(["succeed"])
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_both_requirements_files_of_the_simulator_agree() -> None:
    """ansible-test installs one file and ignores references in it to other files."""
    own = (ROOT / "tests" / "simulator" / "requirements.txt").read_text(encoding="utf-8")
    copied = (ROOT / "tests" / "integration" / "requirements.txt").read_text(encoding="utf-8")
    wanted = {line for line in own.splitlines() if line and not line.startswith("#")}
    assert wanted <= set(copied.splitlines())
