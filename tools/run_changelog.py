# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generates the release notes of the version in galaxy.yml from the fragments, and deletes the fragments.

antsibull-changelog runs in a copy of the project, since it would also read unrelated files in a checkout.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from workspace import ROOT, ToolError, collections_path, run, stage

NOTES = (Path("CHANGELOG.md"), Path("changelogs", "changelog.yaml"))
FRAGMENTS = Path("changelogs", "fragments")


def release(tree: Path) -> None:
    """Writes the release notes of the project staged in `tree`, in place."""
    env = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections_path(tree))}
    run(["antsibull-changelog", "release"], cwd=tree, env=env)


def take_over(tree: Path, project: Path) -> None:
    """Copies the release notes from `tree` to `project`, and deletes the fragments that were used."""
    for file in NOTES:
        shutil.copyfile(tree / file, project / file)
    for fragment in (project / FRAGMENTS).glob("*.yml"):
        if not (tree / FRAGMENTS / fragment.name).exists():
            fragment.unlink()


def main() -> None:
    tree = stage("changelog")
    release(tree)
    take_over(tree, ROOT)


if __name__ == "__main__":
    try:
        main()
    except ToolError as error:
        sys.exit(f"changelog: {error}")
