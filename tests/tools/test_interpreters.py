# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

import pytest

from interpreters import CORES, DEVEL, Interpreter, find_interpreters, pairs, probe

if t.TYPE_CHECKING:
    from interpreters import Version

HERE = (sys.version_info[0], sys.version_info[1])


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_a_shim_that_does_not_run_is_not_an_interpreter(tmp_path: Path) -> None:
    assert probe(script(tmp_path / "python3.9", "exit 127")) is None


def test_a_shim_is_resolved_to_its_interpreter(tmp_path: Path) -> None:
    shim = script(tmp_path / "python3.9", f'exec {sys.executable} "$@"')
    interpreter = probe(shim)
    assert interpreter is not None
    assert interpreter.version == HERE
    assert interpreter.executable != shim


def test_broken_shims_on_the_path_are_skipped(tmp_path: Path) -> None:
    for minor in range(9, 15):
        script(tmp_path / f"python3.{minor}", "exit 127")
    found = find_interpreters({"PATH": str(tmp_path), "PYENV_ROOT": str(tmp_path / "none")})
    assert [each.version for each in found] == [HERE]


def test_pythons_of_pyenv_are_found_outside_the_path(tmp_path: Path) -> None:
    folder = tmp_path / "versions" / "3.9.18" / "bin"
    folder.mkdir(parents=True)
    script(folder / "python3.9", """echo '["/somewhere/python3.9", [3, 9]]'""")
    found = find_interpreters({"PATH": "", "PYENV_ROOT": str(tmp_path)})
    assert found[0] == Interpreter(Path("/somewhere/python3.9"), (3, 9))


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([(3, 9)], []),
        ([(3, 10)], [("2.17", (3, 10)), ("2.16", (3, 10))]),
        ([(3, 11)], [("2.19", (3, 11)), ("2.18", (3, 11)), ("2.17", (3, 11)), ("2.16", (3, 11))]),
        (
            [(3, 9), (3, 11), (3, 12), (3, 13)],
            [
                *(("2.21", (3, 13)), ("2.20", (3, 13)), ("2.19", (3, 13)), ("2.18", (3, 13))),
                *(("2.17", (3, 12)), ("2.16", (3, 12))),
            ],
        ),
    ],
)
def test_each_ansible_core_gets_the_newest_python_it_is_tested_on(
    versions: list[Version], expected: list[tuple[str, Version]]
) -> None:
    interpreters = [Interpreter(Path(f"python{minor}"), (major, minor)) for major, minor in versions]
    assert [(core.series, each.version) for core, each in pairs(interpreters)] == expected


@pytest.mark.parametrize(("series", "expected"), [("2.18", ["2.18"]), ("devel", ["devel"]), ("2.17", []), ("1.0", [])])
def test_a_single_ansible_core_can_be_selected(series: str, expected: list[str]) -> None:
    assert [core.series for core, _each in pairs([Interpreter(Path("python3.13"), (3, 13))], series)] == expected


def test_the_development_branch_is_installed_from_its_archive() -> None:
    assert DEVEL.requirement.startswith("ansible-core @ https://")
    assert CORES[0].requirement == "ansible-core>=2.21,<2.22"
