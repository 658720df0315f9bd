# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan: from the desired state and the current state that a reader returns. Nothing here carries out steps or
writes."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import (
    AVAILABLE,
    UNAVAILABLE,
    Image,
    is_deprecated,
    is_failed,
    is_settled,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import Plan
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import changes

if t.TYPE_CHECKING:  # pragma: no cover
    import types

    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.reader import Reader


def _refusals() -> types.ModuleType:
    # Imported only for refused tasks, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import refusals  # noqa: PLC0415

    return refusals


def plan(desired: DesiredImage, reader: Reader, now: float) -> ImagePlan:
    """The plan to reach the desired state.

    Each fact is read from ``reader`` once, where it is decisive. ``now``: seconds since the epoch. Raises RefusalError
    if this is impossible or not allowed, and what the reader raises.
    """
    made = _plan(desired, reader, now)
    if not desired.may_share:
        return made
    # Imported only for tasks that share an image.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import sharing  # noqa: PLC0415

    return sharing.applied(desired, made, reader)


def _plan(desired: DesiredImage, reader: Reader, now: float) -> ImagePlan:
    images = _selected(desired, reader)
    failed = tuple(image for image in images if is_failed(image))
    usable = _unambiguous(desired, [image for image in images if not is_failed(image)], images)
    # Imported only for tasks that change something, so that the others stay fast.
    if desired.state == "absent":
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import deletion  # noqa: PLC0415

        return deletion.plan_absent(desired, reader, (*usable, *failed))
    if desired.may_replace:
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import replacing  # noqa: PLC0415

        replacement = replacing.plan_replacement(desired, usable, failed, reader, now)
        if replacement is not None:
            return _with_warnings(replacement, map(_left_alone, failed) if usable else ())
    if usable:
        return _plan_change(desired, _replacement_in(usable) or usable[0], failed, reader)
    if failed and (desired.image_id is not None or desired.source is None):
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import imports  # noqa: PLC0415

        why = imports.why_failed(failed[0], reader)
        raise _refusals().failed(desired, failed[0], why, _purpose(failed[0]))
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import creating  # noqa: PLC0415

    return creating.plan_creation(desired, reader, failed)


def _selected(desired: DesiredImage, reader: Reader) -> tuple[Image, ...]:
    if desired.image_id is None:
        return reader.by_name(desired.name)
    image = reader.by_id(desired.image_id)
    if image is None and desired.waits_for_image:
        image = reader.listed(desired.image_id, is_slow=desired.is_slow)
    return () if image is None else (image,)


def _unambiguous(desired: DesiredImage, usable: t.Sequence[Image], images: t.Sequence[Image]) -> t.Sequence[Image]:
    """The only usable image, or the two of an unfinished replacement."""
    replacement = _replacement_in(usable)
    if len(usable) > 1 and replacement is None:
        raise _refusals().ambiguous(desired.image_name, images)
    if replacement is not None and desired.state == "absent":
        raise _refusals().unfinished_pair(desired, usable, replacement)
    return usable


def _replacement_in(usable: t.Sequence[Image]) -> Image | None:
    """See ``marks.replacement_in``; a single image replaces no other."""
    if len(usable) < 2:
        return None
    # Imported only for names of several images, so that other tasks stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import marks  # noqa: PLC0415

    return marks.replacement_in(usable)


def _with_warnings(plan: ImagePlan, warnings: t.Iterable[str]) -> ImagePlan:
    return dataclasses.replace(plan, warnings=(*plan.warnings, *warnings))


def _plan_change(desired: DesiredImage, image: Image, leftovers: t.Sequence[Image], reader: Reader) -> ImagePlan:
    difference = _source_difference(desired, image)
    if difference is not None:
        raise _refusals().other_source(image, difference)
    if image["status"] == UNAVAILABLE:
        raise _refusals().unavailable(image, _purpose(image))
    after = changes.target(desired, image)
    if after["image_name"] != image["image_name"]:
        _judge_new_name(image, after, reader)
    after, warnings = _judged(desired, image, after, reader)
    waits_first = desired.wait and not is_settled(image)
    if waits_first and not is_deprecated(after):
        after["status"] = AVAILABLE
    return Plan(
        before=image,
        after=after,
        steps=() if after == image and not waits_first else _change(desired, image, after),
        warnings=(
            *_unchangeable(desired, image),
            *_uncompared(desired, image),
            *_adopted(desired, image),
            *warnings,
            *map(_left_alone, leftovers),
        ),
    )


def _source_difference(desired: DesiredImage, image: Image) -> str | None:
    if desired.source is None:
        return None
    # Imported only for tasks with a source, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import differing  # noqa: PLC0415

    return differing.source_difference(desired.source, image)


def _change(desired: DesiredImage, image: Image, after: Image) -> tuple[Step, ...]:
    # Imported only for tasks that change something, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import writing  # noqa: PLC0415

    is_selected_by_id = desired.image_id is not None
    return tuple(writing.change(image, after, waits=desired.wait, is_selected_by_id=is_selected_by_id))


def _judge_new_name(image: Image, after: Image, reader: Reader) -> None:
    """Raises RefusalError if another image of the account has the name: later runs would refuse it as ambiguous."""
    others = [one for one in reader.by_name(str(after["image_name"])) if one["image_id"] != image["image_id"]]
    if others:
        raise _refusals().name_taken(image, others)


def _unchangeable(desired: DesiredImage, image: Image) -> t.Iterator[str]:
    for difference in changes.create_only_differences(desired, image):
        yield (
            f"image {image['image_id']}: {difference}, and that cannot be changed later; "
            "recreate=on_source_change replaces the image"
        )
    if _purpose(image):
        yield _purpose(image)


def _uncompared(desired: DesiredImage, image: Image) -> t.Iterator[str]:
    if desired.source is not None and desired.source.kind == "copy":
        yield from desired.source.uncompared(image)


def _adopted(desired: DesiredImage, image: Image) -> t.Iterator[str]:
    if desired.recreate == "always" and not is_settled(image):
        yield (
            f"image {image['image_id']} is still being created from the same source, as far as the cloud reports it: "
            "this run adopts it as the new image that recreate=always requires, and creates no other"
        )


def _judged(desired: DesiredImage, image: Image, after: Image, reader: Reader) -> tuple[Image, t.Sequence[str]]:
    """See ``attributes.judged``."""
    if desired.sets_attributes or is_deprecated(image):
        # Imported only where it is used, so that other tasks stay fast.
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import attributes  # noqa: PLC0415

        return attributes.judged(desired, image, after, reader)
    return after, ()


def _purpose(image: Image) -> str:
    """See ``marks.purpose``."""
    if MARK not in image["tags"]:
        return ""
    # Imported only for replacement images, so that other tasks stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import marks  # noqa: PLC0415

    return marks.purpose(image)


def _left_alone(image: Image) -> str:
    return f"image {image['image_id']} has the same name and stays unchanged: {_refusals().failure(image)}"
