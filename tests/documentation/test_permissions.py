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
from module_process import connection_options, ended, start
from sent import complaints

from apsarastack_simulator.actions import REGISTRY

if t.TYPE_CHECKING:
    from pathlib import Path

    from apsarastack_simulator.testing import Simulator

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

TENANT = {"organization": 37, "resource_group": 412}
OF_WEB = "SnapshotForImage-m-web-system"
STORED = {"device": "/dev/xvda", "type": "system", "size": 100, "bucket": "golden-images", "object": "data.raw"}
READ = [{"OSSBucket": "golden-images", "OSSObject": "data.raw", "ImageFormat": "RAW"}]
WRITTEN = [{"OSSBucket": "exports", "OSSObject": "m-exporting_system.raw.tar.gz", "ImageFormat": "raw"}]
MANY = {f"key-{number:02d}": "value" for number in range(12)}
WORLD = {
    "images": [
        {
            "id": image_id,
            "name": name,
            "created": -3600,
            "tags": {"team": "web", "left": "over"},
            "mappings": [{"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": snapshot_id}],
            **TENANT,
            **more,
        }
        for image_id, name, snapshot_id, more in (
            ("m-web", "web", "s-of-web", {}),
            ("m-web-newer", "web-newer", "", {"created": -60}),
            ("m-failed", "failed", "", {"fails_as": "CreateFailed"}),
            ("m-in-use", "in-use", "", {}),
            ("m-shared", "shared", "", {"shared_with": ["1000000000000038"]}),
            ("m-many-tags", "many-tags", "", {"tags": MANY}),
            ("m-exporting", "exporting", "", {}),
            ("m-copying", "copying", "s-of-copying", {"copied_from": "m-many-tags", "ready_at": 3600}),
            (
                "m-importing",
                "importing",
                "",
                {"ready_at": 3600, "mappings": [{**STORED, "snapshot_id": "s-of-importing"}]},
            ),
            ("m-not-imported", "not-imported", "", {"fails_as": "CreateFailed", "mappings": [STORED]}),
        )
    ],
    "snapshots": [
        {"id": "s-of-web", "name": OF_WEB, "disk_type": "system", "size": 40, "created": -3600, **TENANT},
        {"id": "s-system", "name": "system", "disk_type": "system", "size": 40, "created": -7200, **TENANT},
    ],
    "tasks": [
        {"id": f"t-{image_id}", "action": action, "image_id": image_id, "disks": disks, **TENANT, **more}
        for image_id, action, disks, more in (
            ("m-exporting", "ExportImage", WRITTEN, {"created": -60, "ends_at": 3600}),
            ("m-importing", "ImportImage", READ, {"created": -3600, "ends_at": 3600}),
            ("m-not-imported", "ImportImage", READ, {"created": -3600, "error": "The disk file cannot be read."}),
        )
    ],
}


@dataclasses.dataclass(frozen=True)
class Situation:
    """A task. ``rows``: other rows of the guide that apply to it. ``reason``: of its failure, if it fails."""

    options: dict[str, t.Any]
    rows: tuple[str, ...] = ()
    reason: str | None = None
    knobs: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    module: str = "apsarastack_image"


