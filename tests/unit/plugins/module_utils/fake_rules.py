# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors of the cloud, for ``fakes``. Each function raises the error that ``Images`` would raise."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Snapshot

MAXIMUM_TAGS = 20


def check_instance(instance_id: str | None, known: t.Container[str]) -> None:
    if instance_id is not None and instance_id not in known:
        raise ServiceError("InvalidInstanceId.NotFound", http_status=404)


def check_snapshots(snapshot_ids: t.Iterable[str | None], known: t.Container[str]) -> None:
    if any(one is not None and one not in known for one in snapshot_ids):
        raise ServiceError("InvalidSnapshotId.NotFound", http_status=404)


def check_tags(tags: t.Mapping[str, str]) -> None:
    if len(tags) > MAXIMUM_TAGS:
        raise ServiceError("QuotaExceed.Tags", http_status=403)


def check_status(one: Image, needed: str, refusal: str, accounts: t.Collection[str] = ()) -> None:
    """Before the status is set. ``accounts``: with whom the image is shared."""
    if one["status"] != needed:
        raise ServiceError(refusal, http_status=403)
    if accounts:
        raise ServiceError("ImageUseShared", http_status=403)


def check_deletion(one: Image, force: bool, accounts: t.Collection[str]) -> None:
    if one["status"] in ("Creating", "Waiting"):
        raise ServiceError("ImageIsCreating", http_status=403)
    if accounts:
        raise ServiceError("ImageUseShared", http_status=403)
    if one["usage"] == "instance" and not force:
        raise ServiceError("ImageUsingByInstance", http_status=403)


def check_snapshot_deletion(snapshot: Snapshot | None, is_used: bool) -> None:
    """``is_used``: by an image."""
    if is_used:
        raise ServiceError("SnapshotCreatedImage", "in use", http_status=403)
    if snapshot is not None and "disk" in (snapshot.usage or ""):
        raise ServiceError("SnapshotCreatedDisk", "in use", http_status=403)
