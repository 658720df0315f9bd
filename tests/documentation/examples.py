# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Extracts what the documentation shows: tasks in YAML, tables, and commands."""

from __future__ import annotations

import ast
import dataclasses
import re
import textwrap
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = (
    "apsarastack_image",
    "apsarastack_image_export",
    "apsarastack_image_info",
    "apsarastack_image_retention",
)
NAMESPACE = "apsarastack.cloud."

Task = dict[str, t.Any]

_FENCED = re.compile(r"^( *)```ya?ml\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_DIRECTIVE = re.compile(r"^( *)\.\. code-block:: ya?ml\n(?:\1 +:[^\n]*\n)*\n((?:\1 +[^\n]*\n|[ \t]*\n)+)", re.MULTILINE)
_LIST_TABLE = re.compile(r"^\.\. list-table::[^\n]*\n((?: +[^\n]*\n|\n)+)", re.MULTILINE)
_CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SHOWN = r"^\.\. code-block:: {}\n\n((?: +[^\n]*\n)+)"


@dataclasses.dataclass(frozen=True)
class Block:
    """``where``: file and line, for failure messages."""

    where: str
    content: t.Any


def pages() -> list[Path]:
    """Every page that a user reads."""
    site = ROOT / "docs" / "docsite"
    return sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), site / "index.rst", *site.glob("rst/*.rst")])


def blocks(page: Path) -> list[Block]:
    """The YAML blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    pattern = _FENCED if page.suffix == ".md" else _DIRECTIVE
    return [
        Block(
            f"{page.relative_to(ROOT)}, line {text.count(chr(10), 0, match.start()) + 1}",
            yaml.safe_load(textwrap.dedent(match[2])),
        )
        for match in pattern.finditer(text)
    ]


def tables(guide: Path) -> list[list[list[str]]]:
    """The tables of a guide as rows of cells, headings first, each cell on one line."""
    return [
        [
            [" ".join(cell.split()) for cell in re.split(r"^     -|^   \* -", row, flags=re.MULTILINE)[1:]]
            for row in re.split(r"^(?=   \* -)", match[1], flags=re.MULTILINE)[1:]
        ]
        for match in _LIST_TABLE.finditer(guide.read_text(encoding="utf-8"))
    ]


def commands(page: Path) -> list[str]:
    """The commands that a page tells the reader to run."""
    shown = _CONSOLE.findall(page.read_text(encoding="utf-8")) if page.suffix == ".md" else _shown(page, "bash")
    return [line.removeprefix("$ ") for block in shown for line in block.splitlines()]


def diffs(page: Path) -> list[str]:
    """The output of tasks that a page shows."""
    return _shown(page, "diff")


def _shown(page: Path, language: str) -> list[str]:
    found = re.findall(_SHOWN.format(language), page.read_text(encoding="utf-8"), re.MULTILINE)
    return [textwrap.dedent(block) for block in found]


def module_document(module: str, name: str) -> t.Any:
    """DOCUMENTATION, EXAMPLES or RETURN of a module, read without importing it."""
    source = (ROOT / "plugins" / "modules" / f"{module}.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return yaml.safe_load(ast.literal_eval(node.value))
    raise LookupError(f"{module} has no {name}")


def is_play(entry: t.Any) -> bool:
    return isinstance(entry, dict) and ("hosts" in entry or "ansible.builtin.import_playbook" in entry)


def is_list_of_tasks(content: t.Any) -> bool:
    return isinstance(content, list) and all(isinstance(entry, dict) and not is_play(entry) for entry in content)


def tasks_in(content: t.Any) -> t.Iterator[Task]:
    """All tasks of plays, blocks, or a list of tasks."""
    for entry in content if isinstance(content, list) else []:
        parts = [entry.get(key) for key in ("tasks", "pre_tasks", "post_tasks", "block", "rescue", "always")]
        if any(isinstance(part, list) for part in parts):
            for part in parts:
                yield from tasks_in(part)
        elif not is_play(entry):
            yield entry


def own_calls(content: t.Any) -> t.Iterator[tuple[str, Task]]:
    """The modules of the collection that the tasks call, with their options."""
    for task in tasks_in(content):
        for module in MODULES:
            if NAMESPACE + module in task:
                yield module, task[NAMESPACE + module] or {}
