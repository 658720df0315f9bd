# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs tasks with option values in the process of the tests, and records the requests that they send."""

from __future__ import annotations

import json
import typing as t
import urllib.parse

from ansible_collections.apsarastack.cloud.plugins.modules import (
    apsarastack_image,
    apsarastack_image_export,
    apsarastack_image_info,
    apsarastack_image_retention,
)
from inside import Answer, Site, run_main

if t.TYPE_CHECKING:
    import types

    import requests


IMAGE, INFO = apsarastack_image, apsarastack_image_info
EXPORT, RETENTION = apsarastack_image_export, apsarastack_image_retention
MODULES = [IMAGE, INFO, EXPORT, RETENTION]
# A null here would widen what is removed.
NEVER_NULL = ("keep", "name_regex", "tags", "image_family", "older_than", "action", "keep_deprecated")
WEB = {"ImageId": "m-1", "ImageName": "web", "Status": "Available", "ImageOwnerAlias": "self", "Tags": {"Tag": []}}
SNAPSHOT = {"SnapshotId": "s-1", "SourceDiskType": "system", "SourceDiskSize": "40", "Status": "accomplished"}
ANSWERS: dict[str, t.Any] = {
    "DescribeImages": {"Images": {"Image": [WEB]}, "TotalCount": 1},
    "DescribeTasks": {"TaskSet": {"Task": []}, "TotalCount": 0},
    "DescribeSnapshots": {"Snapshots": {"Snapshot": [SNAPSHOT]}, "TotalCount": 1},
}


def task_of(module: types.ModuleType, *options: str) -> dict[str, t.Any]:
    """A task that the module accepts, and to which these options can be added."""
    named = {} if {"image_id", "image_name"} & {*options} else {"image_id": "m-1"}
    tasks: dict[types.ModuleType, dict[str, t.Any]] = {
        IMAGE: {"state": "absent", **named},
        INFO: {},
        EXPORT: {"bucket": "exports", **named},
        RETENTION: {"name_regex": "^web-golden", "keep": 1},
    }
    return tasks[module]


class Recorder(Site):
    """A site with one image that records its requests."""

    def __init__(self) -> None:
        super().__init__(lambda _number, action: Answer(json.dumps(ANSWERS.get(action, {})).encode()))
        self.requests: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *arguments: t.Any, **options: t.Any) -> requests.Response:
        self.requests.append(request)
        return super().send(request, *arguments, **options)

    def form(self) -> dict[str, str]:
        """The parameters of the first request."""
        return sent_in(self.requests[0])


def sent_in(request: requests.PreparedRequest) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(str(request.body)))


def outcome(module: types.ModuleType, **options: t.Any) -> tuple[dict[str, t.Any], Recorder]:
    site = Recorder()
    return run_main({"_ansible_check_mode": True, **options}, site, module), site


def refusal(module: types.ModuleType, **options: t.Any) -> str:
    """The message with which the module refuses the options before its first request."""
    result, site = outcome(module, **options)
    assert result.get("failed"), result
    assert result["reason"] == "invalid_input"
    assert site.requests == []
    return str(result["msg"])
