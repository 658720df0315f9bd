# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each playbook of `playbooks/` does what its heading says."""

from __future__ import annotations

import typing as t
from datetime import datetime
from pathlib import Path

import pytest

if t.TYPE_CHECKING:
    from written_playbooks import Playbooks

    from apsarastack_simulator.testing import Simulator

ROOT = Path(__file__).resolve().parents[2]
TENANT = {"organization": 37, "resource_group": 412}
# The demo runs this one, five times and with its diffs: tools/run_demo.py.
DEMO = "golden_image.yml"


@pytest.fixture
def playbooks(installed: Path) -> Path:
    """They come with the collection."""
    return installed / "playbooks"


def own_images(simulator: Simulator) -> dict[str, dict[str, t.Any]]:
    """By name, those of the first tenant that are not deleted and not the seed's own."""
    return {
        image["image_name"]: image
        for image in simulator.state()["images"]
        if image["organization"] == TENANT["organization"] and not image["deleted"] and image["image_name"] != "in-use"
    }


def seeded(name: str, age: int, **more: t.Any) -> dict[str, t.Any]:
    """An image, `age` seconds old."""
    return {"id": f"m-{name}", "name": name, "created": -age, **TENANT, **more}


def writes(simulator: Simulator) -> list[str]:
    return [call["action"] for call in simulator.calls() if call["write"]]


def test_every_playbook_has_a_test() -> None:
    tested = {"replace_golden_image.yml", "many_images.yml", "keep_newest.yml", "use_newest.yml", "resume.yml"}
    assert {path.name for path in (ROOT / "playbooks").glob("*.yml")} == tested | {DEMO}


def test_the_golden_image_is_made_once(ansible: Playbooks, simulator: Simulator, playbooks: Path) -> None:
    first = ansible.playbook(playbooks / DEMO)
    second = ansible.playbook(playbooks / DEMO)

    assert (first.code, second.code) == (0, 0), first.output + second.output
    assert first.results[0]["changed"] is True
    assert second.results[0]["changed"] is False
    assert writes(simulator) == ["CreateImage"]


def test_a_replacement_has_a_successor_ready_before_the_old_image_goes(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    simulator.reset(seed={"images": [seeded("web-golden", 3600)]}, knobs={"create_time": 0.2})
    run = ansible.playbook(playbooks / "replace_golden_image.yml")

    assert run.code == 0, run.output
    (new,) = own_images(simulator).values()
    assert (new["image_name"], new["status"]) == ("web-golden", "Available")
    assert f"web-golden is {new['image_id']}, and was m-web-golden" in run.output
    # The old image gives up the name, the new one takes it, and only then the old one goes.
    assert writes(simulator)[:4] == ["CreateImage", "ModifyImageAttribute", "ModifyImageAttribute", "DeleteImage"]


def test_many_images_grow_at_the_same_time(ansible: Playbooks, simulator: Simulator, playbooks: Path) -> None:
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


def test_a_nightly_build_that_is_run_again_makes_nothing(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    simulator.reset(
        seed={
            "images": [
                seeded("web-nightly", 60, tags={"kind": "nightly"}),
                seeded("db-nightly", 60, tags={"kind": "nightly"}),
            ]
        }
    )
    run = ansible.playbook(playbooks / "many_images.yml")

    assert run.code == 0, run.output
    assert writes(simulator) == []


def old_images(simulator: Simulator) -> None:
    """Five images of the pattern, the oldest in use, and one of another name that is older than all."""
    snapshots = [f"s-{number}" for number in range(1, 6)]
    images = [
        seeded(f"web-golden-{number}", number * 3600, mappings=[disk(snapshot)])
        for number, snapshot in enumerate(snapshots, start=1)
    ]
    used = {"id": "i-1", "name": "web-1", "status": "Running", "image_id": "m-web-golden-5", "disks": [], **TENANT}
    simulator.reset(
        seed={
            "images": [*images, seeded("db-golden", 100 * 3600)],
            "instances": [used],
            "snapshots": [
                {"id": snapshot, "name": snapshot, "disk_type": "system", "size": 40, "disk_id": "d-1", **TENANT}
                for snapshot in snapshots
            ],
        }
    )


def disk(snapshot_id: str) -> dict[str, t.Any]:
    return {"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": snapshot_id}


def test_check_mode_lists_the_old_images_and_deletes_none(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    old_images(simulator)
    run = ansible.playbook(playbooks / "keep_newest.yml", "--check", keep=2)

    assert run.code == 0, run.output
    assert [result["actions"] for result in run.results[-1]["results"]] == [
        ["delete image m-web-golden-3 'web-golden-3'", "delete snapshot s-3"],
        ["delete image m-web-golden-4 'web-golden-4'", "delete snapshot s-4"],
    ]
    assert writes(simulator) == []


def test_the_old_images_go_with_their_snapshots_but_not_one_in_use(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    old_images(simulator)
    run = ansible.playbook(playbooks / "keep_newest.yml", keep=2)

    assert run.code == 0, run.output
    assert sorted(own_images(simulator)) == ["db-golden", "web-golden-1", "web-golden-2", "web-golden-5"]
    assert sorted(each["snapshot_id"] for each in simulator.state()["snapshots"]) == ["s-1", "s-2", "s-5"]


def test_the_newest_usable_image_of_the_tags_is_found(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    tags = {"team": "web", "stage": "golden"}
    simulator.reset(
        seed={
            "images": [
                seeded("older", 7200, tags=tags),
                seeded("newer", 3600, tags={**tags, "approved": "yes"}),
                seeded("of-another-team", 60, tags={**tags, "team": "db"}),
                seeded("still-growing", 30, tags=tags, ready_at=3600),
            ]
        }
    )
    run = ansible.playbook(playbooks / "use_newest.yml")

    assert run.code == 0, run.output
    assert run.results[-1]["ansible_facts"] == {"golden_image_id": "m-newer"}


def test_no_image_of_the_tags_is_told_in_a_sentence(ansible: Playbooks, playbooks: Path) -> None:
    run = ansible.playbook(playbooks / "use_newest.yml")

    assert run.code != 0
    assert run.results[-1]["msg"] == "No usable image has the tags team=web and stage=golden."


def test_a_timeout_is_followed_by_a_wait_for_the_same_image(
    ansible: Playbooks, simulator: Simulator, playbooks: Path
) -> None:
    simulator.knobs(create_time=5)
    run = ansible.playbook(playbooks / "resume.yml", patience=3)

    assert run.code == 0, run.output
    first, last = run.results[0], run.results[-1]
    assert first["image"]["status"] == "Creating"
    assert last["image"]["status"] == "Available"
    assert first["image_id"] == last["image_id"]
    assert writes(simulator) == ["CreateImage"]


def test_what_is_no_timeout_is_not_waited_for(ansible: Playbooks, simulator: Simulator, playbooks: Path) -> None:
    simulator.fault(action="CreateImage", code="QuotaExceed.Image")
    run = ansible.playbook(playbooks / "resume.yml")

    assert run.code != 0
    assert "QuotaExceed.Image" in run.results[-1]["msg"]
    assert len(simulator.calls("CreateImage")) == 1
