# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the simulator in the foreground: `python3 tools/run_simulator.py [its options]`, Ctrl-C ends it."""

from __future__ import annotations

import os
import sys

import simulator
from workspace import ROOT, ToolError


def main() -> None:
    venv = simulator.demo_venv()
    os.chdir(ROOT)
    arguments = simulator.command(venv, *sys.argv[1:])
    # The process becomes the simulator: signals and exit code need no go-between.
    os.execve(arguments[0], arguments, simulator.environment(venv))


if __name__ == "__main__":
    try:
        main()
    except ToolError as error:
        sys.exit(str(error))
