# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module's ``run`` over real HTTP against the simulator, with a clock that advances only during sleeps."""

from __future__ import annotations

import functools
import socket
import time
import typing as t
from dataclasses import dataclass

import requests
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage, desired_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import result_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Connection
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError
from ansible_collections.apsarastack.cloud.plugins.modules.apsarastack_image import ARGUMENTS, images_for, run
from requests.adapters import HTTPAdapter

from apsarastack_simulator.testing import Simulator

# Seconds of the simulated clock. Longer than any build or retry here.
WAIT_TIMEOUT = 600.0
LOOK = 0.001
HALF = 0.5


@dataclass
class Run:
    """The result of a run, as Ansible would print it, and its error if it failed."""

    result: dict[str, t.Any]
    error: ApsaraStackError | None = None


class SimulatedTime:
    """Advances for the module and the cloud together, and only when the module sleeps."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._now = 0.0

    def __call__(self) -> float:
        # Each reading advances the clock, so that a loop without sleeps also reaches its deadline.
        self._now += LOOK
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds
        self._simulator.advance(seconds)


class Detour(HTTPAdapter):
    """Sends ``times`` requests, from number ``first`` on, to a port that refuses connections."""

    def __init__(self, first: int, times: float) -> None:
        super().__init__()
        self._count = 0
        self._range = (first, first + times)
        self._deaf = socket.socket()
        # Bound but not listening: connections are refused, and no other process gets the port.
        self._deaf.bind(("127.0.0.1", 0))

    def send(self, request: requests.PreparedRequest, *arguments: t.Any, **options: t.Any) -> requests.Response:
        first, end = self._range
        if first <= self._count < end:
            request.url = f"http://127.0.0.1:{self._deaf.getsockname()[1]}/"
        self._count += 1
        return super().send(request, *arguments, **options)

    def close(self) -> None:
        self._deaf.close()
        super().close()


class Meanwhile(HTTPAdapter):
    """Calls ``deed``, an action of somebody else, right before call number ``skip`` of ``action``, which must come."""

    def __init__(self, action: str, deed: t.Callable[[], object], skip: int = 0) -> None:
        super().__init__()
        self._action, self._deed, self._skip = f"&Action={action}&", deed, skip
        self.is_done = False

    def send(self, request: requests.PreparedRequest, *arguments: t.Any, **options: t.Any) -> requests.Response:
        if not self.is_done and self._action in f"&{request.body!s}&":
            self._skip -= 1
            if self._skip < 0:
                self.is_done = True
                self._deed()
        return super().send(request, *arguments, **options)


def call_as_colleague(simulator: Simulator, action: str, **parameters: t.Any) -> None:
    """Makes a call as somebody else with the same account."""
    with requests.Session() as session:
        Client(connection_to(simulator, read_timeout=30.0), Deadline(60.0), session=session).call(action, parameters)


def desired_of(options: t.Mapping[str, t.Any]) -> DesiredImage:
    """The desired state of a task with these options, validated by the argument spec of the module."""
    return desired_from(params_of(options))


def params_of(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    params: dict[str, t.Any] = ArgumentSpecValidator(ARGUMENTS).validate(dict(options)).validated_parameters
    return {"region": Simulator.region, **params}


def connection_to(simulator: Simulator, read_timeout: float) -> Connection:
    return Connection(
        endpoint=f"{simulator.endpoint}/",
        region=simulator.region,
        access_key=simulator.access_key,
        secret_key=simulator.secret_key,
        department=simulator.department,
        resource_group=simulator.resource_group,
        # A proxy of the user's environment could not reach this loopback address.
        proxy="",
        connect_timeout=read_timeout,
        read_timeout=read_timeout,
    )


def _time_after(seconds: float) -> float:
    return time.time() + seconds


def run_task(
    simulator: Simulator,
    options: t.Mapping[str, t.Any],
    *,
    adapter: HTTPAdapter | None = None,
    read_timeout: float = 30.0,
    wait_timeout: float = WAIT_TIMEOUT,
    clock_error: float = 0.0,
    later: float = 0.0,
) -> Run:
    """Runs one task, from its options to its result. Other exceptions than ApsaraStackError are defects and propagate.

    ``clock_error``: seconds by which the clock of this host is ahead. ``later``: seconds between everything before the
    task and its start.
    """
    passing = SimulatedTime(simulator)
    deadline = Deadline(wait_timeout, clock=passing, sleep=passing.sleep)
    with requests.Session() as session:
        if adapter is not None:
            session.mount("http://", adapter)
        client = Client(
            connection_to(simulator, read_timeout),
            deadline,
            session=session,
            now=lambda: time.time() + clock_error,
            random=lambda: HALF,
        )
        try:
            images, now = images_for(params_of(options), lambda: client), functools.partial(_time_after, later)
            ended = Run(run(desired_of(options), images, deadline, check_mode=False, now=now))
        except ApsaraStackError as error:
            ended = Run(result_of(error), error)
    assert not isinstance(adapter, Meanwhile) or adapter.is_done
    return ended
