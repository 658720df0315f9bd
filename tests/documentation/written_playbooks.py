# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs playbook files with ansible-playbook as a separate process."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import ansible_process
from ansible_process import Ansible, Result, Run

SECONDS = 90


def tool(name: str) -> Path:
    """A command in the environment that runs the tests."""
    return Path(sys.executable).with_name(name)


class Playbooks(Ansible):
    """Runs playbook files unchanged."""

    def playbook(self, path: Path, *options: str, **variables: t.Any) -> Run:
        """``variables``: extra variables of the run."""
        # Like a user on a laptop: no inventory, the implicit localhost.
        answer = subprocess.run(
            [tool("ansible-playbook"), path, *options, "--extra-vars", json.dumps(variables)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        return Run(answer.returncode, answer.stdout, results_in(answer.stdout))


def results_in(output: str) -> list[Result]:
    """The results of all tasks and of their items, in the format of the callback `minimal`."""
    decoder = json.JSONDecoder()
    # The result of a failed task is printed on the same line, that of debug after a blank line.
    return [decoder.raw_decode(output, match.end())[0] for match in ansible_process.RESULT.finditer(output)]
