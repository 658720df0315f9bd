# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest

import run_mutation
from workspace import COLLECTION

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ('t.cast("Image", found)', "t.cast(None, found)", False),
        ('t.cast("Image", found)', 't.cast("IMAGE", found)', False),
        ('t.cast("Image", found)', 't.cast("Image", None)', True),
        ("found is None", "found is not None", True),
    ],
)
def test_only_a_mutant_that_differs_in_more_than_a_cast_changes_behavior(
    before: str, after: str, changes: bool
) -> None:
    diff = f"--- a.py\n+++ a.py\n@@ -1 +1 @@\n def f():\n-    return {before}\n+    return {after}\n"
    assert run_mutation.changes_behavior(diff) == changes


def test_mutants_meet_all_unit_tests_except_the_laws(tmp_path: Path) -> None:
    folder = tmp_path / COLLECTION / "tests" / "unit"
    for name in ("module_utils/test_tags.py", "modules/test_image.py", "test_laws.py", "test_laws_of_a.py", "fakes.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    assert re.findall(r"(\w+)\.py", run_mutation.settings(tmp_path).splitlines()[-1]) == ["test_tags", "test_image"]
