# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing is destroyed on old facts: what becomes of the images when somebody else is at work, or the site ignores a
call, while a task replaces one."""

from __future__ import annotations

import functools
import typing as t

import pytest
from bench import Meanwhile, Run, call_as_colleague, run_task

from apsarastack_simulator.testing import Simulator

if t.TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

Document = dict[str, t.Any]

TENANT = {"organization": 37, "resource_group": 412, "created": -86400}
BUILD = 300.0
DAY = 24 * 3600.0
REPLACE = {"image_name": "web", "snapshot_id": "s-system", "recreate": "on_source_change", "wait_timeout": 3600}
WITH_OTHER_SOURCE = {**REPLACE, "snapshot_id": "s-other"}
ANEW = {**REPLACE, "instance_id": "i-web-running", "recreate": "always"}
del ANEW["snapshot_id"]


def image(image_id: str, name: str, **known: t.Any) -> Document:
    disk = {"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": "s-old"}
    return {"id": image_id, "name": name, "mappings": [disk], **TENANT, **known}


OLD = image("m-old", "web", description="as it was", tags={"team": "web"})
SNAPSHOTS = [
    {"id": one, "name": one, "disk_type": "system", "size": 40, **TENANT} for one in ("s-system", "s-other", "s-old")
]


def cloud(*images: Document, **knobs: t.Any) -> Simulator:
    seed = {"images": list(images) or [OLD], "snapshots": SNAPSHOTS}
    return Simulator(speed=0, seed_changes=seed, **{"create_time": BUILD, **knobs})


def own(simulator: Simulator) -> dict[str, Document]:
    """The account's images by id."""
    images = simulator.state()["images"]
    return {one["image_id"]: one for one in images if one["organization"] == 37 and not one["deleted"]}


def names(simulator: Simulator) -> dict[str, str]:
    return {image_id: one["image_name"] for image_id, one in own(simulator).items()}


def replacement_of(simulator: Simulator, name: str = "web-replacement") -> str:
    (found,) = (image_id for image_id, one in names(simulator).items() if one == name)
    return found


def reason(run: Run) -> str | None:
    return run.result.get("reason")


def replaced(simulator: Simulator, adapter: HTTPAdapter | None = None, **options: t.Any) -> Run:
    run = run_task(simulator, {**REPLACE, **options}, adapter=adapter, wait_timeout=3600)
    assert adapter is None or t.cast("Meanwhile", adapter).is_done
    return run


# --- two runs ---------------------------------------------------------------------------------------------------------


def test_a_replacement_that_another_run_is_still_building_is_refused_with_its_id_and_age() -> None:
    with cloud() as simulator:
        second: list[Run] = []
        start = functools.partial(run_task, simulator, WITH_OTHER_SOURCE)
        # The third look at images is in the wait for the new one.
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
def test_what_an_earlier_run_began_is_resumed_only_where_it_was_begun_by_the_same_task(later: float) -> None:
    """A task that asks for a new image each time does not mean the one of yesterday."""
    with cloud() as simulator:
        assert reason(run_task(simulator, ANEW, wait_timeout=30)) == "timed_out"
        begun = replacement_of(simulator)
        simulator.advance(BUILD)
        run = run_task(simulator, ANEW, wait_timeout=3600, later=later)
        left = names(simulator)
    assert run.error is None
    assert left == {run.result["image_id"]: "web"}
    assert (run.result["image_id"] == begun) is (later == 0.0)
    assert any("resumes" in warning for warning in run.result["warnings"]) is (later == 0.0)


def test_what_a_task_with_another_source_began_is_not_adopted() -> None:
    with cloud() as simulator:
        run_task(simulator, {**ANEW, "instance_id": "i-web-stopped"}, wait_timeout=30)
        begun = replacement_of(simulator)
        simulator.advance(BUILD)
        run = run_task(simulator, ANEW, wait_timeout=3600)
        found = own(simulator)
    assert run.error is None
    assert list(found) == [run.result["image_id"]]
    assert found[run.result["image_id"]]["source_instance"] == "i-web-running"
    assert begun not in found


