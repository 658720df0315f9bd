# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parallel tasks: for different images, and for the same image on many hosts."""

from __future__ import annotations

import os
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible_process import MODULE, Ansible, caller
from bench import Run, run_task
from importing import ROOT
from requests.adapters import HTTPAdapter

from apsarastack_simulator.testing import Simulator

if t.TYPE_CHECKING:
    import requests

HOSTS = 8
WISH = {"image_name": "web", "instance_id": "i-web-running", "tags": {"team": "web"}}


class Together(HTTPAdapter):
    """Delays the answer to a task's first read until every task has sent its own."""

    def __init__(self, barrier: threading.Barrier) -> None:
        super().__init__()
        self._barrier = barrier
        self._is_first = True

    def send(self, *arguments: t.Any, **options: t.Any) -> requests.Response:
        answer = super().send(*arguments, **options)
        if self._is_first:
            self._is_first = False
            self._barrier.wait(timeout=30)
        return answer


@pytest.fixture
def ansible(tmp_path: Path) -> t.Iterator[tuple[Ansible, Simulator]]:
    collections = Path(os.environ.get("ANSIBLE_COLLECTIONS_PATH", str(tmp_path / "collections")))
    if "ANSIBLE_COLLECTIONS_PATH" not in os.environ:
        (collections / "ansible_collections" / "apsarastack").mkdir(parents=True)
        (collections / "ansible_collections" / "apsarastack" / "cloud").symlink_to(ROOT, target_is_directory=True)
    with Simulator(create_time=1) as simulator:
        yield Ansible(tmp_path, collections, caller(simulator)), simulator


def names(simulator: Simulator) -> list[str]:
    return sorted(image["image_name"] for image in simulator.state()["images"] if image["source_instance"])


def test_twenty_asynchronous_tasks_create_twenty_images(ansible: tuple[Ansible, Simulator]) -> None:
    playbook, simulator = ansible
    wanted = [f"web-{number:02d}" for number in range(20)]
    desired = {**WISH, "image_name": "{{ item }}"}
    run = playbook.play(
        [
            {MODULE: desired, "loop": wanted, "async": 80, "poll": 0, "register": "jobs"},
            {
                "ansible.builtin.async_status": {"jid": "{{ item.ansible_job_id }}"},
                "loop": "{{ jobs.results }}",
                "loop_control": {"label": "{{ item.item }}"},
                "register": "job",
                "until": "job is finished",
                "retries": 160,
                "delay": 0.5,
            },
        ]
    )
    assert run.code == 0
    assert names(simulator) == wanted
    assert len(simulator.calls("CreateImage")) == len(wanted)


def test_a_task_with_run_once_creates_one_image_for_all_hosts(ansible: tuple[Ansible, Simulator]) -> None:
    playbook, simulator = ansible
    hosts = ",".join(f"host{number}" for number in range(HOSTS))
    run = playbook.play([{MODULE: WISH, "run_once": True}], "-i", f"{hosts},", hosts="host*")
    assert run.code == 0
    assert names(simulator) == ["web"]


def at_once(simulator: Simulator) -> list[Run]:
    """Runs the same task on each host; each one reads before any one writes."""
    barrier = threading.Barrier(HOSTS)
    with ThreadPoolExecutor(HOSTS) as pool:
        tasks = [pool.submit(run_task, simulator, WISH, adapter=Together(barrier)) for _host in range(HOSTS)]
        return [task.result() for task in tasks]


def made_by(simulator: Simulator) -> set[str]:
    return {image["image_id"] for image in simulator.state()["images"] if image["image_name"] == "web"}


def test_images_created_at_once_are_reported_by_all_but_the_first_task_with_every_id() -> None:
    with Simulator(speed=0, create_time=40) as simulator:
        runs = at_once(simulator)
        made = made_by(simulator)
    failed = [run.result for run in runs if run.error is not None]
    assert len(made) == HOSTS
    assert len(failed) >= HOSTS - 1
    assert {image_id for image_id in made if any(image_id in result["msg"] for result in failed)} == made
    for result in failed:
        told = {image_id for image_id in made if image_id in result["msg"]}
        assert len(told) > 1
        assert result["image_id"] in told
        assert result["changed"] is True
        assert "run_once" in result["msg"]


def test_images_created_at_once_are_reported_by_the_next_task_with_every_id() -> None:
    with Simulator(speed=0, create_time=4) as simulator:
        at_once(simulator)
        simulator.advance(60)
        made = made_by(simulator)
        run = run_task(simulator, WISH)
    assert [image_id for image_id in made if image_id not in run.result["msg"]] == []
    assert "Select one of them with image_id" in run.result["msg"]


def test_where_names_must_be_unique_one_of_many_hosts_creates_the_image() -> None:
    with Simulator(speed=0, create_time=4, names_unique=True) as simulator:
        runs = at_once(simulator)
        simulator.advance(60)
        again = run_task(simulator, WISH)
        assert names(simulator) == ["web"]
    failed = [run.result["msg"] for run in runs if run.error is not None]
    assert len(failed) == HOSTS - 1
    assert all("InvalidImageName.Duplicated" in message for message in failed)
    assert again.result["changed"] is False
