# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values as ansible-playbook passes them on: nulls, aliases, strings, and the task together with the environment."""

from __future__ import annotations

import typing as t

import pytest
from ansible_process import MODULE

if t.TYPE_CHECKING:
    from ansible_process import Ansible, Result

    from apsarastack_simulator.testing import Simulator

INFO = "apsarastack.cloud.apsarastack_image_info"
DEFAULTS = "group/apsarastack.cloud.apsarastack"
IMAGES = [{"id": "m-none", "name": "None"}, {"id": "m-web", "name": "web"}, {"id": "m-other", "name": "other"}]


@pytest.fixture
def simulator(simulator: Simulator) -> Simulator:
    simulator.reset(seed={"images": [{**image, **TENANT} for image in IMAGES]}, knobs={"create_time": 0})
    return simulator


TENANT = {"organization": 37, "resource_group": 412}


def refused(ansible: Ansible, simulator: Simulator, *tasks: dict[str, t.Any], **play: t.Any) -> list[Result]:
    """The results of tasks, each of which fails before its first request."""
    run = ansible.play([{**task, "ignore_errors": True} for task in tasks], **play)
    assert len(run.results) == len(tasks), run.output
    assert [result for result in run.results if result.get("reason") != "invalid_input"] == []
    assert simulator.calls() == []
    assert {image["image_id"] for image in simulator.state()["images"]} >= {image["id"] for image in IMAGES}
    return run.results


def test_a_null_or_empty_id_or_name_deletes_no_image(ansible: Ansible, simulator: Simulator) -> None:
    empty_values: list[t.Any] = ["{{ nothing }}", None, "", "  ", "{{ empty }}", "{{ missing | default('') }}"]
    tasks = [
        {MODULE: {"state": "absent", option: value}} for option in ("image_id", "image_name") for value in empty_values
    ]
    results = refused(ansible, simulator, *tasks, vars={"nothing": None, "empty": ""})
    for task, result in zip(tasks, results):
        (option,) = task[MODULE].keys() - {"state"}
        assert option in result["msg"]


def test_an_alias_in_module_defaults_does_not_redirect_a_task(ansible: Ansible, simulator: Simulator) -> None:
    (result,) = refused(
        ansible,
        simulator,
        {MODULE: {"image_name": "web", "state": "absent"}},
        module_defaults={MODULE: {"name": "other"}},
    )
    assert "image_name has two values" in result["msg"]
    results = refused(
        ansible,
        simulator,
        {INFO: {"region": "mine"}},
        {INFO: {"department": "37"}},
        module_defaults={DEFAULTS: {"region_id": "other", "organization_id": "38"}},
    )
    assert ["region has two" in results[0]["msg"], "department has two" in results[1]["msg"]] == [True, True]


@pytest.mark.parametrize("options", [(), ("--check",)])
def test_a_name_that_no_release_accepts_is_refused_in_check_mode_and_in_the_run(
    ansible: Ansible, simulator: Simulator, options: tuple[str, ...]
) -> None:
    names = ["web golden", "1web", "web/golden", "http://web", "x"]
    tasks = [{MODULE: {"image_name": name, "snapshot_id": "s-system"}, "ignore_errors": True} for name in names]
    run = ansible.play(tasks, *options)
    assert [name for name, result in zip(names, run.results) if f"but is {name!r}" not in result["msg"]] == []
    assert simulator.calls() == []


def test_an_unevaluated_template_in_a_survey_variable_is_refused(ansible: Ansible, simulator: Simulator) -> None:
    # AWX marks survey answers as unsafe, so that templates in them are not evaluated.
    variables = ansible.write("survey.yml", "name: !unsafe 'web-{{ stage }}'\n")
    tasks = [
        {MODULE: {"image_name": "{{ name }}", "state": state}, "ignore_errors": True} for state in ("present", "absent")
    ]
    run = ansible.play(tasks, "-e", f"@{variables}")
    assert all("'web-{{ stage }}'" in result["msg"] for result in run.results), run.output
    assert simulator.calls() == []


def test_a_tag_that_is_not_a_string_is_refused_with_both_solutions(ansible: Ansible, simulator: Simulator) -> None:
    variables = ansible.write("variables.yml", "backup: true\nversion: 1.10\nticket: 00000122\n")
    tags = {"tags": {"backup": True, "version": 1.1}}
    (result,) = refused(ansible, simulator, {MODULE: {"image_name": "web", **tags}})
    assert "value of 'backup' in tags must be a string, but is True (bool): quote it" in result["msg"]
    assert "`| string`" in result["msg"]
    # The advice in the message works, and an integer is used as YAML has read it.
    corrected = {"backup": "{{ backup | string }}", "ticket": "{{ ticket }}"}
    run = ansible.play([{MODULE: {"image_name": "web", "tags": corrected}}], "-e", f"@{variables}")
    assert run.result["image"]["tags"] == {"backup": "True", "ticket": "82"}


def test_the_task_has_priority_over_the_environment_across_alternative_options(
    ansible: Ansible, simulator: Simulator
) -> None:
    elsewhere = {"popgw_domain": "other-site.invalid", "validate_certs": False, "wait_timeout": 1}
    task = {"image_name": "new", "snapshot_id": "s-system", "state": "present"}
    place = ansible.play([{MODULE: {**task, **elsewhere}, "ignore_errors": True}]).result
    assert place["error"]["endpoint"].startswith("https://ecs-internal.other-site.invalid")
    assert simulator.calls() == []
    caller = ansible.play([{MODULE: {**task, "profile": "nosuch"}, "ignore_errors": True}]).result
    assert "profile (set in the task) is 'nosuch'" in caller["msg"]
    assert simulator.calls() == []
    tenant = ansible.play([{MODULE: {**task, "resource_group_set_name": "nosuchset"}, "ignore_errors": True}]).result
    assert "nosuchset" in tenant["msg"]
    assert {call["action"] for call in simulator.calls()} == {"ListResourceGroup"}


def test_a_null_filter_lists_everything_and_warns(ansible: Ansible, simulator: Simulator) -> None:
    run = ansible.play([{INFO: {"name_regex": "{{ pattern }}", "newest": None}}], vars={"pattern": None})
    if "msg" in run.result:
        # Older releases of ansible-core turn a null in a template into an empty string.
        assert "name_regex is an empty string" in run.result["msg"]
        return
    assert {image["image_name"] for image in run.result["images"]} >= {"web", "other", "None"}
    for option in ("name_regex", "newest"):
        assert f"{option} is null and does not narrow the list" in " ".join(run.output.split())
