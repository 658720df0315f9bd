# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The workflows of the forge run every session of nox, on every supported ansible-core and Python."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import typing as t

import pytest
import yaml

from interpreters import CORES, DEVEL, NEWEST, OLDEST
from workspace import ROOT

Job = dict[str, t.Any]

WORKFLOWS = ROOT / ".github" / "workflows"
PATHS = sorted(WORKFLOWS.glob("*.yml"))
# YAML reads the key `on` as a boolean.
TRIGGERS = True
# One word for each other job.
ALL_PASSED = 'test "$RESULTS" = "success success success"'


def workflow(name: str) -> dict[t.Any, t.Any]:
    return t.cast("dict[t.Any, t.Any]", yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8")))


JOBS: dict[str, Job] = workflow("test.yml")["jobs"]


def steps_of(job: Job) -> set[str]:
    """The sessions that a job runs, with all values of its matrix."""
    texts = [job.get("env", {}).get("STEPS", "")]
    if texts == ["${{ matrix.steps }}"]:
        texts = [each["steps"] for each in job["strategy"]["matrix"]["include"]]
    return {step for text in texts for step in text.split()}


def sessions(*options: str) -> set[str]:
    """The sessions that nox selects with `options`, with those that they require."""
    command = [sys.executable, "-m", "nox", "--noxfile", str(ROOT / "noxfile.py"), "--list", "--json", *options]
    listed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {each["session"] for each in listed}


def test_every_session_is_run_by_a_job() -> None:
    named = set().union(*map(steps_of, JOBS.values()))
    assert sessions("--sessions", *named) == sessions()


@pytest.mark.parametrize(
    "page", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", ".github/PULL_REQUEST_TEMPLATE.md"]
)
def test_every_session_that_a_page_names_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r'STEPS="([a-z -]+)"|nox -R?e ([a-z -]+?)(?: --|\n|`)', text)
    names = {name for texts in named for name in " ".join(texts).split()}
    assert names
    assert names <= sessions("--sessions", *names)


def test_all_that_ansible_test_runs_is_run_on_every_ansible_core_and_on_the_one_in_development() -> None:
    job = JOBS["sanity"]
    assert set(job["strategy"]["matrix"]["core"]) == {core.series for core in (*CORES, DEVEL)}
    assert job["env"]["ANSIBLE_CORE"] == "${{ matrix.core }}"
    assert steps_of(job) == {"sanity", "units-pythons", "integration"}


def test_only_the_ansible_core_in_development_may_fail() -> None:
    tolerant = {name: job["continue-on-error"] for name, job in JOBS.items() if "continue-on-error" in job}
    assert tolerant == {"sanity": "${{ matrix.core == 'devel' }}"}


def test_unit_tests_run_on_every_python() -> None:
    expected = [f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    job = JOBS["units"]
    assert job["strategy"]["matrix"]["python"] == expected
    assert "${{ matrix.python }}" in str(job["steps"])
    assert steps_of(job) == {"units-pythons"}


def test_a_job_installs_a_python_for_the_ansible_core_that_it_runs() -> None:
    versions = JOBS["sanity"]["steps"][1]["with"]["python-version"].split()
    installed = [tuple(map(int, version.split("."))) for version in versions]
    for core in (*CORES, DEVEL):
        assert any(core.oldest <= version <= core.newest for version in installed), core.series


def test_the_job_that_a_branch_requires_waits_for_all_others() -> None:
    assert set(JOBS["all"]["needs"]) == JOBS.keys() - {"all"}
    assert JOBS["all"]["if"] == "always()"
    assert JOBS["all"]["steps"] == [{"run": ALL_PASSED}]


def test_pull_requests_and_each_night_are_tested() -> None:
    assert "pull_request" in workflow("test.yml")[TRIGGERS]
    nightly = workflow("nightly.yml")
    assert nightly[TRIGGERS]["schedule"]
    assert nightly["jobs"]["test"]["uses"] == "./.github/workflows/test.yml"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_a_job_calls_only_commands_of_the_makefile(path: t.Any) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {name for line in re.findall(r"^([a-z ]+):", makefile, re.MULTILINE) for name in line.split()}
    jobs: dict[str, Job] = workflow(path.name)["jobs"]
    for job in jobs.values():
        commands = job.get("strategy", {}).get("matrix", {}).get("command", ["test"])
        assert set(commands) <= targets
        run = [step["run"] for step in job.get("steps", ()) if "run" in step]
        assert set(run) <= {"make test", 'make "$COMMAND"', ALL_PASSED}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_and_every_job_has_a_time_limit(path: t.Any) -> None:
    document = workflow(path.name)
    assert document["permissions"] == {"contents": "read"}
    for name, job in document["jobs"].items():
        assert "timeout-minutes" in job or "uses" in job, name
