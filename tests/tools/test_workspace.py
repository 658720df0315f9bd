# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import subprocess
import sys
import typing as t
from pathlib import Path
from unittest import mock

import pytest

from workspace import ROOT, ToolError, environment_variables, run, side_by_side, supported_pairs

TWO_SLEEPERS = """
import signal, sys
from workspace import run, side_by_side
signal.signal(signal.SIGINT, signal.default_int_handler)
sleeper = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
side_by_side([lambda: run(sleeper), lambda: run(sleeper)])
"""


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize(("before", "after"), [(None, "127.0.0.1"), ("example.com", "127.0.0.1,example.com")])
def test_the_simulator_is_reached_without_a_proxy(
    variable: str, before: str | None, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(variable, raising=False)
    if before is not None:
        monkeypatch.setenv(variable, before)
    assert environment_variables()[variable] == after


def test_the_environment_of_a_session_can_be_that_of_another() -> None:
    """Nox runs each session in a process, whose environment has the same changes already."""
    first = environment_variables()
    with mock.patch.dict(os.environ, first, clear=True):
        assert environment_variables() == first


def test_all_jobs_run_even_if_one_of_them_fails(tmp_path: Path) -> None:
    def touch(number: int) -> t.Callable[[], None]:
        return (tmp_path / str(number)).touch

    def fail() -> None:
        raise ToolError("a check failed")

    with pytest.raises(ToolError, match="a check failed"):
        side_by_side([touch(1), fail, touch(2), touch(3)])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "2", "3"]


def test_the_commands_of_jobs_run_at_the_same_time(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    for path in (mine, other):
        os.mkfifo(path)
    # Opening a named pipe waits for the other end.
    side_by_side(
        [
            lambda: run(["sh", "-c", f"echo > {mine}; cat {other}"]),
            lambda: run(["sh", "-c", f"cat {mine}; echo > {other}"]),
        ]
    )


def test_ctrl_c_ends_the_commands_of_all_jobs() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", TWO_SLEEPERS],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tools")},
    )
    lines = t.cast("t.IO[str]", process.stdout)
    ids: list[int] = []
    while len(ids) < 2:
        line = lines.readline().strip()
        ids += [int(line)] if line.isdigit() else []
    process.send_signal(signal.SIGINT)
    _output, errors = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in errors
    for pid in ids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_an_ansible_core_that_cannot_run_here_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_CORE", "1.0")
    with pytest.raises(ToolError, match=r"^ANSIBLE_CORE is 1\.0, which is unknown or has no Python here"):
        supported_pairs()
