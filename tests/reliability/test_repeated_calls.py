# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A call that is throttled, or waits for other work, is decided again before each attempt: the facts may be old."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.modules import (
    apsarastack_image,
    apsarastack_image_export,
    apsarastack_image_retention,
)
from bench import Meanwhile, call_as_colleague
from through_main import run_main

from apsarastack_simulator.testing import Simulator

if t.TYPE_CHECKING:
    import types

Document = dict[str, t.Any]
TENANT = {"organization": 37, "resource_group": 412}
DISK = {"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": "s-of-web"}
WEB = {"id": "m-web", "name": "web", "mappings": [DISK], "created": -86400, **TENANT}
NEWER = {"id": "m-newer", "name": "web-2", "created": -60, **TENANT}
SNAPSHOT = {"id": "s-of-web", "name": "SnapshotForImage-m-web", "disk_type": "system", "size": 40, **TENANT}
SOURCE = {**SNAPSHOT, "id": "s-system", "name": "source"}
SEED = {"images": [WEB, NEWER], "snapshots": [{**one, "created": -86400} for one in (SNAPSHOT, SOURCE)]}
KEEP_ONE = {"name_regex": "^web", "keep": 1}
GONE = {"image_name": "web", "state": "absent"}
TAGGED = ("TagResources", {"ResourceType": "image", "ResourceId": ["m-web"], "Tag": [{"Key": "keep", "Value": "me"}]})
# Every code after which a call is repeated without having been carried out.
PASSING = ("Throttling.User", "OperationConflict")


@dataclasses.dataclass(frozen=True)
class Case:
    """``action``: is refused once, right after somebody else has made the call ``meanwhile``."""

    desired: Document
    action: str
    meanwhile: tuple[str, Document]
    module: types.ModuleType = apsarastack_image
    reason: str | None = "changed_meanwhile"


CASES = {
    "delete": Case(GONE, "DeleteImage", TAGGED),
    "delete the replaced image": Case(
        {"image_name": "web", "snapshot_id": "s-system", "recreate": "always"}, "DeleteImage", TAGGED, reason=None
    ),
    "delete a snapshot": Case(
        {**GONE, "delete_snapshots": True},
        "DeleteSnapshot",
        ("DeleteSnapshot", {"SnapshotId": "s-of-web"}),
        reason=None,
    ),
    "create": Case(
        {"image_name": "new", "snapshot_id": "s-system"},
        "CreateImage",
        ("ModifyImageAttribute", {"ImageId": "m-web", "ImageName": "new"}),
    ),
    "remove": Case(KEEP_ONE, "DeleteImage", TAGGED, apsarastack_image_retention, None),
    "remove, and the newer one has gone": Case(
        KEEP_ONE, "DeleteImage", ("DeleteImage", {"ImageId": "m-newer"}), apsarastack_image_retention, None
    ),
    "deprecate": Case(
        {**KEEP_ONE, "action": "deprecate"}, "ModifyImageAttribute", TAGGED, apsarastack_image_retention, None
    ),
}


def ran(case: Case, code: str) -> tuple[Document, Document, list[Document]]:
    """The result, the state of the cloud, and the carried out calls of ``case.action``."""
    with Simulator(speed=0, create_time=4, seed_changes=SEED) as site:
        deed, parameters = case.meanwhile

        def meanwhile() -> None:
            call_as_colleague(site, deed, **parameters)
            site.fault(action=case.action, code=code, times=3)

        result = run_main(site, case.desired, case.module, Meanwhile(case.action, meanwhile))
        # The call of the colleague is the first one of its action.
        calls = [one for one in site.calls(case.action) if one["processed"]][deed == case.action :]
        return result, site.state(), calls


@pytest.mark.parametrize("code", PASSING)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_has_changed_before_a_call_is_repeated_stops_it(case: Case, code: str) -> None:
    result, _state, calls = ran(case, code)
    assert (result.get("reason"), calls) == (case.reason, [])


@pytest.mark.parametrize("code", PASSING)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_call_is_repeated_if_nothing_has_changed(case: Case, code: str) -> None:
    unrelated = ("ModifyImageAttribute", {"ImageId": "m-in-use", "Description": "of somebody else"})
    other = {"id": "m-in-use", "name": "other", "created": -60, **TENANT}
    with Simulator(speed=0, create_time=4, seed_changes={**SEED, "images": [*SEED["images"], other]}) as site:
        call_as_colleague(site, unrelated[0], **unrelated[1])
        site.fault(action=case.action, code=code, times=3)
        result = run_main(site, case.desired, case.module)
    assert (result.get("reason"), result["changed"]) == (None, True), result


def test_the_exports_are_read_again_after_waiting_for_a_quota() -> None:
    """Another run has exported the image while this one waited, and the export has ended."""
    others = {"id": "tsk-other", "action": "ExportImage", "image_id": "m-other", "disks": [], "ends_at": 20, **TENANT}
    seed = {"images": [WEB], "tasks": [{**others, "created": -60}]}
    with Simulator(speed=0, export_quota=1, export_time=4, seed_changes=seed) as site:

        def meanwhile() -> None:
            site.advance(30)
            call_as_colleague(site, "ExportImage", ImageId="m-web", OSSBucket="exports")
            site.advance(30)
            site.fault(action="ExportImage", code="ConcurrentQuotaExceed.ExportImage", times=3)

        options = {"image_name": "web", "bucket": "exports"}
        result = run_main(site, options, apsarastack_image_export, Meanwhile("ExportImage", meanwhile))
        exports = [task for task in site.state()["tasks"] if task["image_id"] == "m-web"]
    assert [task["task_id"] for task in exports] == [result["task_id"]]
    assert (result["changed"], result["task_status"]) == (False, "Finished")
