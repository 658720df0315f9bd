# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import fcntl
import itertools
import subprocess
import sys
from pathlib import Path

import pytest

import environments
from environments import find_uv, free_folder, lock, make_venv
from interpreters import Interpreter
from workspace import ROOT

PYTHON = Interpreter(Path(sys.executable), sys.version_info[:2])
TOOLS = f"import sys; sys.path.insert(0, {str(ROOT / 'tools')!r}); from pathlib import Path\n"
# Uses an environment until its standard input is closed.
USE = f"""{TOOLS}
import environments
from interpreters import Interpreter
environments.ROOT = environments.BUILD = Path(sys.argv[1])
environments.install = lambda folder, *_: folder.mkdir(exist_ok=True) or print("installed", flush=True)
environments.make_venv(Path(sys.argv[1], "venv"), Interpreter(Path(sys.executable), sys.version_info[:2]), sys.argv[2:])
print("ready", flush=True)
sys.stdin.read()
"""


def user(folder: Path, requirement: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", USE, str(folder), requirement]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def until_ready(process: subprocess.Popen[str]) -> list[str]:
    """What the process prints before it uses the environment."""
    assert process.stdout is not None
    return list(itertools.takewhile(lambda line: line != "ready\n", process.stdout))


def printed(process: subprocess.Popen[str]) -> list[str]:
    """What the process prints until it ends, which it does soon."""
    return process.communicate(timeout=60)[0].splitlines()


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requirements of each environment that is installed, without installing any."""
    made: list[str] = []

    def install(folder: Path, _interpreter: Interpreter, requirements: list[str]) -> None:
        folder.mkdir(exist_ok=True)
        made.extend(requirements)

    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(environments, "BUILD", tmp_path)
    monkeypatch.setattr(environments, "LOCKS", {})
    monkeypatch.setattr(environments, "install", install)
    return made


def test_an_environment_is_only_replaced_if_its_requirements_changed(installed: list[str], tmp_path: Path) -> None:
    for requirement in ("one", "one", "two", "two"):
        assert make_venv(tmp_path / "venv", PYTHON, [requirement]) == tmp_path / "venv"
    assert installed == ["one", "two"]


def test_processes_with_the_same_requirements_share_an_environment(tmp_path: Path) -> None:
    with user(tmp_path, "one") as first, user(tmp_path, "one") as second:
        # Both get it while the other one still uses it, whoever is first.
        assert [*until_ready(first), *until_ready(second)].count("installed\n") == 1
        for each in (first, second):
            printed(each)


def test_an_environment_is_not_replaced_while_another_process_uses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "LOCKS", {})
    file = tmp_path / "venv.used"
    with user(tmp_path, "one") as process:
        until_ready(process)
        assert lock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        assert not lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        printed(process)
    assert lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_each_process_gets_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "LOCKS", {})
    script = f"{TOOLS}from environments import free_folder\nprint(free_folder(Path(sys.argv[1])).name)"
    assert free_folder(tmp_path) == tmp_path / "1"
    for _again in range(2):
        other = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
        )
        assert other.stdout == "2\n"


def test_pip_is_used_where_nox_does_not_use_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uv = tmp_path / "uv"
    uv.touch(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.delenv("NOX_DEFAULT_VENV_BACKEND", raising=False)
    assert find_uv() == str(uv)
    monkeypatch.setenv("NOX_DEFAULT_VENV_BACKEND", "virtualenv")
    assert find_uv() is None
