# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages in Chinese say the same as those in English, and Chinese texts stay readable."""

from __future__ import annotations

import re
import subprocess
import typing as t

import pytest
import yaml
from examples import ROOT, blocks, commands
from written_playbooks import SECONDS, tool

if t.TYPE_CHECKING:
    from pathlib import Path

    from written_playbooks import Playbooks

ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
GUIDES = ROOT / "docs" / "docsite" / "rst"
GUIDE, CHINESE_GUIDE = GUIDES / "guide_getting_started.rst", GUIDES / "guide_getting_started_zh_cn.rst"
TRANSLATIONS = [(ENGLISH, CHINESE), (GUIDE, CHINESE_GUIDE)]

FENCED = re.compile(r"^```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DIRECTIVE = re.compile(r"^\.\. code-block:: \w+\n\n((?:   [^\n]*\n|\n)+)", re.MULTILINE)


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code(page: Path) -> list[str]:
    """The code blocks of a page, without comments, which are translated."""
    found = (FENCED if page.suffix == ".md" else DIRECTIVE).findall(text(page))
    return [re.sub(r" +# .*", "", block).strip() for block in found]


def inline(texts: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", texts))


def section(page: Path, number: int) -> str:
    """A section of a README, counted from its title."""
    return text(page).split("\n## ")[number]


def test_the_readme_shows_the_same_code() -> None:
    assert len(code(CHINESE)) >= 8
    assert code(CHINESE) == code(ENGLISH)


def test_the_guide_shows_the_same_code_and_an_example_in_chinese() -> None:
    same, own = code(CHINESE_GUIDE)[: len(code(GUIDE))], code(CHINESE_GUIDE)[len(code(GUIDE)) :]
    assert same == code(GUIDE)
    assert len(own) == 2


def test_the_readme_explains_the_same_options() -> None:
    rows = [
        [inline(row.split(" | ")[0]) for row in re.findall(r"^\| `.+", section(page, 3), re.MULTILINE)]
        for page in (ENGLISH, CHINESE)
    ]
    assert len(rows[0]) >= 8
    assert rows[0] == rows[1]
    assert inline(section(ENGLISH, 3)) == inline(section(CHINESE, 3))


@pytest.mark.parametrize(("english", "chinese"), TRANSLATIONS, ids=["README", "guide"])
def test_the_pages_name_the_same_versions(english: Path, chinese: Path) -> None:
    # The comparison with other tools is only in English.
    versions = [
        set(re.findall(r"\b\d+\.\d+\b", text(page).split("## How it compares")[0])) for page in (english, chinese)
    ]
    assert versions[0] <= versions[1]
    assert versions[1] <= set(re.findall(r"\b\d+\.\d+\b", text(english)))


def test_the_readmes_link_to_each_other_in_their_first_lines() -> None:
    assert "(README.zh-CN.md)" in text(ENGLISH).splitlines()[0]
    assert "(README.md)" in text(CHINESE).splitlines()[0]


def output_of(ansible: Playbooks, play: dict[str, t.Any], *options: str) -> str:
    path = ansible.write("chinese.yml", yaml.safe_dump([play], allow_unicode=True))
    command: list[str | Path] = [tool("ansible-playbook"), path, *options]
    run = subprocess.run(
        command, env=ansible.environment, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False
    )
    return run.stdout + run.stderr


@pytest.mark.parametrize("callback", ["default", "minimal"])
def test_chinese_names_descriptions_and_tags_are_readable_in_every_output(callback: str, ansible: Playbooks) -> None:
    (task,) = blocks(CHINESE_GUIDE)[1].content
    module = "apsarastack.cloud.apsarastack_image"
    desired = task[module]
    words = {desired["image_name"], desired["description"], *desired["tags"], *desired["tags"].values()}
    (setting,) = (line for line in commands(CHINESE_GUIDE) if line.startswith("export ANSIBLE_"))
    variable, value = setting.removeprefix("export ").split("=")
    ansible.environment.update({"ANSIBLE_STDOUT_CALLBACK": callback, variable: value})
    play = {"name": task["name"], "hosts": "localhost", "gather_facts": False}

    checked = output_of(ansible, {**play, "tasks": [task]}, "--check", "--diff")
    done = output_of(ansible, {**play, "tasks": [task]}, "-v")
    refused = output_of(ansible, {**play, "tasks": [{module: {**desired, "image_id": "m-none", "wait": False}}]})

    for output in (checked, done):
        assert {word for word in words if word not in output} == set(), output
    assert "FAILED" in refused and "m-none" in refused
    assert "\\u" not in checked + done + refused
