# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which snapshots are deleted with an image, and which are kept. Pure, given a reader.

An image uses its snapshots, but not all of them belong to it: its source can be somebody's backup.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import snapshots_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import steps

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Snapshot
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.reader import SnapshotReader

    # The images that use each snapshot.
    Owners = t.Mapping[str, t.Sequence[Image]]

# How real sites name the snapshots that they take to create an image. What follows is usually the id of the image and
# the kind of the disk; of an import, the name of the image.
_CLOUD_NAME = "SnapshotForImage-"
_AN_ID = re.compile(r"(?<![0-9A-Za-z])m-[0-9A-Za-z]")
_DISK = r"(-(system|data)(-?[0-9]+)?)?"
_MINUTE, _SECOND = 16, 19


def why_not_its_own(snapshot: Snapshot, image: Image) -> str | None:
    """Why the cloud did not take the snapshot to create the image, or may not have, as a part of a sentence.

    None if its name and its time show that it did. A user's backup can have any other name, and any time.
    """
    taken, made = snapshot.creation_time or "", image["creation_time"] or ""
    subject = f"created for image {image['image_id']}"
    if not taken or not made or taken[:_MINUTE] < made[:_MINUTE]:
        return f"it was not {subject}"
    if not (snapshot.name or "").startswith(_CLOUD_NAME):
        return f"its name does not show that it was {subject}"
    purpose = str(snapshot.name)[len(_CLOUD_NAME) :]
    if f"{purpose}-".startswith(f"{image['image_id']}-"):
        return None
    if _AN_ID.search(purpose):
        return f"it was not {subject}, but for another one"
    has_its_name = re.fullmatch(re.escape(image["image_name"] or "") + _DISK, purpose) is not None
    return None if has_its_name and _is_younger(taken, made) else f"its name does not show that it was {subject}"


def _is_younger(taken: str, made: str) -> bool:
    """Whether it was not there before the image. Within one minute, only the seconds show that. The same second counts:
    no image is created from a snapshot within one second."""
    if taken[:_MINUTE] != made[:_MINUTE]:
        return taken > made
    return min(len(taken), len(made)) > _SECOND and taken[:_SECOND] >= made[:_SECOND]


def deletions(
    desired: DesiredImage, reader: SnapshotReader, images: t.Sequence[Image], canceled: t.Collection[str] = ()
) -> tuple[tuple[steps.DeleteSnapshot, ...], tuple[str, ...]]:
    """The steps for the snapshots that are deleted with ``images``, and a warning for each that is kept. ``canceled``:
    the ids of the images whose copy or import is canceled."""
    if not desired.delete_snapshots:
        return (), ()
    named = () if desired.source is None else desired.source.snapshot_ids()
    owners = owners_in(images)
    leaving = {image["image_id"] for image in images}
    at_stake = [one for one in owners if one not in named]
    kept = [_kept(one, "the task names it as its source") for one in owners if one in named]
    known = reader.snapshots(at_stake) if at_stake else {}
    going: list[steps.DeleteSnapshot] = []
    for snapshot_id in at_stake:
        of_it = owners[snapshot_id]
        why = _why_kept(known.get(snapshot_id), of_it, leaving, reader, snapshot_id)
        if why is None:
            image_ids = tuple(image["image_id"] for image in of_it)
            goes_along = any(one in canceled for one in image_ids)
            going.append(steps.DeleteSnapshot(snapshot_id, known[snapshot_id], image_ids, goes_along))
        else:
            may_go = any(image["image_id"] in canceled for image in of_it)
            kept.append(_kept(snapshot_id, why, ", unless the cloud deletes it with its image," if may_go else ""))
    return tuple(going), tuple(kept)


def _why_kept(
    snapshot: Snapshot | None,
    owners: t.Sequence[Image],
    leaving: t.Container[str],
    reader: SnapshotReader,
    snapshot_id: str,
) -> str | None:
    if snapshot is None:
        return "the cloud does not list it"
    whys = [why_not_its_own(snapshot, image) for image in owners]
    if None not in whys:
        return whys[0]
    users = [each["image_id"] for each in reader.by_snapshot(snapshot_id) if each["image_id"] not in leaving]
    return f"image {', '.join(users)} uses it" if users else None


def owners_in(images: t.Iterable[Image]) -> Owners:
    """The images that use each snapshot, by its id."""
    owners: dict[str, list[Image]] = {}
    for image in images:
        for snapshot_id in snapshots_of([image]):
            owners.setdefault(snapshot_id, []).append(image)
    return owners


def _kept(snapshot_id: str, why: str, unless: str = "") -> str:
    return f"snapshot {snapshot_id} is kept{unless} because {why}"
