# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-runner, which AWX and the Automation Platform use for their jobs, runs a playbook of the collection."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_process import MODULE, SECONDS, caller

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

PLAYBOOK = "apsarastack.cloud.golden_image"

Job = dict[str, t.Any]


@pytest.fixture
def run(tmp_path: Path, collections: Path, simulator: Simulator) -> t.Callable[[], Job]:
    """Runs the installed playbook by its full name."""
    arguments = {
        "private_data_dir": str(tmp_path),
        "playbook": PLAYBOOK,
        "inventory": {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}},
        "extravars": {"ansible_python_interpreter": sys.executable},
        "envvars": {
            **caller(simulator),
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_REMOTE_TMP": str(tmp_path / "tmp"),
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        },
    }
    command = [sys.executable, str(Path(__file__).with_name("job.py"))]

    def job() -> Job:
        ended = subprocess.run(
            command, input=json.dumps(arguments), stdout=subprocess.PIPE, text=True, timeout=SECONDS, check=True
        )
        return t.cast("Job", json.loads(ended.stdout))

    return job


def of_module(job: Job, event: str) -> dict[str, t.Any]:
    """The data of the only event of this kind from a task of the module."""
    events = [each["event_data"] for each in job["events"] if each["event"] == event]
    (data,) = [data for data in events if data["resolved_action"] == MODULE]
    return t.cast("dict[str, t.Any]", data)


def test_a_job_creates_the_image_once_and_reports_it_in_its_events(
    run: t.Callable[[], Job], simulator: Simulator
) -> None:
    first, second = run(), run()

    assert [(job["status"], job["rc"]) for job in (first, second)] == [("successful", 0)] * 2
    created, unchanged = (of_module(job, "runner_on_ok")["res"] for job in (first, second))
    assert (created["changed"], unchanged["changed"]) == (True, False)
    assert created["image_id"] == unchanged["image_id"]
    assert len(simulator.calls("CreateImage")) == 1


def test_a_failed_job_reports_the_error_in_its_event(run: t.Callable[[], Job], simulator: Simulator) -> None:
    simulator.fault(action="CreateImage", code="QuotaExceed.Image")

    job = run()

    assert (job["status"], job["rc"]) == ("failed", 2)
    assert of_module(job, "runner_on_failed")["res"]["error"]["code"] == "QuotaExceed.Image"
    # The platform stores the events.
    assert simulator.secret_key not in json.dumps(job["events"])
