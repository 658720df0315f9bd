# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mutation testing of the modules that only compute: changes the code in many small ways and runs the unit tests.

Takes a quarter of an hour. Prints surviving mutants as diffs, and exits with 1 if there are too many.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from workspace import COLLECTION, ToolError, run, stage

MODULES = (
    "_image/planning",
    "_image/changes",
    "_image/creating",
    "_image/sources",
    "_image/differing",
    "_image/marks",
    "_image/resuming",
    "_image/replacing",
    "_image/deletion",
    "_image/snapshots",
    "_image/expectations",
    "_image/verifying",
    "_image/swapping",
    "_engine/tags",
    "_wire/signing",
)
# Property tests would take hours for all mutants.
LEFT_OUT = "test_laws*.py"
# A little more than in release 1.1.0, so that it can only get better: most of those that survive change a word of a
# message, or a value that is replaced before anything reads it.
MAX_SURVIVORS_PERCENT = 6.0
# What a cast names has no effect when the code runs.
CAST = re.compile(r't\.cast\((?:None|"[^"]*"), ')


def settings(top: Path) -> str:
    """The pyproject.toml for mutmut, which runs in the folder that contains ansible_collections."""
    utils, tests = COLLECTION / "plugins/module_utils", top / COLLECTION / "tests/unit"
    mutated = [str(utils / f"{name}.py") for name in MODULES]
    files = {*tests.rglob("test_*.py")} - {*tests.rglob(LEFT_OUT)}
    selected = sorted(str(file.relative_to(top)) for file in files)
    return (
        "[tool.mutmut]\n"
        f'source_paths = ["{utils}"]\n'
        f"only_mutate = {mutated}\n"
        'also_copy = ["ansible_collections"]\n'
        'pytest_add_cli_args = ["-p", "no:cacheprovider"]\n'
        f"pytest_add_cli_args_test_selection = {selected}\n"
    )


def survivors(results: list[str]) -> tuple[list[str], int]:
    """The names of the surviving mutants, and the number of all mutants."""
    named = [match for match in (re.match(r"\s*(\S+__mutmut_\d+): (\w+)", line) for line in results) if match]
    return [match[1] for match in named if match[2] != "killed"], len(named)


def changes_behavior(diff: str) -> bool:
    """Whether a mutant, as a unified diff, differs in more than the type of a cast."""
    changed = [line for line in diff.splitlines() if re.match(r"[-+](?![-+]{2} )", line)]
    before, after = ("".join(line[1:] for line in changed if line.startswith(sign)) for sign in "-+")
    return CAST.sub("", before) != CAST.sub("", after)


def main() -> int:
    tree = stage("mutation")
    top = tree.parents[2]
    shutil.rmtree(top / "mutants", ignore_errors=True)
    (top / "pyproject.toml").write_text(settings(top), encoding="utf-8")
    run(["mutmut", "run"], cwd=top, quiet=True)
    names, count = survivors(run(["mutmut", "results", "--all", "true"], cwd=top, quiet=True))
    if count == 0:
        raise ToolError("There were no mutants, so nothing was tested.")
    diffs = ["".join(run(["mutmut", "show", name], cwd=top, quiet=True)) for name in names]
    alive = list(filter(changes_behavior, diffs))
    print("\n".join(alive))
    percent = 100 * len(alive) / count
    print(f"{len(alive)} of {count} mutants survived: {percent:.1f} %; the limit is {MAX_SURVIVORS_PERCENT} %.")
    return 1 if percent > MAX_SURVIVORS_PERCENT else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ToolError as error:
        sys.exit(f"mutation: {error}")
