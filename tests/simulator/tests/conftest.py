# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the simulator's own tests."""

from __future__ import annotations

import typing as t

import pytest

from apsarastack_simulator import pytest_plugin

from .clients.private import Private
from .clients.provider import PRIVATE, C
from .clients.public import Public
from .rpc import Caller

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

running_simulator = pytest_plugin.running_simulator
simulator_at_seed = pytest_plugin.simulator


@pytest.fixture
def simulator(simulator_at_seed: Simulator) -> Simulator:
    """Its clock stands still, so that a slow machine changes nothing; tests move it forward."""
    simulator_at_seed.speed(0)
    return simulator_at_seed


@pytest.fixture
def caller(simulator: Simulator) -> t.Iterator[Caller]:
    with Caller(simulator.port) as caller:
        yield caller


@pytest.fixture
def other_tenant(simulator: Simulator) -> t.Iterator[Caller]:
    with Caller(simulator.port, "LTAIsimulator38", "simulator-secret-0038", tenancy=("38", "500")) as caller:
        yield caller


@pytest.fixture(params=PRIVATE, ids=lambda client: client.name)
def private(request: pytest.FixtureRequest, simulator: Simulator) -> t.Iterator[Private]:
    """Each of Terraform's providers for the private cloud."""
    with Private(request.param, simulator) as provider:
        yield provider
    assert simulator.secret_key not in repr(simulator.calls())


@pytest.fixture
def public(simulator: Simulator) -> t.Iterator[Public]:
    """Terraform's provider for the public cloud, where `Status=ALL` and `Usable` are known."""
    simulator.knobs(status_all=True, usable_field=True)
    with Public(C, simulator) as provider:
        yield provider


@pytest.fixture(params=[*PRIVATE, C], ids=lambda client: client.name)
def provider(request: pytest.FixtureRequest, simulator: Simulator) -> t.Iterator[Private | Public]:
    """Each of Terraform's providers."""
    if request.param is C:
        simulator.knobs(status_all=True, usable_field=True)
    with Public(C, simulator) if request.param is C else Private(request.param, simulator) as provider:
        yield provider
