# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task costs the host that runs it: CPU time, wall time and memory of the module's process."""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import typing as t
from pathlib import Path

from ansible_process import Ansible
from figures import NO_TARGET, grouped, rows_of, spread, verdict
from module_process import connection_options
from operations import AS_IT_IS, MANY, UNCHANGED
from payload import payload_of
from processes import Command, Usage, in_turn, python, task_of

from apsarastack_simulator.testing import Simulator

IMAGE, INFO = "apsarastack.cloud.apsarastack_image", "apsarastack.cloud.apsarastack_image_info"
RETENTION = "apsarastack.cloud.apsarastack_image_retention"
PING = "ansible.builtin.ping"
ROUNDS, INFO_ROUNDS = 15, 3
# CPU time in milliseconds beyond that of ping, the same by that of ``import requests``, the whole by that of ping; MiB.
MOST_BEYOND_PING, MOST_BY_REQUESTS, MOST_BY_PING = 150.0, 1.35, 1.75
MOST_MEMORY = 150.0
BARE, REQUESTS = "`python -c pass`", '`python -c "import requests"`'
TASK, TLS_TASK = "unchanged task, http", "unchanged task, https"
READING, RETAINING = f"info of {grouped(MANY)}", f"retention of {grouped(MANY)}, unchanged"


class Measured(t.NamedTuple):
    """What each process used, round by round. ``reading``: the tasks that list many images."""

    usages: dict[str, list[Usage]]
    reading: dict[str, list[Usage]]


def measure(collections: Path) -> Measured:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        plain = stack.enter_context(Simulator())
        tls = stack.enter_context(Simulator(tls_in=str(folder)))
        environment = Ansible(folder, collections, {}).environment

        def task(module: str, **options: t.Any) -> Command:
            return task_of(module, environment, folder, options)

        for simulator in (plain, tls):
            simulator.reset(AS_IT_IS)
        commands = {
            BARE: python("pass"),
            REQUESTS: python("import requests"),
            PING: task(PING),
            TASK: task(IMAGE, **UNCHANGED, **connection_options(plain)),
            TLS_TASK: task(IMAGE, **UNCHANGED, **connection_options(tls)),
        }
        usages = in_turn(commands, ROUNDS)
        plain.reset({"images": [], "generated_images": MANY})
        retained = {"name_regex": "^generated-", "keep": MANY}
        listing = {
            READING: task(INFO, **connection_options(plain)),
            RETAINING: task(RETENTION, **retained, **connection_options(plain)),
        }
        return Measured(usages, in_turn(listing, INFO_ROUNDS))


def time_table(measured: Measured) -> str:
    usages = measured.usages
    rows = [
        [
            name,
            spread(usage.cpu for usage in mine),
            spread(usage.wall for usage in mine),
            spread(usage.cpu - ping.cpu for usage, ping in zip(mine, usages[PING])),
            *_compared(usages, name),
        ]
        for name, mine in usages.items()
    ]
    targets = ["target", "verdict"]
    ratios = ["ratio to ping", *targets, "beyond ping, ratio to requests", *targets]
    head = ["process", "CPU, ms", "wall, ms", "CPU beyond ping, ms", *targets, *ratios]
    return f"{rows_of(head, rows)}\n\n{_shares(usages)}"


def _compared(usages: t.Mapping[str, list[Usage]], name: str) -> list[str]:
    """The targets of a process and its ratios; only tasks have targets, and a ratio of what they take beyond ping."""
    if name not in (TASK, TLS_TASK):
        return [*NO_TARGET, f"{by_ping(usages, name):.2f}", *NO_TARGET, "-", *NO_TARGET]
    whole, own = by_ping(usages, name), beyond_by_requests(usages, name)
    return [
        *verdict(beyond(usages, name, PING), MOST_BEYOND_PING, " ms"),
        *(f"{whole:.2f}", *verdict(whole, MOST_BY_PING)),
        *(f"{own:.2f}", *verdict(own, MOST_BY_REQUESTS)),
    ]


def _shares(usages: t.Mapping[str, list[Usage]]) -> str:
    return (
        f"Of the {beyond(usages, TASK, PING):.0f} ms beyond `ping`, "
        f"`import requests` alone takes {beyond(usages, REQUESTS, BARE):.0f} ms."
    )


def by_ping(usages: t.Mapping[str, list[Usage]], name: str) -> float:
    """The median of the ratios of a process to ping in the same round."""
    return statistics.median(mine.cpu / ping.cpu for mine, ping in zip(usages[name], usages[PING]))


def beyond_by_requests(usages: t.Mapping[str, list[Usage]], name: str) -> float:
    """The median of the ratios of what a process takes beyond ping to ``import requests`` in the same round."""
    rounds = zip(usages[name], usages[PING], usages[REQUESTS])
    return statistics.median((mine.cpu - ping.cpu) / requests.cpu for mine, ping, requests in rounds)


def beyond(usages: t.Mapping[str, list[Usage]], name: str, other: str) -> float:
    """The median of the CPU time, in ms, that a process takes beyond another one in the same round."""
    return statistics.median(mine.cpu - its.cpu for mine, its in zip(usages[name], usages[other]))


def memory_table(measured: Measured) -> str:
    rows = []
    for name, usages, most in (
        (PING, measured.usages[PING], None),
        (TASK, measured.usages[TASK], None),
        *((name, usages, MOST_MEMORY) for name, usages in measured.reading.items()),
    ):
        peak = spread(usage.peak for usage in usages)
        seconds = spread(usage.wall / 1000 for usage in usages)
        rows.append([name, peak, seconds, *verdict(peak.most, most, " MiB")])
    return rows_of(["process", "peak, MiB", "wall, s", "target, peak", "verdict"], rows)


def payload_table(collections: Path) -> str:
    """What Ansible sends to a host for a task."""
    with tempfile.TemporaryDirectory() as folder:
        environment = Ansible(Path(folder), collections, {}).environment
        payloads = {module: payload_of(module, environment) for module in (PING, IMAGE, INFO)}
    least = payloads[PING].size
    rows = [[name, grouped(each.size), grouped(each.size - least), len(each.files)] for name, each in payloads.items()]
    return rows_of(["module", "bytes sent", "beyond ping", "files"], rows)
