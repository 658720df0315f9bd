# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keywords of plays and tasks that affect the module."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_process import MODULE, Ansible

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

DESIRED = {"image_name": "web", "instance_id": "i-web-running"}


def test_module_defaults_of_the_group_set_the_connection(
    simulator: Simulator, collections: Path, tmp_path: Path
) -> None:
    connection = {
        "endpoint": simulator.endpoint,
        "region": simulator.region,
        "access_key": simulator.access_key,
        "secret_key": simulator.secret_key,
        "department": simulator.department,
        "resource_group": simulator.resource_group,
    }
    ansible = Ansible(tmp_path, collections, environment={})

    run = ansible.play([{MODULE: DESIRED}], module_defaults={"group/apsarastack.cloud.apsarastack": connection})

    assert run.code == 0
    assert run.result["image"]["status"] == "Available"


def test_an_asynchronous_task_returns_the_same_result(ansible: Ansible, simulator: Simulator) -> None:
    run = ansible.play([{MODULE: DESIRED, "async": 60, "poll": 1}])

    assert run.code == 0
    assert run.results[-1]["changed"] is True
    assert run.results[-1]["image"]["status"] == "Available"
    assert len(simulator.calls("CreateImage")) == 1


def test_the_diff_is_printed_and_check_mode_writes_nothing(ansible: Ansible, simulator: Simulator) -> None:
    run = ansible.image("--check", "--diff", **DESIRED)

    assert run.code == 0
    assert '+    "image_name": "web"' in run.output
    assert run.result["actions"] == ["create image 'web' from instance i-web-running"]
    assert [call["action"] for call in simulator.calls()] == ["DescribeImages", "DescribeInstances"]
