# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creates fifty images with one `ansible-playbook`: in a loop, with `async`, and from fifty hosts at once."""

from __future__ import annotations

import subprocess
import tempfile
import time
import typing as t
from pathlib import Path

import yaml
from ansible_process import MODULE, Ansible, Task, caller, kill
from figures import rows_of, spread
from importing import ROOT

from apsarastack_simulator.testing import Simulator

COUNT = 50
ROUNDS = 2
# Seconds until an image is created.
BUILD = 1.0
FORKS = 10
MAX_SECONDS = 300
SOURCE = "i-web-running"
RECIPE = ROOT / "playbooks" / "many_images.yml"


class Method(t.NamedTuple):
    """How the images are created: the tasks, the options of the command, and further keywords of the play."""

    tasks: list[Task]
    options: tuple[str, ...] = ()
    play: t.Mapping[str, t.Any] = {}


def methods() -> dict[str, Method]:
    names = [f"web-{number:02d}" for number in range(COUNT)]
    hosts = ",".join(names)
    one_of_each = {MODULE: {"image_name": "{{ item }}", "instance_id": SOURCE}, "loop": names}
    of_its_host = {MODULE: {"image_name": "{{ inventory_hostname }}", "instance_id": SOURCE}}
    recipe = yaml.safe_load(RECIPE.read_text(encoding="utf-8"))[0]
    return {
        "`loop`": Method([one_of_each]),
        "`loop` and `async`": Method(recipe["tasks"], play={"vars": {"images": dict.fromkeys(names, SOURCE)}}),
        f"{COUNT} hosts, {FORKS} forks": Method(
            [of_its_host], ("-i", f"{hosts},", "-f", str(FORKS)), {"hosts": "web-*"}
        ),
    }


def seconds_of(simulator: Simulator, method: Method, collections: Path) -> float:
    """Raises AssertionError unless exactly the desired images exist at the end."""
    simulator.reset()
    with tempfile.TemporaryDirectory() as folder:
        ansible = Ansible(Path(folder), collections, caller(simulator))
        began = time.monotonic()
        process = ansible.start(method.tasks, *method.options, **method.play)
        try:
            output, _errors = process.communicate(timeout=MAX_SECONDS)
        except subprocess.TimeoutExpired:
            kill(process)
            raise
        took = time.monotonic() - began
    created = [image["image_name"] for image in simulator.state()["images"] if image["source_instance"] == SOURCE]
    assert process.returncode == 0 and len(set(created)) == len(created) == COUNT, output
    return took


def table(collections: Path) -> str:
    found = methods()
    seconds: dict[str, list[float]] = {name: [] for name in found}
    calls: dict[str, list[float]] = {name: [] for name in found}
    with Simulator(create_time=BUILD) as simulator:
        for _round in range(ROUNDS):
            for name, method in found.items():
                seconds[name].append(seconds_of(simulator, method, collections))
                calls[name].append(len(simulator.calls()) / COUNT)
    rows = [[name, spread(seconds[name]), spread(calls[name])] for name in found]
    return rows_of([f"{COUNT} images with", "wall, s", "calls per image"], rows)
