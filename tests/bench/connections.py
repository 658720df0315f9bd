# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many connections a task opens. Each costs one or two round trips, and a handshake with https."""

from __future__ import annotations

import tempfile
import typing as t

from figures import rows_of, verdict
from module_process import connection_options, ended, start

from apsarastack_simulator.testing import Simulator

# Module and options of each task.
TASKS: dict[str, tuple[str, dict[str, t.Any]]] = {
    "create and wait": ("apsarastack_image", {"image_name": "web", "instance_id": "i-web-running"}),
    "info of 1,000": ("apsarastack_image_info", {}),
}
IMAGES = 1_000
QUOTA = 2 * IMAGES
BUILD = 3.0


class Use(t.NamedTuple):
    """Only connections with at least one call are counted, so that with https each has completed its handshake."""

    calls: int
    connections: int


def used(simulator: Simulator, task: str) -> Use:
    simulator.reset({"images": [], "generated_images": IMAGES})
    module, options = TASKS[task]
    result = ended(start({**options, **connection_options(simulator)}, module))
    assert not result.get("failed"), result
    calls = simulator.calls()
    return Use(len(calls), len({call["connection"] for call in calls}))


def cloud(tls_in: str | None) -> Simulator:
    """``tls_in``: a folder for the TLS certificates; None for http."""
    return Simulator(tls_in=tls_in, create_time=BUILD, image_quota=QUOTA)


def table() -> str:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for protocol, tls_in in (("http", None), ("https", folder)):
            with cloud(tls_in) as simulator:
                for task in TASKS:
                    use = used(simulator, task)
                    rows.append([f"{task}, {protocol}", use.calls, use.connections, *verdict(use.connections, 1)])
    return rows_of(["task", "calls", "connections", "target", "verdict"], rows)
