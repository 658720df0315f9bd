# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The snapshots that a task leaves are those that exist without their image, and a failure names each of them."""

from __future__ import annotations

import os
import signal
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.modules import apsarastack_image_retention
from bench import Meanwhile
from through_main import run_main

from apsarastack_simulator.testing import Simulator

Document = dict[str, t.Any]
TENANT = {"organization": 37, "resource_group": 412, "created": -86400}
ELSEWHERE = "cn-wulan-env82-d01"
ORIGINAL = {"id": "m-original", "name": "golden", "region": ELSEWHERE, **TENANT}
SOURCES: dict[str, Document] = {
    "copy": {"image_name": "web", "copy_from": {"image_name": "golden", "region": ELSEWHERE}},
    "import": {
        "image_name": "web",
        "import_from": [{"bucket": "golden-images", "object": "ubuntu-22.04.qcow2"}],
    },
}
ABSENT: Document = {"image_name": "web", "state": "absent"}
# What check mode predicts.
PREDICTED = ("changed", "actions", "diff", "snapshots_deleted", "snapshots_left", "snapshots_failed", "task_id")
FORBIDDEN: Document = {"code": "Forbidden.RAM", "status": 403}


def site(**knobs: t.Any) -> Simulator:
    seed = {"images": [ORIGINAL]}
    return Simulator(speed=0, seed_changes=seed, **{"copy_time": 900, "import_time": 900, "visible_after": 3, **knobs})


def existing(simulator: Simulator, snapshot_ids: t.Iterable[str]) -> list[str]:
    return [one["snapshot_id"] for one in simulator.state()["snapshots"] if one["snapshot_id"] in snapshot_ids]


def begun(simulator: Simulator, desired: Document) -> list[str]:
    """Starts it, and returns the snapshots of the unfinished image."""
    image_id = run_main(simulator, {**desired, "wait": False})["image_id"]
    simulator.advance(60)
    (image,) = (one for one in simulator.state()["images"] if one["image_id"] == image_id)
    found = [disk["snapshot_id"] for disk in image["disk_device_mappings"]]
    assert existing(simulator, found) == found != []
    return found


# --- cancelations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", ["image_id", "image_name", "other"])
@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("deletes", [True, False], ids=["delete_snapshots", "keep_snapshots"])
@pytest.mark.parametrize("desired", SOURCES.values(), ids=SOURCES)
def test_check_mode_tells_what_a_cancelation_does(desired: Document, deletes: bool, wait: bool, names: str) -> None:
    task = {**ABSENT, "delete_snapshots": deletes, "wait": wait}
    with site(snapshot_names=names) as simulator:
        snapshots = begun(simulator, desired)
        checked = run_main(simulator, {**task, "_ansible_check_mode": True, "_ansible_diff": True})
        result = run_main(simulator, {**task, "_ansible_diff": True})
        left = existing(simulator, snapshots)
    assert {key: checked.get(key) for key in PREDICTED} == {key: result.get(key) for key in PREDICTED}
    assert (result["snapshots_left"], left) == ([], [])
    is_recognized = names != "other" or "import_from" in desired
    assert result["snapshots_deleted"] == (snapshots if deletes and is_recognized else [])


@pytest.mark.parametrize("deletes", [True, False], ids=["delete_snapshots", "keep_snapshots"])
def test_snapshots_that_a_cancelation_leaves_are_listed_or_deleted(deletes: bool) -> None:
    with site(canceled_import="CreateFailed") as simulator:
        snapshots = begun(simulator, SOURCES["import"])
        result = run_main(simulator, {**ABSENT, "delete_snapshots": deletes})
        left = existing(simulator, snapshots)
    assert (result["snapshots_left"], left) == (([], []) if deletes else (snapshots, snapshots))
    assert result["snapshots_deleted"] == (snapshots if deletes else [])


def test_a_cancelation_succeeds_where_the_snapshots_cannot_be_read() -> None:
    with site() as simulator:
        snapshots = begun(simulator, SOURCES["import"])
        simulator.fault(action="DescribeSnapshots", times=9, **FORBIDDEN)
        result = run_main(simulator, ABSENT)
    assert (result["changed"], result["snapshots_left"]) == (True, snapshots)
    assert any(f"snapshot {snapshots[0]} may be left" in str(one) for one in result["warnings"])


# --- failures --------------------------------------------------------------------------------------------------------


NEWER = {"id": "m-newer", "name": "web-newer", **TENANT, "created": -60}


