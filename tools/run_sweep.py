# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the fault sweep, the crash sweep and 50,000 random stories, and writes their tables into `docs/reliability.md`.

Takes more than half an hour. Exits with 1 if anything failed.
"""

from __future__ import annotations

import sys

from environments import checks_venv
from steps import RELIABILITY
from workspace import ROOT, ToolError, collections_path, environment_variables, run, stage


def main() -> None:
    env = environment_variables(checks_venv(), PYTHONPATH=collections_path(stage("clean")))
    run(["python", ROOT / RELIABILITY / "whole.py", ROOT / "docs" / "reliability.md"], env=env)


if __name__ == "__main__":
    try:
        main()
    except ToolError as error:
        sys.exit(f"sweep: {error}")
