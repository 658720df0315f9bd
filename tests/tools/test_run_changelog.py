# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import shutil
from pathlib import Path

import run_changelog
import workspace

SENTENCE = "apsarastack_image - A change that is not in any release."


def test_a_release_turns_the_fragments_into_notes_and_deletes_them(tmp_path: Path) -> None:
    tree = workspace.stage("changelog-test")
    galaxy = (tree / "galaxy.yml").read_text(encoding="utf-8")
    (tree / "galaxy.yml").write_text(re.sub("(?m)^version: .*", "version: 99.0.0", galaxy), encoding="utf-8")
    (tree / "changelogs" / "fragments" / "new.yml").write_text(f"bugfixes:\n  - {SENTENCE}\n", encoding="utf-8")
    project = tmp_path / "project"
    shutil.copytree(tree, project)

    run_changelog.release(tree, project)

    notes = (project / "CHANGELOG.md").read_text(encoding="utf-8").replace("\\", "")
    assert "## v99.0.0" in notes
    assert SENTENCE in notes
    assert [file.name for file in (project / "changelogs" / "fragments").iterdir()] == [".keep"]
    assert "99.0.0" in (project / "changelogs" / "changelog.yaml").read_text(encoding="utf-8")
