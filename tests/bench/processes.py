# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module's process, exactly as Ansible starts it: the file that is sent, run by the same Python."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path

from payload import sent_script

MEBIBYTE = 1024 * 1024
STOPWATCH = Path(__file__).with_name("stopwatch.py")
WARM_UP = 1

Command = t.Sequence[str]


@dataclass(frozen=True)
class Usage:
    """Wall time and CPU time in milliseconds, peak memory in MiB."""

    wall: float
    cpu: float
    peak: float


def usage_of(command: Command) -> Usage:
    """Raises RuntimeError with the output unless the command exits with 0."""
    with tempfile.NamedTemporaryFile(encoding="utf-8", mode="r") as output:
        words = [sys.executable, "-I", "-S", str(STOPWATCH), output.name, *command]
        counted = json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout)
        if counted["code"] != 0:
            raise RuntimeError(f"{command} ended with {counted['code']}: {output.read()}")
    return Usage(counted["wall"] * 1000, counted["cpu"] * 1000, counted["peak"] / MEBIBYTE)


def in_turn(commands: t.Mapping[str, Command], rounds: int) -> dict[str, list[Usage]]:
    """Each command once in each round, forwards and backwards, so that slowdowns of the machine affect all of them.

    The rounds before the first one only warm up the caches.
    """
    found: dict[str, list[Usage]] = {name: [] for name in commands}
    for number in range(WARM_UP + rounds):
        for name in list(commands)[:: 1 if number % 2 else -1]:
            usage = usage_of(commands[name])
            if number >= WARM_UP:
                found[name].append(usage)
    return found


def task_of(module: str, environment: t.Mapping[str, str], folder: Path, options: t.Mapping[str, t.Any]) -> Command:
    """The command that Ansible runs for a task of ``module``; its file is kept in ``folder``."""
    script = folder / f"{module}-{len(list(folder.iterdir()))}.py"
    arguments = json.dumps(options) if options else ""
    script.write_text(sent_script(module, environment, arguments), encoding="utf-8")
    return [sys.executable, str(script)]


def python(code: str) -> Command:
    return [sys.executable, "-c", code]
