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


def release(tree: Path, project: Path) -> None:
    """Writes the release notes of `project`, of which `tree` is a copy, and deletes the fragments that were used."""
    env = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections_path(tree))}
    run(["antsibull-changelog", "release"], cwd=tree, env=env)
    for file in NOTES:
        shutil.copyfile(tree / file, project / file)
    for fragment in (project / FRAGMENTS).glob("*.yml"):
        if not (tree / FRAGMENTS / fragment.name).exists():
            fragment.unlink()


if __name__ == "__main__":
    try:
        release(stage("changelog"), ROOT)
    except ToolError as error:
        sys.exit(f"changelog: {error}")
