# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks whether an image can be created from a source. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.apsarastack.cloud.plugins.module_utils._image import refusals

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Instance, Snapshot
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import AnySource, DiskMapping, Source
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.reader import Reader

# CreateImage accepts an instance only in these states; in others it returns IncorrectInstanceStatus.
_IMAGEABLE = ("Running", "Stopped")
_UNKNOWN_OF_FILES = ("platform", "architecture", "os_type", "boot_mode", "license_type")
_UNKNOWN_OF_INSTANCES = ("image_version",)
_UNKNOWN_OF_SNAPSHOTS = ("image_version", "boot_mode")
_UNKNOWN_OF_DATA_DISKS = ("platform", "architecture")


@dataclass(frozen=True)
class Judged:
    """``source``: with what was looked up. ``known``: what is known of the image that it becomes. ``warnings``: about a
    source that is not yet ready. ``unknown``: the properties of an image that it lacks beside ``lacking_in``."""

    source: AnySource
    known: t.Mapping[str, t.Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def lacking(self) -> tuple[str, ...]:
        """The properties of an image that the source does not have."""
        return (*lacking_in(self.source), *self.unknown)


def judge(source: AnySource, reader: Reader) -> Judged:
    """Raises RefusalError if no image can be created from the source."""
    if source.kind != "create":
        return source.judge(reader)
    if source.instance_id is not None:
        return Judged(source, warnings=_judge_instance(source.instance_id, reader.instance(source.instance_id)))
    return _judge_snapshots(source, reader)


def lacking_in(source: AnySource) -> tuple[str, ...]:
    """The properties of an image that a source of this kind never has."""
    if source.kind == "import":
        return _UNKNOWN_OF_FILES
    if source.kind == "copy":
        return ()
    return _UNKNOWN_OF_SNAPSHOTS if source.instance_id is None else _UNKNOWN_OF_INSTANCES


def _judge_snapshots(source: Source, reader: Reader) -> Judged:
    snapshots = reader.snapshots(source.snapshot_ids())
    warnings = [_judge_snapshot(snapshot_id, snapshots) for snapshot_id in source.snapshot_ids()]
    if source.snapshot_id is not None and snapshots[source.snapshot_id].disk_type == "data":
        raise refusals.data_snapshot(source.snapshot_id)
    for disk in source.disks:
        _judge_size(disk, snapshots)
    _judge_kinds(source.disks, snapshots)
    unknown = _UNKNOWN_OF_DATA_DISKS if _has_data_as_system(source.disks, snapshots) else ()
    found = tuple(warning for warning in warnings if warning is not None)
    return Judged(source, warnings=found, unknown=unknown)


def _has_data_as_system(disks: t.Sequence[DiskMapping], snapshots: t.Mapping[str, Snapshot]) -> bool:
    return any(disk.disk_type == "system" and _kind(disk.snapshot_id, snapshots) == "data" for disk in disks)


def _judge_instance(instance_id: str, instance: Instance | None) -> tuple[str, ...]:
    if instance is None:
        raise refusals.source_not_found("instance", instance_id)
    if instance.is_locked:
        raise refusals.instance_locked(instance_id)
    if instance.status in _IMAGEABLE:
        return ()
    return (
        f"instance {instance_id} is {instance.status}, but an image can only be created from one that is Running or "
        "Stopped: the run waits for that, within wait_timeout",
    )


def _judge_snapshot(snapshot_id: str, snapshots: t.Mapping[str, Snapshot]) -> str | None:
    snapshot = snapshots.get(snapshot_id)
    if snapshot is None:
        raise refusals.source_not_found("snapshot", snapshot_id)
    if snapshot.status == "failed":
        raise refusals.failed_snapshot(snapshot_id)
    if snapshot.status == "progressing":
        return f"snapshot {snapshot_id} is still being taken: the run waits for it, within wait_timeout"
    return None


def _judge_size(disk: DiskMapping, snapshots: t.Mapping[str, Snapshot]) -> None:
    if disk.snapshot_id is None or disk.size is None:
        return
    smallest = snapshots[disk.snapshot_id].size
    if smallest is not None and disk.size < smallest:
        raise refusals.disk_too_small(disk.snapshot_id, disk.size, smallest)


def _judge_kinds(disks: t.Sequence[DiskMapping], snapshots: t.Mapping[str, Snapshot]) -> None:
    """An image must have exactly one system disk. If the release does not report the types, CreateImage checks that."""
    kinds = [disk.disk_type or _kind(disk.snapshot_id, snapshots) for disk in disks]
    if disks and None not in kinds and kinds.count("system") != 1:
        raise refusals.not_one_system_disk(kinds.count("system"))


def _kind(snapshot_id: str | None, snapshots: t.Mapping[str, Snapshot]) -> str | None:
    return "data" if snapshot_id is None else snapshots[snapshot_id].disk_type
