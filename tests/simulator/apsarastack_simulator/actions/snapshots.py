# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeSnapshots and DeleteSnapshot."""

from __future__ import annotations

import typing as t

from .. import lifecycle, rules
from ..clock import utc
from ..context import Action, Context
from ..errors import CloudError
from ..paging import page, paging
from ..parameters import Arguments, Parameter, Repeated, boolean, id_array, one_of

if t.TYPE_CHECKING:
    from ..answers import Body
    from ..world import Snapshot

_IDS_PER_CALL = 100
_DESCRIBE = (
    Parameter("SnapshotIds", id_array),
    # Documented nowhere, sent by the vendor's provider, which then filters the answer itself.
    Parameter("SnapshotId"),
    Parameter("InstanceId"),
    Parameter("DiskId"),
    Parameter("SnapshotName"),
    Parameter("Status", one_of("InvalidParameter", "progressing", "accomplished", "failed", "all"), default="all"),
    Parameter("Usage", one_of("InvalidUsage", "image", "disk", "image_disk", "none")),
    Parameter("SourceDiskType"),
    Parameter("SnapshotType"),
    Parameter("Encrypted", boolean),
    Parameter("ResourceGroupId"),
    Parameter("DryRun", boolean),
    Repeated("Filter", ("Key", "Value")),
    Repeated("Tag", ("Key", "Value"), maximum=20, too_many="InvalidTagCount"),
    *paging(),
)
_DELETE = (Parameter("SnapshotId", required=True), Parameter("Force", boolean, default=False))


def _describe_snapshots(context: Context, arguments: Arguments) -> Body:
    ids = arguments.texts("SnapshotIds")
    if len(ids) > _IDS_PER_CALL:
        raise CloudError("InvalidSnapshotIds.Malformed")
    wanted = set(ids) if arguments.given("SnapshotIds") else None
    tags = rules.tag_filters(arguments.entries("Tag"))
    imaged = snapshots_in_images(context)
    found = [
        snapshot
        for snapshot in context.world.snapshots.values()
        if context.owns(snapshot)
        and (wanted is None or snapshot.id in wanted)
        and rules.has_tags(snapshot.tags, tags)
        and _matches(context, arguments, snapshot, imaged)
    ]
    snapshots, counts = page(context, arguments, found)
    return {**counts, "Snapshots": {"Snapshot": [_answer(context, snapshot, imaged) for snapshot in snapshots]}}


def snapshots_in_images(context: Context) -> set[str]:
    """Ids of the snapshots that an image which still exists rests on."""
    return {
        mapping.snapshot_id
        for image in context.world.images
        if lifecycle.exists(image, context.now) or lifecycle.is_listed(image, context.now)
        for mapping in image.mappings
    }


def _matches(context: Context, arguments: Arguments, snapshot: Snapshot, imaged: set[str]) -> bool:
    values = {
        "SnapshotId": snapshot.id,
        "DiskId": snapshot.disk_id,
        "SnapshotName": snapshot.name,
        "SourceDiskType": snapshot.disk_type,
        "Usage": _usage(snapshot, imaged),
    }
    if any(arguments.text(name) not in (None, value) for name, value in values.items()):
        return False
    if not _belongs_to_instance(context, arguments.text("InstanceId"), snapshot):
        return False
    if arguments.given("Encrypted") and arguments.flag("Encrypted") != snapshot.encrypted:
        return False
    return arguments.text("Status") in ("all", lifecycle.snapshot_status(snapshot, context.now))


def _belongs_to_instance(context: Context, instance_id: str | None, snapshot: Snapshot) -> bool:
    if instance_id is None:
        return True
    instance = context.world.instances.get(instance_id)
    return instance is not None and snapshot.disk_id in {disk.id for disk in instance.disks}


def _usage(snapshot: Snapshot, imaged: set[str]) -> str:
    if snapshot.id in imaged:
        return "image_disk" if snapshot.used_by_disk else "image"
    return "disk" if snapshot.used_by_disk else "none"


def _answer(context: Context, snapshot: Snapshot, imaged: set[str]) -> Body:
    return {
        "SnapshotId": snapshot.id,
        "SnapshotName": snapshot.name,
        "Description": snapshot.description,
        "Status": lifecycle.snapshot_status(snapshot, context.now),
        "Progress": f"{lifecycle.snapshot_progress(snapshot, context.now)}%",
        "CreationTime": utc(snapshot.created),
        "SourceDiskId": snapshot.disk_id,
        "SourceDiskSize": str(snapshot.size),
        "SourceDiskType": snapshot.disk_type,
        "Usage": _usage(snapshot, imaged),
        "Encrypted": snapshot.encrypted,
        "ProductCode": "",
        "Tags": {"Tag": [{"TagKey": key, "TagValue": value} for key, value in snapshot.tags.items()]},
    }


def _delete_snapshot(context: Context, arguments: Arguments) -> Body:
    snapshot = context.own_snapshot(arguments.required_text("SnapshotId"))
    if snapshot.id in snapshots_in_images(context):
        raise CloudError("SnapshotCreatedImage")
    if lifecycle.snapshot_status(snapshot, context.now) == "progressing":
        raise CloudError("IncorrectSnapshotStatus")
    if snapshot.used_by_disk and not arguments.flag("Force"):
        raise CloudError("SnapshotCreatedDisk")
    del context.world.snapshots[snapshot.id]
    return {}


ACTIONS = (
    Action("DescribeSnapshots", _DESCRIBE, _describe_snapshots, write=False),
    Action("DeleteSnapshot", _DELETE, _delete_snapshot, write=True),
)
