# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide on permissions: for each row of its tables, tasks are run under the policy that allows them.

A call that no row names is a failure, and an action that a row names but no task calls is one as well.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import importlib
import json
import re
import typing as t

import pytest
from examples import ROOT, tables
from sent import complaints

from apsarastack_simulator.actions import REGISTRY

if t.TYPE_CHECKING:
    from own_modules import Modules

    from apsarastack_simulator.testing import Simulator

from permission_situations import (
    ALWAYS,
    COPIES,
    EXPLAINS,
    SITUATIONS,
    STOPS_COPY,
    STOPS_IMPORT,
    WITH_SNAPSHOTS,
    WORLD,
    Situation,
)

GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_permissions.rst"
ACTION = re.compile(r"``(\w+:\w+)``")
# As the guide and a policy write it: with the product first.
QUALIFIED = {action.name: f"{action.product.lower()}:{action.name}" for action in REGISTRY.values()}
ROWS = {
    row[0]: frozenset(ACTION.findall(row[1])) for table in tables(GUIDE) if table[0][1] == "calls" for row in table[1:]
}
POLICIES = [
    frozenset(t.cast("list[str]", json.loads(block)["Statement"][0]["Action"]))
    for block in re.findall(
        r"^\.\. code-block:: json\n\n((?: +[^\n]*\n)+)", GUIDE.read_text(encoding="utf-8"), re.MULTILINE
    )
]
# Those of access keys, and those of the roles with which ECS reads and writes buckets.
(READING, CHANGING, DELETING), ROLES = POLICIES[:3], POLICIES[3:]


def named(situation: Situation, *rows: str) -> frozenset[str]:
    """The actions that the guide lists for the task."""
    return frozenset().union(*(ROWS[row] for row in (ALWAYS, *rows, *situation.rows)))


def policy_for(actions: t.Collection[str]) -> frozenset[str]:
    """The smallest policy that allows them; the actions of the connection are not ECS actions."""
    wanted = {action for action in actions if action.startswith("ecs:")}
    return next(policy for policy in POLICIES[:3] if wanted <= policy)


# Nothing waits for the copy in WORLD, which never ends.
KNOBS = {**dict.fromkeys(("create_time", "copy_time", "import_time", "export_time"), 0), "copies_at_a_time": 5}


class Bench:
    """The modules against the simulator, under a policy."""

    def __init__(self, simulator: Simulator, modules: Modules) -> None:
        self._simulator = simulator
        self._modules = modules

    def deny(self, *actions: str, denied_lists: str = "forbidden") -> None:
        names = [action.partition(":")[2] for action in actions]
        self._simulator.knobs(denied_actions=names, denied_lists=denied_lists)

    def allow_only(self, policy: frozenset[str]) -> None:
        self.deny(*(name for name in QUALIFIED.values() if name.startswith("ecs:") and name not in policy))

    def run(self, situation: Situation, check_mode: bool = False) -> tuple[dict[str, t.Any], set[str]]:
        """The result, and the actions that were called."""
        result = self._modules.run(situation.module, situation.options, check_mode)
        calls = self._simulator.calls()
        assert complaints(calls) == []
        return result, {QUALIFIED[call["action"]] for call in calls}

    def reset(self, situation: Situation) -> None:
        self._simulator.reset(seed=WORLD, knobs={**KNOBS, **situation.knobs})


@pytest.fixture
def bench(simulator: Simulator, modules: Modules) -> Bench:
    return Bench(simulator, modules)


def test_every_row_of_the_permissions_has_tasks() -> None:
    assert list(ROWS) == list(SITUATIONS)


@pytest.mark.parametrize("row", SITUATIONS)
def test_a_task_calls_what_its_rows_name_and_requires_no_larger_policy(row: str, bench: Bench) -> None:
    seen: set[str] = set()
    for situation in SITUATIONS[row]:
        bench.reset(situation)
        bench.allow_only(policy_for(named(situation, row)))
        result, called = bench.run(situation)
        assert result.get("reason") == situation.reason, result.get("msg")
        assert called <= named(situation, row)
        seen |= called
    assert ROWS[row] <= seen


@pytest.mark.parametrize("row", SITUATIONS)
def test_check_mode_requires_only_the_policy_for_reading(row: str, bench: Bench) -> None:
    for situation in SITUATIONS[row]:
        bench.reset(situation)
        bench.allow_only(READING)
        result, called = bench.run(situation, check_mode=True)
        assert result.get("reason") == situation.reason, result.get("msg")
        assert not any(fnmatch.fnmatchcase(action, "ecs:[!D]*") or "Delete" in action for action in called)


def test_the_policies_are_the_sum_of_the_rows() -> None:
    everything = {action for row in ROWS.values() for action in row if action.startswith("ecs:")}
    assert everything == DELETING
    assert {action for action in everything if action.startswith("ecs:Describe")} == READING
    assert {action for action in everything if not action.startswith("ecs:Delete")} == CHANGING


