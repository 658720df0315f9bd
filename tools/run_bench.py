# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures what the modules cost, and writes the figures into `docs/speed.md`.

Takes a few minutes. Other processes distort the times, so run nothing else.
"""

from __future__ import annotations

import sys

from environments import checks_venv
from steps import BENCH
from workspace import ROOT, ToolError, collections_path, environment_variables, run, stage


def main() -> None:
    path = collections_path(stage("clean"))
    env = environment_variables(checks_venv(), PYTHONPATH=path)
    run(["python", ROOT / BENCH / "measure.py", ROOT / "docs" / "speed.md", path], env=env)


if __name__ == "__main__":
    try:
        main()
    except ToolError as error:
        sys.exit(f"bench: {error}")
