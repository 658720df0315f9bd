# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All refusals of the plan: the current state, the problem, and the option that resolves it."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import UNAVAILABLE, is_settled
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError, inserted

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.codes import Reason

_SOURCES = "instance_id, snapshot_id, disk_device_mapping, copy_from or import_from"


def _refusal(reason: Reason, problem: str, advice: str, image: Image | None = None, hint: str = "") -> RefusalError:
    facts = {} if image is None else {"image_id": image["image_id"], "image": image}
    return RefusalError(problem, reason, advice=advice, hint=hint, facts=facts)


def no_source(desired: DesiredImage) -> RefusalError:
    return _refusal(
        "not_found",
        f"no image named {inserted(desired.image_name)} was found in any status, and the task gives nothing to create "
        f"it from{desired.null_sources}",
        f"To create it, give one of {_SOURCES}.",
        hint="InvalidImageId.NotFound",
    )


def unknown_id(desired: DesiredImage) -> RefusalError:
    return _refusal(
        "not_found",
        f"no image {desired.image_id} owned by this account was "
        f"{'listed within a minute' if desired.waits_for_image else 'found'}",
        "image_id only selects an image; to create one, give image_name instead.",
        hint="InvalidImageId.NotFound",
    )


def ambiguous(image_name: str | None, images: t.Iterable[Image]) -> RefusalError:
    listed = "; ".join(f"{image['image_id']} ({image['status']}, {image['creation_time']})" for image in images)
    return _refusal(
        "ambiguous_name",
        f"more than one image is named {image_name!r}: {listed}",
        "Select one of them with image_id, or delete the others.",
    )


def other_name(desired: DesiredImage, image: Image) -> RefusalError:
    return _refusal(
        "invalid_input",
        f"image {image['image_id']} is named {image['image_name']!r}, not {desired.image_name!r}. With state=absent an"
        " image must match both image_id and image_name",
        "Correct image_name, or give only image_id.",
        image,
    )


def failed(desired: DesiredImage, image: Image, why: str | None = None, purpose: str = "") -> RefusalError:
    """``why``: as a part of a sentence, if it is known. ``purpose``: see ``marks.purpose``."""
    advice = (
        "image_id selects exactly one image, so it cannot be replaced by another image: give only image_name instead."
        if desired.image_id is not None
        else f"Give one of {_SOURCES} to have it deleted and created again."
    )
    advice = f"{advice} {_sentence(purpose)}"
    return _refusal("creation_failed", f"{_headline(image)}: {why or failure(image)}", advice, image)


def other_source(image: Image, difference: str) -> RefusalError:
    if is_settled(image):
        found = "already exists"
        advice = "Set recreate=on_source_change to replace it, or omit the source to keep it."
    else:
        found = f"is still being created ({image['status']})"
        advice = (
            "Wait until it is finished, and then set recreate=on_source_change to replace it. Or delete it now with "
            "state=absent, which cancels a copy or an import that is still running, and run the task again."
        )
    return _refusal("source_differs", f"{_headline(image)} {found}: {difference}", advice, image)


def unavailable(image: Image, purpose: str = "") -> RefusalError:
    """``purpose``: see ``marks.purpose``."""
    return _refusal(
        "unavailable",
        f"{_headline(image)} is UnAvailable: it exists, but it cannot be used or repaired",
        "Check it in the console, delete it with state=absent and image_id, or replace it with recreate=always and a"
        f" source. {_sentence(purpose)}",
        image,
    )


def description_cannot_be_cleared(image: Image) -> RefusalError:
    return _refusal(
        "invalid_input",
        f"{_headline(image)} has the description {image['description']!r}, but the task asks for an empty string, and"
        " the API keeps the old description if the new one is empty",
        "Give another description, or omit it.",
        image,
    )


def too_many_tags(image: Image, problem: str) -> RefusalError:
    return _refusal(
        "invalid_input",
        f"{_headline(image)}: {problem}, counting those it has and those of the task",
        "Give fewer tags, or set purge_tags=true to replace those it has.",
        image,
    )


def in_use(image: Image, instance_ids: t.Sequence[str]) -> RefusalError:
    users = ", ".join(instance_ids) if instance_ids else "instances that this access key is not allowed to list"
    return _refusal("in_use", f"{_headline(image)} is in use by {users}", "", image, hint="ImageUsingByInstance")


def source_not_found(kind: str, source_id: str) -> RefusalError:
    return _refusal(
        "not_found",
        f"{kind} {source_id}, which the task names as the source, was not found",
        f"The access key must be allowed to call Describe{kind.capitalize()}s.",
        hint=f"Invalid{kind.capitalize()}Id.NotFound",
    )


def instance_locked(instance_id: str) -> RefusalError:
    return _refusal(
        "source_not_usable",
        f"no image can be created from instance {instance_id}, because it is locked for security reasons",
        "Have the lock removed, or give another instance_id.",
    )


def data_snapshot(snapshot_id: str) -> RefusalError:
    return _refusal(
        "source_not_usable",
        f"snapshot {snapshot_id} was taken from a data disk, but an image requires a system disk",
        "Give a snapshot of a system disk, or list system and data disks in disk_device_mapping.",
    )


def failed_snapshot(snapshot_id: str) -> RefusalError:
    return _refusal(
        "source_not_usable",
        f"no image can be created from snapshot {snapshot_id}, because the snapshot has failed",
        "Give another snapshot_id.",
    )


def disk_too_small(snapshot_id: str, size: int, smallest: int) -> RefusalError:
    return _refusal(
        "invalid_input",
        f"the disk of snapshot {snapshot_id} has {smallest} GiB, but the task asks for {size} GiB",
        f"Set size in disk_device_mapping to at least {smallest}, or omit it.",
    )


def not_one_system_disk(count: int) -> RefusalError:
    return _refusal(
        "source_not_usable",
        f"disk_device_mapping must contain exactly one system disk, but contains {count or 'none'}",
        "The kind of a disk is that of the snapshot, unless disk_type sets another.",
    )


def name_taken(image: Image, others: t.Sequence[Image]) -> RefusalError:
    name, listed = others[0]["image_name"], ", ".join(one["image_id"] for one in others)
    return _refusal(
        "name_taken",
        f"{_headline(image)} cannot be renamed to {name!r}: the name is already used by image {listed}, and later"
        " tasks would refuse the ambiguous name",
        "Give another image_name, or rename or delete the other image first.",
        image,
    )


def unfinished_pair(desired: DesiredImage, images: t.Sequence[Image], replacement: Image) -> RefusalError:
    listed = ", ".join(one["image_id"] for one in images)
    return _refusal(
        "unfinished_replacement",
        f"two images are named {desired.image_name!r} ({listed}), because image {replacement['image_id']} is replacing"
        " the other one, and the replacement is not finished",
        "Run the task that replaces it again, or delete each with image_id.",
    )


def failure(image: Image) -> str:
    """The known facts of a failed creation; DescribeImages has no field for a reason."""
    if image["status"] == UNAVAILABLE:
        return "it is UnAvailable, and cannot be used or repaired"
    progress = "" if image["progress"] is None else f" at {image['progress']} %"
    return f"its creation failed{progress} (status {image['status']}; the cloud gives no reason)"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _headline(image: Image) -> str:
    return f"Image {image['image_id']} ({image['image_name']!r})"
