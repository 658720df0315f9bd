# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The YAML in the documentation is valid for the modules, and does what the text says when run on the simulator."""

from __future__ import annotations

import dataclasses
import importlib
import re
import typing as t
from pathlib import Path

import pytest
import worlds
import yaml
from examples import (
    MODULES,
    NAMESPACE,
    ROOT,
    Block,
    blocks,
    commands,
    diffs,
    is_list_of_tasks,
    is_play,
    module_document,
    own_calls,
    pages,
    tasks_in,
)

if t.TYPE_CHECKING:
    from written_playbooks import Playbooks

    from apsarastack_simulator.testing import Simulator

COLLECTION = "ansible_collections.apsarastack.cloud.plugins"
GROUP = f"group/{NAMESPACE}apsarastack"
# Options for files and services of a site. Their values are validated; the tasks are run without them.
ELSEWHERE = frozenset(
    {
        *("ca_path", "validate_certs", "proxy", "endpoint", "popgw_domain"),
        *("profile", "shared_credentials_file", "ecs_role_name"),
    }
)
# These belong to AWX and not to Ansible; the collection also contains them as files.
VERSION = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
AWX = {"fields": "inputs.yml", "env": "injectors.yml"}

ALL = [Block(f"EXAMPLES of {module}", module_document(module, "EXAMPLES")) for module in MODULES]
ALL += [block for page in pages() for block in blocks(page)]
# The first playbook of a reader, which must run unchanged.
FIRST = {page: blocks(ROOT / page)[0] for page in ("README.md", "docs/docsite/rst/guide_getting_started.rst")}
CHECK_MODE = ROOT / "docs" / "docsite" / "rst" / "guide_check_mode.rst"
PIPELINES = blocks(ROOT / "docs" / "docsite" / "rst" / "guide_pipeline.rst")
# test_recipes runs these, each on a site prepared for it.
RECIPES = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "playbooks").glob("*.yml")]


def test_examples_are_found() -> None:
    assert len(ALL) >= 24
    assert sum(len(list(own_calls(block.content))) for block in ALL) >= 35


@dataclasses.dataclass(frozen=True)
class Validator:
    """Checks whether a module accepts options."""

    importable: None

    def problems(self, module: str, options: t.Mapping[str, t.Any]) -> list[str]:
        """The errors that the module would report before its first request."""
        validator = importlib.import_module("ansible.module_utils.common.arg_spec").ArgumentSpecValidator
        code = importlib.import_module(f"{COLLECTION}.modules.{module}")
        connection = importlib.import_module(f"{COLLECTION}.module_utils._module.arguments").connection_spec()
        spec = {**connection, **code.ARGUMENTS}
        rules: dict[str, t.Any] = getattr(code, "RULES", {})
        if module == "apsarastack_image":
            rules = {
                "mutually_exclusive": [
                    ("instance_id", "snapshot_id", "disk_device_mapping", "copy_from", "import_from")
                ],
                "required_one_of": [("image_id", "image_name")],
            }
        filled = {name: _filled(value, spec.get(name, {})) for name, value in options.items()}
        result = validator(spec, **rules).validate(filled)
        if result.error_messages:
            return list(result.error_messages)
        read = code.selection_from if module == "apsarastack_image_info" else code.desired_from
        error = importlib.import_module(f"{COLLECTION}.module_utils._wire.errors").RefusalError
        try:
            read(result.validated_parameters)
        except error as refusal:
            return [refusal.message]
        return []


def _filled(value: t.Any, spec: t.Mapping[str, t.Any]) -> t.Any:
    """The value with one of the right type for each template."""
    suboptions = spec.get("options", {})
    if isinstance(value, dict) and suboptions:
        return {name: _filled(each, suboptions.get(name, {})) for name, each in value.items()}
    if isinstance(value, list) and suboptions:
        return [_filled(each, spec) for each in value]
    if not isinstance(value, str) or "{{" not in value:
        return value
    if "choices" in spec:
        return spec["choices"][0]
    # Different templates stand for different values.
    text = re.sub("[^a-z0-9]+", "-", value.lower()).strip("-")
    return {"int": 7, "bool": True, "dict": {}, "list": []}.get(spec.get("type", "str"), text)


@pytest.fixture
def validator(importable: None) -> Validator:
    return Validator(importable)


@pytest.mark.parametrize("block", ALL, ids=lambda block: block.where)
def test_every_task_is_accepted_by_its_module(block: Block, validator: Validator) -> None:
    for module, options in own_calls(block.content):
        assert validator.problems(module, options) == []


