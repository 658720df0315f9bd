# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning what goes: images, and with them the snapshots that they were made of. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils import refusals, steps
from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image, is_settled
from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Found, Plan

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Wish


def plan_absent(wish: Wish, found: Found, targets: t.Sequence[Image]) -> Plan:
    """The first target is the one that the wish means; the others are failed leftovers of its name."""
    if not targets:
        return Plan(before=None, after=None)
    if wish.image_name not in (None, targets[0]["image_name"]):
        raise refusals.other_name(wish, targets[0])
    for image in targets:
        judge_deletion(wish, found, image)
    images = [step for image in targets for step in removal(wish, image)]
    snapshots, kept = _snapshots(wish, found, targets)
    leftovers = [f"image {image['image_id']} goes, too: {refusals.failure(image)}" for image in targets[1:]]
    return Plan(before=targets[0], after=None, steps=(*images, *snapshots), warnings=(*leftovers, *kept))


def judge_deletion(wish: Wish, found: Found, image: Image) -> None:
    """Raises RefusalError when the image is in use and the task does not force its deletion."""
    if blocks_deletion(wish, image):
        raise refusals.in_use(image, found.users.get(str(image["image_id"]), ()))


def blocks_deletion(wish: Wish, image: Image) -> bool:
    return image["usage"] == "instance" and not wish.force


def removal(wish: Wish, image: Image, reason: str = "", *, until_gone: bool = False) -> list[steps.Step]:
    """The steps that delete one image. ``until_gone``: what follows needs it gone, whether the task waits or not."""
    image_id = str(image["image_id"])
    # An image is not deletable while the cloud works on it (ImageIsCreating).
    first: list[steps.Step] = [] if is_settled(image) else [steps.WaitUntilSettled(image_id)]
    delete = steps.Delete(image_id, image["image_name"], wish.force, reason)
    # Its snapshots can only be deleted when the image is gone (SnapshotCreatedImage).
    waits = wish.wait or until_gone or wish.delete_snapshots
    last: list[steps.Step] = [steps.WaitUntilGone(image_id)] if waits else []
    return [*first, delete, *last]


def snapshots_at_stake(wish: Wish, targets: t.Iterable[Image]) -> tuple[str, ...]:
    """The snapshots that may go with the images: all of theirs, save those that the task itself names as its source."""
    if not wish.delete_snapshots or wish.state != "absent":
        return ()
    named = wish.source.snapshot_ids() if wish.source is not None else ()
    owned = [disk["snapshot_id"] for image in targets for disk in image["disk_device_mappings"]]
    return tuple(dict.fromkeys(one for one in owned if one and one not in named))


def _snapshots(wish: Wish, found: Found, targets: t.Sequence[Image]) -> tuple[list[steps.Step], list[str]]:
    going: list[steps.Step] = []
    kept: list[str] = []
    for snapshot_id in snapshots_at_stake(wish, targets):
        users = found.snapshot_users.get(snapshot_id, ())
        if users:
            kept.append(f"snapshot {snapshot_id} stays: image {', '.join(users)} is made of it, too")
        else:
            going.append(steps.DeleteSnapshot(snapshot_id))
    return going, kept
