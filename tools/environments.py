# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The virtual environments in which the steps of `make test` run, except those that ansible-test makes for itself."""

from __future__ import annotations

import functools
from pathlib import Path

from workspace import BUILD, ROOT, installed_interpreters, make_venv, supported_pairs

SIMULATOR = ROOT / "tests" / "simulator"


@functools.cache
def checks_venv() -> Path:
    """The linters, and what the code that they and pytest look at imports."""
    core, interpreter = supported_pairs()[0]
    names = ("tests/requirements.txt", "tests/requirements-lint.txt", "tests/simulator/requirements.txt")
    files = [ROOT / name for name in ("requirements.txt", *names)]
    return make_venv(BUILD / "checks", interpreter, [*files, core.requirement])


def conformance_venv() -> Path:
    """An environment of its own: the vendor's packages hold others down to old versions."""
    _core, interpreter = supported_pairs()[0]
    folders = (ROOT, ROOT / "tests", ROOT / "tests" / "conformance", SIMULATOR, SIMULATOR / "tests" / "conformance")
    return make_venv(BUILD / "conformance", interpreter, [folder / "requirements.txt" for folder in folders])


def asapi_variables(requirements: Path) -> dict[str, Path]:
    """Where the tests find the ApsaraStack SDK: alone in an environment, on a Python that it still runs on."""
    fitting = [each for each in installed_interpreters() if each.version <= (3, 11)]
    if not fitting:
        return {}
    venv = make_venv(BUILD / "asapi", fitting[-1], [requirements])
    return {"APSARASTACK_SIMULATOR_ASAPI_PYTHON": venv / "bin" / "python"}


def documentation_venvs() -> list[Path]:
    """One with the newest ansible-core that can be had here, and one with the oldest, if that is another."""
    pairs = dict.fromkeys((supported_pairs()[0], supported_pairs()[-1]))
    files = [folder / "requirements.txt" for folder in (ROOT, SIMULATOR, ROOT / "tests" / "documentation")]
    return [
        make_venv(BUILD / name, interpreter, [*files, core.requirement])
        for (core, interpreter), name in zip(pairs, ("documentation", "documentation-oldest"))
    ]
