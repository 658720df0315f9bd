# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user gets: builds the tarball, checks it like Galaxy, and installs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import typing as t
from pathlib import Path

from workspace import BUILD, ROOT, ToolError, run

Environment = t.Mapping[str, str]


def build(tree: Path, env: Environment) -> Path:
    """The tarball of the collection staged in `tree`, alone in its folder."""
    run(["ansible-galaxy", "collection", "build", "--output-path", emptied("dist")], cwd=tree, env=env)
    (tarball,) = (BUILD / "dist").glob("*.tar.gz")
    return tarball


def import_as_galaxy_does(tarball: Path, env: Environment) -> None:
    """Raises ToolError if Galaxy's importer reports an error or a warning."""
    lines = run(["python", "-m", "galaxy_importer.main", tarball.name], cwd=tarball.parent, env=env)
    if any(line.startswith(("WARNING: ", "ERROR: ")) for line in lines):
        raise ToolError("Galaxy's importer reported errors or warnings.")


def install(tarball: Path, env: Environment) -> Path:
    """Installs the tarball. Returns the folder for ANSIBLE_COLLECTIONS_PATH."""
    folder = emptied("installed")
    run(["ansible-galaxy", "collection", "install", "--offline", "-p", folder, tarball], env=env)
    return folder


def describe_modules(path: Path, env: Environment) -> None:
    """Checks that ansible-doc shows every module that is installed in `path`."""
    modules = [f"apsarastack.cloud.{file.stem}" for file in sorted((ROOT / "plugins" / "modules").glob("*.py"))]
    command = ["ansible-doc", "--type", "module", "--json", *modules]
    print("$", " ".join(command), flush=True)
    answer = subprocess.run(
        command, cwd=path, env={**env, "ANSIBLE_COLLECTIONS_PATH": str(path)}, stdout=subprocess.PIPE, check=False
    )
    shown = json.loads(answer.stdout or "{}")
    if answer.returncode != 0 or not modules or sorted(shown) != modules:
        raise ToolError(f"ansible-doc shows {sorted(shown)} of {modules}.")


def emptied(name: str) -> Path:
    """The folder `build/NAME`, emptied."""
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
