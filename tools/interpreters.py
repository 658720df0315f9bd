# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which Pythons this machine has, and which ansible-core to run with each of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

Version = tuple[int, int]

# The oldest Python that modules run on, and the newest that any ansible-core below is tested on.
OLDEST: Version = (3, 9)
NEWEST: Version = (3, 14)

# Virtual environments require venv and ensurepip, which Debian packages separately.
PROBE = """
import ensurepip, json, sys, venv
base = getattr(sys, "_base_executable", sys.executable)
print(json.dumps([base if sys.prefix != sys.base_prefix else sys.executable, list(sys.version_info[:2])]))
"""


@dataclass(frozen=True)
class Interpreter:
    executable: Path
    version: Version

    @property
    def name(self) -> str:
        return ".".join(map(str, self.version))


@dataclass(frozen=True)
class AnsibleCore:
    """A release line of ansible-core, the controller Pythons it is tested on, and what its ansible-test requires.

    `seeds` are the wheels that ansible-test installs into each virtual environment, pip first. Without them, it
    downloads its own. `archive` is where the line is installed from, if not from the package registry.
    """

    series: str
    oldest: Version
    newest: Version
    seeds: tuple[str, ...]
    archive: str = ""

    @property
    def requirement(self) -> str:
        if self.archive:
            return f"ansible-core @ {self.archive}"
        major, minor = self.series.split(".")
        return f"ansible-core>={self.series},<{major}.{int(minor) + 1}"


UP_TO_2_17 = ("pip==23.1.2", "setuptools==67.7.2", "wheel==0.37.1")

# Every release line that the collection supports, newest first: the first one for which there is a Python is used. The
# last one is the oldest, since Automation Platform 2.5 includes it.
CORES = (
    AnsibleCore("2.21", oldest=(3, 12), newest=(3, 14), seeds=("pip==25.2",)),
    AnsibleCore("2.20", oldest=(3, 12), newest=(3, 14), seeds=("pip==25.2",)),
    AnsibleCore("2.19", oldest=(3, 11), newest=(3, 13), seeds=("pip==24.2",)),
    AnsibleCore("2.18", oldest=(3, 11), newest=(3, 13), seeds=("pip==24.2",)),
    AnsibleCore("2.17", oldest=(3, 10), newest=(3, 12), seeds=UP_TO_2_17),
    AnsibleCore("2.16", oldest=(3, 10), newest=(3, 12), seeds=UP_TO_2_17),
)
# What the next release line will be; only used if it is asked for.
DEVEL = AnsibleCore(
    "devel",
    oldest=(3, 13),
    newest=(3, 14),
    seeds=(),
    archive="https://github.com/ansible/ansible/archive/devel.tar.gz",
)


def candidates(environ: t.Mapping[str, str]) -> t.Iterator[Path]:
    """Files that may be Pythons: the running one, then those on PATH, then those of pyenv."""
    yield Path(sys.executable)
    folders = [Path(entry) for entry in environ.get("PATH", "").split(os.pathsep) if entry]
    pyenv = Path(environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders.extend(sorted(pyenv.glob("versions/3.*/bin")))
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        for folder in folders:
            executable = folder / f"python3.{minor}"
            if os.access(executable, os.X_OK):
                yield executable


def probe(executable: Path) -> Interpreter | None:
    """The interpreter behind `executable`; None if it does not run.

    It must be run to find out: a shim of pyenv looks like a Python, but exits with 127 if that version is not selected.
    """
    command = [str(executable), "-c", PROBE]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
        path, version = json.loads(answer)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return Interpreter(Path(path), (version[0], version[1]))


def find_interpreters(environ: t.Mapping[str, str]) -> list[Interpreter]:
    """One working interpreter of each version between OLDEST and NEWEST, oldest first."""
    found: dict[Version, Interpreter] = {}
    for executable in candidates(environ):
        interpreter = probe(executable)
        if interpreter is not None and OLDEST <= interpreter.version <= NEWEST:
            found.setdefault(interpreter.version, interpreter)
    return [found[version] for version in sorted(found)]


def pairs(interpreters: t.Sequence[Interpreter], series: str = "") -> list[tuple[AnsibleCore, Interpreter]]:
    """Each ansible-core that this machine supports, with the newest Python it is tested on; newest first.

    With `series`, only this one, for example `2.18` or `devel`.
    """
    result = []
    for core in [each for each in (*CORES, DEVEL) if each.series == series] if series else CORES:
        fitting = [each for each in interpreters if core.oldest <= each.version <= core.newest]
        if fitting:
            result.append((core, max(fitting, key=lambda each: each.version)))
    return result
