# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An answer proves nothing: sites ignore parameters that they accept, list late or incompletely, or lose an answer."""

from __future__ import annotations

import pytest
from bench import run_task
from replaced import BUILD, OLD, REPLACE, Document, cloud, image, names, own, reason, replaced

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
def test_a_site_that_ignores_properties_at_creation_keeps_the_old_image(parameter: str) -> None:
    with cloud(ignored_parameters=f"CreateImage.{parameter}") as simulator:
        run = replaced(simulator, platform="Ubuntu")
        left, deleted = names(simulator), simulator.calls("DeleteImage")
    assert reason(run) == "not_supported_by_site"
    assert left["m-old"] == "web"
    assert parameter.lower() in run.result["msg"]
    assert deleted == []


def test_a_site_that_reports_no_version_does_not_cause_a_replacement_at_every_run() -> None:
    with cloud(ignored_parameters="CreateImage.ImageVersion") as simulator:
        first, second = replaced(simulator, image_version="2"), replaced(simulator, image_version="2")
    assert first.error is None
    assert not second.result["changed"]


def test_a_change_that_the_site_does_not_show_is_a_failure() -> None:
    with cloud(modify_latency=3600) as simulator:
        run = run_task(simulator, {"image_name": "web", "description": "another", "tags": {"team": "db"}})
    assert reason(run) == "not_supported_by_site"
    assert "description, tags" in run.result["msg"]


@pytest.mark.parametrize(("naming", "goes"), [("image_id", True), ("image_name", True), ("other", False)])
def test_snapshots_are_kept_where_their_names_do_not_show_whose_they_are(naming: str, goes: bool) -> None:
    with cloud(image("m-db", "db"), snapshot_names=naming) as simulator:
        made = run_task(simulator, {"image_name": "web", "instance_id": "i-web-running"}, wait_timeout=3600)
        own_ids = {disk["snapshot_id"] for disk in made.result["image"]["disk_device_mappings"]}
        gone = run_task(simulator, {"image_name": "web", "state": "absent", "delete_snapshots": True})
        left = {one["snapshot_id"] for one in simulator.state()["snapshots"]}
    assert gone.error is None
    assert own_ids & left == (set() if goes else own_ids)
    assert set(gone.result["snapshots_left"]) == own_ids & left


@pytest.mark.parametrize(("short", "shifting"), [(7, 0), (0, 2), (7, 2)])
def test_an_image_is_found_whatever_the_pages_of_the_list(short: int, shifting: int) -> None:
    crowd = [image(f"m-{number}", f"web-{number}") for number in range(120)]
    # The newest are listed first. This one begins the second page, and is on no page if the list shifts.
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


@pytest.mark.parametrize("desired", [{**REPLACE, "recreate": "never"}, {"image_name": "web", "state": "absent"}])
@pytest.mark.parametrize("trouble", ["an answer without the list", "a list that keeps changing"])
def test_an_incomplete_list_is_a_failure(desired: Document, trouble: str) -> None:
    crowd = [image(f"m-{number}", f"web-{number}") for number in range(60)]
    with cloud(*crowd, name_match="fuzzy") as simulator:
        if trouble == "an answer without the list":
            simulator.fault(action="DescribeImages", missing_list=True, times=0)
        else:
            simulator.knobs(shifting_pages=1000)
        run = run_task(simulator, desired)
        writes = [call for call in simulator.calls() if call["write"]]
    assert reason(run) == "unexpected_answer"
    assert not run.result.get("changed")
    assert writes == []


# --- time -------------------------------------------------------------------------------------------------------------


def test_two_runs_without_wait_create_one_image_where_lists_lag() -> None:
    desired = {"image_name": "api", "snapshot_id": "s-system", "wait": False}
    with cloud(visible_after=20) as simulator:
        first, second = run_task(simulator, desired), run_task(simulator, desired)
        made = simulator.calls("CreateImage")
    assert first.result["changed"]
    assert first.error is None
    assert second.error is None
    assert not second.result["changed"]
    assert second.result["image_id"] == first.result["image_id"]
    assert len(made) == 1


def test_a_new_image_that_is_never_listed_causes_a_failure() -> None:
    with cloud(visible_after=3600) as simulator:
        run = run_task(simulator, {"image_name": "api", "snapshot_id": "s-system", "wait": False})
    assert run.error is None
    assert any("does not list it yet" in warning for warning in run.result["warnings"])


def test_a_timeout_before_the_image_is_listed_does_not_promise_that_the_next_run_resumes() -> None:
    with cloud(visible_after=20) as simulator:
        run = run_task(simulator, {"image_name": "api", "snapshot_id": "s-system"}, wait_timeout=6)
        made = names(simulator)
    assert reason(run) == "timed_out"
    assert made[run.result["image_id"]] == "api"
    assert "resume" not in run.result["msg"]
    assert "would create a second image" in run.result["msg"]


@pytest.mark.parametrize("action", ["CreateImage", "ModifyImageAttribute", "DeleteImage"])
def test_a_lost_answer_is_reported_even_if_the_retry_is_refused(action: str) -> None:
    with cloud() as simulator:
        simulator.fault(action=action, drop="after")
        simulator.fault(action=action, code="InvalidSecurityToken.Expired", times=0)
        desired_images: dict[str, Document] = {
            "CreateImage": {"image_name": "api", "snapshot_id": "s-system"},
            "ModifyImageAttribute": {"image_name": "web", "description": "another"},
            "DeleteImage": {"image_name": "web", "state": "absent"},
        }
        run = run_task(simulator, desired_images[action])
    assert run.error is not None
    assert run.result["changed"]
    assert "may have been carried out" in run.result["msg"]


def test_an_image_that_is_ready_only_at_the_deadline_is_swapped_by_the_next_run() -> None:
    with cloud() as simulator:
        # The last poll is a second before the deadline, and shows that the build has ended.
        ended = run_task(simulator, REPLACE, wait_timeout=BUILD + 2)
        left = names(simulator)
        last = replaced(simulator)
        at_last = names(simulator)
    assert reason(ended) == "timed_out"
    assert f"{ended.result['image_id']} ('web-replacement') is ready" in ended.result["msg"]
    assert left["m-old"] == "web"
    assert last.error is None
    assert at_last == {last.result["image_id"]: "web"}
