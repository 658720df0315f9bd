# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing is destroyed because of stale facts: another run or a colleague works while a task replaces an image."""

from __future__ import annotations

import functools
import typing as t

import pytest
from bench import Meanwhile, Run, call_as_colleague, run_task
from replaced import (
    ALWAYS,
    BUILD,
    OLD,
    REPLACE,
    WITH_OTHER_SOURCE,
    Document,
    cloud,
    image,
    names,
    own,
    reason,
    replaced,
    replacement_of,
)

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

DAY = 24 * 3600.0


# --- two runs ---------------------------------------------------------------------------------------------------------


def test_a_replacement_image_that_another_run_is_creating_is_refused_with_its_id_and_age() -> None:
    with cloud() as simulator:
        second: list[Run] = []
        start = functools.partial(run_task, simulator, WITH_OTHER_SOURCE)
        # The third read of images belongs to the wait for the new one.
        first = replaced(simulator, Meanwhile("DescribeImages", lambda: second.append(start()), skip=4))
        left = names(simulator)
    assert first.error is None
    assert left == {first.result["image_id"]: "web"}
    assert reason(second[0]) == "unfinished_replacement"
    assert second[0].result["image_id"] == first.result["image_id"]
    assert "minutes ago" in second[0].result["msg"]


def test_two_runs_of_one_task_finish_one_replacement() -> None:
    with cloud() as simulator:
        second: list[Run] = []
        start = functools.partial(run_task, simulator, REPLACE)
        first = replaced(simulator, Meanwhile("DescribeImages", lambda: second.append(start()), skip=4))
        left = names(simulator)
        made = simulator.calls("CreateImage")
    assert first.error is None
    assert second[0].error is None
    assert left == {first.result["image_id"]: "web"} == {second[0].result["image_id"]: "web"}
    assert len(made) == 1


@pytest.mark.parametrize("later", [0.0, DAY])
def test_an_unfinished_replacement_is_resumed_only_by_the_same_task(later: float) -> None:
    """Yesterday's image is not the desired state of a task with recreate=always."""
    with cloud() as simulator:
        assert reason(run_task(simulator, ALWAYS, wait_timeout=30)) == "timed_out"
        begun = replacement_of(simulator)
        simulator.advance(BUILD)
        run = run_task(simulator, ALWAYS, wait_timeout=3600, later=later)
        left = names(simulator)
    assert run.error is None
    assert left == {run.result["image_id"]: "web"}
    assert (run.result["image_id"] == begun) is (later == 0.0)
    assert any("resumes" in warning for warning in run.result["warnings"]) is (later == 0.0)


def test_an_unfinished_replacement_from_another_source_is_not_adopted() -> None:
    with cloud() as simulator:
        run_task(simulator, {**ALWAYS, "instance_id": "i-web-stopped"}, wait_timeout=30)
        begun = replacement_of(simulator)
        simulator.advance(BUILD)
        run = run_task(simulator, ALWAYS, wait_timeout=3600)
        found = own(simulator)
    assert run.error is None
    assert list(found) == [run.result["image_id"]]
    assert found[run.result["image_id"]]["source_instance"] == "i-web-running"
    assert begun not in found


def test_an_image_in_the_way_is_not_deleted_before_the_new_image_exists() -> None:
    """Its name and mark resemble an outdated replacement image; the quota allows no new image."""
    mark = "m-nowhere/0123456789abcdef/20260102T030405Z"
    stray = image("m-stray", "web-replacement", tags={"apsarastack.cloud/replaces": mark})
    with cloud(OLD, stray, image_quota=2) as simulator:
        run = replaced(simulator)
        left = names(simulator)
    assert run.error is not None
    assert run.result["error"]["code"] == "QuotaExceed.Image"
    assert left == {"m-old": "web", "m-stray": "web-replacement"}


# --- a colleague ------------------------------------------------------------------------------------------------------


def before_the_swap(simulator: Simulator, action: str, **parameters: t.Any) -> Meanwhile:
    """A colleague's call during the build. At that time the name and both temporary names have been looked up."""
    return Meanwhile("DescribeImages", functools.partial(call_as_colleague, simulator, action, **parameters), skip=5)


TAGGING = {"ResourceType": "image", "ResourceId": ["m-old"], "Tag": [{"Key": "keep", "Value": "yes"}]}
SHARING = {"ImageId": "m-old", "AddAccount": ["1000000000000038"]}


