# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans the replacement of an image without a gap, and never based on stale facts. Pure, given a reader.

A replacement image is created under a temporary name and waited for. Then it gets the name and is read under it, and
only then the replaced image is deleted. Its mark (see ``marks``) tells a later run how far an interrupted one came.
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import (
    UNAVAILABLE,
    Image,
    Predicted,
    image_stub,
    is_settled,
    is_usable,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import tags as tag_rules
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import Plan
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK, MAXIMUM_TAGS, own_tags
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import (
    carrying,
    changes,
    creating,
    deletion,
    differing,
    marks,
    replacement_refusals,
    resuming,
    sources,
    steps,
    writing,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.deletion import Leaving, Removal
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Expected, Replacement

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import AnySource, DesiredImage
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.reader import Reader


def plan_replacement(
    desired: DesiredImage, usable: t.Sequence[Image], failed: t.Sequence[Image], reader: Reader, now: float
) -> ImagePlan | None:
    """The plan if an image must be replaced, or an earlier run has begun to replace it; otherwise None.

    ``usable``: the image of the desired name, or it and the one that it is replacing. ``failed``: failed images of the
    name. ``now``: seconds since the epoch. Raises RefusalError.
    """
    made = _plan(desired, usable, failed, reader, now)
    if made is not None and desired.source is not None and desired.source.kind == "copy":
        desired.source.judge_deleted(step.expected.image for step in made.steps if isinstance(step, steps.Delete))
    return made


def _plan(
    desired: DesiredImage, usable: t.Sequence[Image], failed: t.Sequence[Image], reader: Reader, now: float
) -> ImagePlan | None:
    current = marks.replacement_in(usable) or next(iter(usable), None)
    if current is None:
        return None if desired.source is None else _plan_without_current(desired, failed, reader, now)
    mark = marks.mark_of(current)
    if mark is not None:
        return _plan_marked(desired, current, mark, usable, reader, now)
    return _plan_unmarked(desired, current, reader, now)


def _plan_unmarked(desired: DesiredImage, current: Image, reader: Reader, now: float) -> ImagePlan | None:
    if differing.reason(desired, current) is None:
        return None
    return _replace(desired, resuming.unfinished(desired, current, reader, now), reader, now)


def _plan_without_current(desired: DesiredImage, failed: t.Sequence[Image], reader: Reader, now: float) -> ImagePlan:
    """No image has the name: an earlier run may have ended between the two renames of the swap."""
    found = resuming.unfinished(desired, None, reader, now)
    if found.old is not None or found.adopted is not None:
        return _replace(desired, found, reader, now)
    return creating.plan_creation(desired, reader, (*failed, *found.useless), found.outdated)


def _plan_marked(
    desired: DesiredImage, current: Image, mark: marks.Mark, usable: t.Sequence[Image], reader: Reader, now: float
) -> ImagePlan | None:
    """The replacement image has the name, and the replaced one may still exist: its replacement is finished first."""
    old = next((one for one in usable if one["image_id"] == mark.replaced_id), None) or reader.by_id(mark.replaced_id)
    names = (desired.image_name, marks.replaced_name(desired.name, mark.replaced_id))
    if old is not None and old["image_name"] not in names:
        # Somebody has renamed it to keep it.
        old = None
    if old is not None and is_settled(current) and not is_usable(current):
        raise replacement_refusals.replacement_not_usable(current, old)
    if current["status"] == UNAVAILABLE:
        # There is nothing to finish, and the image is like any other unusable one.
        return _plan_unmarked(desired, current, reader, now)
    if differing.reason(desired, current) is None or _is_this_run(desired, current, mark, old, now):
        return _finish(desired, current, old, reader, mark)
    finishing = _finishing(desired, current, current, old, reader)
    return _replace(desired, resuming.unfinished(desired, current, reader, now), reader, now, finishing)


def _is_this_run(desired: DesiredImage, current: Image, mark: marks.Mark, old: Image | None, now: float) -> bool:
    """Whether it is the interrupted replacement that the task requires. A replacement that kept the replaced image is
    complete: a task that creates a new image in each run begins another one."""
    ended = old is not None and old["image_name"] != desired.image_name and deletion.obstacle(desired, old) is not None
    return resuming.answers(desired, current, mark, now) and not (ended and desired.recreate == "always")


# --- in which steps --------------------------------------------------------------------------------------------------


def _replace(
    desired: DesiredImage, found: resuming.Unfinished, reader: Reader, now: float, before: Removal | None = None
) -> ImagePlan:
    """Creates or adopts an image, swaps the names, and deletes the replaced image. ``before``: the steps that finish an
    earlier replacement."""
    old, adopted = found.old, found.adopted
    base = t.cast("Image", adopted if old is None else old)
    # If it has already lost the name, it may be kept: the new image is waiting for the free name.
    if old is not None and (adopted is None or old["image_name"] == desired.image_name):
        _judge(desired, reader, old)
    wanted = changes.target(desired, {**base, "image_name": desired.image_name, "tags": own_tags(base["tags"])})
    if len(wanted["tags"]) >= MAXIMUM_TAGS:
        raise replacement_refusals.too_many_tags_for_a_mark(base)
    mark = _mark_for(desired, found, now)
    marked: Image = {**wanted, "tags": {**wanted["tags"], MARK: mark.text()}}
    cleared = deletion.removal(
        desired, reader, [Leaving(one, deletion.why_useless(one)) for one in found.useless], until_gone=True
    )
    if adopted is None:
        judged = sources.judge(t.cast("AnySource", desired.source), reader)
        lost = carrying.warnings(desired, base, judged.lacking)
        warnings, (steps_of_new, new) = (*judged.warnings, *lost), _new_image(desired, found, marked, judged)
    else:
        warnings, (steps_of_new, new) = _resumed(adopted, mark, now), _adopted_image(desired, adopted, marked)
    swap = _swap(desired, Replacement(new["image_id"], desired.name, mark.text()), new, old)
    removed = _removal(desired, swap, reader, found.outdated)
    first = Removal() if before is None else before
    return Plan(
        before=base,
        after={**new, "image_name": desired.image_name, "tags": tag_rules.unmarked(new["tags"])},
        steps=(
            *first.steps,
            *cleared.steps,
            *_restoring(desired, found),
            *steps_of_new,
            swap,
            *removed.steps,
            *_closing(desired, new["image_id"]),
        ),
        warnings=(
            *first.warnings,
            *(creating.made_again(one, reader) for one in found.useless),
            *warnings,
            *cleared.warnings,
            *removed.warnings,
        ),
        facts={"replaced_image_id": mark.replaced_id},
        subject=adopted,
    )


def _judge(desired: DesiredImage, reader: Reader, old: Image) -> None:
    if not is_settled(old):
        # The run that is creating it may still be active.
        raise replacement_refusals.still_being_created(old, str(differing.reason(desired, old)))
    deletion.judge(desired, reader, old)


def _mark_for(desired: DesiredImage, found: resuming.Unfinished, now: float) -> marks.Mark:
    mark = None if found.adopted is None else marks.mark_of(found.adopted)
    if found.old is None:
        return t.cast("marks.Mark", mark)
    begun = now if mark is None else mark.begun
    return marks.Mark(found.old["image_id"], marks.digest(desired), begun)


def _new_image(
    desired: DesiredImage, found: resuming.Unfinished, marked: Image, judged: sources.Judged
) -> tuple[list[Step], Predicted | Image]:
    """The steps that create the new image, and the predicted image before the swap."""
    if found.free_name is None:
        raise replacement_refusals.temporary_names_used(desired, found.outdated)
    given, family = carrying.carried(desired, marked, judged.lacking), marked["image_family"] or None
    if judged.source.kind == "create" and given["boot_mode"] == "bios":
        # That of a new image, unless the cloud knows better.
        given["boot_mode"] = None
    create = steps.Create(
        found.free_name,
        judged.source,
        marked["description"] or None,
        marked["tags"],
        **given,
        image_family=family,
    )
    new = image_stub(
        image_name=found.free_name,
        description=marked["description"] or "",
        tags=marked["tags"],
        status="Available",
        **given,
        image_family=family,
        **judged.known,
    )
    joining = writing.joining(judged.source, family, given["boot_mode"])
    reading = [steps.ReadBack(None, new)] if joining else []
    return [create, steps.WaitUntilUsable(None), *joining, *reading], new


def _adopted_image(desired: DesiredImage, adopted: Image, marked: Image) -> tuple[list[Step], Image]:
    # The attributes are those of the image being replaced, unless the task gives others.
    lacking = sources.lacking_in(t.cast("AnySource", desired.source))
    wanted = {**carrying.carried(desired, marked, lacking), "image_family": marked["image_family"]}
    tags = tag_rules.merged(adopted["tags"], *tag_rules.tag_changes(adopted["tags"], marked["tags"], purge=True))
    kept = {"status": "Available", "description": marked["description"], "tags": tags}
    new = t.cast("Image", {**adopted, **changes.attribute_changes(wanted, adopted), **kept})
    return _writing(adopted, new), new


def _writing(image: Image, wanted: Image, name: str | None = None) -> list[Step]:
    """The writes to a replacement image, and their confirmation, before anything is renamed or deleted. ``name``: see
    ``steps.WaitUntilUsable``; other images may have a temporary name."""
    writes = writing.writes(image, wanted)
    waiting = [] if is_settled(image) else writing.waiting(image, writes, name)
    reading: list[Step] = [steps.ReadBack(image["image_id"], wanted, name)] if writes else []
    return [*waiting, *writes, *reading]


def _restoring(desired: DesiredImage, found: resuming.Unfinished) -> list[Step]:
    """While a new image is being created, the old one gets back the name that it lost in an interrupted swap."""
    if found.old is None or found.adopted is not None or found.old["image_name"] == desired.image_name:
        return []
    return [steps.Modify(found.old["image_id"], desired.image_name, None)]


def _swap(desired: DesiredImage, new: Replacement, made: Image | Predicted, old: Image | None) -> steps.Swap:
    if old is None:
        return steps.Swap(new, made)
    name_of_old = marks.replaced_name(new.image_name, old["image_id"])
    # Another run that finishes the same replacement may already have renamed it.
    expected = Expected(old, (new.image_name, name_of_old), may_be_in_use=desired.force)
    return steps.Swap(new, made, expected, name_of_old)


def _removal(desired: DesiredImage, swap: steps.Swap, reader: Reader, outdated: t.Iterable[Image] = ()) -> Removal:
    leaving = [Leaving(one, "it is an outdated replacement", replacement=swap.new, may_stay=True) for one in outdated]
    if swap.old is not None:
        # A list that lags behind the swap still shows the old name.
        replaced = Leaving(swap.old.image, "it has been replaced", swap.old.names, swap.new, may_stay=True)
        leaving.insert(0, replaced)
    return deletion.removal(desired, reader, leaving)


def _closing(desired: DesiredImage, image_id: str | None) -> list[Step]:
    reading: list[Step] = [steps.ReadBack(image_id, name=desired.name)] if desired.wait else []
    return [steps.Unmark(image_id), *reading]


def _finishing(desired: DesiredImage, current: Image, made: Image, old: Image | None, reader: Reader) -> Removal:
    """The remaining steps of a replacement whose new image has the name. ``made``: the predicted new image."""
    if old is None:
        return Removal()
    swap = _swap(desired, Replacement(current["image_id"], desired.name, current["tags"][MARK]), made, old)
    removed = _removal(desired, swap, reader)
    swapping = [swap] if old["image_name"] == desired.image_name else []
    return Removal((*swapping, *removed.steps), removed.warnings)


def _finish(desired: DesiredImage, current: Image, old: Image | None, reader: Reader, mark: marks.Mark) -> ImagePlan:
    wanted = changes.target(desired, {**current, "tags": tag_rules.unmarked(current["tags"])})
    if not is_settled(current):
        wanted["status"] = "Available"
    marked: Image = {**wanted, "tags": {**wanted["tags"], MARK: current["tags"][MARK]}}
    finishing = _finishing(desired, current, marked, old, reader)
    is_complete = old is None or any(isinstance(step, steps.Delete) for step in finishing.steps)
    closing = _closing(desired, current["image_id"]) if is_complete else []
    return Plan(
        before=current if old is None else old,
        after=wanted,
        steps=(*_writing(current, marked, desired.name), *finishing.steps, *closing),
        warnings=finishing.warnings,
        facts={"replaced_image_id": mark.replaced_id},
        subject=current,
    )


def _resumed(adopted: Image, mark: marks.Mark, now: float) -> tuple[str, ...]:
    return (
        f"image {adopted['image_id']} was created by an earlier run to replace image {mark.replaced_id} "
        f"({mark.age(now)}): this run resumes that replacement",
    )
