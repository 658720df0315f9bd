# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Obstacles to a deletion or a replacement: what somebody else did or may be doing, or what the site ignores.

Each message names the images and the solution.
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import changes
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    DeadlineError,
    RefusalError,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Sharing
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Replacement
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import Swap
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.codes import Reason

# What is missing if the image is not listed.
ITSELF = "the image itself"
# What no call changes once an image is created.
_FIXED = (*changes.CREATE_ONLY, "copy_from.encrypted")
_REASONS: t.Mapping[str, Reason] = {"usage": "in_use", "is_self_shared": "shared"}


def refusal(message: str, reason: Reason, image: Image | None = None) -> RefusalError:
    return RefusalError(message, reason, facts={} if image is None else {"image_id": image["image_id"], "image": image})


# --- before anything is written --------------------------------------------------------------------------------------


def shared(image: Image, sharing: Sharing) -> RefusalError:
    told = (sharing.text() or "it is shared with other accounts").partition(" ")[2]
    advice = "Withdraw it first." if sharing.is_public else "Set unshare=true to stop sharing it before it is deleted."
    return refusal(
        f"{named(image)} {told}, and the cloud deletes no shared image, not even with force=true. {advice}",
        "shared",
        image,
    )


# --- while a plan is carried out -------------------------------------------------------------------------------------


def changed_meanwhile(image: Image, changed: t.Mapping[str, str], since: str = "read it") -> ApsaraStackError:
    """``changed``: see ``Expected.changes``. ``since``: what this task did before, after its name."""
    return ApsaraStackError(
        f"{named(image)} has changed since this task {since}: {' and '.join(changed.values())}. Somebody else is "
        "working on it. Check the image, and run the task again.",
        next((_REASONS[name] for name in changed if name in _REASONS), "changed_meanwhile"),
    )


def sharing_changed(image_id: str, told: str, so: str = "") -> ApsaraStackError:
    """``so``: what the task has therefore not done."""
    return ApsaraStackError(
        f"The accounts of image {image_id} have changed since this task read them: {told}. Somebody else is working on "
        f"it{so}. Run the task again.",
        "changed_meanwhile",
    )


def renamed_meanwhile(image: Image) -> ApsaraStackError:
    return changed_meanwhile(image, {"image_name": f"its name is now {image['image_name']!r}"})


def not_as_created(image: Image, missing: t.Sequence[str]) -> ApsaraStackError:
    return ApsaraStackError(
        f"{named(image)} was created to replace another image, but it does not have the requested properties: "
        f"{', '.join(missing)}. The site ignores them, or somebody has changed them. The old image is unchanged; "
        f"delete the new one with state=absent and image_id={image['image_id']}.",
        "not_supported_by_site",
    )


def mark_not_shown(step: Swap, image: Image) -> ApsaraStackError:
    replaced = str(step.new.mark).partition("/")[0]
    return ApsaraStackError(
        f"{named(image)} was created to replace image {replaced}, but it does not show the tag {MARK}: the site "
        "ignores the tags that this task creates an image with, or does not report the tags of images. Without this "
        "tag, no run recognizes a replacement image, so this task cannot replace an image on this site. Image "
        f"{replaced} is unchanged. Delete the new image with state=absent and image_id={image['image_id']}. Instead of "
        "recreate, create each image under a new image_name, and delete the old one with state=absent.",
        "not_supported_by_site",
    )


def replacement_vanished(image_id: str, old: Image | None) -> ApsaraStackError:
    return ApsaraStackError(
        f"Replacement image {image_id} no longer exists: somebody has deleted it. {_old_kept(old)}Run the task again "
        "to create a new one.",
        "vanished",
    )


def replacement_missing(replacement: Replacement, image_id: str) -> ApsaraStackError:
    return ApsaraStackError(
        f"Image {image_id}, which replaces the old image, was not found under the name "
        f"{replacement.image_name!r}: the site has ignored the rename, or somebody has renamed or deleted it. The old "
        "image was not deleted. Run the task again.",
        "changed_meanwhile",
    )


def name_was_taken(image: Image, others: t.Sequence[Image]) -> ApsaraStackError:
    return ApsaraStackError(
        f"{named(image)} is ready, but the name that it was created for is now used by {listed(others)}. It "
        "keeps its current name, and nothing was deleted. Decide which one is right, delete the other with image_id, "
        "and run the task again.",
        "name_taken",
    )


def no_time_for_the_swap(step: Swap, new: Image, old: Image | None, seconds: float) -> DeadlineError:
    deletes = "" if old is None else f" and deletes image {old['image_id']}"
    return DeadlineError(
        f"timed out after {seconds:g} seconds (wait_timeout), right before the new image would have got the name. "
        f"{named(new)} is ready. {_old_kept(old)}Run the task again: it gives the new image the name "
        f"{step.new.image_name!r}{deletes}."
    )


def rename_was_ignored(image_id: str, image_name: str) -> ApsaraStackError:
    return ApsaraStackError(
        f"The site accepted the rename of image {image_id} to {image_name!r}, but lists no such image under that name. "
        "The old image was not deleted. This site does not seem to support renaming images (image_name).",
        "not_supported_by_site",
    )


def rename_not_shown_yet(step: Swap, image_id: str, seconds: float) -> DeadlineError:
    return DeadlineError(
        f"timed out after {seconds:g} seconds (wait_timeout): image {image_id} was renamed to {step.new.image_name!r}, "
        "but the cloud does not list it under that name yet. The old image was not deleted. Run the task again: it "
        "resumes the replacement. If that ends in the same way, the site ignores renames."
    )


