# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API of images on a client with a script."""

from __future__ import annotations

import types
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.writable_images import WritableImages
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock

ALL = "Creating,Waiting,Available,UnAvailable,CreateFailed,Deprecated"
OWN = {"ImageOwnerAlias": "self", "Status": ALL}

LISTS = {
    "DescribeImages": ("Images", "Image"),
    "DescribeInstances": ("Instances", "Instance"),
    "DescribeSnapshots": ("Snapshots", "Snapshot"),
    "DescribeTasks": ("TaskSet", "Task"),
}
PAGE = {"PageSize": 50, "PageNumber": 1}


class ScriptedClient:
    """Answers calls from a list of (action, parameters, answer) and raises an answer that is an error. Further calls
    fail.

    For a list, the answer consists of its items, which are returned on one page.
    """

    unusable = Client.unusable

    def __init__(self, *script: tuple[str, dict[str, t.Any], t.Any]) -> None:
        self.connection = types.SimpleNamespace(region="cn-1", endpoint="https://ecs-internal.example.com/")
        self.deadline = Clock().deadline()
        self.script = list(script)

    def call(self, action: str, parameters: dict[str, t.Any], *_more: t.Any, **_named: t.Any) -> dict[str, t.Any]:
        assert self.script, f"unexpected call: {action} {parameters}"
        expected_action, expected, answer = self.script.pop(0)
        sent = {key: value for key, value in parameters.items() if value not in (None, [])}
        token = sent.pop("ClientToken", None)
        assert (token is not None) is (action in ("CreateImage", "CopyImage", "ImportImage"))
        assert (action, sent) == (expected_action, {**expected, **(PAGE if action in LISTS else {})})
        if isinstance(answer, Exception):
            raise answer
        if action not in LISTS:
            return t.cast("dict[str, t.Any]", answer)
        outer, inner = LISTS[action]
        return {outer: {inner: answer}, "TotalCount": len(answer)}


def scripted(*script: tuple[str, dict[str, t.Any], t.Any]) -> tuple[WritableImages, ScriptedClient]:
    client = ScriptedClient(*script)
    return WritableImages(t.cast("t.Any", client)), client


def one(image_id: str, name: str = "web") -> dict[str, t.Any]:
    return {"ImageId": image_id, "ImageName": name}