def test_what_is_in_the_way_is_not_deleted_before_the_new_image_is_there() -> None:
    """The name and a mark make it look like an outdated replacement; the quota lets no new one be made."""
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
    """A colleague's call during the build. The name is looked up by then, and so are both temporary names."""
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
def test_an_old_image_that_somebody_changes_during_the_build_is_neither_renamed_nor_deleted(
    action: str, parameters: Document, why: str
) -> None:
    with cloud() as simulator:
        run = replaced(simulator, before_the_swap(simulator, action, **parameters))
        left = names(simulator)
    assert reason(run) == why
    assert left["m-old"] == "web"
    assert sorted(left.values()) == ["web", "web-replacement"]
    assert "m-old" in run.result["msg"]


def test_an_old_image_that_an_instance_uses_by_now_is_neither_renamed_nor_deleted() -> None:
    with cloud() as simulator:
        run = replaced(simulator, Meanwhile("DescribeImages", functools.partial(use, simulator), skip=5))
        left = names(simulator)
    assert reason(run) == "in_use"
    assert left["m-old"] == "web"


def use(simulator: Simulator) -> None:
    """As if an instance were started from the old image; the simulator does not offer that."""
    simulator.service.world.instances["i-user-of-image"].image_id = "m-old"


def test_an_old_image_that_somebody_renames_during_the_build_is_kept_under_that_name() -> None:
    with cloud() as simulator:
        renaming = {"ImageId": "m-old", "ImageName": "web-known-good-keep"}
        run = replaced(simulator, before_the_swap(simulator, "ModifyImageAttribute", **renaming))
        left = names(simulator)
    assert reason(run) == "changed_meanwhile"
    assert left == {run.result["image_id"]: "web-replacement", "m-old": "web-known-good-keep"}


@pytest.mark.parametrize("deed", ["ModifyImageSharePermission", "an instance"])
def test_an_old_image_that_may_not_be_deleted_after_the_swap_stays_and_blocks_no_later_run(deed: str) -> None:
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
def test_an_old_image_is_kept_when_the_new_one_is_not_in_its_place_before_the_deletion(deed: str) -> None:
    def act() -> None:
        new = replacement_of(simulator, "web")
        if deed == "deleted":
            call_as_colleague(simulator, "DeleteImage", ImageId=new)
        elif deed == "deprecated":
            call_as_colleague(simulator, "ModifyImageAttribute", ImageId=new, Status="Deprecated")
        else:
            call_as_colleague(simulator, "ModifyImageAttribute", ImageId=new, ImageName="mine")

    with cloud() as simulator:
        # The second look by name after the swap is the one right before the deletion.
        rename = Meanwhile("DescribeImages", act, skip=looks_until_the_deletion())
        run = replaced(simulator, rename)
        left = names(simulator)
    assert run.error is not None
    assert reason(run) == "changed_meanwhile"
    assert left["m-old"] == "web-m-old"


def looks_until_the_deletion() -> int:
    """How often images are listed before the new image is read for the last time in a run that nobody disturbs."""
    with cloud() as simulator:
        assert replaced(simulator).error is None
        actions = [call["action"] for call in simulator.calls()]
    return actions[: actions.index("DeleteImage")].count("DescribeImages") - 1


# --- the site ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unique", [False, True])
def test_a_site_that_ignores_the_rename_keeps_the_old_image(unique: bool) -> None:
    with cloud(ignored_parameters="ModifyImageAttribute.ImageName", names_unique=unique) as simulator:
        run = replaced(simulator)
        left, deleted = names(simulator), simulator.calls("DeleteImage")
    assert reason(run) == "not_supported_by_site"
    assert left["m-old"] == "web"
    assert deleted == []


@pytest.mark.parametrize("parameter", ["Tag", "Platform"])
def test_a_site_that_ignores_what_an_image_is_made_with_keeps_the_old_image(parameter: str) -> None:
    with cloud(ignored_parameters=f"CreateImage.{parameter}") as simulator:
        run = replaced(simulator, platform="Ubuntu")
        left, deleted = names(simulator), simulator.calls("DeleteImage")
    assert reason(run) == "not_supported_by_site"
    assert left["m-old"] == "web"
    assert parameter.lower() in run.result["msg"]
    assert deleted == []


