# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import yaml
from packaging.version import Version

from workspace import ROOT

FRAGMENTS = sorted((ROOT / "changelogs" / "fragments").glob("*.yml"))
MODULES = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}


def version_in_galaxy_yml() -> str:
    return str(yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"])


def newest_release() -> Version:
    notes = yaml.safe_load((ROOT / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))
    return max(map(Version, notes["releases"]))


def test_the_version_is_never_older_than_the_newest_release() -> None:
    assert Version(version_in_galaxy_yml()) >= newest_release()


def test_between_releases_the_version_says_so() -> None:
    version = Version(version_in_galaxy_yml())
    assert version.is_devrelease == (version > newest_release())
    assert version.is_devrelease or FRAGMENTS == []


def test_the_version_that_is_sent_to_a_site_is_that_of_the_collection() -> None:
    source = (ROOT / "plugins" / "module_utils" / "_wire" / "requesting.py").read_text(encoding="utf-8")
    assert re.findall(r'^VERSION = "(.*)"$', source, re.MULTILINE) == [version_in_galaxy_yml()]


def test_the_execution_environment_is_that_of_the_version() -> None:
    guide = (ROOT / "docs" / "awx.md").read_text(encoding="utf-8")
    assert set(re.findall(r"apsarastack(?:-cloud-|:)(\d.*?)(?:\.tar\.gz)?$", guide, re.MULTILINE)) == {
        version_in_galaxy_yml()
    }


def test_breaking_changes_require_a_new_major_version() -> None:
    documents = [yaml.safe_load(fragment.read_text(encoding="utf-8")) for fragment in FRAGMENTS]
    breaks = any({"breaking_changes", "removed_features"} & document.keys() for document in documents)
    assert not breaks or Version(version_in_galaxy_yml()).major > newest_release().major


def sentences(document: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    for section in document.values():
        yield from section if isinstance(section, list) else [section]


def test_fragments_contain_sentences_that_name_what_changed() -> None:
    documents = [yaml.safe_load(fragment.read_text(encoding="utf-8")) for fragment in FRAGMENTS]
    for sentence in (sentence for document in documents for sentence in sentences(document)):
        assert sentence.endswith("."), sentence
        # The notes are reStructuredText: code is enclosed in double backticks.
        assert not re.search(r"(?<!`)`(?!`)", sentence), sentence
        subject, dash, _change = sentence.partition(" - ")
        named = set(re.findall(r"\bapsarastack_\w+", subject)) if dash else set()
        assert named <= MODULES, sentence
