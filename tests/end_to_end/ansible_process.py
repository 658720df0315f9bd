# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs ansible-playbook as a separate process, like a user, and returns its output and the results of its tasks."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

MODULE = "apsarastack.cloud.apsarastack_image"
# No test may block the others.
SECONDS = 90
# What the callback "minimal" prints before the result of a task.
RESULT = re.compile(r"^localhost \| [A-Z]+!? => ", re.MULTILINE)
# Variables that would make the tests use the user's own Ansible or cloud.
FOREIGN = ("ANSIBLE_", "APSARASTACK_", "ALIBABACLOUDSTACK_", "PYTHON", "COVERAGE_")

Task = t.Mapping[str, t.Any]
Result = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Run:
    """A finished playbook: its exit code, its whole output, and the result of each task."""

    code: int
    output: str
    results: list[Result]

    @property
    def result(self) -> Result:
        """The result of the only task."""
        (result,) = self.results
        return result


class Ansible:
    """Runs playbooks in a separate folder, with the ansible-core of the running Python."""

    def __init__(self, folder: Path, collections: Path, environment: t.Mapping[str, str]) -> None:
        """``environment``: the variables APSARASTACK_* of the processes."""
        self._folder = folder
        config = self.write("ansible.cfg", "")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        self.environment = {
            **kept,
            "LC_ALL": "C.UTF-8",
            "HOME": str(folder),
            # A proxy in the user's environment cannot reach this machine's loopback interface.
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
            "ANSIBLE_CONFIG": str(config),
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_STDOUT_CALLBACK": "minimal",
            # By default, it is read from the home in the user database, but written to HOME.
            "ANSIBLE_ASYNC_DIR": str(folder / "async"),
            "ANSIBLE_NOCOLOR": "true",
            **environment,
        }

    def write(self, name: str, text: str) -> Path:
        """Writes a file next to the playbook."""
        path = self._folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def image(self, *options: str, **desired: t.Any) -> Run:
        """Runs one task of the module. ``options``: of the command."""
        return self.play([{MODULE: desired}], *options)

    def play(self, tasks: t.Sequence[Task], *options: str, **play: t.Any) -> Run:
        process = self.start(tasks, *options, **play)
        try:
            output = process.communicate(timeout=SECONDS)[0]
        except subprocess.TimeoutExpired:
            kill(process)
            raise
        return Run(process.returncode, output, list(_results(output)))

    def start(self, tasks: t.Sequence[Task], *options: str, **play: t.Any) -> subprocess.Popen[str]:
        """``play``: further keywords of the play."""
        # JSON is YAML.
        play = {"hosts": "localhost", "gather_facts": False, **play, "tasks": tasks}
        playbook = self.write("playbook.yml", json.dumps([play]))
        command = [str(Path(sys.executable).with_name("ansible-playbook")), str(playbook), *options]
        return subprocess.Popen(
            [*command, "-i", "localhost,", "-c", "local", "-e", f"ansible_python_interpreter={sys.executable}"],
            cwd=self._folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )


def _results(output: str) -> t.Iterator[Result]:
    decoder = json.JSONDecoder()
    for match in RESULT.finditer(output):
        result, _end = decoder.raw_decode(output, match.end())
        yield result


def caller(simulator: Simulator) -> dict[str, str]:
    """The environment variables of the first tenant of the simulator."""
    return {
        "APSARASTACK_ENDPOINT": simulator.endpoint,
        "APSARASTACK_REGION": simulator.region,
        "APSARASTACK_ACCESS_KEY": simulator.access_key,
        "APSARASTACK_SECRET_KEY": simulator.secret_key,
        "APSARASTACK_DEPARTMENT": simulator.department,
        "APSARASTACK_RESOURCE_GROUP": simulator.resource_group,
    }


def kill(process: subprocess.Popen[str]) -> None:
    """Kill the process and everything that it has started with SIGKILL."""
    # Ansible's workers have their own sessions, so a signal to the process group would not reach them.
    for pid in [process.pid, *_descendants(process.pid)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=SECONDS)


def _descendants(pid: int) -> list[int]:
    # Children are listed per thread.
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for thread in threads for child in thread.read_text(encoding="ascii").split()]
    return [pid for child in children for pid in (child, *_descendants(child))]
