# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks of the sweep, with the resources before them and the required resources after them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

Document = dict[str, t.Any]

NAME = "web"
OLD = "m-web"
ELSEWHERE = "cn-wulan-env82-d01"
# No task may touch these. Their names are similar to the desired one, and the simulator is set to list them all.
BYSTANDERS: list[Document] = [
    {"id": "m-in-use", "name": "in-use", "mappings": [("system", 40, "s-of-image-in-use")]},
    {"id": "m-similar", "name": "web-2", "description": "of another team", "tags": {"team": "db"}},
    {"id": "m-older", "name": "old-web", "mappings": [("system", 40, "s-shared")]},
    {"id": "m-foreign", "name": NAME, "organization": 38, "resource_group": 500, "tags": {"team": "web"}},
    {"id": "m-elsewhere", "name": NAME, "region": ELSEWHERE, "mappings": [("system", 40, "s-elsewhere")]},
    {"id": "m-original", "name": "golden", "region": ELSEWHERE, "mappings": [("system", 40, "s-elsewhere")]},
]
SNAPSHOTS = ("s-system", "s-data", "s-of-image-in-use", "s-old-system", "s-old-data", "s-shared", "s-elsewhere")


@dataclass(frozen=True)
class Scenario:
    """``desired``: options of the task. ``images``: those of the account before the task, in addition to BYSTANDERS.
    ``name``: of the image after the task. ``attributes``: of the only image with that name after the task; None if
    there must be none. ``refused``: the task must fail and change nothing. ``lost_snapshots``: those that must be
    deleted. ``tasks``: of the cloud before the task. ``in_use``: an instance was created from the image.
    ``after_loss``: the result of a run after somebody else has deleted the image: ``made`` again, ``refused`` since the
    task names its id, or ``absent`` as desired. ``taken_over``: attributes that the image has from the one that it
    replaces, which nobody knows any more once somebody else has deleted that.
    """

    title: str
    desired: Document
    images: list[Document] = field(default_factory=list)
    name: str = NAME
    attributes: Document | None = None
    refused: bool = False
    lost_snapshots: tuple[str, ...] = ()
    in_use: bool = False
    after_loss: str = "made"
    taken_over: tuple[str, ...] = ()
    tasks: list[Document] = field(default_factory=list)

    def seed(self) -> Document:
        """The sections of the simulator's seed."""
        images = [_image(one) for one in [*BYSTANDERS, *self.images]]
        tasks = [_owned(**one) for one in self.tasks]
        return {
            "images": images,
            "snapshots": [_snapshot(one) for one in SNAPSHOTS],
            "tasks": tasks,
            **self._instances(),
        }

    def after_a_loss(self) -> Scenario:
        """What can be reached once somebody else has deleted the image."""
        known = {key: value for key, value in (self.attributes or {}).items() if key not in self.taken_over}
        return self if self.attributes is None else replace(self, attributes=known)

    def _instances(self) -> Document:
        users = {"i-user-of-image": "m-in-use", **({"i-user-of-web": OLD} if self.in_use else {})}
        return {"instances": [_instance("i-web-running"), *(_instance(one, users[one]) for one in users)]}


def _owned(**known: t.Any) -> Document:
    return {"organization": 37, "resource_group": 412, "created": -86400, **known}


def _image(known: Document) -> Document:
    mappings = known.get("mappings", [("system", 40, "s-unknown")])
    of_file = known.get("file", {})
    disks = [
        {
            "device": f"/dev/xvd{chr(ord('a') + number)}",
            "type": kind,
            "size": size,
            "snapshot_id": snapshot_id,
            **of_file,
        }
        for number, (kind, size, snapshot_id) in enumerate(mappings)
    ]
    return _owned(**{**{key: value for key, value in known.items() if key != "file"}, "mappings": disks})


