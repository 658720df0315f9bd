# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tarball contains what a user needs, and nothing else."""

from __future__ import annotations

import fnmatch
import subprocess
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The root of the tarball: what users and ansible-builder read, and what ansible-galaxy adds.
FILES = {
    "README.md",
    "README.zh-CN.md",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "LICENSE",
    "SECURITY.md",
    "requirements.txt",
    "MANIFEST.json",
    "FILES.json",
}
# Each folder, and what it may contain.
FOLDERS = {
    "changelogs": ["changelog.yaml"],
    "docs": ["*.md", "docsite/*.yml", "docsite/index.rst", "docsite/rst/*.rst"],
    "meta": ["runtime.yml", "execution-environment.yml"],
    "playbooks": ["*.yml", "awx/*.yml"],
    "plugins": ["doc_fragments/*.py", "module_utils/*/*.py", "modules/*.py"],
}
# Users get every file in these folders.
WHOLE = ("docs", "meta", "playbooks", "plugins")


@pytest.fixture(scope="module")
def members(tarball: Path) -> list[tarfile.TarInfo]:
    with tarfile.open(tarball) as archive:
        return archive.getmembers()


@pytest.fixture(scope="module")
def files(members: list[tarfile.TarInfo]) -> set[str]:
    return {member.name for member in members if not member.isdir()}


def test_the_root_contains_only_known_files_and_folders(members: list[tarfile.TarInfo]) -> None:
    assert {member.name.split("/")[0] for member in members} == FILES | FOLDERS.keys()


def test_each_folder_contains_only_known_files(files: set[str]) -> None:
    fitting = {f"{folder}/{pattern}" for folder, patterns in FOLDERS.items() for pattern in patterns}
    # `*` in fnmatch also matches slashes, so compare the depth as well.
    surplus = [
        name
        for name in files - FILES
        if not any(fnmatch.fnmatch(name, each) and name.count("/") == each.count("/") for each in fitting)
    ]
    assert sorted(surplus) == []


def test_a_user_gets_every_plugin_playbook_and_page(files: set[str]) -> None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *WHOLE]
    tracked = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    expected = {name for name in tracked if (ROOT / name).is_file()}
    assert expected
    assert {name for name in files if name.startswith(WHOLE)} == expected


def test_the_tarball_contains_no_links_and_no_owners(members: list[tarfile.TarInfo]) -> None:
    assert [member.name for member in members if not (member.isreg() or member.isdir())] == []
    assert {(member.uid, member.uname) for member in members} == {(0, "")}