@pytest.mark.parametrize(
    ("action", "parameters", "why"),
    [
        ("TagResources", TAGGING, "changed_meanwhile"),
        ("ModifyImageAttribute", {"ImageId": "m-old", "Description": "known good"}, "changed_meanwhile"),
        ("ModifyImageSharePermission", SHARING, "shared"),
    ],
)
def test_an_old_image_that_is_changed_during_the_build_is_neither_renamed_nor_deleted(
    action: str, parameters: Document, why: str
) -> None:
    with cloud() as simulator:
        run = replaced(simulator, before_the_swap(simulator, action, **parameters))
        left = names(simulator)
    assert reason(run) == why
    assert left["m-old"] == "web"
    assert sorted(left.values()) == ["web", "web-replacement"]
    assert "m-old" in run.result["msg"]


def test_an_old_image_that_comes_into_use_is_neither_renamed_nor_deleted() -> None:
    with cloud() as simulator:
        run = replaced(simulator, Meanwhile("DescribeImages", functools.partial(use, simulator), skip=5))
        left = names(simulator)
    assert reason(run) == "in_use"
    assert left["m-old"] == "web"


def use(simulator: Simulator) -> None:
    """Simulates the start of an instance from the old image, for which the simulator has no action."""
    simulator.service.world.instances["i-user-of-image"].image_id = "m-old"


def test_an_old_image_that_is_renamed_during_the_build_keeps_its_new_name() -> None:
    with cloud() as simulator:
        renaming = {"ImageId": "m-old", "ImageName": "web-known-good-keep"}
        run = replaced(simulator, before_the_swap(simulator, "ModifyImageAttribute", **renaming))
        left = names(simulator)
    assert reason(run) == "changed_meanwhile"
    assert left == {run.result["image_id"]: "web-replacement", "m-old": "web-known-good-keep"}


@pytest.mark.parametrize("deed", ["ModifyImageSharePermission", "an instance"])
def test_an_old_image_that_must_not_be_deleted_after_the_swap_is_kept_and_blocks_no_later_run(deed: str) -> None:
    with cloud() as simulator:
        share = functools.partial(call_as_colleague, simulator, "ModifyImageSharePermission", **SHARING)
        act = functools.partial(use, simulator) if deed == "an instance" else share
        run = replaced(simulator, Meanwhile("ModifyImageAttribute", act, skip=1))
        left = names(simulator)
        again = replaced(simulator)
        next_one = replaced(simulator, snapshot_id="s-other")
        at_last = names(simulator)
    assert run.error is None
    assert left == {run.result["image_id"]: "web", "m-old": "web-m-old"}
    assert any("m-old was not deleted" in warning for warning in run.result["warnings"])
    assert again.error is None
    assert not again.result["changed"]
    assert next_one.error is None
    assert at_last == {next_one.result["image_id"]: "web", "m-old": "web-m-old"}


@pytest.mark.parametrize("deed", ["deleted", "deprecated", "renamed"])
def test_an_old_image_is_kept_if_the_new_one_has_lost_the_name_before_the_deletion(deed: str) -> None:
    def act() -> None:
        new = replacement_of(simulator, "web")
        if deed == "deleted":
            call_as_colleague(simulator, "DeleteImage", ImageId=new)
        elif deed == "deprecated":
            call_as_colleague(simulator, "ModifyImageAttribute", ImageId=new, Status="Deprecated")
        else:
            call_as_colleague(simulator, "ModifyImageAttribute", ImageId=new, ImageName="mine")

    with cloud() as simulator:
        # The second lookup by name after the swap is the one right before the deletion.
        rename = Meanwhile("DescribeImages", act, skip=reads_until_the_deletion())
        run = replaced(simulator, rename)
        left = names(simulator)
    assert run.error is not None
    assert reason(run) == "changed_meanwhile"
    assert left["m-old"] == "web-m-old"


def reads_until_the_deletion() -> int:
    """The number of lists before the new image is read for the last time in an undisturbed run."""
    with cloud() as simulator:
        assert replaced(simulator).error is None
        actions = [call["action"] for call in simulator.calls()]
    return actions[: actions.index("DeleteImage")].count("DescribeImages") - 1
