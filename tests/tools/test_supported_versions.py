# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The versions in the documentation are those that are tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from interpreters import CORES, NEWEST, OLDEST

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CORE, PYTHON = CORES[-1].series, ".".join(map(str, OLDEST))


@pytest.mark.parametrize("page", ["README.md", "docs/docsite/rst/guide_getting_started.rst"])
def test_the_pages_name_the_oldest_versions_that_are_tested(page: str) -> None:
    words = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    assert f"ansible-core {CORE} or newer and Python {PYTHON} or newer are supported" in words


def test_the_readme_lists_every_version_that_is_tested() -> None:
    rows = dict(re.findall(r"^\| ([\w -]+) \| ([\d., ]+?)(?:, as far as .+)? \|$", README, re.MULTILINE))
    pythons = [f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    controllers = [f"3.{minor}" for minor in range(CORES[-1].oldest[1], NEWEST[1] + 1)]
    assert rows == {
        "ansible-core": ", ".join(core.series for core in reversed(CORES)),
        "Python of the controller": ", ".join(controllers),
        "Python of the host that runs the module": ", ".join(pythons),
    }


def test_the_readme_names_the_libraries_that_are_required() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    lowest = [re.sub(r">=([\d.]+).*", r" \1 or newer", line) for line in lines if line and not line.startswith("#")]
    assert f"| {', '.join(lowest)} |" in README


def test_the_collection_requires_the_oldest_ansible_core_that_is_tested() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["requires_ansible"] == f">={CORE}.0"


def test_sanity_tests_and_ruff_check_for_the_oldest_python_that_is_tested() -> None:
    sanity = yaml.safe_load((ROOT / "tests" / "config.yml").read_text(encoding="utf-8"))
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    assert sanity["modules"]["python_requires"] == f">={PYTHON}"
    assert f'target-version = "py{PYTHON.replace(".", "")}"' in settings


def test_the_linters_install_the_newest_ansible_core_that_is_tested() -> None:
    settings = (ROOT / "antsibull-nox.toml").read_text(encoding="utf-8")
    major, minor = CORES[0].series.split(".")
    assert {*re.findall(r'"ansible-core(.*?)"', settings)} == {f"<{major}.{int(minor) + 1}"}


def test_the_modules_require_the_libraries_and_the_python_that_are_tested() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    libraries = [re.sub(r"(>=)([\d.]+).*", r" \1 \2", line) for line in lines if line and not line.startswith("#")]
    assert len(libraries) == 2
    source = (ROOT / "plugins" / "doc_fragments" / "connection.py").read_text(encoding="utf-8")
    (document,) = re.findall(r'r"""(.*?)"""', source, re.DOTALL)
    assert yaml.safe_load(document)["requirements"] == [f"python >= {PYTHON}", *libraries]
