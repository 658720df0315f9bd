# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every file follows .editorconfig."""

from __future__ import annotations

from pathlib import Path

from workspace import ROOT, source_files

# The text of the license, as published.
FOREIGN = {Path("LICENSE"), Path("LICENSES", "GPL-3.0-or-later.txt")}


def test_every_file_follows_the_editorconfig() -> None:
    wrong = {str(file): found for file in source_files() if file not in FOREIGN if (found := problems(file))}
    assert wrong == {}


def problems(file: Path) -> list[str]:
    text = (ROOT / file).read_bytes().decode()
    # An empty file has no last line.
    found = [] if text == "" or text.endswith("\n") else ["no newline at the end"]
    found += ["a carriage return"] if "\r" in text else []
    lines = text.split("\n")
    found += [f"line {number} ends with a space" for number, line in enumerate(lines, 1) if line != line.rstrip(" \t")]
    tabs = [f"line {number} begins with a tab" for number, line in enumerate(lines, 1) if line.startswith("\t")]
    return found if file.name == "Makefile" else found + tabs
