# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each playbook in `playbooks/` does what its comment says, and touches nothing else.

The deletions of `keep_newest.yml` are in test_keep_newest.py.
"""

from __future__ import annotations

import typing as t
from datetime import datetime
from pathlib import Path

import pytest
import worlds

if t.TYPE_CHECKING:
    from ansible_process import Result
    from written_playbooks import Playbooks

    from apsarastack_simulator.testing import Simulator

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = "golden_image.yml"


def own_images(simulator: Simulator) -> dict[str, dict[str, t.Any]]:
    """By name, the images of the first tenant that are not deleted and not from the seed."""
    return {
        image["image_name"]: image
        for image in simulator.state()["images"]
        if image["organization"] == 37 and not image["deleted"] and image["image_name"] != "in-use"
    }


def writes(simulator: Simulator) -> list[str]:
    return [call["action"] for call in simulator.calls() if call["write"]]


def test_every_playbook_has_a_test() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    names = [path.name for path in (ROOT / "playbooks").glob("*.yml")]
    assert len(names) >= 6
    assert [name for name in names if f'"{name}"' not in tests] == []


# --- every recipe that creates images ---------------------------------------------------------------------------------

# The names of the images that a recipe creates.
CREATED = {
    GOLDEN: ("web-golden-2026-11",),
    "replace_golden_image.yml": ("web-golden",),
    "many_images.yml": ("web-nightly", "db-nightly"),
    "resume.yml": ("big-golden",),
}


@pytest.mark.every_core
@pytest.mark.parametrize("recipe", CREATED)
def test_a_recipe_creates_its_images_and_touches_no_others(
    recipe: str, ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    worlds.populate(simulator, worlds.bystanders(CREATED[recipe]))
    before = worlds.remembered(simulator)

    checked = ansible.playbook(playbooks / recipe, "--check")
    assert checked.code == 0, checked.output
    assert writes(simulator) == []
    run = ansible.playbook(playbooks / recipe)

    assert run.code == 0, run.output
    after = worlds.remembered(simulator)
    assert {image_id: after.get(image_id) for image_id in before} == before
    assert sorted(after[each]["image_name"] for each in after.keys() - before) == sorted(CREATED[recipe])


# --- golden_image.yml -------------------------------------------------------------------------------------------------


def test_the_golden_image_is_created_once(ansible: Playbooks, simulator: Simulator, playbooks: Path) -> None:
    # The recipe must not set connection options, so that all environment variables work.
    ansible.environment["ALIBABACLOUDSTACK_REGION"] = ansible.environment.pop("APSARASTACK_REGION")
    first = ansible.playbook(playbooks / GOLDEN)
    second = ansible.playbook(playbooks / GOLDEN)

    assert (first.code, second.code) == (0, 0), first.output + second.output
    assert first.results[0]["changed"] is True
    assert second.results[0]["changed"] is False
    assert writes(simulator) == ["CreateImage"]


def test_the_golden_image_is_not_deleted_while_instances_use_it(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    worlds.populate(simulator, [worlds.seeded("golden-in-use", 60)])
    run = ansible.playbook(playbooks / GOLDEN, image_state="absent", image_name="golden-in-use")

    assert run.code != 0
    assert writes(simulator) == []


def test_a_state_that_does_not_exist_is_refused(ansible: Playbooks, simulator: Simulator, playbooks: Path) -> None:
    run = ansible.playbook(playbooks / GOLDEN, image_state="removed")

    assert run.code != 0
    assert simulator.calls() == []


# --- replace_golden_image.yml -----------------------------------------------------------------------------------------


def test_the_new_image_is_usable_before_the_old_one_is_deleted(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    worlds.populate(simulator, [worlds.seeded("web-golden", 3600)])
    run = ansible.playbook(playbooks / "replace_golden_image.yml")

    assert run.code == 0, run.output
    (new,) = own_images(simulator).values()
    assert (new["image_name"], new["status"]) == ("web-golden", "Available")
    assert f"web-golden is {new['image_id']}; it replaced m-web-golden" in run.output
    called = writes(simulator)
    assert called[0] == "CreateImage"
    assert called.index("DeleteImage") > called.index("ModifyImageAttribute")


# --- many_images.yml --------------------------------------------------------------------------------------------------


def test_many_images_are_created_at_the_same_time(ansible: Playbooks, simulator: Simulator, playbooks: Path) -> None:
    simulator.knobs(create_time=4)
    run = ansible.playbook(playbooks / "many_images.yml")

    assert run.code == 0, run.output
    images = own_images(simulator)
    assert {name: image["source_instance"] for name, image in images.items()} == {
        "web-nightly": "i-web-running",
        "db-nightly": "i-web-stopped",
    }
    assert {image["status"] for image in images.values()} == {"Available"}
    first, second = (datetime.fromisoformat(call["time"].rstrip("Z")) for call in simulator.calls("CreateImage"))
    assert abs((second - first).total_seconds()) < 4


def outcome(result: Result) -> t.Any:
    """What check mode must predict."""
    return result.get("reason", result.get("actions"))


def test_check_mode_predicts_the_result_for_an_image_in_each_state(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    """Runs all at once; some fail."""
    states = worlds.in_every_state("nightly-", 60)
    names = {image["name"]: "i-web-running" for image in states}
    worlds.populate(simulator, states)
    checked = ansible.playbook(playbooks / "many_images.yml", "--check", images=names)
    assert writes(simulator) == []

    worlds.populate(simulator, [worlds.finished_soon(image) for image in states])
    run = ansible.playbook(playbooks / "many_images.yml", images=names)

    predicted = {result["item"]["key"]: outcome(result) for result in checked.results[-1]["results"]}
    done = {result["item"]["item"]["key"]: outcome(result) for result in run.results[-1]["results"]}
    assert predicted == done
    assert len(predicted) == len(worlds.STATES)


# --- use_newest.yml ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variables", ['{"family": null}', "family=", "family_tags={}"])
def test_a_criterion_that_would_find_any_image_is_refused(
    variables: str, ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    worlds.populate(simulator, [worlds.seeded("db-golden", 60, family="db-golden")])
    run = ansible.playbook(playbooks / "use_newest.yml", "--extra-vars", variables)

    assert run.code != 0, run.output
    assert "family must not be empty, and family_tags must be a dictionary" in run.result["msg"]
    assert simulator.calls() == []


TAGS = {"team": "web", "stage": "golden"}


@pytest.mark.every_core
@pytest.mark.parametrize("options", [(), ("--check",)], ids=["run", "check"])
def test_the_newest_usable_image_of_the_family_is_found(
    options: tuple[str, ...], ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    newer = worlds.in_every_state("newer-", 60, family="web-golden")
    good = [
        worlds.seeded("older", 7200, family="web-golden"),
        worlds.seeded("right", 3600, family="web-golden"),
        worlds.seeded("of-another-family", 60, family="db-golden"),
    ]
    worlds.populate(simulator, [*good, *(each for each in newer if each["name"] not in USABLE)])
    run = ansible.playbook(playbooks / "use_newest.yml", *options)

    assert run.code == 0, run.output
    assert run.results[-1]["ansible_facts"] == {"golden_image_id": "m-right"}


@pytest.mark.every_core
def test_the_newest_usable_image_with_the_tags_is_found(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    newer = [each for each in worlds.in_every_state("newer-", 60, tags=TAGS) if each["name"] not in USABLE]
    good = [
        worlds.seeded("older", 7200, tags=TAGS),
        worlds.seeded("right", 3600, tags={**TAGS, "approved": "yes"}),
        worlds.seeded("of-another-team", 60, tags={**TAGS, "team": "db"}),
    ]
    worlds.populate(simulator, [*good, *newer])
    run = ansible.playbook(playbooks / "use_newest.yml", family_tags=TAGS)

    assert run.code == 0, run.output
    assert run.results[-1]["ansible_facts"] == {"golden_image_id": "m-right"}


# These are usable as well.
USABLE = ("newer-in-use", "newer-shared", "newer-unfinished-replacement")


@pytest.mark.every_core
def test_a_missing_image_is_reported_in_a_sentence(ansible: Playbooks, simulator: Simulator, playbooks: Path) -> None:
    every = worlds.in_every_state("newer-", 60, tags=TAGS, family="web-golden")
    worlds.populate(simulator, [each for each in every if each["name"] not in USABLE])
    of_family = ansible.playbook(playbooks / "use_newest.yml")
    tagged = ansible.playbook(playbooks / "use_newest.yml", family_tags=TAGS)

    assert of_family.code != 0
    assert of_family.results[-1]["msg"] == "No usable image has the family web-golden."
    assert tagged.code != 0
    assert "No usable image has the tags" in tagged.results[-1]["msg"]


# --- export_golden_image.yml ------------------------------------------------------------------------------------------


@pytest.mark.every_core
def test_an_image_is_exported_once(ansible: Playbooks, simulator: Simulator, playbooks: Path) -> None:
    worlds.populate(simulator, [worlds.seeded("web-golden", 3600)], export_time=0.2)
    recipe = playbooks / "export_golden_image.yml"
    checked = ansible.playbook(recipe, "--check")
    assert (checked.code, writes(simulator)) == (0, []), checked.output
    first, second = ansible.playbook(recipe), ansible.playbook(recipe)

    assert (first.code, second.code) == (0, 0), first.output + second.output
    assert [run.results[0]["changed"] for run in (checked, first, second)] == [True, True, False]
    assert writes(simulator) == ["ExportImage"]
    assert "nightly_m-web-golden_system.raw.tar.gz" in first.output
    forced = ansible.playbook(recipe, force="true")
    assert (forced.code, writes(simulator)) == (0, ["ExportImage", "ExportImage"])


# --- resume.yml -------------------------------------------------------------------------------------------------------

# The state of the image when the first task times out, and the knobs that cause it.
UNFINISHED: dict[str, dict[str, t.Any]] = {
    "creating": {"create_time": 6},
    "waiting": {"waiting_time": 5, "create_time": 1},
    "not listed": {"visible_after": 6, "create_time": 1},
    "not usable": {"available_but_not_usable": 6, "create_time": 0},
}


@pytest.mark.parametrize("knobs", UNFINISHED.values(), ids=UNFINISHED)
def test_a_timeout_is_followed_by_a_wait_for_the_same_image(
    knobs: dict[str, t.Any], ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    simulator.knobs(**knobs)
    run = ansible.playbook(playbooks / "resume.yml", first_timeout=3)

    assert run.code == 0, run.output
    first, last = run.results[0], run.results[-1]
    assert first["reason"] == "timed_out"
    assert (last["image"]["status"], last["image_id"]) == ("Available", first["image_id"])
    assert writes(simulator) == ["CreateImage"]


@pytest.mark.every_core
def test_a_timeout_before_the_creation_is_followed_by_the_creation(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    simulator.fault(action="CreateImage", code="IncorrectInstanceStatus", times=4, delay=1)
    run = ansible.playbook(playbooks / "resume.yml", first_timeout=3)

    assert run.code == 0, run.output
    assert run.results[0]["reason"] == "timed_out"
    assert list(own_images(simulator)) == ["big-golden"]


def test_an_image_that_is_created_in_time_is_not_waited_for_again(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    run = ansible.playbook(playbooks / "resume.yml")

    assert run.code == 0, run.output
    assert len(run.results) == 1
    assert "localhost | SKIPPED" in run.output


@pytest.mark.every_core
@pytest.mark.parametrize(
    "fault",
    [
        {"action": "CreateImage", "code": "QuotaExceed.Image"},
        {"action": "CreateImage", "image": "CreateFailed"},
        # Only Ansible's own failures have no reason.
        None,
    ],
    ids=["refused", "failed", "no reason"],
)
def test_a_failure_other_than_a_timeout_ends_the_play(
    fault: dict[str, t.Any] | None, ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    if fault is not None:
        simulator.fault(**fault)
    run = ansible.playbook(playbooks / "resume.yml", first_timeout=60 if fault else "a minute")

    assert run.code != 0
    assert len(run.results) == 1
    assert len(simulator.calls("CreateImage")) == (0 if fault is None else 1)
