# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that remove images, the oldest first, each with its snapshots. Pure, given a reader."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import is_failed
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import snapshots
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import expected
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention import steps

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Snapshot
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import DeleteSnapshot
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.desired import DesiredRetention
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.plans import Division
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.reader import Reader


class _Listed:
    """Finds the images that use a snapshot in the list that was read, instead of with a call for each."""

    def __init__(self, images: t.Iterable[Image], reader: Reader) -> None:
        self._owners = snapshots.owners_in(images)
        self._reader = reader

    def by_snapshot(self, snapshot_id: str) -> tuple[Image, ...]:
        return tuple(self._owners.get(snapshot_id, ()))

    def snapshots(self, snapshot_ids: t.Sequence[str]) -> dict[str, Snapshot]:
        return self._reader.snapshots(snapshot_ids)


def removal(
    desired: DesiredRetention, reader: Reader, images: t.Iterable[Image], division: Division
) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    """The steps, and a warning for each snapshot that is kept. ``images``: all of the account."""
    oldest_first = division.going[::-1]
    deleted = [image for image in oldest_first if _is_deleted(desired, image)]
    desired_deletion = DesiredImage(delete_snapshots=desired.delete_snapshots)
    with_them, kept = snapshots.deletions(desired_deletion, _Listed(images, reader), deleted)
    by_owner = _by_last_owner(deleted, with_them)
    removing: list[Step] = []
    waiting = [image["image_id"] for image in deleted]
    for image in oldest_first:
        removing.append(_removal(desired, image, division.guards))
        of_it = by_owner.get(image["image_id"], ())
        if of_it:
            # Snapshots can only be deleted once the images are deleted (SnapshotCreatedImage).
            owners = {image_id for one in of_it for image_id in one.image_ids}
            removing += [steps.WaitUntilGone(tuple(one for one in waiting if one in owners)), *of_it]
            waiting = [one for one in waiting if one not in owners]
    last = (steps.WaitUntilGone(tuple(waiting)),) if waiting else ()
    return (*removing, *last), kept


def _is_deleted(desired: DesiredRetention, image: Image) -> bool:
    # The cloud deprecates only usable images.
    return desired.action == "delete" or is_failed(image)


def _removal(desired: DesiredRetention, image: Image, guards: tuple[str, ...]) -> Step:
    if not _is_deleted(desired, image):
        return steps.Deprecate(expected(image), desired, guards)
    return steps.Delete(expected(image), desired, guards, "its creation failed" if is_failed(image) else "")


def _by_last_owner(
    deleted: t.Iterable[Image], with_them: t.Iterable[DeleteSnapshot]
) -> dict[str, list[DeleteSnapshot]]:
    """The snapshots by the image which is deleted last of those that use them."""
    places = {image["image_id"]: place for place, image in enumerate(deleted)}
    found: dict[str, list[DeleteSnapshot]] = {}
    for one in with_them:
        found.setdefault(max(one.image_ids, key=places.__getitem__), []).append(one)
    return found
