# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The virtual environments for the steps of `make test`, except those that ansible-test creates itself."""

from __future__ import annotations

import functools
from pathlib import Path

from workspace import BUILD, ROOT, installed_interpreters, make_venv, supported_pairs

SIMULATOR = ROOT / "tests" / "simulator"


@functools.cache
def checks_venv() -> Path:
    """The linters, pytest, and everything that the checked code imports."""
    core, interpreter = supported_pairs()[0]
    names = ("tests/requirements.txt", "tests/requirements-lint.txt", "tests/simulator/requirements.txt")
    files = [ROOT / name for name in ("requirements.txt", *names)]
    return make_venv(BUILD / "checks", interpreter, [*files, core.requirement])


def conformance_venv() -> Path:
    """A separate environment, since the vendor's packages require old versions of others."""
    _core, interpreter = supported_pairs()[0]
    folders = (ROOT, ROOT / "tests", ROOT / "tests" / "conformance", SIMULATOR, SIMULATOR / "tests" / "conformance")
    return make_venv(BUILD / "conformance", interpreter, [folder / "requirements.txt" for folder in folders])


def asapi_variables(requirements: Path) -> dict[str, Path]:
    """Where the tests find the ApsaraStack SDK: in a separate environment, with a Python that it supports."""
    fitting = [each for each in installed_interpreters() if each.version <= (3, 11)]
    if not fitting:
        return {}
    venv = make_venv(BUILD / "asapi", fitting[-1], [requirements])
    return {"APSARASTACK_SIMULATOR_ASAPI_PYTHON": venv / "bin" / "python"}


def documentation_venvs() -> list[Path]:
    """One with the newest ansible-core that this machine supports, and one with the oldest, if they differ."""
    pairs = dict.fromkeys((supported_pairs()[0], supported_pairs()[-1]))
    files = [folder / "requirements.txt" for folder in (ROOT, SIMULATOR, ROOT / "tests" / "documentation")]
    return [
        make_venv(BUILD / name, interpreter, [*files, core.requirement])
        for (core, interpreter), name in zip(pairs, ("documentation", "documentation-oldest"))
    ]
