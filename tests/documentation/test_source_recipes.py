# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks that import or copy images do what their comments say, and touch nothing else."""

from __future__ import annotations

import typing as t

import pytest
import worlds
import yaml

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_process import Run
    from written_playbooks import Playbooks

    from apsarastack_simulator.testing import Simulator

OTHER_REGION = "cn-wulan-env82-d01"
# Seconds of an import and of a copy, which may run side by side with those of the images around.
QUICK = {"import_time": 0.2, "copy_time": 0.2, "copies_at_a_time": 50}
BUCKET, OBJECT = "golden-images", "ubuntu-22.04.qcow2"


def imported(name: str, stored: str = OBJECT, **more: t.Any) -> worlds.Document:
    """An image that was imported from an object of BUCKET."""
    image = worlds.seeded(name, 3600, platform="Ubuntu", **more)
    (disk,) = image["mappings"]
    return {**image, "mappings": [{**disk, "bucket": BUCKET, "object": stored, "format": "QCOW2"}]}


def writes(simulator: Simulator) -> list[str]:
    return [call["action"] for call in simulator.calls() if call["write"]]


def new_images(simulator: Simulator, before: t.Container[str]) -> list[dict[str, t.Any]]:
    """Those that were created since, and exist."""
    images = simulator.state()["images"]
    return [image for image in images if image["image_id"] not in before and not image["deleted"]]


def actions(run: Run) -> list[list[str]]:
    """Those of each task and of each item, and nothing of a task of another module."""
    single = [each for result in run.results for each in result.get("results", [result])]
    return [each["actions"] for each in single if "actions" in each]


def check_and_run(
    ansible: Playbooks, simulator: Simulator, recipe: Path, changed: t.Container[str] = (), **variables: t.Any
) -> Run:
    """The run, after a check that wrote nothing and predicted the same.

    ``changed``: the ids of the images that may be changed; all others must stay as they are.
    """
    before = worlds.remembered(simulator)
    checked = ansible.playbook(recipe, "--check", **variables)
    assert (checked.code, writes(simulator)) == (0, []), checked.output
    run = ansible.playbook(recipe, **variables)

    assert run.code == 0, run.output
    assert actions(checked) == actions(run)
    after = worlds.remembered(simulator)
    others = {image_id: image for image_id, image in before.items() if image_id not in changed}
    assert {image_id: after.get(image_id) for image_id in others} == others
    return run


def assert_that_nothing_is_left_to_do(
    ansible: Playbooks, simulator: Simulator, recipe: Path, **variables: t.Any
) -> None:
    before = writes(simulator)
    again = ansible.playbook(recipe, **variables)
    assert (again.code, writes(simulator)) == (0, before), again.output
    assert not any(actions(again))


# --- import_image.yml -------------------------------------------------------------------------------------------------


@pytest.mark.every_core
def test_a_disk_file_becomes_an_image_once(ansible: Playbooks, simulator: Simulator, playbooks: Path) -> None:
    recipe = playbooks / "import_image.yml"
    worlds.populate(simulator, worlds.bystanders(["ubuntu-golden"]), **QUICK)
    before = worlds.remembered(simulator)
    run = check_and_run(ansible, simulator, recipe)

    (image,) = new_images(simulator, before)
    (disk,) = image["disk_device_mappings"]
    assert (image["image_name"], image["status"], image["tags"]) == ("ubuntu-golden", "Available", {"stage": "test"})
    assert (disk["bucket"], disk["object"]) == (BUCKET, OBJECT)
    assert f"ubuntu-golden is {image['image_id']}" in run.output
    assert writes(simulator) == ["ImportImage"]
    assert_that_nothing_is_left_to_do(ansible, simulator, recipe)


# Images that the recipe changes, adopts or finds as they should be; UnAvailable ends the play.
WITH_THE_NAME = [state for state in worlds.STATES if state != "unavailable"]


