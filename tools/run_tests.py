# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the tests: `python3 tools/run_tests.py [STEP ...]`. Without arguments, runs every step.

Every step runs in one of two lanes, side by side, since most steps use hardly more than one processor. Each line of the
output begins with the name of its lane. Steps that are named run one after another.

The remaining steps run even if one fails. The failures are repeated at the end, on the last screen. The exit code is 1
if any step failed.
"""

from __future__ import annotations

import functools
import re
import signal
import sys
import time
import traceback
import typing as t

from steps import STEPS, Step
from workspace import ROOT, ToolError, process_group, side_by_side

# Two lanes may take longer than a single command.
MAX_LANE_SECONDS = 80 * 60

# Steps, each with what failed; None if it passed.
Problems = dict[str, t.Optional[str]]


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


def in_lanes(steps: t.Mapping[str, Step]) -> Problems:
    """Runs the steps of each lane in a process of its own."""
    lanes = {
        lane: [name for name in steps if steps[name].lane == lane] for lane in {step.lane for step in steps.values()}
    }
    problems: Problems = dict.fromkeys(steps, "It did not run to its end.")
    side_by_side(functools.partial(run_lane, lane, names, problems) for lane, names in lanes.items())
    return problems


def run_lane(lane: str, names: t.Sequence[str], problems: Problems) -> None:
    """Runs the steps in a process, prints what it prints, and puts their outcomes into `problems`."""
    lines = []
    with process_group(command_of(names), ROOT, None, MAX_LANE_SECONDS) as process:
        for line in t.cast("t.IO[str]", process.stdout):
            lines.append(line)
            print(f"{lane:>12} | {line}", end="", flush=True)
    problems.update(outcomes(lines))


def command_of(names: t.Sequence[str]) -> list[str]:
    return [sys.executable, __file__, *names]


def outcomes(lines: t.Iterable[str]) -> Problems:
    """The outcomes of the steps in the output of a lane, with the failures that it repeats at its end."""
    found: Problems = {}
    failing = ""
    for line in lines:
        ended, repeated = re.match(r"(passed|failed) (\S+) [\d.]+$", line), re.match(r"=== (\S+) failed ===$", line)
        if repeated:
            failing = repeated[1]
        elif line.startswith("steps: "):
            break
        elif failing:
            found[failing] = f"{found[failing] or ''}{line}"
        elif ended:
            found[ended[2]] = None if ended[1] == "passed" else ""
    return found


def main(wanted: t.Sequence[str]) -> int:
    # Shells make background processes ignore SIGINT, and the processes under test would inherit this.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    steps = chosen(wanted)
    problems = {name: problem(name, step) for name, step in steps.items()} if wanted else in_lanes(steps)
    failed = {name: found for name, found in problems.items() if found is not None}
    for name, found in failed.items():
        print(f"\n=== {name} failed ===\n{found.rstrip()}")
    names = f": {' '.join(failed)}" if failed else ""
    print(f"\nsteps: {len(problems) - len(failed)} passed, {len(failed)} failed{names}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ToolError as error:
        sys.exit(str(error))
