# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
import yaml

from run_docs import MARKDOWN, START_PAGE, for_site, problems, without_menu
from workspace import ROOT

OWN = [
    "guide_state.rst:20: WARNING: undefined label: 'ansible_collections.apsarastack.cloud.docsite.nothing' [ref.ref]",
    "guide_state.rst:7: ERROR: Unknown directive type",
]
FOREIGN = [
    "apsarastack_image_module.rst:2290: WARNING: undefined label: 'common_return_values' [ref.ref]",
    "writing output... [ 50%] docsite/guide_state",
]


def test_a_warning_is_an_error_unless_it_is_about_a_label_of_ansible() -> None:
    assert problems([*FOREIGN, *OWN]) == OWN


def menu() -> dict[str, list[str]]:
    """The pages of each section of the menu of the start page."""
    text = (ROOT / START_PAGE).read_text(encoding="utf-8")
    sections = re.findall(r":caption: (.+)\n   :maxdepth: 1\n\n((?:   \S+\n)+)", text)
    return {title: pages.split() for title, pages in sections}


def test_the_menu_has_every_page_once() -> None:
    guides = [f"docsite/{path.stem}" for path in (ROOT / "docs" / "docsite" / "rst").glob("*.rst")]
    markdown = [name.removesuffix(".md") for name in MARKDOWN.values()]
    shown = [page for pages in menu().values() for page in pages]
    assert sorted(shown) == sorted([*guides, *markdown, "modules", "changelog"])


def test_every_page_in_markdown_is_on_the_site() -> None:
    assert set(MARKDOWN) >= {path.relative_to(ROOT) for path in (ROOT / "docs").glob("*.md")}
    assert [path for path in MARKDOWN if not (ROOT / path).is_file()] == []


def test_troubleshooting_is_near_the_top_of_the_menu() -> None:
    assert "docsite/guide_troubleshooting" in next(iter(menu().values()))[:2]


def test_the_menu_of_the_site_of_ansible_has_the_same_guides_in_the_same_sections() -> None:
    settings = yaml.safe_load((ROOT / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))
    own = {
        title: [page.removeprefix("docsite/") for page in pages if page.startswith("docsite/")]
        for title, pages in menu().items()
    }
    assert {each["title"]: each["toctree"] for each in settings["sections"]} == {t: own[t] for t in own if own[t]}


@pytest.mark.parametrize("word", ["pipeline", "drift", "retention"])
def test_a_search_finds_the_words_of_readers(word: str) -> None:
    pages = [ROOT / START_PAGE, ROOT / "docs" / "docsite" / "rst" / "guide_glossary.rst"]
    assert [page.name for page in pages if word not in page.read_text(encoding="utf-8").lower()] == []


def test_links_of_a_page_in_markdown_lead_to_the_guides_of_the_site() -> None:
    assert for_site("[a](docs/docsite/rst/guide_a.rst), [b](docsite/rst/guide_b.rst), [c](speed.md)") == (
        "[a](docsite/guide_a.rst), [b](docsite/guide_b.rst), [c](speed.md)"
    )


def test_the_page_of_the_modules_has_no_second_menu() -> None:
    index = "Title\n\n.. toctree::\n\n    guide\n\n.. _plugin_index_for_x:\n\nPlugin Index\n------------\n\nmodules"
    assert without_menu(index) == "Title\n\n.. _plugin_index_for_x:\n\nModules\n-------\n\nmodules"
