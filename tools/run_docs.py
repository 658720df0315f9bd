# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the documentation site with antsibull-docs and Sphinx, and prints the address of its start page.

Exits with 1 on any warning. No other sites are contacted, so that the result is the same on every machine.
"""

from __future__ import annotations

import re
import shutil
import sys
import typing as t
from pathlib import Path

from workspace import (
    BUILD,
    ROOT,
    ToolError,
    collections_path,
    environment_variables,
    make_venv,
    run,
    stage,
    supported_pairs,
)

SITE = BUILD / "docs"
WARNING = re.compile(r"\b(WARNING|ERROR|CRITICAL|SEVERE)\b")
# Labels in Ansible's documentation that antsibull-docs refers to.
FOREIGN = re.compile(r"undefined label: '(common_return_values|ansible_configuration_settings)'")
# What Sphinx would otherwise fetch from the sites of Ansible and Python, to link to them.
CONFIGURATION = "\nintersphinx_mapping = {}\n"
TITLE = "apsarastack.cloud: ECS images on ApsaraStack"


def problems(lines: t.Iterable[str]) -> list[str]:
    """The warnings of a build that are caused by this project."""
    return [line.strip() for line in lines if WARNING.search(line) and not FOREIGN.search(line)]


def build() -> Path:
    """The folder of the built pages. Raises ToolError if a page has an error."""
    core, interpreter = supported_pairs()[0]
    requirements: list[str | Path] = [
        ROOT / "requirements.txt",
        ROOT / "tests" / "requirements-docs.txt",
        core.requirement,
    ]
    venv = make_venv(BUILD / "docs-tools", interpreter, requirements)
    env = environment_variables(venv, ANSIBLE_COLLECTIONS_PATH=collections_path(stage("clean")))
    shutil.rmtree(SITE, ignore_errors=True)
    SITE.mkdir(parents=True)
    # antsibull-docs refuses a folder that is writable by others.
    SITE.chmod(0o755)
    names = ["--project", TITLE, "--title", TITLE, "--html-short-title", "apsarastack.cloud"]
    owner = ["--copyright", "apsarastack.cloud contributors"]
    where: list[str | Path] = ["--use-current", "--squash-hierarchy", "--lenient", "--dest-dir", SITE]
    run(["antsibull-docs", "sphinx-init", *where, *names, *owner, "apsarastack.cloud"], env=env, quiet=True)
    with open(SITE / "conf.py", "a", encoding="utf-8") as configuration:
        configuration.write(CONFIGURATION)
    found = problems(run(["bash", SITE / "build.sh"], env=env, quiet=True))
    if found:
        raise ToolError("\n".join(["The pages have errors:", *found]))
    return SITE / "build" / "html"


if __name__ == "__main__":
    try:
        print(f"The start page is file://{build() / 'index.html'}")
    except ToolError as error:
        sys.exit(f"docs: {error}")
