# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import (
    is_canceled,
    is_done,
    is_running,
    to_task,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.export_bench import task_of

WIRE = {
    "TaskId": "t-1",
    "TaskAction": "ExportImage",
    "TaskStatus": "Finished",
    "TaskProcess": "100%",
    "SupportCancel": "false",
    "CreationTime": "2026-11-24T05:06Z",
    "FinishedTime": "2026-11-24T05:16Z",
    "FailedCount": 0,
    "OperationProgressSet": {
        "OperationProgress": [
            {
                "OperationStatus": "Success",
                "ErrorCode": "",
                "ErrorMsg": "",
                "RelatedItemSet": {
                    "RelatedItem": [
                        {"Name": "OSSBucket", "Value": "exports"},
                        {"Name": "OSSObject", "Value": "m-1_system.raw.tar.gz"},
                        {"Name": "ImageFormat", "Value": "RAW"},
                    ]
                },
            }
        ]
    },
}


def test_a_task_has_the_objects_that_it_writes() -> None:
    assert to_task(WIRE) == {
        "task_id": "t-1",
        "action": "ExportImage",
        "status": "Finished",
        "progress": 100,
        "image_id": None,
        "creation_time": "2026-11-24T05:06Z",
        "finished_time": "2026-11-24T05:16Z",
        "failed_count": 0,
        "objects": [{"bucket": "exports", "object": "m-1_system.raw.tar.gz", "format": "raw"}],
        "failures": [],
    }


def test_a_task_of_a_list_has_no_objects() -> None:
    assert to_task({"TaskId": "t-1", "TaskAction": "ExportImage", "FinishedTime": ""})["objects"] == []


@pytest.mark.parametrize("spelling", ["ExportImage", "EXPORT_IMAGE"])
def test_actions_are_spelled_consistently(spelling: str) -> None:
    assert to_task({"TaskId": "t-1", "TaskAction": spelling})["action"] == "ExportImage"


@pytest.mark.parametrize(
    ("operation", "failures"),
    [
        (
            {"ErrorCode": "ExportImageFailed", "ErrorMsg": "The bucket\nis full."},
            ["ExportImageFailed: The bucket is full."],
        ),
        ({"ErrorMsg": "full"}, ["full"]),
        ({"ErrorCode": "", "ErrorMsg": None}, []),
        ({"ErrorMsg": "x" * 1000}, ["x" * 500 + "..."]),
    ],
)
def test_a_failure_is_described_on_one_line(operation: dict[str, t.Any], failures: list[str]) -> None:
    assert (
        to_task({"TaskId": "t-1", "OperationProgressSet": {"OperationProgress": [operation]}})["failures"] == failures
    )


@pytest.mark.parametrize(
    ("known", "states"),
    [
        ({"status": "Waiting"}, (True, False, False)),
        ({"status": "Processing"}, (True, False, False)),
        ({"status": "Finished"}, (False, True, False)),
        ({"status": "Finished", "failed_count": 1}, (False, False, False)),
        ({"status": "Failed"}, (False, False, False)),
        ({"status": "Canceled"}, (False, False, True)),
        ({"status": "Cancelled"}, (False, False, True)),
        ({"status": "Sleeping"}, (True, False, False)),
        ({"status": "Sleeping", "finished_time": "2026-11-24T05:16Z"}, (False, False, False)),
    ],
)
def test_the_states_of_a_task(known: dict[str, t.Any], states: tuple[bool, bool, bool]) -> None:
    found = task_of(**known)
    assert (is_running(found), is_done(found), is_canceled(found)) == states
