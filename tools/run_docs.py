# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the documentation site with antsibull-docs and Sphinx, and prints the address of its start page.

Exits with 1 on any warning. No other sites are contacted, so that the result is the same on every machine.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import typing as t
from pathlib import Path

from workspace import BUILD, ToolError, collections_path, run, stage

SITE = BUILD / "docs"
WARNING = re.compile(r"\b(WARNING|ERROR|CRITICAL|SEVERE)\b")
# Labels in Ansible's documentation that antsibull-docs refers to.
FOREIGN = re.compile(r"undefined label: '(common_return_values|ansible_configuration_settings)'")
# Appended to the configuration: Markdown is read as well, and nothing is fetched from the sites of Ansible and Python.
CONFIGURATION = """
extensions.append("myst_parser")
intersphinx_mapping = {}
"""
# The pages in Markdown, and what they are called on the site.
MARKDOWN = {
    Path("docs", "awx.md"): "awx.md",
    Path("docs", "reliability.md"): "reliability.md",
    Path("docs", "speed.md"): "speed.md",
    Path("SECURITY.md"): "security.md",
}
START_PAGE = Path("docs", "docsite", "index.rst")
COLLECTION = "apsarastack.cloud"
TITLE = "apsarastack.cloud: ECS images on ApsaraStack"


def problems(lines: t.Iterable[str]) -> list[str]:
    """The warnings of a build that are caused by this project."""
    return [line.strip() for line in lines if WARNING.search(line) and not FOREIGN.search(line)]


def for_site(markdown: str) -> str:
    """A page in Markdown, with links to where the guides are on the site."""
    return re.sub(r"\((?:docs/)?docsite/rst/", "(docsite/", markdown)


def without_menu(index: str) -> str:
    """The page that antsibull-docs writes about the collection, without its menu: the start page has one."""
    head, _toctree, rest = index.partition(".. toctree::")
    return head + rest[rest.index(".. _plugin_index_for_") :].replace("Plugin Index\n------------", "Modules\n-------")


def add_pages(source: Path, pages: Path) -> None:
    """Adds the start page and the pages in Markdown of the collection in `source` to those of antsibull-docs."""
    start = pages / "index.rst"
    (pages / "modules.rst").write_text(without_menu(start.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copyfile(source / START_PAGE, start)
    # It is empty, since only plugins can declare variables; the guide on the environment lists them.
    (pages / "environment_variables.rst").unlink()
    for path, name in MARKDOWN.items():
        (pages / name).write_text(for_site((source / path).read_text(encoding="utf-8")), encoding="utf-8")


def build() -> Path:
    """The folder of the built pages. Raises ToolError if a page has an error."""
    source = stage("site")
    env = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections_path(source))}
    shutil.rmtree(SITE, ignore_errors=True)
    pages = SITE / "rst"
    pages.mkdir(parents=True)
    for folder in (SITE, pages):
        # antsibull-docs refuses a folder that is writable by others.
        folder.chmod(0o755)
    where: list[str | Path] = ["--use-current", "--squash-hierarchy"]
    names = ["--project", TITLE, "--title", TITLE, "--html-short-title", "apsarastack.cloud"]
    site: list[str | Path] = [*names, "--copyright", "apsarastack.cloud contributors", "--lenient", "--dest-dir", SITE]
    run(["antsibull-docs", "sphinx-init", *where, *site, COLLECTION], env=env, quiet=True)
    with open(SITE / "conf.py", "a", encoding="utf-8") as configuration:
        configuration.write(CONFIGURATION)
    settings: list[str | Path] = ["--config-file", SITE / "antsibull-docs.cfg"]
    lines = run(
        ["antsibull-docs", *settings, "collection", *where, "--dest-dir", pages, COLLECTION], env=env, quiet=True
    )
    add_pages(source, pages)
    lines += run(["sphinx-build", "-M", "html", pages, SITE / "build", "-c", SITE], env=env, quiet=True)
    found = problems(lines)
    if found:
        raise ToolError("\n".join(["The pages have errors:", *found]))
    return SITE / "build" / "html"


if __name__ == "__main__":
    try:
        print(f"The start page is file://{build() / 'index.html'}")
    except ToolError as error:
        sys.exit(f"docs: {error}")
