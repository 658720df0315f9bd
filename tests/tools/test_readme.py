# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README names tests and commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_each_row_of_the_comparison_names_a_test_that_exists() -> None:
    section = README.split("## How it compares")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][2:]
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    situations = {
        f"{path.stem}: {name}"
        for path in (ROOT / "tests" / "situations").glob("*.yml")
        for name in re.findall(r"- name: (.+)", path.read_text(encoding="utf-8"))
    }
    assert len(rows) >= 10
    for row in rows:
        names = re.findall(r"`([^`]+)`", row.split(" | ")[-1])
        assert names, row
        for name in names:
            assert name in situations or f"def {name}(" in tests, name


def test_the_commands_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in ("demo", "test", "simulator"):
        assert f"make {command}" in README
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)
