# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import yaml
from packaging.version import Version

from workspace import ROOT


def version_in_galaxy_yml() -> str:
    return str(yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"])


def newest_release() -> Version:
    notes = yaml.safe_load((ROOT / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))
    return max(map(Version, notes["releases"]))


def test_the_version_is_never_older_than_the_newest_release() -> None:
    assert Version(version_in_galaxy_yml()) >= newest_release()


def test_changes_after_a_release_have_a_version_of_their_own() -> None:
    fragments = list((ROOT / "changelogs" / "fragments").glob("*.yml"))
    assert not fragments or Version(version_in_galaxy_yml()) > newest_release()


def test_the_version_that_a_site_is_told_is_that_of_the_collection() -> None:
    source = (ROOT / "plugins" / "module_utils" / "requesting.py").read_text(encoding="utf-8")
    assert re.findall(r'^VERSION = "(.*)"$', source, re.MULTILINE) == [version_in_galaxy_yml()]
