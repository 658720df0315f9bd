# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each operation costs in calls and bytes, counted by the simulated cloud and not by the module."""

from __future__ import annotations

import collections
import typing as t
from dataclasses import dataclass, field

import bench
import requests
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.selection import selection_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.modules import apsarastack_image_info
from figures import grouped, rows_of, verdict
from scenarios import NAME, OLD, SCENARIOS, TAGS, TEXTS, THERE, Document

from apsarastack_simulator.testing import Simulator

TEN_MINUTES = 600.0
# Enough for a creation that takes ten minutes, and everything before and after it.
WAIT_TIMEOUT = 900.0
MANY = 10_000
# The maximum number of polls in ten minutes.
POLLS = 40


@dataclass(frozen=True)
class Operation:
    """``most``: the target for its calls, or None. ``images``: how many exist before, in addition to those in ``seed``.
    ``is_info``: whether it is a task of the info module.
    """

    title: str
    desired: Document
    seed: Document = field(default_factory=dict)
    most: int | None = None
    images: int = 0
    is_info: bool = False


@dataclass(frozen=True)
class Cost:
    """``actions``: the number of calls of each."""

    actions: t.Mapping[str, int]
    sent: int
    received: int

    @property
    def calls(self) -> int:
        return sum(self.actions.values())


def _of_scenario(title: str, scenario: str, most: int | None = None, **more: t.Any) -> Operation:
    (found,) = (one for one in SCENARIOS if one.title == scenario)
    return Operation(title, {**found.desired, **more}, found.seed(), most)


def _creations() -> t.Iterator[Operation]:
    for source in ("an instance", "a snapshot", "disks"):
        # The lookup, the call that reads the source, the creation, and the poll that sees the new image in the list:
        # until then, another run would not find it and would create a second one.
        yield _of_scenario(f"create from {source}, no wait", f"create from {source}", 4, wait=False)
        yield _of_scenario(f"create from {source}, 10 minutes", f"create from {source}", 3 + POLLS)


def _update(title: str, most: int, **desired: t.Any) -> Operation:
    """``most``: the lookup, the writes, and the call that reads the result."""
    (scenario,) = (one for one in SCENARIOS if one.title == "update name, description, tags")
    return Operation(title, {"image_id": OLD, **desired}, scenario.seed(), most)


UNCHANGED = {"image_name": NAME, "description": THERE["description"], "tags": THERE["tags"]}
AS_IT_IS = _update("", 0).seed
OPERATIONS = (
    Operation("unchanged", UNCHANGED, AS_IT_IS, 1),
    Operation(f"unchanged, by name among {grouped(MANY)}", {"image_name": "generated-05000"}, most=1, images=MANY),
    *_creations(),
    _update("update description", 3, description="nginx 1.27"),
    # A new name costs another lookup, since another image may have it.
    _update("update name", 4, image_name="web-golden"),
    _update("update tags, remove one of them", 4, tags=TAGS),
    _update("update name, description and tags", 6, image_name="web-golden", **TEXTS),
    # The lookup, the deletion, and the poll that no longer finds the image.
    _of_scenario("delete", "delete", 3),
    _of_scenario("forced delete with 2 of 3 snapshots", "forced delete with snapshots"),
    _of_scenario("recreate, 10 minutes", "recreate"),
    Operation("info of 1 by name", {"image_name": "generated-00001"}, most=1, images=MANY, is_info=True),
    Operation("info of 1,000", {}, {"images": []}, most=20, images=1_000, is_info=True),
    Operation(f"info of {grouped(MANY)}", {}, {"images": []}, most=200, images=MANY, is_info=True),
)


def measured(simulator: Simulator, operation: Operation) -> Cost:
    """Raises AssertionError if the operation fails, since its cost is then meaningless."""
    simulator.reset({**operation.seed, "generated_images": operation.images})
    if operation.is_info:
        _read(simulator, operation.desired)
    else:
        run = bench.run_task(simulator, operation.desired, wait_timeout=WAIT_TIMEOUT)
        assert run.error is None, f"{operation.title}: {run.error}"
    calls = simulator.calls()
    return Cost(
        collections.Counter(call["action"] for call in calls),
        sum(call["request_bytes"] for call in calls),
        sum(call["response_bytes"] for call in calls),
    )


def _read(simulator: Simulator, desired: Document) -> None:
    validated = ArgumentSpecValidator(apsarastack_image_info.ARGUMENTS).validate(desired)
    deadline = Deadline(WAIT_TIMEOUT)
    with requests.Session() as session:
        client = Client(bench.connection_to(simulator, read_timeout=30.0), deadline, session=session)
        apsarastack_image_info.run(selection_from(validated.validated_parameters), Images(client))


def slow_cloud() -> Simulator:
    """A creation takes ten minutes on a simulated clock, which advances only while the module sleeps."""
    return Simulator(speed=0, create_time=TEN_MINUTES)


def table() -> str:
    with slow_cloud() as simulator:
        costs = [(operation, measured(simulator, operation)) for operation in OPERATIONS]
    return rows_of(
        ["operation", "calls", "bytes sent", "bytes received", "target, calls", "verdict"],
        [
            [each.title, cost.calls, grouped(cost.sent), grouped(cost.received), *verdict(cost.calls, each.most)]
            for each, cost in costs
        ],
    )