def test_check_mode_predicts_the_import_for_an_image_in_each_state(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    """Runs the recipe once for each state, in one process."""
    states = [imported(f"nightly-{state}", **worlds.STATES[state]) for state in WITH_THE_NAME]
    plays = [
        {"import_playbook": str(playbooks / "import_image.yml"), "vars": {"image_name": image["name"]}}
        for image in states
    ]
    path = ansible.write("states.yml", yaml.safe_dump(plays))
    worlds.populate(simulator, states, **QUICK)
    checked = ansible.playbook(path, "--check")
    assert (checked.code, writes(simulator)) == (0, []), checked.output

    worlds.populate(simulator, [worlds.finished_soon(image) for image in states], **QUICK)
    run = ansible.playbook(path)

    assert run.code == 0, run.output
    assert actions(checked) == actions(run)
    # Only a failed image, and the name that another account uses, are imported.
    assert writes(simulator).count("ImportImage") == 2
    assert writes(simulator).count("DeleteImage") == 1


def test_a_failed_import_ends_the_play_with_the_reason_of_the_cloud(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    worlds.populate(simulator, [], **QUICK)
    run = ansible.playbook(playbooks / "import_image.yml", object="broken.qcow2")

    assert run.code != 0
    assert run.result["reason"] == "creation_failed"
    assert "The disk file cannot be read." in run.result["msg"]


# --- refresh_import.yml -----------------------------------------------------------------------------------------------


@pytest.mark.every_core
def test_an_image_is_replaced_when_the_playbook_names_another_file(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    recipe, old = playbooks / "refresh_import.yml", imported("ubuntu-golden", stored="ubuntu-20.04.qcow2")
    worlds.populate(simulator, [old, *worlds.bystanders(["ubuntu-golden"])], **QUICK)
    before, snapshots = worlds.remembered(simulator), worlds.snapshots(simulator)
    run = check_and_run(ansible, simulator, recipe, changed=[old["id"]])

    (image,) = new_images(simulator, before)
    assert (image["image_name"], image["status"]) == ("ubuntu-golden", "Available")
    assert image["disk_device_mappings"][0]["object"] == OBJECT
    assert f"ubuntu-golden is {image['image_id']}; it replaced {old['id']}" in run.output
    assert old["id"] not in worlds.remembered(simulator)
    assert snapshots - worlds.snapshots(simulator) == {old["mappings"][0]["snapshot_id"]}
    assert_that_nothing_is_left_to_do(ansible, simulator, recipe)


# --- approve_and_copy.yml ---------------------------------------------------------------------------------------------


@pytest.mark.every_core
def test_an_approved_image_is_copied_to_the_other_region_once(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    recipe, name = playbooks / "approve_and_copy.yml", "web-golden-2026-11"
    golden = worlds.seeded(name, 3600, tags={"team": "web"}, description="nginx 1.27")
    there = worlds.in_every_state(f"{name}-there-", 60, region=OTHER_REGION)
    worlds.populate(simulator, [golden, *there, *worlds.bystanders([name])], **QUICK)
    before = worlds.remembered(simulator)
    check_and_run(ansible, simulator, recipe, changed=[golden["id"]])

    assert worlds.remembered(simulator)[golden["id"]]["tags"] == {"team": "web", "stage": "approved"}
    (copied,) = new_images(simulator, before)
    shown = {key: copied[key] for key in ("image_name", "region", "status", "description", "tags")}
    assert shown == {
        "image_name": name,
        "region": OTHER_REGION,
        "status": "Available",
        "description": "nginx 1.27",
        "tags": {"stage": "approved"},
    }
    assert_that_nothing_is_left_to_do(ansible, simulator, recipe)


@pytest.mark.parametrize("options", [(), ("--check",)], ids=["run", "check"])
def test_an_image_that_does_not_exist_is_neither_approved_nor_copied(
    options: tuple[str, ...], ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    run = ansible.playbook(playbooks / "approve_and_copy.yml", *options)

    assert run.code != 0
    assert (run.result["reason"], writes(simulator)) == ("not_found", [])


# --- encrypt_image.yml ------------------------------------------------------------------------------------------------


def test_an_encrypted_copy_is_created_and_the_original_kept(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    recipe, golden = playbooks / "encrypt_image.yml", worlds.seeded("web-golden", 3600)
    worlds.populate(simulator, [golden, *worlds.bystanders(["web-golden", "web-golden-encrypted"])], **QUICK)
    before = worlds.remembered(simulator)
    check_and_run(ansible, simulator, recipe)

    (copied,) = new_images(simulator, before)
    assert (copied["image_name"], copied["status"]) == ("web-golden-encrypted", "Available")
    assert [call["parameters"].get("Encrypted") for call in simulator.calls("CopyImage")] == ["true"]
    assert_that_nothing_is_left_to_do(ansible, simulator, recipe)


def test_the_original_is_deleted_with_its_snapshots_if_requested(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    recipe, golden = playbooks / "encrypt_image.yml", worlds.seeded("web-golden", 3600)
    worlds.populate(simulator, [golden, *worlds.bystanders(["web-golden"])], newest_fields=True, **QUICK)
    snapshots = worlds.snapshots(simulator)
    variables = {"key": "key-neimeng", "delete_original": True}
    check_and_run(ansible, simulator, recipe, changed=[golden["id"]], **variables)

    assert golden["id"] not in worlds.remembered(simulator)
    assert snapshots - worlds.snapshots(simulator) == {golden["mappings"][0]["snapshot_id"]}
    called = writes(simulator)
    assert called[0] == "CopyImage"
    assert [call["parameters"].get("KMSKeyId") for call in simulator.calls("CopyImage")] == ["key-neimeng"]
    assert_that_nothing_is_left_to_do(ansible, simulator, recipe, **variables)


def test_the_original_is_kept_if_it_cannot_be_encrypted(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    worlds.populate(simulator, [worlds.seeded("web-golden", 3600)], kms=False, **QUICK)
    run = ansible.playbook(playbooks / "encrypt_image.yml", delete_original=True)

    assert (run.code != 0, run.result["reason"]) == (True, "not_supported_by_site"), run.output
    assert "m-web-golden" in worlds.remembered(simulator)


def test_an_original_that_is_newer_than_the_image_with_the_name_of_its_copy_is_kept(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    """The encrypted copy is that of an earlier image, and the site does not report which one that was."""
    worlds.populate(simulator, [worlds.seeded("web-golden", 60), worlds.seeded("web-golden-encrypted", 3600)])
    run = ansible.playbook(playbooks / "encrypt_image.yml", delete_original=True)

    assert run.code != 0, run.output
    assert "web-golden-encrypted is older than web-golden, so it is not a copy of it." in run.output
    assert writes(simulator) == []


@pytest.mark.parametrize("options", [(), ("--check",)], ids=["run", "check"])
def test_the_original_is_kept_if_an_image_with_the_name_of_its_copy_is_not_reported_as_encrypted(
    options: tuple[str, ...], ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    """It is newer than the original, but a plain image of another source."""
    images = [worlds.seeded("web-golden", 3600), worlds.seeded("web-golden-encrypted", 60)]
    worlds.populate(simulator, images, **QUICK)
    before, snapshots = worlds.remembered(simulator), worlds.snapshots(simulator)
    run = ansible.playbook(playbooks / "encrypt_image.yml", *options, delete_original=True)

    assert run.code != 0, run.output
    assert "web-golden was not deleted: web-golden-encrypted (m-web-golden-encrypted) existed before" in run.output
    assert (writes(simulator), worlds.remembered(simulator), worlds.snapshots(simulator)) == ([], before, snapshots)


@pytest.mark.every_core
def test_the_original_is_deleted_by_the_run_that_creates_the_copy_although_the_site_does_not_report_encryption(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    recipe, golden = playbooks / "encrypt_image.yml", worlds.seeded("web-golden", 3600)
    worlds.populate(simulator, [golden], **QUICK)
    check_and_run(ansible, simulator, recipe, changed=[golden["id"]], delete_original=True)

    assert golden["id"] not in worlds.remembered(simulator)
    assert_that_nothing_is_left_to_do(ansible, simulator, recipe, delete_original=True)


@pytest.mark.every_core
def test_the_original_is_deleted_later_if_the_site_reports_the_copy_as_encrypted(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    recipe, golden = playbooks / "encrypt_image.yml", worlds.seeded("web-golden", 3600)
    worlds.populate(simulator, [golden], newest_fields=True, **QUICK)
    check_and_run(ansible, simulator, recipe)
    assert golden["id"] in worlds.remembered(simulator)
    run = ansible.playbook(recipe, delete_original=True)
    assert run.code == 0, run.output
    assert golden["id"] not in worlds.remembered(simulator)
