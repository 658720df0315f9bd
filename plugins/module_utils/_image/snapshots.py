# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which snapshots are deleted with an image, and which are kept. Pure, given a reader.

An image uses its snapshots, but not all of them belong to it: its source can be somebody's backup.
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import snapshots_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import steps

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Snapshot
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.reader import Reader

# The names of snapshots that the cloud creates for images, as observed on real sites.
_CLOUD_NAME = "SnapshotForImage-"
# The lengths of a time with minutes and with seconds: some times of the API have only minutes.
_MINUTE, _SECOND = 16, 19


def was_made_for(snapshot: Snapshot, image: Image) -> bool:
    """Whether the cloud took the snapshot to create the image: not before it, and with a matching name or usage."""
    taken, made = snapshot.creation_time or "", image["creation_time"] or ""
    has_cloud_name = (snapshot.name or "").startswith(_CLOUD_NAME)
    if not taken or not made or not (has_cloud_name or "image" in (snapshot.usage or "")):
        return False
    if taken[:_MINUTE] != made[:_MINUTE]:
        return taken[:_MINUTE] > made[:_MINUTE]
    if has_cloud_name:
        return True
    # Within one minute, only the seconds distinguish a backup that the image was created from from the image's own
    # snapshot. The same second means its own: no image is created from a snapshot within one second.
    return min(len(taken), len(made)) > _SECOND and taken[:_SECOND] >= made[:_SECOND]


def deletions(
    desired: DesiredImage, reader: Reader, images: t.Sequence[Image]
) -> tuple[tuple[steps.DeleteSnapshot, ...], tuple[str, ...]]:
    """The steps for the snapshots that are deleted with ``images``, and a warning for each that is kept."""
    if not desired.delete_snapshots:
        return (), ()
    named = () if desired.source is None else desired.source.snapshot_ids()
    at_stake = [one for one in snapshots_of(images) if one not in named]
    kept = [_kept(one, "the task names it as its source") for one in snapshots_of(images) if one in named]
    known = reader.snapshots(at_stake) if at_stake else {}
    going: list[steps.DeleteSnapshot] = []
    for snapshot_id in at_stake:
        why = _why_kept(known.get(snapshot_id), images, reader, snapshot_id)
        if why is None:
            going.append(steps.DeleteSnapshot(snapshot_id, known[snapshot_id], _owner_ids(images, snapshot_id)))
        else:
            kept.append(_kept(snapshot_id, why))
    return tuple(going), tuple(kept)


def _why_kept(snapshot: Snapshot | None, images: t.Sequence[Image], reader: Reader, snapshot_id: str) -> str | None:
    if snapshot is None:
        return "the cloud does not list it"
    owners = _owners(images, snapshot_id)
    if not any(was_made_for(snapshot, image) for image in owners):
        return f"it was not created for image {owners[0]['image_id']}"
    leaving = {image["image_id"] for image in images}
    users = [each["image_id"] for each in reader.by_snapshot(snapshot_id) if each["image_id"] not in leaving]
    return f"image {', '.join(users)} uses it" if users else None


def _owners(images: t.Iterable[Image], snapshot_id: str) -> list[Image]:
    return [image for image in images if snapshot_id in snapshots_of([image])]


def _owner_ids(images: t.Iterable[Image], snapshot_id: str) -> tuple[str, ...]:
    return tuple(image["image_id"] for image in _owners(images, snapshot_id))


def _kept(snapshot_id: str, why: str) -> str:
    return f"snapshot {snapshot_id} is kept because {why}"
