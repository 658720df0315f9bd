# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the simulator in the foreground: `python3 tools/run_simulator.py [options of the simulator]`. Ctrl-C stops it.

Paste the lines that it prints into another terminal. Your playbooks then run there, in any folder, with the Ansible and
the files of the checkout.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import simulator
from workspace import ROOT, ToolError, collections_path, linked


def arguments(venv: Path) -> list[str]:
    """Options that make the shell find the Ansible and the collection of the checkout first."""
    return ["--prepend", f"PATH={venv / 'bin'}", "--prepend", f"ANSIBLE_COLLECTIONS_PATH={collections_path(linked())}"]


def main() -> None:
    venv = simulator.demo_venv()
    command = simulator.command(venv, *arguments(venv), *sys.argv[1:])
    os.chdir(ROOT)
    # Replace this process, so that signals and the exit code need not be passed on.
    os.execve(command[0], command, simulator.environment(venv))


if __name__ == "__main__":
    try:
        main()
    except ToolError as error:
        sys.exit(str(error))
