# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source of an image: an instance, a list of disk mappings, or a system snapshot, in this order of precedence."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .. import lifecycle
from ..clock import seconds_of
from ..errors import CloudError, missing
from ..world import Mapping

if t.TYPE_CHECKING:
    from ..context import Context
    from ..parameters import Arguments, Entry
    from ..world import Disk, Instance, Snapshot

# Snapshots of this day and before cannot make an image.
_TOO_OLD_UNTIL = seconds_of("2013-07-16T00:00:00Z")
_DEVICE = re.compile(r"/dev/(?:xvd|vd)([a-z])")
_SMALLEST_DISK = 5
_NO_SYSTEM = "The specified disk device mapping does not contain system disk snapshot."
_TWO_SYSTEM = "The specified disk device mapping contains two or more system disk snapshots."
_ENCRYPTED = "The specified snapshot or disk is encrypted."


@dataclasses.dataclass(frozen=True)
class Source:
    """`disks`: the instance's disks that have to be snapshotted, one per mapping; empty for the other sources."""

    mappings: list[Mapping]
    platform: str | None = None
    os_type: str = "linux"
    os_name: str = ""
    instance_id: str = ""
    disks: t.Sequence[Disk] = ()


def source_of(context: Context, arguments: Arguments) -> Source:
    """If there is more than one source, the others are ignored. Raises CloudError."""
    instance_id = arguments.text("InstanceId")
    if instance_id is not None:
        return _of_instance(context, context.own_instance(instance_id))
    if arguments.entries("DiskDeviceMapping"):
        return _of_mappings(context, arguments)
    snapshot_id = arguments.text("SnapshotId")
    if snapshot_id is None:
        if context.knobs.missing_source_code == "MissingParameter":
            raise missing("InstanceId")
        raise CloudError(context.knobs.missing_source_code)
    snapshot = _usable_snapshot(context, snapshot_id)
    if snapshot.disk_type != "system":
        raise CloudError("OperationDenied", "The specified snapshot is not a snapshot of a system disk.")
    mapping = Mapping("/dev/xvda", "system", snapshot.size, snapshot.id)
    return Source([mapping], platform=snapshot.platform, os_type=snapshot.os_type)


def _of_instance(context: Context, instance: Instance) -> Source:
    if "security" in instance.lock_reasons:
        raise CloudError("InstanceLockedForSecurity")
    status = lifecycle.instance_status(instance.status, instance.created, context.now, context.knobs)
    if status not in ("Running", "Stopped"):
        raise CloudError("IncorrectInstanceStatus")
    if instance.needs_restart:
        raise CloudError("IncorrectInstanceStatus.NeedRestart")
    if not instance.imageable:
        raise CloudError("InvalidInstanceId.ValueNotSupported")
    for disk in instance.disks:
        _check_disk(context, disk)
    return Source(
        [Mapping(disk.device, disk.type, disk.size) for disk in instance.disks],
        platform=instance.platform,
        os_type=instance.os_type,
        os_name=instance.os_name,
        instance_id=instance.id,
        disks=instance.disks,
    )


def _check_disk(context: Context, disk: Disk) -> None:
    if disk.category in ("local", "flash"):
        raise CloudError("InvalidDiskCategory.CreateImage")
    if disk.encrypted:
        raise CloudError("OperationDenied", _ENCRYPTED, status=400)
    if disk.status in ("Invalid", "Transferring", "CreatingSnapshot", "NeverAttached"):
        raise CloudError(f"IncorrectDiskStatus.{disk.status}")
    if disk.status != "In_use":
        raise CloudError("IncorrectDiskStatus")
    taken = sum(1 for snapshot in context.world.snapshots.values() if snapshot.disk_id == disk.id)
    if taken >= context.knobs.snapshot_quota:
        raise CloudError("QuotaExceed.Snapshot")


def _usable_snapshot(context: Context, snapshot_id: str) -> Snapshot:
    snapshot = context.own_snapshot(snapshot_id)
    if lifecycle.snapshot_status(snapshot, context.now) != "accomplished":
        raise CloudError("InvalidSnapshotId.NotReady")
    if snapshot.created < _TOO_OLD_UNTIL:
        raise CloudError("InvalidSnapshot.TooOld")
    if snapshot.category in ("local", "flash"):
        raise CloudError("OperationDenied.InvalidSnapshotCategory")
    if snapshot.encrypted:
        raise CloudError("OperationDenied", _ENCRYPTED, status=400)
    return snapshot


def _of_mappings(context: Context, arguments: Arguments) -> Source:
    mappings = [_mapping(context, arguments, entry) for entry in arguments.entries("DiskDeviceMapping")]
    systems = [mapping for mapping in mappings if mapping.type == "system"]
    if len(systems) != 1:
        raise CloudError("OperationDenied", _TWO_SYSTEM if systems else _NO_SYSTEM, status=400)
    _assign_devices(mappings)
    snapshot = context.own_snapshot(systems[0].snapshot_id)
    return Source(mappings, platform=snapshot.platform, os_type=snapshot.os_type)


def _mapping(context: Context, arguments: Arguments, entry: Entry) -> Mapping:
    snapshot_id, disk_type = entry.get("SnapshotId", ""), entry.get("DiskType", "")
    if disk_type not in ("", "system", "data"):
        raise CloudError("InvalidDiskType.ValueNotSupported")
    device = entry.get("Device", "")
    if device and not _DEVICE.fullmatch(device):
        raise CloudError("InvalidDevice.Malformed")
    if not snapshot_id:
        if disk_type == "system":
            raise CloudError("OperationDenied", _NO_SYSTEM, status=400)
        return Mapping(device, "data", _size(entry, _SMALLEST_DISK, context.knobs.disk_size_maximum))
    snapshot = _usable_snapshot(context, snapshot_id)
    if disk_type == "system" and snapshot.disk_type != "system" and arguments.text("Platform") is None:
        # A data snapshot does not know what system is on it.
        raise missing("Platform")
    size = _size(entry, snapshot.size, context.knobs.disk_size_maximum)
    return Mapping(device, disk_type or snapshot.disk_type, size, snapshot.id)


def _size(entry: Entry, smallest: int, largest: int) -> int:
    text = entry.get("Size", "")
    # Terraform's providers send 0 for a size that is not given, and work on real sites.
    if text in ("", "0"):
        return smallest
    if not re.fullmatch(r"[0-9]{1,9}", text) or not smallest <= int(text) <= largest:
        raise CloudError("InvalidSize.ValueNotSupported")
    return int(text)


def _assign_devices(mappings: list[Mapping]) -> None:
    """The system disk is the first device, data disks follow in order; two of one name are refused."""
    taken: set[str] = set()
    for mapping in mappings:
        found = _DEVICE.fullmatch(mapping.device)
        if found is None:
            continue
        if (found.group(1) == "a") != (mapping.type == "system"):
            raise CloudError("InvalidDevice.Malformed")
        if found.group(1) in taken:
            raise CloudError("InvalidDevice.InUse")
        taken.add(found.group(1))
    free = (letter for letter in "bcdefghijklmnopqrstuvwxyz" if letter not in taken)
    for mapping in mappings:
        if not mapping.device:
            mapping.device = "/dev/xvd" + ("a" if mapping.type == "system" else next(free))
