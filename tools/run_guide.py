# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the tables of the guide on state from `tests/situations`."""

from __future__ import annotations

import sys

from environments import checks_venv
from steps import DOCUMENTATION
from workspace import ROOT, ToolError, environment_variables, run

if __name__ == "__main__":
    try:
        run(["python", ROOT / DOCUMENTATION / "state_tables.py"], env=environment_variables(checks_venv()))
    except ToolError as error:
        sys.exit(f"guide: {error}")
