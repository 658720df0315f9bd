# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the tests: `python3 tools/run_tests.py [STEP ...]`, every step without an argument.

A step that fails does not keep the next from running. The last line counts them, and the exit code is 1 if any failed.
"""

from __future__ import annotations

import signal
import sys
import time
import traceback
import typing as t

from steps import STEPS, Step
from workspace import ROOT, ToolError


def passes(name: str, step: Step) -> bool:
    """Runs one step, and tells its outcome in a line."""
    print(f"\n=== {name} ===", flush=True)
    start = time.monotonic()
    try:
        step.run()
        outcome = "passed"
    except ToolError as error:
        print(error)
        outcome = "failed"
    except Exception:  # noqa: BLE001 - a step that breaks in an unforeseen way has failed as well; the others still run
        traceback.print_exc()
        outcome = "failed"
    print(f"{outcome} {name} {time.monotonic() - start:.1f}", flush=True)
    return outcome == "passed"


def chosen(names: t.Sequence[str]) -> dict[str, Step]:
    """The steps called `names`; all of them, less those whose folder is not there, if no name is given."""
    unknown = [name for name in names if name not in STEPS]
    if unknown:
        raise ToolError(f"There is no step {', '.join(unknown)}; there are {', '.join(STEPS)}.")
    absent = [name for name, step in STEPS.items() if not (ROOT / step.folder).is_dir() and name not in names]
    for name in [] if names else absent:
        print(f"absent {name}: there is no {STEPS[name].folder} yet")
    return {name: step for name, step in STEPS.items() if (name in names if names else name not in absent)}


def main(names: t.Sequence[str]) -> int:
    # Shells have what they start in the background ignore it, and what is tested would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    outcomes = [passes(name, step) for name, step in chosen(names).items()]
    failed = outcomes.count(False)
    print(f"\nsteps: {len(outcomes) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ToolError as error:
        sys.exit(str(error))
