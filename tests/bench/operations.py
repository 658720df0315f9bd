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
from ansible_collections.apsarastack.cloud.plugins.module_utils.client import Client
from ansible_collections.apsarastack.cloud.plugins.module_utils.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.module_utils.images import Images
from ansible_collections.apsarastack.cloud.plugins.module_utils.selection import selection_from
from ansible_collections.apsarastack.cloud.plugins.modules import apsarastack_image_info
from figures import grouped, rows_of, verdict
from scenarios import NAME, OLD, SCENARIOS, TAGS, TEXTS, THERE, Document

from apsarastack_simulator.testing import Simulator

TEN_MINUTES = 600.0
# Enough for a build of ten minutes and all that is around it.
WAIT_TIMEOUT = 900.0
MANY = 10_000
# What ten minutes of waiting may cost.
POLLS = 40


@dataclass(frozen=True)
class Operation:
    """``most``: the calls that it may take, None where there is no target. ``images``: in the account before, besides
    those of ``seed``. ``is_info``: a task of the reading module.
    """

    title: str
    wish: Document
    seed: Document = field(default_factory=dict)
    most: int | None = None
    images: int = 0
    is_info: bool = False


@dataclass(frozen=True)
class Cost:
    """``actions``: how often each was called."""

    actions: t.Mapping[str, int]
    sent: int
    received: int

    @property
    def calls(self) -> int:
        return sum(self.actions.values())


def _of_scenario(title: str, scenario: str, most: int | None = None, **more: t.Any) -> Operation:
    (found,) = (one for one in SCENARIOS if one.title == scenario)
    return Operation(title, {**found.wish, **more}, found.seed(), most)


def _creations() -> t.Iterator[Operation]:
    for source in ("an instance", "a snapshot", "disks"):
        # One look-up, one look at the source, the creation, and one look whether the new image is listed: until it is,
        # another run would not find it and make a second one.
        yield _of_scenario(f"create from {source}, no wait", f"create from {source}", 4, wait=False)
        yield _of_scenario(f"create from {source}, 10 minutes", f"create from {source}", 3 + POLLS)


def _update(title: str, most: int, **wish: t.Any) -> Operation:
    """``most``: the look-up, the writes, and one look at what they have made."""
    (scenario,) = (one for one in SCENARIOS if one.title == "update name, description, tags")
    return Operation(title, {"image_id": OLD, **wish}, scenario.seed(), most)


UNCHANGED = {"image_name": NAME, "description": THERE["description"], "tags": THERE["tags"]}
AS_IT_IS = _update("", 0).seed
OPERATIONS = (
    Operation("unchanged", UNCHANGED, AS_IT_IS, 1),
    Operation(f"unchanged, by name among {grouped(MANY)}", {"image_name": "generated-05000"}, most=1, images=MANY),
    *_creations(),
    _update("update description", 3, description="nginx 1.27"),
    # For a new name, one look more: another image may have it already.
    _update("update name", 4, image_name="web-golden"),
    _update("update tags, one of them away", 4, tags=TAGS),
    _update("update name, description and tags", 6, image_name="web-golden", **TEXTS),
    # One look-up, the deletion, one look that it is gone.
    _of_scenario("delete", "delete", 3),
    _of_scenario("forced delete with 2 of 3 snapshots", "forced delete with snapshots"),
    _of_scenario("recreate, 10 minutes", "recreate"),
    Operation("info of 1 by name", {"image_name": "generated-00001"}, most=1, images=MANY, is_info=True),
    Operation("info of 1,000", {}, {"images": []}, most=20, images=1_000, is_info=True),
    Operation(f"info of {grouped(MANY)}", {}, {"images": []}, most=200, images=MANY, is_info=True),
)


def measured(simulator: Simulator, operation: Operation) -> Cost:
    """AssertionError where the operation fails: what that costs is of no interest."""
    simulator.reset({**operation.seed, "generated_images": operation.images})
    if operation.is_info:
        _read(simulator, operation.wish)
    else:
        run = bench.run_task(simulator, operation.wish, wait_timeout=WAIT_TIMEOUT)
        assert run.error is None, f"{operation.title}: {run.error}"
    calls = simulator.calls()
    return Cost(
        collections.Counter(call["action"] for call in calls),
        sum(call["request_bytes"] for call in calls),
        sum(call["response_bytes"] for call in calls),
    )


def _read(simulator: Simulator, wish: Document) -> None:
    validated = ArgumentSpecValidator(apsarastack_image_info.ARGUMENTS).validate(wish)
    deadline = Deadline(WAIT_TIMEOUT)
    with requests.Session() as session:
        client = Client(bench.connection_to(simulator, read_timeout=30.0), deadline, session=session)
        apsarastack_image_info.run(selection_from(validated.validated_parameters), Images(client))


def slow_cloud() -> Simulator:
    """It builds for ten minutes of its own time, which passes only while the module sleeps."""
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
