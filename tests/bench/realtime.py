# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits in real time: processes of the module that wait for the simulator."""

from __future__ import annotations

import datetime
import itertools
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

from module_process import connection_options, ended, start
from polls import Wait

from apsarastack_simulator.testing import Simulator

# The duration in seconds, and the kind of progress reports, by the name that the simulator uses.
WAITS = ((1.0, "linear"), (2.1, "absent"), (3.0, "absent"), (30.0, "linear"), (30.0, "stalling"), (30.0, "absent"))
NAMES = {"linear": "even", "stalling": "stalling", "absent": "absent"}
# Seconds.
TOGETHER_FROM = 10.0
DESIRED = {"image_name": "web", "instance_id": "i-web-running"}


def real_waits() -> dict[tuple[float, str], Wait]:
    """Short ones one after the other, and long ones at the same time, since these mostly sleep."""
    short = [each for each in WAITS if each[0] < TOGETHER_FROM]
    long = [each for each in WAITS if each[0] >= TOGETHER_FROM]
    with ThreadPoolExecutor(len(long)) as pool:
        waits = [*itertools.starmap(_real_wait, short), *pool.map(lambda each: _real_wait(*each), long)]
    return {(seconds, NAMES[kind]): wait for (seconds, kind), wait in zip([*short, *long], waits)}


def _real_wait(seconds: float, kind: str) -> Wait:
    with Simulator(create_time=seconds, progress=kind) as simulator:
        result = ended(start({**DESIRED, **connection_options(simulator)}))
        returned = time.time()
        assert result["image"]["status"] == "Available", result
        calls = simulator.calls()
    began = next(index for index, call in enumerate(calls) if call["action"] == "CreateImage")
    return Wait(len(calls) - began - 1, seconds, returned - moment(calls[began]) - seconds)


def moment(call: t.Mapping[str, t.Any]) -> float:
    """When the call was processed, in seconds since the epoch."""
    return datetime.datetime.strptime(f"{call['time']}+0000", "%Y-%m-%dT%H:%M:%S.%fZ%z").timestamp()