def defaults_in(play: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    return list((play.get("module_defaults") or {}).values())


@pytest.mark.parametrize("block", ALL, ids=lambda block: block.where)
def test_every_block_contains_tasks_plays_or_something_else_that_is_valid(block: Block, validator: Validator) -> None:
    content = block.content
    if is_list_of_tasks(content):
        return
    if isinstance(content, list):
        assert all(is_play(play) for play in content)
        for defaults in (each for play in content for each in defaults_in(play)):
            assert validator.problems("apsarastack_image_info", defaults) == []
        return
    kind = AWX.keys() & content.keys()
    if kind:
        (name,) = kind
        file = ROOT / "playbooks" / "awx" / AWX[name]
        assert content == yaml.safe_load(file.read_text(encoding="utf-8"))
        return
    # test_pipeline runs these.
    if block in PIPELINES:
        return
    if "dependencies" in content:
        (entry,) = content["dependencies"]["galaxy"]["collections"]
        assert entry["name"] in ("apsarastack.cloud", f"configs/apsarastack-cloud-{VERSION}.tar.gz")
        return
    # Everything else is connection options, or connection options as defaults of a play.
    options = defaults_in(content) or [content]
    assert [validator.problems("apsarastack_image_info", each) for each in options] == [[]]


# --- run -------------------------------------------------------------------------------------------------------------


# Every id and name that an example expects to exist.
WORLD = [
    worlds.seeded("web-golden", 3600, id="m-8vb0a1b2c3d4e5f6g7h8", tags={"team": "web"}),
    worlds.seeded("web-golden-approved", 7200, tags={"stage": "approved"}),
    worlds.seeded("web-golden-2026-10", 3600, worlds.DATA_DISK),
    worlds.seeded("web-golden-2026-09", 86400),
    worlds.seeded("web-golden-2026-08", 86400, id="m-in-use"),
    worlds.seeded("web-golden-2026-07", 86400, shared_with=["1000000000000038"]),
    worlds.seeded("web-golden-wulan", 3600, region="cn-wulan-env82-d01"),
]


def runnable(blocks_of_a_page: t.Iterable[Block]) -> list[dict[str, t.Any]]:
    """The plays of a page that no other test runs, without the options in ELSEWHERE."""
    plays: list[dict[str, t.Any]] = []
    for block in blocks_of_a_page:
        if block.content in RECIPES or block in FIRST.values():
            continue
        if is_list_of_tasks(block.content):
            plays.append({"name": block.where, "hosts": "localhost", "gather_facts": False, "tasks": block.content})
        elif isinstance(block.content, list):
            plays += [play for play in block.content if play.get("tasks")]
    return [_without_elsewhere(play) for play in plays]


def _without_elsewhere(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _without_elsewhere(each) for key, each in value.items() if key not in ELSEWHERE}
    return [_without_elsewhere(each) for each in value] if isinstance(value, list) else value


def written(ansible: Playbooks, plays: list[dict[str, t.Any]]) -> Path:
    return ansible.write("page.yml", yaml.safe_dump(plays, sort_keys=False))


def names_in(plays: list[dict[str, t.Any]]) -> set[str]:
    return {options["image_name"] for _module, options in own_calls(plays) if "image_name" in options}


def check_and_run(ansible: Playbooks, simulator: Simulator, plays: list[dict[str, t.Any]]) -> str:
    """The output of the run. Asserts that check mode writes nothing, and that other images are not touched."""
    around = worlds.bystanders(names_in(plays))
    worlds.populate(simulator, [*WORLD, *around], create_time=0.1)
    all_images = worlds.remembered(simulator)
    before = {image["id"]: all_images[image["id"]] for image in around}
    path = written(ansible, plays)

    checked = ansible.playbook(path, "--check")
    assert checked.code == 0, checked.output
    assert [call["action"] for call in simulator.calls() if call["write"]] == []
    done = ansible.playbook(path)

    assert done.code == 0, done.output
    # One guide starts with a reset of the simulator, which deletes everything.
    if "_simulator/reset" not in path.read_text(encoding="utf-8"):
        after = worlds.remembered(simulator)
        assert {image_id: after.get(image_id) for image_id in before} == before
    return done.output


@pytest.mark.every_core
@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_run_one_after_another(module: str, ansible: Playbooks, simulator: Simulator) -> None:
    check_and_run(ansible, simulator, runnable([Block(module, module_document(module, "EXAMPLES"))]))


WITH_TASKS = [page for page in pages() if runnable(blocks(page))]


@pytest.mark.every_core
@pytest.mark.parametrize("page", WITH_TASKS, ids=lambda page: page.name)
def test_the_playbooks_of_a_page_run_one_after_another(page: Path, ansible: Playbooks, simulator: Simulator) -> None:
    output = check_and_run(ansible, simulator, runnable(blocks(page)))
    assert [shown for shown in diffs(page) if shown not in output] == []


@pytest.mark.every_core
def test_plays_with_dependent_tasks_pass_in_check_mode_on_an_empty_site(
    ansible: Playbooks, simulator: Simulator
) -> None:
    plays = [play for page in pages() for play in runnable(blocks(page)) if len(list(tasks_in([play]))) > 1]
    assert len(plays) >= 4
    worlds.populate(simulator, [])
    checked = ansible.playbook(written(ansible, plays), "--check")

    assert checked.code == 0, checked.output


@pytest.mark.parametrize("page", FIRST)
def test_the_first_playbook_changes_nothing_the_second_time(
    page: str, ansible: Playbooks, simulator: Simulator
) -> None:
    path = ansible.write("golden.yml", yaml.safe_dump(FIRST[page].content, sort_keys=False))

    checked, done, again = ansible.playbook(path, "--check"), ansible.playbook(path), ansible.playbook(path)

    assert [run.code for run in (checked, done, again)] == [0, 0, 0], checked.output + done.output
    assert [run.results[0]["changed"] for run in (checked, done, again)] == [True, True, False]
    assert [call["action"] for call in simulator.calls() if call["write"]] == ["CreateImage"]


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_a_chinese_name_is_readable_in_a_diff_with_the_setting_of_the_guide(
    option: str, ansible: Playbooks, simulator: Simulator
) -> None:
    (setting,) = (line for line in commands(CHECK_MODE) if line.startswith("export "))
    variable, value = setting.removeprefix("export ").split("=")
    ansible.environment.update({"ANSIBLE_STDOUT_CALLBACK": "default", variable: value})
    shown = ansible.image(option, "--diff", image_name="\u91d1\u955c\u50cf", instance_id="i-web-running")

    assert "+    image_name: \u91d1\u955c\u50cf\n" in shown.output
