# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task may cost at most, except time: calls, connections and memory."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from connections import TASKS, cloud, used
from hosts import MOST_MEMORY
from module_process import connection_options, peak, start
from operations import MANY, OPERATIONS, Operation, measured, slow_cloud

from apsarastack_simulator.testing import Simulator


@pytest.fixture(scope="module")
def slow() -> t.Iterator[Simulator]:
    with slow_cloud() as simulator:
        yield simulator


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.most is not None], ids=lambda operation: operation.title
)
def test_an_operation_makes_at_most_the_calls_of_its_target(slow: Simulator, operation: Operation) -> None:
    assert operation.most is not None
    assert 0 < measured(slow, operation).calls <= operation.most


@pytest.mark.parametrize("protocol", ["http", "https"])
@pytest.mark.parametrize("task", TASKS)
def test_a_task_opens_one_connection_for_all_its_calls(protocol: str, task: str, tmp_path: Path) -> None:
    with cloud(str(tmp_path) if protocol == "https" else None) as simulator:
        use = used(simulator, task)
    assert use.connections == 1
    assert use.calls > 4


def test_ten_thousand_images_are_listed_in_pages_of_fifty_within_the_memory_target() -> None:
    with Simulator(seed_changes={"images": [], "generated_images": MANY}) as simulator:
        process = start(connection_options(simulator), "apsarastack_image_info")
        printed, status = process.communicate()
        calls = simulator.calls()
    images = json.loads(printed)["images"]
    assert len({image["image_id"] for image in images}) == len(images) == MANY
    assert [call["parameters"]["PageSize"] for call in calls] == ["50"] * (MANY // 50)
    assert len({call["connection"] for call in calls}) == 1
    assert peak(status.decode()) < MOST_MEMORY


def test_a_retention_of_ten_thousand_images_is_planned_within_the_memory_target() -> None:
    options = {"name_regex": "^generated-", "keep": 3, "delete_snapshots": True, "_ansible_check_mode": True}
    with Simulator(seed_changes={"images": [], "generated_images": MANY}) as simulator:
        process = start({**connection_options(simulator), **options}, "apsarastack_image_retention")
        printed, status = process.communicate()
    result = json.loads(printed)
    assert (len(result["kept"]), len(result["removed"])) == (3, MANY - 3)
    assert peak(status.decode()) < MOST_MEMORY
