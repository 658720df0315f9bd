# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds unfinished replacements, and decides what to do with them. Pure, given a reader.

An image that is still being created may belong to an active run, and is not touched. A usable image is never deleted to
free a name.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import (
    UNAVAILABLE,
    Image,
    is_failed,
    is_settled,
    is_usable,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import differing, marks, replacement_refusals

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.reader import Reader


@dataclass(frozen=True)
class Unfinished:
    """The images that earlier runs have left under the temporary names.

    ``old``: the image being replaced. ``adopted``: becomes the new image of this run. ``useless``: deleted before a new
    one is created. ``outdated``: usable, so deleted only after the new one has the name. ``free_name``: for a new one.
    """

    old: Image | None = None
    adopted: Image | None = None
    useless: tuple[Image, ...] = ()
    outdated: tuple[Image, ...] = ()
    free_name: str | None = None


def answers(desired: DesiredImage, image: Image, mark: marks.Mark, now: float) -> bool:
    """Whether a replacement image of an earlier run is in the desired state of this task."""
    if desired.recreate == "always" and not mark.is_recent(now):
        return False
    return mark.digest == marks.digest(desired) and differing.difference(desired, image) is None


def unfinished(desired: DesiredImage, old: Image | None, reader: Reader, now: float) -> Unfinished:
    """The images with the temporary names. ``old``: the image with the desired name, or None.

    Raises RefusalError if they may belong to somebody else.
    """
    names = marks.temporary_names(desired.name)
    found = [image for name in names for image in reader.by_name(name)]
    # If no image has the name, an unrelated image with a temporary name is not an obstacle.
    marked = [(image, _mark(desired, image)) for image in found if old is not None or marks.mark_of(image) is not None]
    if old is None:
        old = _replaced(desired, marked, reader)
    adopted: Image | None = None
    useless: list[Image] = []
    outdated: list[Image] = []
    # The oldest first, so that all runs choose the same one.
    for image, mark in sorted(marked, key=lambda pair: (pair[0]["creation_time"] or "", pair[0]["image_id"])):
        if is_failed(image) or image["status"] == UNAVAILABLE:
            useless.append(image)
        elif adopted is None and _is_adopted(desired, image, mark, old, now):
            adopted = image
        elif is_settled(image):
            outdated.append(image)
        else:
            raise replacement_refusals.unfinished_replacement(desired, image, mark.age(now))
    strangers = [image for image in found if marks.mark_of(image) is None]
    taken = {image["image_name"] for image in (*outdated, *strangers)}
    free_name = next((name for name in names if name not in taken), None)
    return Unfinished(old, adopted, tuple(useless), tuple(outdated), free_name)


def _mark(desired: DesiredImage, image: Image) -> marks.Mark:
    mark = marks.mark_of(image)
    if mark is None:
        raise replacement_refusals.temporary_name_taken(desired, image)
    return mark


def _replaced(desired: DesiredImage, marked: t.Iterable[tuple[Image, marks.Mark]], reader: Reader) -> Image | None:
    """The replaced image, if an interrupted swap has left it without the desired name."""
    for _image, mark in marked:
        old = reader.by_id(mark.replaced_id)
        if old is not None and marks.has_replaced_name(old, desired.name):
            return old
    return None


def _is_adopted(desired: DesiredImage, image: Image, mark: marks.Mark, old: Image | None, now: float) -> bool:
    wanted = desired.description if desired.description is not None else (image if old is None else old)["description"]
    if image["description"] and not wanted:
        # The API cannot clear it.
        return False
    if is_settled(image):
        # A deprecated image does not replace another one. Whatever it was to replace, it is in the desired state.
        return is_usable(image) and answers(desired, image, mark, now)
    replaces_it = old is None or mark.replaced_id == old["image_id"]
    return replaces_it and answers(desired, image, mark, now)