ALWAYS = "uses any of the modules"
FROM_INSTANCE = "creates an image from ``instance_id``"
FROM_SNAPSHOT = "creates an image from ``snapshot_id`` or ``disk_device_mapping``"
COPIES = "copies an image (``copy_from``)"
AGAIN = "creates an image after it has deleted one of the same name that is ``CreateFailed``"
IMPORTS = "imports an image (``import_from``)"
EXPLAINS = "says why an import has failed"
STOPS_COPY = "deletes an image that is still being copied"
STOPS_IMPORT = "deletes an image that is still being imported"
SHARES = "shares an image, or stops that (``share_with``)"
UNSHARES = "stops sharing an image before it is deleted (``unshare``)"
DELETES = "deletes an image (``state: absent``)"
REPLACES = "replaces an image (``recreate``)"
WITH_SNAPSHOTS = "also deletes the snapshots of an image (``delete_snapshots``)"
INSTANCE = {"instance_id": "i-web-running"}
COPY, FILE = {"copy_from": {"image_name": "web"}}, {"import_from": [{"bucket": "golden-images", "object": "data.raw"}]}
ROLE = {"assume_role": {"role_arn": "acs:ram::1000000000000037:role/imager"}}
# The image has the tags team and left: another tag is added, or left is removed.
ADDED, REMOVED = {"tags": {"team": "web", "left": "over", "stage": "golden"}}, {"tags": {"team": "web"}}
EXPORT = {"image_name": "web", "bucket": "exports"}
RETENTION = {"name_regex": "^web(-newer)?$", "keep": 1}
OLD_SITE = {"tag_resources": False, "tags_per_call": 5}
SITUATIONS: dict[str, tuple[Situation, ...]] = {
    ALWAYS: (
        Situation({"image_name": "web", **INSTANCE}),
        Situation({"image_id": "m-web"}),
        Situation({"image_name": "missing", "state": "absent"}),
        Situation({"image_name": "missing"}, reason="not_found"),
        Situation({"tags": {"team": "web"}, "usage": "instance"}, module="apsarastack_image_info"),
    ),
    FROM_INSTANCE: (
        Situation({"image_name": "new", **INSTANCE, "description": "made", "tags": {"team": "web"}}),
        Situation({"image_name": "new", "instance_id": "i-unknown"}, reason="not_found"),
    ),
    FROM_SNAPSHOT: (
        Situation({"image_name": "new", "snapshot_id": "s-system"}),
        Situation({"image_name": "new", "disk_device_mapping": [{"snapshot_id": "s-system"}, {"size": 20}]}),
    ),
    COPIES: (
        Situation({"image_name": "new", **COPY, "description": "copied", "tags": {"team": "web"}}),
        Situation({"image_name": "new", "copy_from": {"image_id": "m-web", "encrypted": True}}),
    ),
    IMPORTS: (
        Situation({"image_name": "new", **FILE, "description": "imported", "tags": {"team": "web"}}),
        Situation({"image_name": "importing", **FILE, "wait": False}),
    ),
    AGAIN: (Situation({"image_name": "failed", **INSTANCE}, rows=(FROM_INSTANCE,)),),
    "changes ``image_name``, ``description``, ``image_family``, ``boot_mode``, ``license_type`` or ``deprecated``": (
        Situation({"image_name": "web", "description": "changed"}),
        Situation({"image_name": "web", "image_family": "golden", "boot_mode": "uefi"}),
        Situation({"image_name": "web", "deprecated": True}),
        Situation({"image_id": "m-web", "image_name": "renamed"}),
    ),
    "adds or changes ``tags``": (Situation({"image_name": "web", **ADDED}),),
    "removes ``tags`` (``purge_tags``)": (Situation({"image_name": "web", **REMOVED}),),
    "adds, changes or removes ``tags`` on a site that does not support ``TagResources``": (
        Situation({"image_name": "web", **ADDED}, rows=("adds or changes ``tags``",), knobs=OLD_SITE),
        Situation({"image_name": "web", **REMOVED}, rows=("removes ``tags`` (``purge_tags``)",), knobs=OLD_SITE),
        Situation(
            {"image_name": "many-tags", "tags": {name.replace("key", "new"): "value" for name in MANY}},
            rows=("adds or changes ``tags``", "removes ``tags`` (``purge_tags``)"),
            knobs=OLD_SITE,
        ),
    ),
    SHARES: (
        Situation({"image_name": "web", "share_with": ["1000000000000038"]}),
        Situation({"image_name": "shared", "share_with": [], "purge_shares": True}),
    ),
    UNSHARES: (Situation({"image_name": "shared", "state": "absent", "unshare": True}, rows=(DELETES,)),),
    "fails because the image to delete is shared, and lists the accounts": (
        Situation({"image_name": "shared", "state": "absent"}, reason="shared"),
    ),
    "lists the accounts that images are shared with (``gather_shares``)": (
        Situation({"image_name": "shared", "gather_shares": True}, module="apsarastack_image_info"),
    ),
    REPLACES: (
        Situation({"image_name": "web", **INSTANCE, "recreate": "always"}, rows=(FROM_INSTANCE,)),
        Situation({"image_name": "web", **FILE, "recreate": "always"}, rows=(IMPORTS,)),
        Situation(
            {"image_name": "web", "snapshot_id": "s-system", "recreate": "on_source_change"}, rows=(FROM_SNAPSHOT,)
        ),
    ),
    DELETES: (
        Situation({"image_name": "web", "state": "absent"}),
        Situation({"image_name": "in-use", "state": "absent", "force": True}),
    ),
    STOPS_COPY: (Situation({"image_name": "copying", "state": "absent"}, rows=(DELETES,)),),
    STOPS_IMPORT: (Situation({"image_name": "importing", "state": "absent"}, rows=(DELETES,)),),
    EXPLAINS: (
        Situation({"image_name": "not-imported"}, reason="creation_failed"),
        Situation({"image_name": "not-imported", **FILE}, rows=(IMPORTS, AGAIN)),
    ),
    "fails because the image to delete is in use, and lists the instances": (
        Situation({"image_name": "in-use", "state": "absent"}, reason="in_use"),
    ),
    WITH_SNAPSHOTS: (
        Situation({"image_name": "web", "state": "absent", "delete_snapshots": True}, rows=(DELETES,)),
        Situation(
            {"image_name": "web", **INSTANCE, "recreate": "always", "delete_snapshots": True},
            rows=(FROM_INSTANCE, REPLACES),
        ),
    ),
    "exports an image (``apsarastack_image_export``)": (
        Situation(EXPORT, module="apsarastack_image_export"),
        Situation({**EXPORT, "wait": False}, module="apsarastack_image_export"),
    ),
    "cancels the export of an image (``state: absent``)": (
        Situation({"image_id": "m-exporting", "state": "absent"}, module="apsarastack_image_export"),
    ),
    "deletes older images (``apsarastack_image_retention``)": (
        Situation(RETENTION, module="apsarastack_image_retention"),
        Situation(
            {**RETENTION, "delete_snapshots": True}, rows=(WITH_SNAPSHOTS,), module="apsarastack_image_retention"
        ),
    ),
    "deprecates older images (``action: deprecate``)": (
        Situation({**RETENTION, "action": "deprecate"}, module="apsarastack_image_retention"),
    ),
    "``assume_role``, or a ``profile`` that assumes a role": (Situation({"image_id": "m-web", **ROLE}),),
    "``resource_group_set_name``": (
        Situation({"image_id": "m-web", "resource_group_set_name": "ops", "department": None, "resource_group": None}),
    ),
}


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

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def deny(self, *actions: str, denied_lists: str = "forbidden") -> None:
        names = [action.partition(":")[2] for action in actions]
        self._simulator.knobs(denied_actions=names, denied_lists=denied_lists)

    def allow_only(self, policy: frozenset[str]) -> None:
        self.deny(*(name for name in QUALIFIED.values() if name.startswith("ecs:") and name not in policy))

    def run(self, situation: Situation, check_mode: bool = False) -> tuple[dict[str, t.Any], set[str]]:
        """The result, and the actions that were called."""
        options = {**connection_options(self._simulator), "wait_timeout": 60, **situation.options}
        result = ended(start({**options, "_ansible_check_mode": check_mode}, situation.module))
        calls = self._simulator.calls()
        assert complaints(calls) == []
        return result, {QUALIFIED[call["action"]] for call in calls}

    def reset(self, situation: Situation) -> None:
        self._simulator.reset(seed=WORLD, knobs={**KNOBS, **situation.knobs})


@pytest.fixture
def bench(simulator: Simulator, collections: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("PYTHONPATH", str(collections))
    return Bench(simulator)


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
