# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recording of a run in the README is what its playbook and its commands print."""

from __future__ import annotations

import re
import shlex
import subprocess
import typing as t

import yaml
from examples import ROOT, blocks, commands
from written_playbooks import SECONDS, tool

if t.TYPE_CHECKING:
    from written_playbooks import Playbooks

README = ROOT / "README.md"


def shown() -> list[str]:
    (block,) = re.findall(r"^```text\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return str(block).splitlines()


def shortened(output: str) -> list[str]:
    """Without blank lines, the stars that fill lines, and the counts after those of failures."""
    lines = (re.sub(r" \*+$", "", line.rstrip()) for line in output.splitlines())
    return [re.sub(r"(failed=\d+) .*", r"\1", line) for line in lines if line]


def test_the_recording_is_what_the_commands_print(ansible: Playbooks) -> None:
    path = ansible.write("golden.yml", yaml.safe_dump(blocks(README)[0].content, sort_keys=False))
    ansible.environment["ANSIBLE_STDOUT_CALLBACK"] = "default"
    recorded = []
    runs = [command for command in commands(README) if command.startswith("ansible-playbook golden.yml")]
    for command in runs:
        _program, _playbook, *options = shlex.split(command)
        done = subprocess.run(
            [tool("ansible-playbook"), path, *options],
            env=ansible.environment,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            timeout=SECONDS,
            check=True,
        )
        recorded.append([f"$ {command}", *shortened(done.stdout)])
    assert [*recorded[0], *recorded[-1]] == shown(), "\n".join([*recorded[0], *recorded[-1]])
