# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-builder installs the collection and the libraries that it needs into an execution environment."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml

BUILDER = Path(sys.executable).with_name("ansible-builder")
DEFINITION: dict[str, t.Any] = {
    "version": 3,
    "images": {"base_image": {"name": "registry.example.com/ee-minimal:latest"}},
    "dependencies": {"galaxy": {"collections": ["apsarastack.cloud"]}},
}


def names(requirements: Path) -> set[str]:
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return {line.split(">")[0] for line in lines if line and not line.startswith("#")}


def test_ansible_builder_finds_the_libraries_and_requires_no_system_package(collections: Path, tmp_path: Path) -> None:
    libraries = tmp_path / "requirements.txt"
    packages = tmp_path / "bindep.txt"
    command: list[str | Path] = [
        BUILDER,
        "introspect",
        "--write-pip",
        libraries,
        "--write-bindep",
        packages,
        collections,
    ]
    subprocess.run(command, check=True)
    assert names(libraries) == {"requests", "jmespath"}
    assert not packages.exists()


def test_the_build_context_of_ansible_builder_installs_the_collection(tmp_path: Path) -> None:
    # JSON is YAML.
    (tmp_path / "execution-environment.yml").write_text(json.dumps(DEFINITION), encoding="utf-8")
    command: list[str | Path] = [BUILDER, "create", "--context", "context", "--output-filename", "Containerfile"]
    subprocess.run(command, cwd=tmp_path, check=True)
    wanted = yaml.safe_load((tmp_path / "context" / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    assert wanted == DEFINITION["dependencies"]["galaxy"]
    steps = (tmp_path / "context" / "Containerfile").read_text(encoding="utf-8")
    assert "ansible-galaxy collection install" in steps
    assert "introspect" in steps
