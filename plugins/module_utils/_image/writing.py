# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that change an image. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import is_deprecated, is_settled
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import tag_changes
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import changes, refusals, steps
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import expected

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import AnySource


def change(image: Image, after: Image, *, waits: bool, is_selected_by_id: bool) -> list[Step]:
    """The steps from the current image to ``after``. ``waits``: whether to wait until it is usable, and then until it
    shows the change."""
    writing = writes(image, after)
    # Other images may have the name of an image that is selected by its id, but not a name that the task gives it.
    name, new_name = image["image_name"], after["image_name"]
    first = waiting(image, writing, None if is_selected_by_id else name) if waits and not is_settled(image) else []
    read_under = None if is_selected_by_id and name == new_name else new_name
    reads = writing and (waits or any(_may_be_ignored(step) for step in writing))
    last: list[Step] = [steps.ReadBack(image["image_id"], name=read_under)] if reads else []
    return [*first, *writing, *last]


def _may_be_ignored(step: Step) -> bool:
    """Whether a site may accept the change, and ignore it."""
    return isinstance(step, steps.SetDeprecated) or (isinstance(step, steps.Modify) and bool(step.attributes()))


def writes(image: Image, wanted: Image) -> list[Step]:
    """The writes that change the image into the wanted one."""
    modification = modify(image, wanted)
    changing: list[Step] = [] if modification is None else [modification]
    changing += tagging(image["image_id"], image["tags"], wanted["tags"])
    if is_deprecated(image) == is_deprecated(wanted):
        return changing
    # A deprecated image can be neither shared nor copied, so it is deprecated last.
    status = steps.SetDeprecated(image["image_id"], is_deprecated(wanted))
    return [*changing, status] if status.deprecated else [status, *changing]


def waiting(image: Image, writes_after: t.Sequence[Step], name: str | None) -> list[Step]:
    """Waits until the image is usable, and checks that it has not changed before it is written to. ``name``: see
    ``steps.WaitUntilUsable``."""
    checking: list[Step] = [steps.CheckUnchanged(expected(image, settles=True))] if writes_after else []
    return [steps.WaitUntilUsable(image["image_id"], name), *checking]


def modify(image: Image, wanted: Image) -> steps.Modify | None:
    """The change of all that is set in one call. Raises RefusalError if a description would have to be emptied."""
    name = wanted["image_name"] if wanted["image_name"] != image["image_name"] else None
    differs = (wanted["description"] or "") != (image["description"] or "")
    if differs and not wanted["description"]:
        raise refusals.description_cannot_be_cleared(image)
    description = wanted["description"] if differs else None
    changed = changes.attribute_changes(wanted, image)
    is_same = name is None and description is None and not changed
    return None if is_same else steps.Modify(image["image_id"], name, description, **changed)


def joining(source: AnySource, family: str | None, boot_mode: str | None = None) -> list[Step]:
    """What a new image only gets once it is usable: CreateImage knows the family, and ImportImage the boot mode."""
    if source.kind == "create":
        return [] if boot_mode is None else [steps.Modify(None, boot_mode=boot_mode)]
    return [] if family is None else [steps.Modify(None, image_family=family)]


def tagging(image_id: str | None, current: t.Mapping[str, str], wanted: t.Mapping[str, str]) -> list[Step]:
    to_set, to_unset = tag_changes(current, wanted, purge=True)
    # Unset first, since the tag limit also applies in between.
    unset: list[Step] = [steps.UnsetTags(image_id, to_unset)] if to_unset else []
    return [*unset, steps.SetTags(image_id, to_set)] if to_set else unset
