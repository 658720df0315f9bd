# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The jobs of the guide for pipelines run a playbook against the simulator, without a container."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import typing as t
from pathlib import Path

import pytest
import yaml
from examples import ROOT, blocks

from apsarastack_simulator.server import DEFAULT_PORT
from apsarastack_simulator.testing import Simulator

GUIDES = ROOT / "docs" / "docsite" / "rst"
WORKFLOW, GITLAB = (block.content for block in blocks(GUIDES / "guide_pipeline.rst"))
PLAYBOOK = blocks(GUIDES / "guide_getting_started.rst")[0].content
HOME_OF_THE_PROJECT = "https://git.example.com/apsarastack/cloud"
SECONDS = 300

JOB = WORKFLOW["jobs"]["simulator"]
# The commands of each job by step, in order, and its variables.
COMMANDS = {
    "GitHub": [step["run"] for step in JOB["steps"] if "run" in step],
    "GitLab": ["\n".join([*GITLAB["playbooks"]["script"], *GITLAB["playbooks"]["after_script"]])],
}
VARIABLES = {"GitHub": JOB["env"], "GitLab": GITLAB["playbooks"]["variables"]}


def test_both_jobs_do_the_same() -> None:
    assert VARIABLES["GitHub"] == VARIABLES["GitLab"]
    github, gitlab = ("\n".join(COMMANDS[forge]).split("\n") for forge in ("GitHub", "GitLab"))
    assert [line for line in gitlab if line] == [line for line in github if line and not line.endswith("/calls")]


def test_the_variables_are_those_of_the_simulator() -> None:
    assert VARIABLES["GitHub"] == {
        "APSARASTACK_ENDPOINT": f"http://127.0.0.1:{DEFAULT_PORT}",
        "APSARASTACK_REGION": Simulator.region,
        "APSARASTACK_ACCESS_KEY": Simulator.access_key,
        "APSARASTACK_SECRET_KEY": Simulator.secret_key,
        "APSARASTACK_DEPARTMENT": Simulator.department,
        "APSARASTACK_RESOURCE_GROUP": Simulator.resource_group,
        "NO_PROXY": "127.0.0.1",
    }


class Runner:
    """A folder with a checkout of a user, and an environment in which the commands of the jobs are carried out."""

    def __init__(self, folder: Path, source: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = str(free.getsockname()[1])
        self.checkout = folder / "checkout"
        self.checkout.mkdir()
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))},
            # Git finds the files of the project behind its public address.
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{source.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": HOME_OF_THE_PROJECT,
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_REMOTE_TMP": str(folder / "ansible" / "tmp"),
            "PATH": os.pathsep.join([str(_python(folder)), str(Path(sys.executable).parent), os.environ["PATH"]]),
        }

    def _elsewhere(self, text: str) -> str:
        """On a free port, since the fixed one may be taken on this machine."""
        text = text.replace("apsarastack-simulator ", f"apsarastack-simulator --port {self._port} ")
        return text.replace(str(DEFAULT_PORT), self._port)

    def run(self, forge: str, steps: t.Sequence[str]) -> tuple[int, str]:
        """The exit code and the output of the steps, each in a shell of its own. What they have started is ended."""
        variables = {name: self._elsewhere(value) for name, value in VARIABLES[forge].items()}
        with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
            process = subprocess.Popen(
                ["bash", "-c", 'for step in "$@"; do bash -e -c "$step" || exit; done', "steps"]
                + [self._elsewhere(step) for step in steps],
                cwd=self.checkout,
                env={**self._environment, **variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                code = process.wait(SECONDS)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
            output.seek(0)
            return code, output.read()


def _python(folder: Path) -> Path:
    """The commands of a new environment that has what the tests have, so that pip installs only the simulator."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    (site / "tests.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder / "venv" / "bin"


@pytest.fixture(scope="module")
def runner(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """A runner that has carried out the first step."""
    author = ("-c", "user.name=tests", "-c", "user.email=tests@example.com")
    repository = shutil.copytree(source, tmp_path_factory.mktemp("home") / "repository")
    for command in (["init", "--quiet"], ["add", "--all"], [*author, "commit", "--quiet", "--message", "All"]):
        subprocess.run(["git", *command], cwd=repository, check=True)
    runner = Runner(tmp_path_factory.mktemp("runner"), repository)
    code, output = runner.run("GitHub", COMMANDS["GitHub"][:1])
    assert code == 0, output
    return runner


def run_on(runner: Runner, forge: str, playbook: t.Any) -> tuple[int, str]:
    """Runs the other steps of a job for this playbook."""
    (runner.checkout / "golden.yml").write_text(yaml.safe_dump(playbook), encoding="utf-8")
    whole, first = "\n".join(COMMANDS[forge]), COMMANDS["GitHub"][0]
    assert whole.startswith(first)
    return runner.run(forge, COMMANDS[forge][1:] or [whole.removeprefix(first)])


def test_the_job_runs_a_playbook_three_times_and_shows_what_the_cloud_saw(runner: Runner) -> None:
    code, output = run_on(runner, "GitHub", PLAYBOOK)
    assert code == 0, output
    assert re.findall(r"changed=(\d+) .*failed=0", output)[:3] == ["1", "1", "0"], output
    assert "CreateImage" in output.rpartition("watch it at")[2]


def test_the_job_fails_if_a_second_run_changes_something(runner: Runner) -> None:
    (play,) = PLAYBOOK
    task = {"name": "Something else each time", "ansible.builtin.command": "true"}
    code, output = run_on(runner, "GitLab", [{**play, "tasks": [*play["tasks"], task]}])
    assert code == 1, output
    assert "changed=1 " in output
