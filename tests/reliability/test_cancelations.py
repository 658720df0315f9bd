# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``state: absent`` while a copy or an import is running, on sites of all kinds."""

from __future__ import annotations

import pytest
from sources_bench import ABSENT, COPY, IMPORT, SITES, SOURCES, Document, actions, named, site
from through_main import run_main

CANCELING = [
    *(knobs for knobs in SITES.values() if "optional_fields" not in knobs),
    {"canceled_import": "CreateFailed"},
    {"canceled_status": "Failed"},
]


@pytest.mark.parametrize("knobs", CANCELING, ids=str)
@pytest.mark.parametrize(("desired", "action"), SOURCES)
def test_absent_cancels_what_is_running(desired: Document, action: str, knobs: Document) -> None:
    with site(copy_time=9000, import_time=9000, **knobs) as simulator:
        begun = run_main(simulator, {**desired, "wait": False})
        simulator.advance(60)
        simulator.clear_calls()
        result = run_main(simulator, ABSENT)
        left, calls = named(simulator), actions(simulator)
        again = run_main(simulator, ABSENT)
    canceled = "CancelCopyImage" if action == "CopyImage" else "CancelTask"
    assert (left, result["changed"], again["changed"]) == ([], True, False)
    assert canceled in calls
    assert result.get("task_id") == begun.get("task_id")


@pytest.mark.parametrize(
    "knobs",
    [
        {"missing_actions": "CancelCopyImage,CancelTask"},
        {"missing_actions": "CancelCopyImage,DescribeTasks"},
        {"missing_actions": "CancelCopyImage", "optional_fields": False},
    ],
    ids=str,
)
@pytest.mark.parametrize("desired", [COPY, IMPORT], ids=["copy", "import"])
def test_where_nothing_can_be_canceled_absent_waits_and_deletes(desired: Document, knobs: Document) -> None:
    with site(copy_time=90, import_time=90, **knobs) as simulator:
        run_main(simulator, {**desired, "wait": False})
        result = run_main(simulator, ABSENT)
        left = named(simulator)
    assert (left, result["changed"]) == ([], True)


def test_the_import_of_another_image_from_the_same_file_is_not_canceled() -> None:
    """Neither the release nor the files tell which of two tasks is that of the image."""
    with site(import_time=90, ignored_parameters="DescribeTasks.ResourceIds") as simulator:
        run_main(simulator, {**IMPORT, "wait": False})
        run_main(simulator, {**IMPORT, "image_name": "other", "wait": False})
        result = run_main(simulator, ABSENT)
        simulator.advance(600)
        other = [one for one in simulator.state()["images"] if one["image_name"] == "other"]
        canceled = simulator.calls("CancelTask")
    assert (result["changed"], canceled, [one["status"] for one in other]) == (True, [], ["Available"])
