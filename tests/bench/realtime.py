# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits in real time: processes of the module that wait for the simulator."""

from __future__ import annotations

import datetime
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

from module_process import connection_options, ended, start
from polls import Wait

from apsarastack_simulator.testing import Simulator

SECONDS = 30.0
# By the names that the simulator uses.
KINDS = {"linear": "linear", "stalling": "stalling", "none": "absent"}
DESIRED = {"image_name": "web", "instance_id": "i-web-running"}


def real_waits() -> dict[str, Wait]:
    """One wait for each kind of progress report. They run at the same time, since they mostly sleep."""
    with ThreadPoolExecutor(len(KINDS)) as pool:
        return dict(zip(KINDS, pool.map(_real_wait, KINDS.values())))


def _real_wait(kind: str) -> Wait:
    with Simulator(create_time=SECONDS, progress=kind) as simulator:
        result = ended(start({**DESIRED, **connection_options(simulator)}))
        returned = time.time()
        assert result["image"]["status"] == "Available", result
        calls = simulator.calls()
    began = next(index for index, call in enumerate(calls) if call["action"] == "CreateImage")
    return Wait(len(calls) - began - 1, SECONDS, returned - moment(calls[began]) - SECONDS)


def moment(call: t.Mapping[str, t.Any]) -> float:
    """When the call was processed, in seconds since the epoch."""
    return datetime.datetime.strptime(f"{call['time']}+0000", "%Y-%m-%dT%H:%M:%S.%fZ%z").timestamp()