def no_image_has_the_name(step: Swap, new_id: str, why: ApsaraStackError) -> ApsaraStackError:
    old = "" if step.old is None else f", and image {step.old.image['image_id']} is named {step.replaced_name!r}"
    return ApsaraStackError(
        f"{why.message.rstrip('.')}. The old image could not be given its name back either: at the moment no image is "
        f"named {step.new.image_name!r}. Image {new_id} is named {step.made['image_name']!r}{old}. Nothing was "
        "deleted. Run the task again: it finishes the replacement.",
        why.reason,
    )


def created_twice(image_id: str, image_name: str, duplicates: t.Sequence[Image]) -> ApsaraStackError:
    return ApsaraStackError(
        f"Image {image_id} was created, but at the same time another task created an image with the same name "
        f"{image_name!r}: {listed(duplicates)}. Keep one of them, and delete the others with state=absent and "
        "image_id. If a play has many hosts, run_once: true creates the image once for all of them.",
        "ambiguous_name",
    )


def named_twice(image: Image, others: t.Sequence[Image]) -> ApsaraStackError:
    return ApsaraStackError(
        f"{named(image)} is no longer the only image with this name: {listed(others)}. Another task has created or "
        "renamed it meanwhile. Keep one of them, and delete the others with state=absent and image_id. If a play has "
        "many hosts, run_once: true runs the task once for all of them, and throttle: 1 on one host after the other.",
        "ambiguous_name",
    )


def named_since(image_name: str, others: t.Sequence[Image]) -> ApsaraStackError:
    return ApsaraStackError(
        f"The image was deleted, but somebody else has given the name {image_name!r} to {listed(others)} meanwhile. "
        "This image was not deleted. Run the task again to delete it as well.",
        "changed_meanwhile",
    )


def created_meanwhile(image_name: str, others: t.Sequence[Image]) -> ApsaraStackError:
    return ApsaraStackError(
        f"The name {image_name!r} was free when this task looked it up, but is now used by {listed(others)}. "
        "Somebody else has created it meanwhile, so no second one was created. Run the task again.",
        "changed_meanwhile",
    )


def vanished_after_writing(image_id: str) -> ApsaraStackError:
    return ApsaraStackError(
        f"image {image_id} is no longer listed: somebody else has deleted it since this task changed it. To create it "
        "again, run the task with image_name and a source.",
        "vanished",
    )


def also_named(image_name: str, image_id: str, others: t.Sequence[Image]) -> ApsaraStackError:
    return ApsaraStackError(
        f"Image {image_id} is named {image_name!r}, but now {listed(others)} has this name as well. No image "
        "was deleted for it. Decide which one is right, delete the other with image_id, and run the task again.",
        "ambiguous_name",
    )


def not_shown_yet(image_id: str, missing: t.Sequence[str], seconds: float) -> DeadlineError:
    ignored = "" if missing == [ITSELF] else " If that ends in the same way, the site ignores these options."
    return DeadlineError(
        f"timed out after {seconds:g} seconds (wait_timeout): the site accepted the change of image {image_id}, but "
        f"does not show it yet: {', '.join(missing)}. Run the task again: it changes only what still "
        f"differs.{ignored}{_fixed(image_id, missing)}"
    )


def not_supported(image_id: str, missing: t.Sequence[str]) -> ApsaraStackError:
    return ApsaraStackError(
        f"The site accepted the change, but image {image_id} does not show it after a minute: {', '.join(missing)}."
        f"{_changeable(missing)}{_fixed(image_id, missing)}",
        "not_supported_by_site",
    )


def _changeable(missing: t.Iterable[str]) -> str:
    if all(option in _FIXED for option in missing):
        return " This site ignores that when an image is created."
    return (
        " This site ignores these options, or somebody has changed them back. Run the task again: what can still be "
        "changed is then changed with a separate call. If that ends in the same way, omit these options."
    )


def _fixed(image_id: str, missing: t.Iterable[str]) -> str:
    names = " and ".join(option for option in missing if option in _FIXED)
    if not names:
        return ""
    return (
        f" No later run changes {names}, since that is only set when an image is created. To keep the image as it is, "
        f"omit {names}. Otherwise ask the operators of the site, delete the image with state=absent and "
        f"image_id={image_id}, and run the task again."
    )


# --- warnings --------------------------------------------------------------------------------------------------------


def image_kept(image_id: str, why: str) -> str:
    return (
        f"image {image_id} was not deleted: {why}. Delete it with state=absent and image_id={image_id} once this is "
        "possible"
    )


def not_listed_yet(image_id: str) -> str:
    return f"image {image_id} was created, but the cloud does not list it yet. {unlisted(image_id)}"


# --- remarks of a failure ---------------------------------------------------------------------------------------------


def unlisted(image_id: str, *, is_named: bool = True) -> str:
    """``is_named``: whether the new image has the name of the task, so that the task may also select it by id."""
    waits = f"Instead, give it image_id={image_id}, with which it waits for this image and creates none. Or wait"
    first = waits if is_named else "Wait"
    return (
        f"Until the cloud lists image {image_id}, this task would create a second image. {first} "
        f"until apsarastack_image_info lists image {image_id}, and then run the task again."
    )


def name_given_back(step: Swap) -> str:
    old = "" if step.old is None else f"Image {step.old.image['image_id']} has the name {step.new.image_name!r} again"
    return f"{old}: its rename was rolled back."


# --- parts -----------------------------------------------------------------------------------------------------------


def named(image: Image) -> str:
    return f"Image {image['image_id']} ({image['image_name']!r})"


def listed(images: t.Iterable[Image]) -> str:
    return "; ".join(f"{image['image_id']} ({image['status']}, {image['creation_time']})" for image in images)


def _old_kept(old: Image | None) -> str:
    return "" if old is None else f"Image {old['image_id']} is still named {old['image_name']!r}. "