def of_two_disks() -> Simulator:
    disks = [
        {"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": "s-web"},
        {"device": "/dev/xvdb", "type": "data", "size": 40, "snapshot_id": "s-data"},
    ]
    named = [
        {
            "id": one["snapshot_id"],
            "name": f"SnapshotForImage-m-web-{one['type']}",
            "disk_id": "d-1",
            "disk_type": one["type"],
            "size": 40,
            **TENANT,
        }
        for one in disks
    ]
    seed = {"images": [{"id": "m-web", "name": "web", "mappings": disks, **TENANT}, NEWER], "snapshots": named}
    return Simulator(speed=0, seed_changes=seed)


DELETING: Document = {**ABSENT, "delete_snapshots": True}
BOTH = ["s-web", "s-data"]
NOTE = "note their ids"
AGAIN = "Run the task again"


def interrupting(action: str, skip: int = 0) -> Meanwhile:
    return Meanwhile(action, lambda: os.kill(os.getpid(), signal.SIGTERM), skip)


def failed_ids(result: Document) -> list[str]:
    return [one["snapshot_id"] for one in result["snapshots_failed"]]


@pytest.mark.parametrize(("skip", "unsettled"), [(0, BOTH), (1, ["s-data"])])
def test_after_a_signal_that_leaves_only_snapshots_nobody_is_told_to_run_the_task_again(
    skip: int, unsettled: list[str]
) -> None:
    with of_two_disks() as simulator:
        result = run_main(simulator, DELETING, adapter=interrupting("DeleteSnapshot", skip))
        again = run_main(simulator, DELETING)
    assert (result["reason"], again["changed"]) == ("interrupted", False)
    assert failed_ids(result) == result["snapshots_left"] == unsettled
    assert NOTE in result["msg"]
    assert AGAIN not in result["msg"]


def test_after_a_signal_that_leaves_an_image_the_next_run_continues() -> None:
    with of_two_disks() as simulator:
        result = run_main(simulator, DELETING, adapter=interrupting("DescribeImages", 2))
        again = run_main(simulator, DELETING)
    assert AGAIN in result["msg"]
    assert again["snapshots_deleted"] == BOTH


@pytest.mark.parametrize("deletes", [True, False], ids=["delete_snapshots", "keep_snapshots"])
def test_a_deletion_that_may_have_been_carried_out_lists_the_snapshots_that_may_be_left(deletes: bool) -> None:
    with of_two_disks() as simulator:
        simulator.fault(action="DeleteImage", drop="after")
        simulator.fault(action="DeleteImage", skip=1, **FORBIDDEN)
        result = run_main(simulator, {**ABSENT, "delete_snapshots": deletes})
        left = existing(simulator, BOTH)
    assert (result["failed"], result["snapshots_left"], sorted(left)) == (True, BOTH, sorted(BOTH))
    assert failed_ids(result) == (BOTH if deletes else [])


def test_a_refused_deletion_leaves_no_snapshot() -> None:
    with of_two_disks() as simulator:
        simulator.fault(action="DeleteImage", **FORBIDDEN)
        result = run_main(simulator, DELETING)
    assert (result["failed"], result["snapshots_left"], failed_ids(result)) == (True, [], [])


RETENTION: Document = {"name_regex": "^web", "keep": 1, "delete_snapshots": True}


@pytest.mark.parametrize("deletes", [True, False], ids=["delete_snapshots", "keep_snapshots"])
def test_a_retention_lists_the_snapshots_that_may_be_left(deletes: bool) -> None:
    with of_two_disks() as simulator:
        simulator.fault(action="DeleteImage", drop="after")
        simulator.fault(action="DeleteImage", skip=1, **FORBIDDEN)
        task = {**RETENTION, "delete_snapshots": deletes}
        result = run_main(simulator, task, apsarastack_image_retention)
    assert (result["failed"], result["snapshots_left"]) == (True, BOTH)
    assert failed_ids(result) == (BOTH if deletes else [])


def test_a_retention_that_leaves_only_snapshots_tells_nobody_to_run_it_again() -> None:
    with of_two_disks() as simulator:
        result = run_main(simulator, RETENTION, apsarastack_image_retention, interrupting("DeleteSnapshot", 1))
    assert failed_ids(result) == result["snapshots_left"] == ["s-data"]
    assert NOTE in result["msg"]
    assert AGAIN not in result["msg"]
