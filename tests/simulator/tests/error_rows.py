# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the table of errors is written with: a world of things that refuse, calls that pass, and rows."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from apsarastack_simulator import seed

Parameters = dict[str, t.Optional[str]]
OWN: dict[str, t.Any] = {"organization": 37, "resource_group": 412}
OTHER_REGION = "cn-wulan-env82-d01"
OTHER_ACCOUNT = "1000000000000038"
SOME_TAGS = {f"key{number:02d}": "value" for number in range(20)}


def disk(**more: t.Any) -> list[dict[str, t.Any]]:
    return [{"id": "d-special", "type": "system", "size": 40, "device": "/dev/xvda", **more}]


SPECIAL_INSTANCES: list[dict[str, t.Any]] = [
    {"id": "i-needs-restart", "needs_restart": True, "disks": disk()},
    {"id": "i-not-imageable", "imageable": False, "disks": disk()},
    {"id": "i-local", "disks": disk(category="local")},
    {"id": "i-encrypted", "disks": disk(encrypted=True)},
    {"id": "i-disk-attaching", "disks": disk(status="Attaching")},
    {"id": "i-disk-invalid", "disks": disk(status="Invalid")},
    {"id": "i-disk-transferring", "disks": disk(status="Transferring")},
    {"id": "i-disk-snapshotting", "disks": disk(status="CreatingSnapshot")},
    {"id": "i-disk-never-attached", "disks": disk(status="NeverAttached")},
]
SPECIAL_IMAGES: list[dict[str, t.Any]] = [
    {"id": "m-plain", "name": "plain"},
    {"id": "m-growing", "name": "growing", "ready_at": 3600},
    {"id": "m-failed", "name": "failed", "fails_as": "CreateFailed"},
    {"id": "m-deprecated", "name": "deprecated", "deprecated": True},
    {"id": "m-shared", "name": "shared", "shared_with": [OTHER_ACCOUNT]},
    {"id": "m-encrypted", "name": "encrypted", "encrypted": True},
    {"id": "m-public", "name": "public", "public": True},
    {"id": "m-full", "name": "full", "tags": SOME_TAGS},
    {"id": "m-copied", "name": "copied"},
    {"id": "m-copy", "name": "copy", "copied_from": "m-copied", "ready_at": 3600, "region": OTHER_REGION},
    {"id": "m-done-copy", "name": "done-copy", "copied_from": "m-plain"},
    {"id": "m-of-family", "name": "of-family", "family": "web"},
    {"id": "m-imds-v2", "name": "imds-v2", "imds_support": "v2"},
    {"id": "m-huge", "name": "huge", "size": 2049},
    {"id": "m-windows", "name": "windows", "os_type": "windows"},
    {
        "id": "m-five-disks",
        "name": "five-disks",
        "mappings": [{"device": f"/dev/xvd{letter}", "type": "data", "size": 5} for letter in "bcdef"],
    },
    {"id": "m-large", "name": "large", "mappings": [{"device": "/dev/xvdb", "type": "data", "size": 501}]},
    {"id": "m-exporting", "name": "exporting"},
    {"id": "m-importing", "name": "importing", "ready_at": 3600},
    {
        "id": "m-of-other",
        "name": "of-other",
        "organization": 38,
        "resource_group": 500,
        "shared_with": ["1000000000000037"],
    },
]
SPECIAL_TASKS: list[dict[str, t.Any]] = [
    {"id": "t-running", "action": "ExportImage", "image_id": "m-exporting", "ends_at": 3600},
    {"id": "t-finished", "action": "ExportImage", "image_id": "m-plain"},
    {"id": "t-importing", "action": "ImportImage", "image_id": "m-importing", "ends_at": 3600},
    {"id": "t-redeploy", "action": "RedeployInstance", "ends_at": 3600},
]


@functools.lru_cache
def world() -> dict[str, t.Any]:
    """The seed, and things in every state that an action may refuse."""
    document = seed.load()
    return {
        "instances": document["instances"] + [{**OWN, **entry} for entry in SPECIAL_INSTANCES],
        "images": document["images"] + [{**OWN, **entry} for entry in SPECIAL_IMAGES],
        "tasks": [{**OWN, **entry} for entry in SPECIAL_TASKS],
        "snapshots": [*document["snapshots"], {"id": "s-of-disk", "used_by_disk": True, "created": -60, **OWN}],
    }


