# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls of a colleague, with the same API, and the end of builds."""

from __future__ import annotations

import contextlib
import typing as t

from apsarastack_simulator.errors import CloudError

from .beginning import OTHER_ACCOUNT, SNAPSHOTS

if t.TYPE_CHECKING:
    from .cloud import Form, ModelCloud
    from .story import Act

Process = t.Callable[[str, "Form"], t.Any]


def act(event: Act, cloud: ModelCloud, process: Process) -> None:
    """Carries out an act; does nothing if the cloud refuses it."""
    if event.what == "create":
        form = {"ImageName": event.target, "SnapshotId": SNAPSHOTS[0], **_tag(event.value)}
        with contextlib.suppress(CloudError):
            process("CreateImage", form)
        return
    image_id = _find(event.target, cloud)
    if image_id is None:
        return
    with contextlib.suppress(CloudError):
        process(*_call(event, image_id))


def _call(event: Act, image_id: str) -> tuple[str, dict[str, str]]:
    modify, tag = "ModifyImageAttribute", {"ResourceType": "image", "ResourceId.1": image_id}
    calls: dict[str, tuple[str, dict[str, str]]] = {
        "rename": (modify, {"ImageId": image_id, "ImageName": event.value}),
        "describe": (modify, {"ImageId": image_id, "Description": event.value}),
        "deprecate": (modify, {"ImageId": image_id, "Status": "Deprecated"}),
        "tag": ("TagResources", {**tag, **_tag(event.value)}),
        "share": ("ModifyImageSharePermission", {"ImageId": image_id, "AddAccount.1": OTHER_ACCOUNT}),
        "stop_build": ("StopBuild", {"ImageId": image_id, "Outcome": event.value}),
        "use": ("RunInstances", {"ImageId": image_id}),
        "delete": ("DeleteImage", {"ImageId": image_id, "Force": "true"}),
    }
    return calls[event.what]


def _tag(pair: str) -> dict[str, str]:
    key, _equals, value = pair.partition("=")
    return {"Tag.1.Key": key, "Tag.1.Value": value} if key else {}


def _find(target: str, cloud: ModelCloud) -> str | None:
    """Finds an image by id, by name, or the newest one; ``growing``: of those that are still being created."""
    images = list(cloud.state().values())
    if target in ("newest", "growing"):
        now = cloud.now()
        young = [image for image in images if image.created >= 0 and (target == "newest" or image.ready_at > now)]
        return max(young, key=lambda image: image.created).image_id if young else None
    found = [image.image_id for image in images if target in (image.image_id, image.name)]
    return found[0] if found else None
