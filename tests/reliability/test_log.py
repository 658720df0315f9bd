# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task that waits writes to the log of the host."""

from __future__ import annotations

import re
import typing as t
from unittest import mock

from ansible.module_utils import basic
from ansible_collections.apsarastack.cloud.plugins.modules import apsarastack_image_export
from through_main import run_main

from apsarastack_simulator.testing import Simulator

SOURCE = {"instance_id": "i-web-running"}


def logged(simulator: Simulator, options: t.Mapping[str, t.Any], **more: t.Any) -> list[str]:
    """The lines after the one that Ansible itself writes about each task."""
    with mock.patch.object(basic.AnsibleModule, "_log_to_syslog") as written:
        run_main(simulator, options, **more)
    lines = [call.args[0] for call in written.call_args_list]
    return [line for line in lines if not line.startswith("Invoked with")]


def test_the_log_shows_status_progress_and_time() -> None:
    with Simulator(speed=0, create_time=300) as simulator:
        lines = logged(simulator, {"image_name": "web", **SOURCE})
    (image_id,) = set(re.findall(r"m-\w+", " ".join(lines)))
    assert lines[0] == f"Waiting for image {image_id} ('web'): Creating at 0 %, 0 of 600 seconds passed"
    assert lines[-1].startswith(f"Waiting for image {image_id} ('web'): Available at 100 %, 30")
    assert 4 <= len(lines) <= 7


def test_the_log_shows_an_export() -> None:
    with Simulator(speed=0, export_time=100) as simulator:
        run_main(simulator, {"image_name": "web", **SOURCE, "wait": False})
        simulator.advance(600)
        options = {"image_name": "web", "bucket": "exports"}
        lines = logged(simulator, options, module=apsarastack_image_export)
    assert re.match(r"Waiting for export task \S+: Processing at 0 %, 0 of 600 seconds passed$", lines[0])
    assert "Finished" in lines[-1]


def test_nothing_is_logged_if_ansible_does_not_log() -> None:
    """Ansible passes this switch for no_log, ANSIBLE_NO_LOG and no_target_syslog alike."""
    with Simulator(speed=0, create_time=300) as simulator:
        assert logged(simulator, {"image_name": "web", **SOURCE, "_ansible_no_log": True}) == []


def test_no_secret_is_logged() -> None:
    with Simulator(speed=0, create_time=300) as simulator:
        lines = logged(simulator, {"image_name": simulator.secret_key, **SOURCE})
        assert lines[0].endswith("('********'): Creating at 0 %, 0 of 600 seconds passed")
        assert not any(simulator.secret_key in line for line in lines)


def test_a_task_that_does_not_wait_logs_nothing() -> None:
    with Simulator(speed=0, create_time=300) as simulator:
        assert logged(simulator, {"image_name": "web", **SOURCE, "wait": False}) == []
