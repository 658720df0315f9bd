# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An image moves between Terraform and the collection unchanged, as the guide says.

What the providers send is replayed by the simulator's own tests, which contain none of their code.
"""

from __future__ import annotations

import re
import typing as t

import pytest
import worlds
import yaml
from examples import ROOT, blocks, own_calls

from tests.clients.private import Private
from tests.clients.provider import B1, B3, A

if t.TYPE_CHECKING:
    from written_playbooks import Playbooks

    from apsarastack_simulator.testing import Simulator

GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_terraform.rst"
TEXT = GUIDE.read_text(encoding="utf-8")
# The tasks of the guide, by what they create or export.
TASKS = {
    options.get("image_name", "") + options.get("bucket", ""): (block.content, options)
    for block in blocks(GUIDE)
    for _module, options in own_calls(block.content)
    if options.get("state") != "absent"
}


@pytest.fixture(params=[A, B1, B3], ids=lambda client: client.name)
def provider(request: pytest.FixtureRequest, simulator: Simulator) -> t.Iterator[Private]:
    with Private(request.param, simulator) as provider:
        yield provider


def resources() -> list[dict[str, str]]:
    """The arguments of each resource in the guide, without the names of its blocks."""
    found = re.findall(r"^   resource \"\w+\" \"\w+\" \{\n(.*?)^   \}", TEXT, re.MULTILINE | re.DOTALL)
    return [dict(re.findall(r"^ +(\w+) += \"(.*)\"$", body, re.MULTILINE)) for body in found]


def source_of(options: dict[str, t.Any]) -> dict[str, str]:
    """The source of a task, as a provider sends it."""
    if "instance_id" in options:
        return {"InstanceId": options["instance_id"]}
    return {
        f"DiskDeviceMapping.{number}.{name}": str(disk[option])
        for number, disk in enumerate(options["disk_device_mapping"], start=1)
        for name, option in (("SnapshotId", "snapshot_id"), ("Size", "size"))
    }


def created(provider: Private, options: dict[str, t.Any]) -> str:
    """The id of the image that the provider creates where a task would have created it."""
    tags = options.get("tags", {})
    reply = provider.create_image(options["image_name"], source_of(options), options.get("description", ""), **tags)
    image_id = str(reply.body["ImageId"])
    assert provider.wait_for_image(image_id) == "reached"
    provider.simulator.clear_calls()
    return image_id


def run(ansible: Playbooks, tasks: list[dict[str, t.Any]], *options: str) -> t.Any:
    play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
    done = ansible.playbook(ansible.write("page.yml", yaml.safe_dump([play], sort_keys=False)), *options)
    assert done.code == 0, done.output
    return done.results[0]


def writes(simulator: Simulator) -> list[str]:
    return [call["action"] for call in simulator.calls() if call["write"]]


def test_the_task_of_the_guide_says_what_the_resource_says() -> None:
    _tasks, options = TASKS["test-image"]
    told = {**{name: value for name, value in options.items() if name != "tags"}, **options["tags"]}
    assert resources() == [told, told]


@pytest.mark.parametrize("name", ["test-image", "test-image-of-disks"])
def test_an_image_of_terraform_is_taken_over_unchanged(
    name: str, provider: Private, ansible: Playbooks, simulator: Simulator
) -> None:
    tasks, options = TASKS[name]
    image_id = created(provider, options)
    results = [run(ansible, tasks, "--check"), run(ansible, tasks)]

    assert [(result["changed"], result["image_id"]) for result in results] == [(False, image_id)] * 2
    assert writes(simulator) == []


def task(name: str) -> tuple[list[dict[str, t.Any]], dict[str, t.Any]]:
    """The one task of the guide that manages the image of this name, and its options."""
    block, options = TASKS[name]
    return [each for each in block if options in each.values()], options


def test_an_import_of_terraform_is_taken_over_unchanged(
    provider: Private, ansible: Playbooks, simulator: Simulator
) -> None:
    tasks, options = task("test-import-image")
    (disk,) = options["import_from"]
    told = (disk["bucket"], disk["object"], disk["size"], disk["format"])
    image_id = provider.import_image(options["image_name"], *told, options["description"])
    assert provider.wait_for_import(image_id) == "reached"
    simulator.clear_calls()
    results = [run(ansible, tasks, "--check"), run(ansible, tasks)]

    assert [(result["changed"], result["image_id"]) for result in results] == [(False, image_id)] * 2
    assert writes(simulator) == []


def test_a_copy_of_terraform_is_taken_over_unchanged_and_can_be_deleted(
    provider: Private, ansible: Playbooks, simulator: Simulator
) -> None:
    """B3 has not even found it."""
    tasks, options = task("test-copy")
    worlds.populate(simulator, [worlds.seeded("web-golden", 3600)], secret_parameter="note")
    image_id = provider.copy_image("m-web-golden", options["image_name"], options["region"])
    provider.wait_for_copy(image_id, options["region"])
    simulator.clear_calls()
    result = run(ansible, tasks)
    assert (result["changed"], result["image_id"], writes(simulator)) == (False, image_id, [])

    absent = {"image_name": options["image_name"], "region": options["region"], "state": "absent"}
    run(ansible, [{"apsarastack.cloud.apsarastack_image": absent}])
    assert writes(simulator) == ["DeleteImage"]


def test_an_export_of_terraform_is_taken_over_unchanged(
    provider: Private, ansible: Playbooks, simulator: Simulator
) -> None:
    tasks, options = TASKS["web-goldenexports"]
    worlds.populate(simulator, [worlds.seeded("web-golden", 3600)], secret_parameter="note")
    task_id = provider.export_image("m-web-golden", options["bucket"], options["prefix"])
    assert provider.wait_for_export(task_id) == "reached"
    simulator.clear_calls()
    result = run(ansible, tasks)

    assert (result["changed"], result["task_id"]) == (False, task_id)
    assert writes(simulator) == []


def test_an_image_of_ours_is_read_by_terraform_as_its_resource_says(
    provider: Private, ansible: Playbooks, simulator: Simulator
) -> None:
    """What is not read differs from the resource: the guide tells Terraform to ignore it."""
    tasks, _options = TASKS["test-image"]
    image_id = run(ansible, tasks)["image_id"]
    simulator.clear_calls()
    state = provider.state_of(image_id)

    expected = dict(resources()[1])
    source = expected.pop("instance_id")
    assert source not in repr(state)
    (ignored,) = re.findall(r"ignore_changes = \[(.+)\]", TEXT)
    assert ignored == "instance_id, snapshot_id"
    assert {**{name: state[name] for name in ("image_name", "description")}, **state["tags"]} == expected
    assert writes(simulator) == []
    simulator.clear_calls()
