# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the simulator in the foreground: `python3 tools/run_simulator.py [its options]`, Ctrl-C ends it.

What it prints, pasted into another terminal, makes a playbook of one's own run there, in any folder.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import simulator
from workspace import ROOT, ToolError, collections_path, stage


def exports(venv: Path, collections: Path) -> list[str]:
    """What a shell needs to find the Ansible and the collection of the checkout, before all others."""
    # A variable that names one place makes Ansible forget where it looks otherwise.
    others = '"${ANSIBLE_COLLECTIONS_PATH:-$HOME/.ansible/collections}"'
    return [
        f'export PATH={shlex.quote(str(venv / "bin"))}:"$PATH"',
        f"export ANSIBLE_COLLECTIONS_PATH={shlex.quote(str(collections))}:{others}",
    ]


def main() -> None:
    venv = simulator.demo_venv()
    print("\n".join(exports(venv, collections_path(stage("clean")))), flush=True)
    os.chdir(ROOT)
    arguments = simulator.command(venv, *sys.argv[1:])
    # The process becomes the simulator: signals and exit code need no go-between.
    os.execve(arguments[0], arguments, simulator.environment(venv))


if __name__ == "__main__":
    try:
        main()
    except ToolError as error:
        sys.exit(str(error))
