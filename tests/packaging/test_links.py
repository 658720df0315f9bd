# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whoever reads a page on Galaxy, or in the installed collection, can follow each of its links."""

from __future__ import annotations

import posixpath
import re
import tarfile
import typing as t
from pathlib import Path

import pytest

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# Code is shown as it is.
CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
# What antsibull-changelog writes has links to itself only.
WRITTEN = "CHANGELOG.md"


@pytest.fixture(scope="module")
def pages(tarball: Path) -> dict[str, str]:
    """Every page in Markdown, by its path in the tarball."""
    with tarfile.open(tarball) as archive:
        names = [name for name in archive.getnames() if name.endswith(".md") and name != WRITTEN]
        return {name: t.cast("t.IO[bytes]", archive.extractfile(name)).read().decode() for name in names}


def links(text: str) -> list[str]:
    return LINK.findall(CODE.sub("", text))


def anchors(text: str) -> set[str]:
    """The anchors of the headings, as GitHub and Galaxy form them."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def broken(page: str, text: str, names: t.Collection[str], texts: t.Mapping[str, str]) -> t.Iterator[str]:
    """The links of a page that lead out of the tarball, or to nothing in it."""
    for link in links(text):
        path, _sharp, anchor = link.partition("#")
        if path.startswith(("https://", "mailto:")):
            continue
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
        if target not in names or (anchor and anchor not in anchors(texts.get(target, ""))):
            yield link


def test_every_link_leads_to_something_in_the_tarball(tarball: Path, pages: dict[str, str]) -> None:
    with tarfile.open(tarball) as archive:
        names = set(archive.getnames())
    assert len(links(pages["README.md"])) >= 20
    assert {name: found for name, text in pages.items() if (found := list(broken(name, text, names, pages)))} == {}


@pytest.mark.parametrize("link", ["CONTRIBUTING.md", "../cloud/README.md", "README.md#nothing", "http://example.com"])
def test_a_link_that_leads_out_of_the_tarball_is_found(link: str) -> None:
    text = f"# Title\n\n[text]({link}), [text](#title), [text](https://example.com)\n"
    assert list(broken("README.md", text, {"README.md"}, {"README.md": text})) == [link]