def _snapshot(snapshot_id: str) -> Document:
    kind, size = ("data", 100) if snapshot_id.endswith("data") else ("system", 40)
    # The cloud took the old ones for the image.
    name = f"SnapshotForImage-{OLD}-{kind}" if snapshot_id.startswith("s-old") else snapshot_id
    return _owned(id=snapshot_id, name=name, disk_type=kind, size=size, disk_id=f"d-of-{snapshot_id}")


def _instance(instance_id: str, image_id: str = "centos_7_9_x64_20G_alibase.vhd") -> Document:
    disk = {"id": f"d-{instance_id}", "type": "system", "size": 40, "device": "/dev/xvda"}
    return _owned(id=instance_id, name=instance_id, status="Running", image_id=image_id, disks=[disk])


TAGS = {"team": "web", "stage": "golden"}
# More accounts than fit into one call.
ACCOUNTS = [f"10000000000000{number}" for number in range(40, 52)]
TEXTS = {"description": "nginx 1.27", "tags": TAGS}
THERE = {
    "id": OLD,
    "name": NAME,
    "description": "nginx 1.26",
    "tags": {"stage": "test", "left": "over"},
    "mappings": [("system", 40, "s-old-system"), ("data", 100, "s-old-data")],
}
FROM_FILE = {"import_from": [{"bucket": "golden-images", "object": "ubuntu-22.04.qcow2"}]}
FILE = {"bucket": "golden-images", "object": "data.raw"}
# Still being processed, for longer than a task may take.
GROWING = {"id": OLD, "name": NAME, "ready_at": 86400}
IMPORTING = {
    "id": "t-importing",
    "action": "ImportImage",
    "image_id": OLD,
    "ends_at": 86400,
    "disks": [{"OSSBucket": "golden-images", "OSSObject": "data.raw", "ImageFormat": "RAW"}],
}
FROM_DISKS = [{"snapshot_id": "s-system"}, {"snapshot_id": "s-data", "size": 200}]

