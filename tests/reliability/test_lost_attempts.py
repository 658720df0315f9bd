# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A response is lost and the retry fails: the call that may have been carried out is reported, whatever the failure."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.modules import apsarastack_image_retention
from through_main import run_main

from apsarastack_simulator.testing import Simulator

Document = dict[str, t.Any]
WEB = {"id": "m-web", "name": "web", "organization": 37, "resource_group": 412, "created": -86400}
WRITES = (
    ({"image_name": "new", "instance_id": "i-web-running"}, "CreateImage"),
    ({"image_name": "web", "description": "in the desired state"}, "ModifyImageAttribute"),
    ({"image_name": "web", "tags": {"team": "web"}}, "TagResources"),
    ({"image_name": "web", "state": "absent"}, "DeleteImage"),
)
TOLD = "An earlier attempt of this step got no usable response and may have been carried out."


def ended_by(desired: Document, lost: Document, then: Document) -> Document:
    """The result of the task; ``lost``: the fault of the first call, ``then``: of all further calls of the action."""
    with Simulator(speed=0, seed_changes={"images": [WEB]}) as site:
        site.fault(**lost)
        site.fault(action=lost["action"], skip=1, times=0, **then)
        return run_main(site, {**desired, "wait_timeout": 60})


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("InvalidSecurityToken.Expired", "credentials"),
        ("Forbidden.RAM", "access_denied"),
        ("QuotaExceed.Image", "cloud_error"),
        # Refused until the deadline.
        ("Throttling.User", "throttled"),
        ("OperationConflict", "timed_out"),
    ],
)
@pytest.mark.parametrize("loss", [{"drop": "after"}, {"code": "InternalError", "status": 500, "processed": True}])
@pytest.mark.parametrize(("desired", "action"), WRITES, ids=[action for _wish, action in WRITES])
def test_a_write_that_may_have_been_carried_out_is_reported(
    desired: Document, action: str, loss: Document, code: str, reason: str
) -> None:
    result = ended_by(desired, {"action": action, **loss}, {"code": code})
    assert (result["failed"], result["changed"], result["reason"]) == (True, True, reason)
    assert "may have been carried out" in result["msg"] or "It is unknown whether" in result["msg"]
    assert result["error"]["code"] == code
    (action_text,) = result["actions"]
    assert action_text.endswith(" (may have been carried out)")


@pytest.mark.parametrize("loss", [{"drop": "after"}, {"code": "Throttling.User"}])
def test_a_call_that_reads_or_was_refused_has_changed_nothing(loss: Document) -> None:
    desired, action = ({"image_name": "web", "description": "in the desired state"}, "DescribeImages")
    if "code" in loss:
        action = "ModifyImageAttribute"
    result = ended_by(desired, {"action": action, **loss}, {"code": "Forbidden.RAM"})
    assert result["reason"] == "access_denied"
    assert not result.get("changed", False)
    assert TOLD not in result["msg"]


NEWER = {**WEB, "id": "m-newer", "name": "web-newer", "created": -60}
KEEP_ONE = {"name_regex": "^web", "keep": 1}


@pytest.mark.parametrize(("code", "reason"), [("Throttling.User", "throttled"), ("OperationConflict", "timed_out")])
@pytest.mark.parametrize(("action", "task"), [("DeleteImage", "delete"), ("ModifyImageAttribute", "deprecate")])
def test_a_removal_that_is_refused_until_the_deadline_has_changed_nothing(
    action: str, task: str, code: str, reason: str
) -> None:
    with Simulator(speed=0, seed_changes={"images": [WEB, NEWER]}) as site:
        site.fault(action=action, code=code, times=0)
        result = run_main(site, {**KEEP_ONE, "action": task, "wait_timeout": 30}, apsarastack_image_retention)
    assert (result["reason"], result["changed"], result["actions"]) == (reason, False, [])
    assert [one["reason"] for one in result["skipped_images"]] == ["not_reached"]
    assert "may have been carried out" not in result["msg"]


def test_a_name_taken_by_a_lost_attempt_is_not_attributed_to_somebody_else() -> None:
    """The site does not recognize the retry by its token, and requires unique names."""
    result = ended_by(
        {"image_name": "new", "instance_id": "i-web-running"},
        {"action": "CreateImage", "drop": "after"},
        {"code": "InvalidImageName.Duplicated"},
    )
    assert (result["changed"], result["reason"]) == (True, "name_taken")
    assert TOLD in result["msg"]
    assert "another resource set or organization" not in result["msg"]
