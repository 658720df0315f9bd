# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`pytest -p apsarastack_simulator.pytest_plugin`: the fixture `simulator`, at its seed in every test."""

from __future__ import annotations

import typing as t

import pytest

from .testing import Simulator


@pytest.fixture(scope="session")
def running_simulator() -> t.Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(running_simulator: Simulator) -> Simulator:
    """One server for the whole session; seed, knobs, faults and log are fresh."""
    running_simulator.reset()
    return running_simulator