def test_a_site_that_tells_no_version_does_not_have_the_image_replaced_at_every_run() -> None:
    with cloud(ignored_parameters="CreateImage.ImageVersion") as simulator:
        first, second = replaced(simulator, image_version="2"), replaced(simulator, image_version="2")
    assert first.error is None
    assert not second.result["changed"]


def test_a_change_that_the_site_does_not_show_is_a_failure() -> None:
    with cloud(modify_latency=3600) as simulator:
        run = run_task(simulator, {"image_name": "web", "description": "another", "tags": {"team": "db"}})
    assert reason(run) == "not_supported_by_site"
    assert "description, tags" in run.result["msg"]


@pytest.mark.parametrize(("short", "shifting"), [(7, 0), (0, 2), (7, 2)])
def test_an_image_is_found_whatever_the_pages_of_the_list_do(short: int, shifting: int) -> None:
    crowd = [image(f"m-{number}", f"web-{number}") for number in range(120)]
    # The last are listed first. This one begins the second page, and is on none when the list shifts.
    crowd.insert(len(crowd) - (short or 50), OLD)
    with cloud(*crowd, name_match="fuzzy", short_pages=short, shifting_pages=shifting) as simulator:
        found = run_task(simulator, {"image_name": "web", "snapshot_id": "s-old"})
        simulator.knobs(shifting_pages=shifting)
        gone = run_task(simulator, {"image_name": "web", "state": "absent"})
        left = own(simulator)
    assert found.result["image_id"] == "m-old"
    assert not found.result["changed"]
    assert gone.result["changed"]
    assert len(left) == len(crowd) - 1


@pytest.mark.parametrize("wish", [{**REPLACE, "recreate": "never"}, {"image_name": "web", "state": "absent"}])
@pytest.mark.parametrize("trouble", ["an answer without the list", "a list that never stands still"])
def test_a_list_that_is_not_whole_is_a_failure(wish: Document, trouble: str) -> None:
    crowd = [image(f"m-{number}", f"web-{number}") for number in range(60)]
    with cloud(*crowd, name_match="fuzzy") as simulator:
        if trouble == "an answer without the list":
            simulator.fault(action="DescribeImages", missing_list=True, times=0)
        else:
            simulator.knobs(shifting_pages=1000)
        run = run_task(simulator, wish)
        writes = [call for call in simulator.calls() if call["write"]]
    assert reason(run) == "unexpected_answer"
    assert not run.result.get("changed")
    assert writes == []


# --- time -------------------------------------------------------------------------------------------------------------


def test_two_runs_that_do_not_wait_make_one_image_where_lists_lag() -> None:
    wish = {"image_name": "api", "snapshot_id": "s-system", "wait": False}
    with cloud(visible_after=20) as simulator:
        first, second = run_task(simulator, wish), run_task(simulator, wish)
        made = simulator.calls("CreateImage")
    assert first.result["changed"]
    assert first.error is None
    assert second.error is None
    assert not second.result["changed"]
    assert second.result["image_id"] == first.result["image_id"]
    assert len(made) == 1


def test_a_new_image_that_is_never_listed_is_told() -> None:
    with cloud(visible_after=3600) as simulator:
        run = run_task(simulator, {"image_name": "api", "snapshot_id": "s-system", "wait": False})
    assert run.error is None
    assert any("does not list it yet" in warning for warning in run.result["warnings"])


def test_a_build_that_ends_with_the_time_is_not_swapped_and_the_next_run_does_it() -> None:
    with cloud() as simulator:
        # The last look is a second before the end, and shows that the build has ended.
        ended = run_task(simulator, REPLACE, wait_timeout=BUILD + 2)
        left = names(simulator)
        last = replaced(simulator)
        at_last = names(simulator)
    assert reason(ended) == "timed_out"
    assert f"{ended.result['image_id']} ('web-replacement') is ready" in ended.result["msg"]
    assert left["m-old"] == "web"
    assert last.error is None
    assert at_last == {last.result["image_id"]: "web"}
