# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures: the published tarball, and the folder that it is installed in.

The session `package` builds and installs it, and runs these tests.
"""

from __future__ import annotations

import os
import sys
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "simulator"), str(ROOT / "tests" / "end_to_end")]

from apsarastack_simulator.testing import Simulator  # noqa: E402 - found through the line above


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tarball", required=True, type=Path, help="the result of ansible-galaxy collection build")


@pytest.fixture(scope="session")
def tarball(pytestconfig: pytest.Config) -> Path:
    return t.cast("Path", pytestconfig.getoption("tarball"))


@pytest.fixture(scope="session")
def collections() -> Path:
    """The folder in ANSIBLE_COLLECTIONS_PATH that the tarball is installed in."""
    return Path(os.environ["ANSIBLE_COLLECTIONS_PATH"])


@pytest.fixture
def simulator() -> t.Iterator[Simulator]:
    with Simulator(create_time=0.5) as running:
        yield running