@dataclasses.dataclass(frozen=True)
class Row:
    """One call and the error it gets. `before` is called first and succeeds. `cause` false: scripted."""

    action: str
    code: str
    status: int
    parameters: Parameters
    knobs: dict[str, t.Any]
    before: Parameters | None
    cause: bool

    def __str__(self) -> str:
        return f"{self.action}-{self.status}-{self.code}{'' if self.cause else '-scripted'}"


VALID: dict[str, Parameters] = {
    "CreateImage": {"ImageName": "web-01", "InstanceId": "i-web-running"},
    "DescribeImages": {},
    "DescribeImageFromFamily": {"ImageFamily": "web"},
    "ModifyImageAttribute": {"ImageId": "m-plain", "ImageName": "renamed"},
    "DeleteImage": {"ImageId": "m-plain"},
    "TagResources": {"ResourceType": "image", "ResourceId.1": "m-plain", "Tag.1.Key": "env", "Tag.1.Value": "dev"},
    "UntagResources": {"ResourceType": "image", "ResourceId.1": "m-plain", "TagKey.1": "env"},
    "ListTagResources": {"ResourceType": "image"},
    "AddTags": {"ResourceType": "image", "ResourceId": "m-plain", "Tag.1.Key": "env", "Tag.1.Value": "dev"},
    "RemoveTags": {"ResourceType": "image", "ResourceId": "m-plain", "Tag.1.Key": "env"},
    "DescribeTags": {},
    "CopyImage": {"ImageId": "m-plain", "DestinationRegionId": OTHER_REGION},
    "CancelCopyImage": {"ImageId": "m-copy", "RegionId": OTHER_REGION},
    "ModifyImageSharePermission": {"ImageId": "m-plain", "AddAccount.1": OTHER_ACCOUNT},
    "DescribeImageSharePermission": {"ImageId": "m-plain"},
    "ImportImage": {
        "DiskDeviceMapping.1.OSSBucket": "golden-images",
        "DiskDeviceMapping.1.OSSObject": "ubuntu-22.04.qcow2",
    },
    "ExportImage": {"ImageId": "m-plain", "OSSBucket": "exports"},
    "DescribeTasks": {},
    "DescribeTaskAttribute": {"TaskId": "t-running"},
    "CancelTask": {"TaskId": "t-running"},
    "DescribeSnapshots": {},
    "DeleteSnapshot": {"SnapshotId": "s-system"},
    "AssumeRole": {
        "Version": "2015-04-01",
        "RoleArn": "acs:ram::1000000000000037:role/imager",
        "RoleSessionName": "test",
    },
}
ROWS: list[Row] = []


def row(
    action: str,
    code: str,
    status: int,
    changes: Parameters | None = None,
    knobs: dict[str, t.Any] | None = None,
    before: Parameters | None = None,
) -> None:
    parameters = {**VALID[action], **(changes or {})}
    ROWS.append(Row(action, code, status, parameters, knobs or {}, before, cause=True))


def scripted(action: str, status: int, *codes: str) -> None:
    ROWS.extend(Row(action, code, status, VALID[action], {}, None, cause=False) for code in codes)


def indexed(name: str, count: int) -> Parameters:
    return {f"{name}.{number}": f"m-{number}" for number in range(1, count + 1)}


def many_tags(count: int) -> Parameters:
    keys: Parameters = {f"Tag.{number}.Key": f"k{number}" for number in range(1, count + 1)}
    return {**keys, **{f"Tag.{number}.Value": "v" for number in range(1, count + 1)}}


def mapping(*entries: str) -> Parameters:
    """`s-system` or `s-data=Size:5,Device:/dev/xvdb`, one per disk; no instance."""
    parameters: Parameters = {"InstanceId": None}
    for number, entry in enumerate(entries, start=1):
        snapshot_id, _equals, members = entry.partition("=")
        if snapshot_id:
            parameters[f"DiskDeviceMapping.{number}.SnapshotId"] = snapshot_id
        for member in filter(None, members.split(",")):
            name, _colon, value = member.partition(":")
            parameters[f"DiskDeviceMapping.{number}.{name}"] = value
    return parameters


def snapshot(snapshot_id: str) -> Parameters:
    return {"InstanceId": None, "SnapshotId": snapshot_id}