def test_the_roles_are_those_that_the_modules_name(importable: None) -> None:
    guide = GUIDE.read_text(encoding="utf-8").split("What ECS itself needs\n====")[1]
    for name in ("_image.source_hints", "_export.hints"):
        role = importlib.import_module(
            f"ansible_collections.apsarastack.cloud.plugins.module_utils.{name}"
        ).DEFAULT_ROLE
        assert f"``{role}``" in guide
    reading, writing = ROLES
    assert reading < writing
    assert {action for action in writing if not action.startswith("oss:")} == set()


def test_the_policies_only_allow_actions() -> None:
    for block in re.findall(r"json\n\n((?: +[^\n]*\n)+)", GUIDE.read_text(encoding="utf-8")):
        document = json.loads(block)
        actions = document["Statement"][0]["Action"]
        assert document == {
            "Version": "1",
            "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}],
        }
        assert len(set(actions)) == len(actions)


# Denied actions without which a task does less, as the guide says, but does not fail because of them.
TASKS = ("ecs:DescribeTasks", "ecs:DescribeTaskAttribute")
DISPENSABLE = {
    *((row, "ecs:DescribeSnapshots") for row in (COPIES, STOPS_COPY, STOPS_IMPORT)),
    *((row, action) for row in (EXPLAINS, STOPS_IMPORT) for action in TASKS),
}
DENIED = [
    pytest.param(action, situation, id=f"{action} in {row}")
    for row, actions in ROWS.items()
    for action in sorted(actions)
    for situation in SITUATIONS[row][:1]
    # TagResources is called first even on a site without it, and the image is already deleted when its snapshots are.
    if action not in ("ecs:RemoveTags", "ecs:DeleteSnapshot") and (row, action) not in DISPENSABLE
]


@pytest.mark.parametrize(("action", "situation"), DENIED)
def test_a_failure_names_the_missing_permission(action: str, situation: Situation, bench: Bench) -> None:
    bench.reset(situation)
    bench.deny(action)
    result, _called = bench.run(situation)
    assert (result["reason"], result["error"]["action"]) == ("access_denied", action.partition(":")[2])
    assert action.partition(":")[2] in result["msg"]


def test_a_copy_whose_snapshots_must_not_be_read_is_created(bench: Bench) -> None:
    situation = SITUATIONS[COPIES][0]
    bench.reset(situation)
    bench.deny("ecs:DescribeSnapshots")
    result, called = bench.run(situation)
    assert "reason" not in result
    assert "ecs:CopyImage" in called


@pytest.mark.parametrize("action", TASKS)
def test_a_failed_import_whose_task_must_not_be_read_is_reported_without_the_reason(action: str, bench: Bench) -> None:
    situation = SITUATIONS[EXPLAINS][0]
    bench.reset(situation)
    bench.deny(action)
    result, _called = bench.run(situation)
    assert result["reason"] == "creation_failed"
    assert "cannot be read" not in result["msg"]


@pytest.mark.parametrize("action", TASKS)
def test_an_import_whose_task_must_not_be_read_is_waited_for(action: str, bench: Bench) -> None:
    (situation,) = SITUATIONS[STOPS_IMPORT]
    bench.reset(situation)
    bench.deny(action)
    result, called = bench.run(dataclasses.replace(situation, options={**situation.options, "wait_timeout": 2}))
    assert result["reason"] == "timed_out"
    assert "ecs:CancelTask" not in called


def test_a_snapshot_whose_deletion_is_denied_is_listed_in_the_result(bench: Bench) -> None:
    situation, _replacement = SITUATIONS[WITH_SNAPSHOTS]
    bench.reset(situation)
    bench.deny("ecs:DeleteSnapshot")
    result, _called = bench.run(situation)
    assert "reason" not in result
    assert [each["snapshot_id"] for each in result["snapshots_failed"]] == ["s-of-web"]


def test_a_key_that_is_not_allowed_to_list_images_gets_an_empty_list_on_some_releases(bench: Bench) -> None:
    everything = Situation({}, module="apsarastack_image_info")
    bench.reset(everything)
    bench.deny("ecs:DescribeImages", denied_lists="empty")
    result, _called = bench.run(everything)
    assert result["images"] == []


def test_an_image_in_use_is_protected_even_if_the_instances_are_hidden(bench: Bench) -> None:
    (situation,) = SITUATIONS["fails because the image to delete is in use, and lists the instances"]
    bench.reset(situation)
    bench.deny("ecs:DescribeInstances", denied_lists="empty")
    result, called = bench.run(situation)
    assert result["reason"] == "in_use"
    assert "ecs:DeleteImage" not in called
