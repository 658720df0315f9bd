# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each operation costs in calls and bytes, counted by the simulated cloud and not by the module."""

from __future__ import annotations

import collections
import contextlib
import functools
import typing as t
from dataclasses import dataclass, field

import bench
import requests
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.desired import desired_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.selection import selection_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention import desired as retention
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.modules import (
    apsarastack_image_export,
    apsarastack_image_info,
    apsarastack_image_retention,
)
from figures import grouped, rows_of, verdict
from scenarios import NAME, OLD, SCENARIOS, TAGS, TEXTS, THERE, Document

from apsarastack_simulator.testing import Simulator

TEN_MINUTES = 600.0
# Enough for a creation that takes ten minutes, and everything before and after it.
WAIT_TIMEOUT = 900.0
MANY = 10_000
# The maximum number of polls in ten minutes with even progress.
POLLS = 45


def _of_image(simulator: Simulator, desired: Document) -> None:
    run = bench.run_task(simulator, desired, wait_timeout=WAIT_TIMEOUT)
    assert run.error is None, run.error


def _of_info(simulator: Simulator, desired: Document) -> None:
    selection = selection_from(_validated(apsarastack_image_info, desired))
    with _client(simulator) as client:
        apsarastack_image_info.run(selection, Images(client))


def _of_export(simulator: Simulator, desired: Document) -> None:
    export = desired_from(_validated(apsarastack_image_export, desired))
    with _client(simulator) as client:
        apsarastack_image_export.run(export, Images(client), client.deadline, check_mode=False)


def _of_retention(simulator: Simulator, desired: Document, check_mode: bool = False) -> None:
    wish = retention.desired_from(_validated(apsarastack_image_retention, desired))
    with _client(simulator) as client:
        apsarastack_image_retention.run(wish, Images(client), client.deadline, check_mode)


def _validated(module: t.Any, desired: Document) -> Document:
    return t.cast("Document", ArgumentSpecValidator(module.ARGUMENTS).validate(desired).validated_parameters)


@contextlib.contextmanager
def _client(simulator: Simulator) -> t.Iterator[Client]:
    passing = bench.SimulatedTime(simulator)
    deadline = Deadline(WAIT_TIMEOUT, clock=passing, sleep=passing.sleep)
    with requests.Session() as session:
        yield Client(bench.connection_to(simulator, read_timeout=30.0), deadline, session=session)


@dataclass(frozen=True)
class Operation:
    """``most``: the target for its calls, or None. ``images``: how many exist before, in addition to those in ``seed``.
    ``run``: a task of the module that it is about; raises an error if the task fails, since its cost is then
    meaningless.
    """

    title: str
    desired: Document
    seed: Document = field(default_factory=dict)
    most: int | None = None
    images: int = 0
    run: t.Callable[[Simulator, Document], None] = _of_image


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


def _exports() -> t.Iterator[Operation]:
    desired, seed = {"image_name": NAME, "bucket": "exports"}, {**AS_IT_IS, "buckets": BUCKETS}
    task = {"id": "tsk-1", "action": "ExportImage", "image_id": OLD, "created": -60, "disks": DISKS, **TENANT}
    # The lookup of the image, the list of its exports, and the one that is to this place.
    yield Operation("unchanged export", desired, {**seed, "tasks": [task]}, 3, run=_of_export)
    yield Operation("export, no wait", {**desired, "wait": False}, seed, 4, run=_of_export)
    yield Operation("export, 10 minutes", desired, seed, 3 + POLLS, run=_of_export)
    running = {**seed, "tasks": [{**task, "ends_at": 3600}]}
    yield Operation("cancel an export", {"image_name": NAME, "state": "absent"}, running, 5, run=_of_export)


def _retentions() -> t.Iterator[Operation]:
    seed: Document = {"images": []}
    desired: Document = {"name_regex": "^generated-", "keep": 3}
    # The pages of the list, the sharing of up to 100 images, and their snapshots.
    checked = functools.partial(_of_retention, check_mode=True)
    yield Operation("unchanged retention", {**desired, "keep": 50}, seed, 1, images=49, run=_of_retention)
    yield Operation(
        "retention of 1,000, check mode", {**desired, "delete_snapshots": True}, seed, 200, images=1_000, run=checked
    )
    # For each image: its sharing, the image, and the deletion; then one poll.
    yield Operation("retention of 13, delete 10", desired, seed, 1 + 10 + 10 * 3 + 1, images=13, run=_of_retention)


TENANT = {"organization": 37, "resource_group": 412}
BUCKETS = [{"name": "exports", "organization": 37}]
DISKS = [{"OSSBucket": "exports", "OSSObject": f"{OLD}_system.raw.tar.gz", "ImageFormat": "raw"}]
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
    *_exports(),
    *_retentions(),
    Operation("info of 1 by name", {"image_name": "generated-00001"}, most=1, images=MANY, run=_of_info),
    Operation("info of 1,000", {}, {"images": []}, most=20, images=1_000, run=_of_info),
    Operation(f"info of {grouped(MANY)}", {}, {"images": []}, most=200, images=MANY, run=_of_info),
)


def measured(simulator: Simulator, operation: Operation) -> Cost:
    simulator.reset({**operation.seed, "generated_images": operation.images})
    operation.run(simulator, operation.desired)
    calls = simulator.calls()
    return Cost(
        collections.Counter(call["action"] for call in calls),
        sum(call["request_bytes"] for call in calls),
        sum(call["response_bytes"] for call in calls),
    )


def slow_cloud() -> Simulator:
    """A creation takes ten minutes on a simulated clock, which advances only while the module sleeps."""
    return Simulator(speed=0, create_time=TEN_MINUTES, export_time=TEN_MINUTES)


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
