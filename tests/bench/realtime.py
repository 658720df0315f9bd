# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only real time can tell: builds that a process of the module waits for."""

from __future__ import annotations

import datetime
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

from module_process import connection_options, ended, start
from polls import Wait

from apsarastack_simulator.testing import Simulator

SECONDS = 30.0
# As the simulator names them.
KINDS = {"linear": "linear", "stalling": "stalling", "none": "absent"}
WISH = {"image_name": "web", "instance_id": "i-web-running"}


def real_waits() -> dict[str, Wait]:
    """By the progress that is told. All at the same time, since what they do is sleep."""
    with ThreadPoolExecutor(len(KINDS)) as pool:
        return dict(zip(KINDS, pool.map(_real_wait, KINDS.values())))


def _real_wait(kind: str) -> Wait:
    with Simulator(create_time=SECONDS, progress=kind) as simulator:
        result = ended(start({**WISH, **connection_options(simulator)}))
        returned = time.time()
        assert result["image"]["status"] == "Available", result
        calls = simulator.calls()
    began = next(index for index, call in enumerate(calls) if call["action"] == "CreateImage")
    return Wait(len(calls) - began - 1, SECONDS, returned - moment(calls[began]) - SECONDS)


def moment(call: t.Mapping[str, t.Any]) -> float:
    """When the call was processed, in seconds of the epoch."""
    return datetime.datetime.strptime(f"{call['time']}+0000", "%Y-%m-%dT%H:%M:%S.%fZ%z").timestamp()
