# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the tests: `python3 tools/run_tests.py [STEP ...]`. Without arguments, runs every step.

The remaining steps run even if one fails. The failures are repeated at the end, on the last screen. The exit code is 1
if any step failed.
"""

from __future__ import annotations

import signal
import sys
import time
import traceback
import typing as t

from steps import STEPS, Step
from workspace import ROOT, ToolError


def problem(name: str, step: Step) -> str | None:
    """Runs one step and prints its outcome in one line. Returns the failure; None if it passed."""
    print(f"\n=== {name} ===", flush=True)
    start = time.monotonic()
    found = None
    try:
        step.run()
    except ToolError as error:
        found = str(error)
    except Exception:  # noqa: BLE001 - an unexpected exception is a failure of the step; the others still run
        found = traceback.format_exc()
    if found is not None:
        print(found)
    print(f"{'passed' if found is None else 'failed'} {name} {time.monotonic() - start:.1f}", flush=True)
    return found


def chosen(names: t.Sequence[str]) -> dict[str, Step]:
    """The steps called `names`; without names, all steps whose folder exists."""
    unknown = [name for name in names if name not in STEPS]
    if unknown:
        raise ToolError(f"Unknown step: {', '.join(unknown)}. Steps: {', '.join(STEPS)}.")
    absent = [name for name, step in STEPS.items() if not (ROOT / step.folder).is_dir() and name not in names]
    for name in [] if names else absent:
        print(f"skipped {name}: {STEPS[name].folder} does not exist")
    return {name: step for name, step in STEPS.items() if (name in names if names else name not in absent)}


def main(wanted: t.Sequence[str]) -> int:
    # Shells make background processes ignore SIGINT, and the processes under test would inherit this.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    problems = {name: problem(name, step) for name, step in chosen(wanted).items()}
    failed = {name: found for name, found in problems.items() if found is not None}
    for name, found in failed.items():
        print(f"\n=== {name} failed ===\n{found}")
    names = f": {' '.join(failed)}" if failed else ""
    print(f"\nsteps: {len(problems) - len(failed)} passed, {len(failed)} failed{names}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ToolError as error:
        sys.exit(str(error))
