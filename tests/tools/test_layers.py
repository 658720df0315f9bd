# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A folder of plugins/module_utils is a layer, and imports go down only; those for types count as well."""

from __future__ import annotations

import ast
import typing as t

import pytest

from workspace import ROOT

if t.TYPE_CHECKING:
    from pathlib import Path

UTILS = ROOT / "plugins" / "module_utils"
PACKAGE = "ansible_collections.apsarastack.cloud.plugins.module_utils."
# The errors of the wire with their codes, their hints and what these depend on, and the deadline of a task.
FAILURES = {"_wire.errors", "_wire.codes", "_wire.context", "_wire.hints", "_wire.deadline"}
# What a layer may import beside its own modules. A name with a dot is a single module.
MAY_IMPORT: dict[str, set[str]] = {
    "_wire": set(),
    "_engine": {"_wire.errors", "_wire.deadline"},
    "_ecs": {"_wire"},
    "_login": {"_wire"},
    "_module": {"_login", "_engine", "_wire"},
    "_image": {"_engine", "_ecs", *FAILURES},
    "_export": {"_engine", "_ecs", "_image", *FAILURES},
    "_retention": {"_engine", "_ecs", "_image", *FAILURES},
}


def imported(path: Path) -> t.Iterator[str]:
    """The modules of this collection that a file imports, as ``layer.module``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(PACKAGE):
            layer, dot, module = str(node.module)[len(PACKAGE) :].partition(".")
            yield from [f"{layer}.{module}"] if dot else (f"{layer}.{alias.name}" for alias in node.names)


def test_every_module_lies_in_a_layer() -> None:
    assert {path.relative_to(UTILS).parts[0] for path in UTILS.rglob("*.py")} == set(MAY_IMPORT)


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_imports_go_down(layer: str) -> None:
    upward = {
        f"{path.name}: {module}"
        for path in (UTILS / layer).glob("*.py")
        for module in imported(path)
        if not {layer, *MAY_IMPORT[layer]} & {module, module.partition(".")[0]}
    }
    assert upward == set()
