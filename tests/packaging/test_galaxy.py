# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Galaxy and ansible-doc make of the tarball."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

MODULES = sorted(f"apsarastack.cloud.{path.stem}" for path in Path("plugins", "modules").glob("apsarastack_*.py"))


def output_of(*command: str | Path, cwd: Path | None = None) -> str:
    """What the command prints. Fails unless it ends with 0."""
    ran = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def test_galaxy_imports_it_without_warnings(tarball: Path) -> None:
    lines = output_of(sys.executable, "-m", "galaxy_importer.main", tarball.name, cwd=tarball.parent).splitlines()
    assert [line for line in lines if line.startswith(("WARNING: ", "ERROR: "))] == []
    assert lines[-1] == "Importer processing completed successfully"


def test_ansible_doc_shows_every_module(collections: Path) -> None:
    tool = Path(sys.executable).with_name("ansible-doc")
    ran = subprocess.run(
        [str(tool), "--type", "module", "--json", *MODULES], cwd=collections, capture_output=True, text=True, check=True
    )
    shown = t.cast("dict[str, t.Any]", json.loads(ran.stdout))
    assert sorted(shown) == MODULES
    assert MODULES != []
