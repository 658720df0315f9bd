# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every refusal of the plan in one place: what was found, what would have happened, which option resolves it."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import RefusalError

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Wish


def _told(message: str, image: Image | None = None) -> RefusalError:
    error = RefusalError(message + " Nothing was changed.")
    if image is not None:
        error.facts.update(image_id=image["image_id"], image=image)
    return error


def nothing_to_make_it_from(wish: Wish) -> RefusalError:
    return _told(
        f"There is no image named {wish.image_name!r} in any status, and the task gives nothing to make it from: "
        "give one of instance_id, snapshot_id or disk_device_mapping."
    )


def unknown_id(wish: Wish) -> RefusalError:
    return RefusalError(
        f"There is no own image {wish.image_id} in this region and organization, and image_id only selects an image: "
        "a new one would get another id. Correct image_id, or name the image with image_name and leave image_id out. "
        "Nothing was changed.",
        reason="not_found",
    )


def ambiguous(image_name: str | None, images: t.Iterable[Image]) -> RefusalError:
    listed = "; ".join(f"{image['image_id']} ({image['status']}, {image['creation_time']})" for image in images)
    return _told(
        f"More than one image is named {image_name!r}: {listed}. "
        "A task never picks one of several: say which with image_id, or delete the ones that should not be there."
    )


def other_name(wish: Wish, image: Image) -> RefusalError:
    return _told(
        f"Image {image['image_id']} is named {image['image_name']!r}, not {wish.image_name!r}: the task identifies "
        "the image to delete by both, and they disagree. Give the right image_name, or image_id alone.",
        image,
    )


def failed(wish: Wish, image: Image) -> RefusalError:
    cure = (
        "Since image_id selects this very image, it cannot be made again: name it with image_name alone instead"
        if wish.image_id is not None
        else "Give one of instance_id, snapshot_id or disk_device_mapping, and it is removed and made again"
    )
    return _told(f"{_headline(image)}: {failure(image)}. {cure}.", image)


def other_source(image: Image, difference: str) -> RefusalError:
    return _told(
        f"{_headline(image)} exists, but {difference}. With recreate=on_source_change the module replaces it without a "
        "gap; to keep it, leave the source out or name the right one.",
        image,
    )


def stand_in_name_taken(wish: Wish, image: Image) -> RefusalError:
    return _told(
        f"Replacing {wish.image_name!r} needs the name {image['image_name']!r} for a while, and image "
        f"{image['image_id']}, which is no stand-in of this module, has it. Rename that image, or delete it.",
        image,
    )


def unavailable(image: Image) -> RefusalError:
    return _told(
        f"{_headline(image)} is UnAvailable: it exists and cannot be used, and cannot be repaired. Look into it "
        "in the console, delete it with state=absent and image_id, or replace it with recreate=always and a source.",
        image,
    )


def description_cannot_be_cleared(image: Image) -> RefusalError:
    return _told(
        f"{_headline(image)} has the description {image['description']!r}, and the task wants it empty, but the API "
        "keeps the old description when it is given an empty one. Give another text, or leave description out.",
        image,
    )


def too_many_tags(image: Image, problem: str) -> RefusalError:
    return _told(
        f"{_headline(image)}: {problem}, after adding those of the task to those it has. "
        "Ask for fewer, or set purge_tags to true to replace what is there.",
        image,
    )


def in_use(image: Image, instance_ids: t.Sequence[str]) -> RefusalError:
    users = ", ".join(instance_ids) if instance_ids else "instances that this account may not list"
    return _told(
        f"{_headline(image)} is in use by {users}. With force=true it is deleted all the same: "
        "the instances keep running, but their disks can never be re-initialised from it.",
        image,
    )


def source_not_found(kind: str, source_id: str, option: str) -> RefusalError:
    return _told(
        f"There is no {kind} {source_id} to make the image from: it does not exist in this region, belongs to another "
        f"organization, or this access key may not list it. Correct {option}, region or department, "
        f"or grant the key Describe{kind.capitalize()}s."
    )


def instance_locked(instance_id: str) -> RefusalError:
    return _told(
        f"Instance {instance_id} is locked for security reasons, and the cloud makes no image of such an instance. "
        "Have the lock removed, or give another instance_id."
    )


def data_snapshot(snapshot_id: str) -> RefusalError:
    return _told(
        f"Snapshot {snapshot_id} is one of a data disk, and an image needs a system disk. Give the snapshot of a "
        "system disk, or list system and data disks in disk_device_mapping."
    )


def failed_snapshot(snapshot_id: str) -> RefusalError:
    return _told(f"Snapshot {snapshot_id} has failed, so no image can be made of it. Give another snapshot_id.")


def not_one_system_disk(count: int) -> RefusalError:
    return RefusalError(
        f"disk_device_mapping must contain exactly one system disk, but contains {count or 'none'}. The kind of a disk "
        "is that of the snapshot, unless disk_type sets another. Nothing was changed.",
        "source_not_usable",
    )


def disk_too_small(snapshot_id: str, size: int, smallest: int) -> RefusalError:
    return _told(
        f"The disk of snapshot {snapshot_id} has {smallest} GiB, and the task asks for {size} GiB. "
        f"Give a size of at least {smallest} in disk_device_mapping, or leave size out."
    )


def name_taken(image: Image, others: t.Sequence[Image]) -> RefusalError:
    name, listed = others[0]["image_name"], ", ".join(str(one["image_id"]) for one in others)
    error = RefusalError(
        f"{_headline(image)} cannot be renamed to {name!r}: the name is already used by image {listed}, and every "
        "later task that names it would refuse the two. Give another image_name, or rename or delete the other image "
        "first. Nothing was changed.",
        "name_taken",
    )
    error.facts.update(image_id=image["image_id"], image=image)
    return error


def unfinished_pair(desired: Wish, images: t.Sequence[Image], successor: Image) -> RefusalError:
    listed = ", ".join(str(one["image_id"]) for one in images)
    return RefusalError(
        f"Two images are named {desired.image_name!r} ({listed}), as image {successor['image_id']} is replacing the "
        "other one and that is not finished. Run the task that replaces it again, or delete each with image_id. "
        "Nothing was changed.",
        "unfinished_replacement",
    )


def failure(image: Image) -> str:
    """What the cloud tells of a failed creation; DescribeImages has no field for a reason."""
    progress = "" if image["progress"] is None else f" at {image['progress']} %"
    return f"its creation failed{progress} (status {image['status']}; the cloud gives no further reason)"


def _headline(image: Image) -> str:
    return f"Image {image['image_id']} ({image['image_name']!r})"
