# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every case of the table of situations: in check mode, in a run, and in another run of the same task.

The integration target ``apsarastack_image_situations`` does the same with the simulator.
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import desired_from, timeout_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.hints import HINTS
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import result_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.context import Context
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError
from ansible_collections.apsarastack.cloud.plugins.modules.apsarastack_image import ARGUMENTS, run
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import NOW
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.params import params_of
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.situations import Case, cases, cloud_of

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages

Result = t.Mapping[str, t.Any]

TENANT = {"region": "cn-neimeng-env30-d01", "department": "37", "resource_group": "412"}
ACTIONS = {
    "users": "DescribeInstances",
    "sharing": "DescribeImageSharePermission",
    "share": "ModifyImageSharePermission",
    "instance": "DescribeInstances",
    "snapshots": "DescribeSnapshots",
    "create": "CreateImage",
    "modify": "ModifyImageAttribute",
    "deprecate": "ModifyImageAttribute",
    "restore": "ModifyImageAttribute",
    "set_tags": "TagResources",
    "unset_tags": "UntagResources",
    "delete": "DeleteImage",
    "delete_snapshot": "DeleteSnapshot",
    "is_encrypted": "DescribeSnapshots",
    "copy": "CopyImage",
    "cancel_copy": "CancelCopyImage",
    "import_image": "ImportImage",
    "imports": "DescribeTasks",
    "task": "DescribeTaskAttribute",
    "cancel_import": "CancelTask",
}
PREDICTED = (
    *("changed", "actions", "diff", "snapshots_deleted", "snapshots_left", "replaced_image_id"),
    "shared_with",
)
CASES = [pytest.param(case, id=case["name"]) for case in cases()]


def result(desired: Case, cloud: FakeImages, *, check_mode: bool = False) -> Result:
    """What the module returns, with ``failed``."""
    cloud.calls.clear()
    params = {**TENANT, **params_of(ARGUMENTS, desired)}
    deadline = cloud.clock.deadline(timeout_of(params))
    try:
        done = run(desired_from(params), t.cast("t.Any", cloud), deadline, check_mode, lambda: NOW)
    except ApsaraStackError as error:
        return {"changed": False, **result_of(error, Context(params), HINTS), "failed": True}
    return {**done, "failed": False}


def calls(cloud: FakeImages) -> list[str]:
    return [ACTIONS.get(call[0], "DescribeImages") for call in cloud.calls]


def has(whole: t.Any, part: t.Any) -> bool:
    """Whether the first value contains the second one."""
    return whole is not None and {**whole, **part} == whole


@pytest.mark.parametrize("case", CASES)
def test_each_case_has_the_outcome_of_the_table(case: Case) -> None:
    cloud = cloud_of(case)
    fails, changed = "reason" in case, case.get("changed", False)
    checked = result(case["desired"], cloud, check_mode=True)
    assert cloud.writes == []
    done = result(case["desired"], cloud)
    (judge_failure if fails else judge_success)(case, done)
    assert done["changed"] == changed
    assert calls(cloud) == case.get("calls", calls(cloud))
    assert cloud.writes == [] or changed
    if "left" in case:
        assert sorted(str(one["image_name"]) for one in cloud.present().values()) == sorted(case["left"])
    if not case.get("only_the_run"):
        assert {name: checked.get(name) for name in PREDICTED} == {name: done.get(name) for name in PREDICTED}
        assert (checked["failed"], checked.get("reason")) == (fails, case.get("reason"))
    if not fails and done["image"] is not None and not case.get("only_the_run"):
        assert managed(checked["image"]) == managed(done["image"])
    if not fails and not case.get("once"):
        again = result(case["desired"], cloud)
        assert (again["failed"], again["changed"], again["actions"]) == (False, False, [])
        assert again["diff"]["before"] == again["diff"]["after"]
        assert calls(cloud) == case.get("calls_again", ["DescribeImages"]) or not changed


def managed(shown: t.Mapping[str, t.Any]) -> list[t.Any]:
    return [shown[name] for name in ("image_name", "description", "tags")]


def judge_success(case: Case, done: Result) -> None:
    assert not done["failed"], done
    assert done["actions"] == case.get("actions", [])
    assert has(done["image"], case.get("image", {})) or "image" not in case
    assert has(done, case.get("result", {}))
    for side, known in case.get("diff", {}).items():
        assert has(done["diff"][side], known)
    judge_texts(case.get("warnings", []), " ".join(done["warnings"]))
    assert len(done["warnings"]) == len(case.get("warnings", []))


def judge_failure(case: Case, done: Result) -> None:
    assert (done["failed"], done.get("reason")) == (True, case["reason"])
    assert has(done.get("image"), case.get("image", {})) or "image" not in case
    judge_texts(case.get("messages", []), done["msg"])


def judge_texts(parts: t.Iterable[str], text: str) -> None:
    assert [part for part in parts if part not in text] == [], text
