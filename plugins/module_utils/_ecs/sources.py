# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sources of images as the API lists them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import to_boolean, to_integer


@dataclass(frozen=True)
class Instance:
    instance_id: str
    status: str
    is_locked: bool = False


@dataclass(frozen=True)
class Snapshot:
    """``size`` (GiB) and ``disk_type`` (system, data) are those of the disk that it was taken from. ``usage``:
    ``image``, ``disk``, ``image_disk`` or ``none``."""

    snapshot_id: str
    status: str
    size: int | None = None
    disk_type: str | None = None
    name: str | None = None
    creation_time: str | None = None
    usage: str | None = None
    encrypted: bool | None = None


def to_snapshot(wire: t.Mapping[str, t.Any]) -> Snapshot:
    return Snapshot(
        snapshot_id=str(wire.get("SnapshotId")),
        status=str(wire.get("Status")),
        size=to_integer(wire.get("SourceDiskSize")),
        disk_type=wire.get("SourceDiskType"),
        name=wire.get("SnapshotName"),
        creation_time=wire.get("CreationTime"),
        usage=wire.get("Usage"),
        encrypted=to_boolean(wire.get("Encrypted")),
    )
