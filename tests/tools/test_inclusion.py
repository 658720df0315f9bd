# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the Ansible package requires of a collection, as far as no other tool checks it.

Sanity tests, the linters and Galaxy's importer check the rest.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

from workspace import ROOT

FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*_*.yml"))


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "CODE_OF_CONDUCT.md"])
def test_the_code_of_conduct_is_that_of_ansible(page: str) -> None:
    assert "https://docs.ansible.com/ansible/latest/community/code_of_conduct.html" in text(page)


def test_the_readme_says_where_to_ask_and_how_versions_are_chosen() -> None:
    readme = text("README.md")
    assert "https://forum.ansible.com/" in readme.split("## Communication")[1].split("\n## ")[0]
    assert "https://semver.org" in readme


def test_the_guide_for_contributors_covers_options_modules_and_supported_versions() -> None:
    headings = set(re.findall(r"^## (.+)$", text("CONTRIBUTING.md"), re.MULTILINE))
    assert {"A new option", "A new module", "Supported versions"} <= headings


def test_every_shared_utility_is_private() -> None:
    names = {path.relative_to(ROOT / "plugins").parts[1] for path in (ROOT / "plugins").glob("*utils/**/*.py")}
    assert names
    assert {name for name in names if not name.startswith("_")} == set()


def test_users_need_no_file_outside_the_folders_of_plugins_and_playbooks() -> None:
    """A collection must work if only meta, plugins, roles and playbooks are installed."""
    galaxy: dict[str, t.Any] = yaml.safe_load(text("galaxy.yml"))
    assert galaxy["tags"]
    assert galaxy["dependencies"] == {}
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "plugins").rglob("*.py")]
    assert not any("__file__" in source for source in sources)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_an_issue_form_asks_for_the_task(path: Path) -> None:
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    required = {entry["id"] for entry in form["body"] if entry.get("validations", {}).get("required")}
    assert "task" in required


def test_each_requirement_names_files_that_exist() -> None:
    rows = re.findall(r"^\| .+ \|$", text("RELEASING.md"), re.MULTILINE)[2:]
    assert len(rows) >= 14
    named = [name for row in rows for name in re.findall(r"`((?:tests|docs|\.github)/[\w/.]+)`", row)]
    assert named and [name for name in named if not (ROOT / name).exists()] == []


def test_modules_use_only_folders_that_ansible_knows() -> None:
    known = {"doc_fragments", "module_utils", "modules"}
    assert {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir()} - {"__pycache__"} == known


def test_the_readme_names_the_pythons_that_ansible_accepts_and_the_collection_does_not() -> None:
    words = " ".join(text("README.md").split())
    assert (
        "Python 2.7 and 3.6 to 3.8, which ansible-core 2.16 to 2.19 still accept for managed hosts, are not." in words
    )