SCENARIOS = (
    Scenario(
        "create from an instance",
        {"image_name": NAME, "instance_id": "i-web-running", **TEXTS},
        attributes=TEXTS,
    ),
    Scenario(
        "create from a snapshot",
        {"image_name": NAME, "snapshot_id": "s-system", **TEXTS},
        attributes={**TEXTS, "disks": ["s-system"]},
    ),
    Scenario(
        "create from disks",
        {"image_name": NAME, "disk_device_mapping": FROM_DISKS, **TEXTS},
        attributes={**TEXTS, "disks": ["s-system", "s-data"]},
    ),
    Scenario(
        "create after a failed creation",
        {"image_name": NAME, "instance_id": "i-web-running", **TEXTS},
        images=[{"id": "m-failed", "name": NAME, "fails_as": "CreateFailed"}],
        attributes=TEXTS,
    ),
    Scenario(
        "update description and tags",
        {"image_name": NAME, "instance_id": "i-web-running", **TEXTS},
        images=[THERE],
        attributes=TEXTS,
    ),
    Scenario(
        "update name, description, tags",
        {"image_id": OLD, "image_name": "web-golden", **TEXTS},
        images=[THERE],
        name="web-golden",
        attributes={**TEXTS, "disks": ["s-old-system", "s-old-data"]},
        after_loss="refused",
    ),
    Scenario(
        "join a family, end the deprecation",
        {"image_name": NAME, "instance_id": "i-web-running", "image_family": "golden", "deprecated": False, **TEXTS},
        images=[{**THERE, "deprecated": True}],
        attributes={**TEXTS, "image_family": "golden"},
    ),
    Scenario(
        "update and deprecate",
        {"image_name": NAME, "instance_id": "i-web-running", "deprecated": True, **TEXTS},
        images=[THERE],
        attributes={**TEXTS, "status": "Deprecated"},
    ),
    Scenario(
        "create and share",
        {"image_name": NAME, "snapshot_id": "s-system", "share_with": ACCOUNTS[:1], **TEXTS},
        attributes={**TEXTS, "shared_with": ACCOUNTS[:1]},
    ),
    Scenario(
        "share, and withdraw from others",
        {
            "image_name": NAME,
            "instance_id": "i-web-running",
            "share_with": ACCOUNTS[:11],
            "purge_shares": True,
            **TEXTS,
        },
        images=[{**THERE, "shared_with": ACCOUNTS[10:]}],
        attributes={**TEXTS, "shared_with": ACCOUNTS[:11]},
    ),
    Scenario(
        "stop sharing, and deprecate",
        {
            "image_name": NAME,
            "instance_id": "i-web-running",
            "share_with": [],
            "purge_shares": True,
            "deprecated": True,
        },
        images=[{**THERE, "shared_with": ACCOUNTS}],
        attributes={"status": "Deprecated", "shared_with": []},
    ),
    Scenario(
        "recreate",
        {"image_name": NAME, "snapshot_id": "s-system", "recreate": "on_source_change", **TEXTS},
        images=[THERE],
        attributes={**TEXTS, "disks": ["s-system"]},
    ),
    Scenario(
        "recreate, and delete the old snapshots",
        {
            "image_name": NAME,
            "snapshot_id": "s-system",
            "recreate": "on_source_change",
            "delete_snapshots": True,
            **TEXTS,
        },
        images=[{**THERE, "mappings": [*THERE["mappings"], ("data", 100, "s-shared")]}],
        attributes={**TEXTS, "disks": ["s-system"]},
        lost_snapshots=("s-old-system", "s-old-data"),
    ),
    Scenario(
        "delete",
        {"image_name": NAME, "state": "absent"},
        images=[THERE],
        after_loss="absent",
    ),
    Scenario(
        "forced delete with snapshots",
        {"image_name": NAME, "state": "absent", "force": True, "delete_snapshots": True},
        images=[{**THERE, "mappings": [*THERE["mappings"], ("data", 100, "s-shared")]}],
        lost_snapshots=("s-old-system", "s-old-data"),
        in_use=True,
        after_loss="absent",
    ),
    Scenario(
        "recreate a shared image",
        {"image_name": NAME, "snapshot_id": "s-system", "recreate": "on_source_change", "unshare": True, **TEXTS},
        images=[{**THERE, "shared_with": ACCOUNTS}],
        attributes={**TEXTS, "disks": ["s-system"], "shared_with": ACCOUNTS},
        taken_over=("shared_with",),
    ),
    Scenario(
        "delete a shared image",
        {"image_name": NAME, "state": "absent", "unshare": True},
        images=[{**THERE, "shared_with": ACCOUNTS}],
        after_loss="absent",
    ),
    Scenario(
        "copy from another region",
        {"image_name": NAME, "copy_from": {"image_name": "golden", "region": ELSEWHERE}, **TEXTS},
        attributes=TEXTS,
    ),
    Scenario(
        "import",
        {"image_name": NAME, **FROM_FILE, **TEXTS},
        attributes=TEXTS,
    ),
    Scenario(
        "recreate from another file",
        {"image_name": NAME, "recreate": "on_source_change", **FROM_FILE, "image_family": "golden", **TEXTS},
        images=[{**THERE, "file": FILE, "family": "golden"}],
        attributes={**TEXTS, "image_family": "golden"},
    ),
    Scenario(
        "delete a running copy",
        {"image_name": NAME, "state": "absent"},
        images=[{**GROWING, "copied_from": "m-original"}],
        after_loss="absent",
    ),
    Scenario(
        "delete a running import",
        {"image_name": NAME, "state": "absent"},
        images=[{**GROWING, "file": FILE}],
        tasks=[IMPORTING],
        after_loss="absent",
    ),
    Scenario(
        "duplicates: refused",
        {"image_name": NAME, "state": "absent"},
        images=[THERE, {"id": "m-duplicate", "name": NAME}],
        refused=True,
    ),
)
