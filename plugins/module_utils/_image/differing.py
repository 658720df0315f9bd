# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why an image must be replaced: how its source differs from that of the task. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import is_settled
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import changes

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Disk, Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import (
        AnySource,
        DesiredImage,
        DiskMapping,
    )


def source_difference(source: AnySource | None, image: Image) -> str | None:
    """How the disks of the image differ from the source, as a sentence; None if they match.

    The cloud reports only snapshots and sizes, and not in every release. It reports nothing about an instance, whose
    snapshots were created for the image. Raises RefusalError for the original of its own copy.
    """
    if source is None:
        return None
    if source.kind != "create":
        return source.difference(image)
    if source.instance_id is not None:
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
    """Whether each desired disk matches a different disk of the image, in any order; an omitted size matches every
    size."""
    rest = list(found)
    # Those with a size are more specific, so they are matched first.
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
    """How the image differs from one that the task would create, as a sentence; None if it does not."""
    return source_difference(desired.source, image) or next(iter(changes.create_only_differences(desired, image)), None)


def reason(desired: DesiredImage, image: Image) -> str | None:
    """Why the image must be replaced; None if it need not be. Raises RefusalError for the original of its own copy.

    One that is still being created from the same source is the new image that ``always`` asks for.
    """
    if desired.recreate == "never" or desired.source is None:
        return None
    found = difference(desired, image)
    if desired.recreate == "always" and is_settled(image):
        return "recreate=always requires a new image in each run"
    return found
