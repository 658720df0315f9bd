# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why an image has to be replaced: how what it was made from differs from what the task names. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._image import changes

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Disk, Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import (
        DesiredImage,
        DiskMapping,
        Source,
    )


def source_difference(source: Source | None, image: Image) -> str | None:
    """What the cloud tells of the image's disks that does not fit the source, as a sentence; None when all fits.

    Only snapshots and sizes are told, and not by every release. Nothing is told of an instance: its snapshots are
    made for the image.
    """
    if source is None or source.instance_id is not None:
        return None
    found = [disk for disk in image["disk_device_mappings"] if disk["snapshot_id"]]
    if not found:
        return None
    if source.snapshot_id is not None:
        fits = [disk["snapshot_id"] for disk in found] == [source.snapshot_id]
    else:
        fits = _fit(source.disks, image["disk_device_mappings"])
    return None if fits else f"it was created from {_disks_text(image)}, but the task names {source.text()}"


def _fit(desired: t.Sequence[DiskMapping], found: t.Sequence[Disk]) -> bool:
    """Whether each desired disk has its own found one, in any order; an omitted size fits every size."""
    rest = list(found)
    # Those with a size are pickier, so they choose first.
    for disk in sorted(desired, key=lambda one: one.size is None):
        match = next((one for one in rest if _is_made_from(disk, one)), None)
        if match is None:
            return False
        rest.remove(match)
    return not rest


def _is_made_from(desired: DiskMapping, found: Disk) -> bool:
    same_snapshot = (desired.snapshot_id or None) == (found["snapshot_id"] or None)
    return same_snapshot and desired.size in (None, found["size"])


def _disks_text(image: Image) -> str:
    return ", ".join(
        f"{disk['snapshot_id'] or 'a blank disk'} ({disk['size']} GiB)" for disk in image["disk_device_mappings"]
    )


def difference(desired: DesiredImage, image: Image) -> str | None:
    """What keeps the image from being the one that the task would make, as a sentence; None when nothing does."""
    return source_difference(desired.source, image) or next(iter(changes.create_only_differences(desired, image)), None)


def reason(desired: DesiredImage, image: Image) -> str | None:
    """Why the image has to be replaced; None when it has not."""
    if desired.recreate == "never" or desired.source is None:
        return None
    if desired.recreate == "always":
        return "recreate=always requires a new image in each run"
    return difference(desired, image)
