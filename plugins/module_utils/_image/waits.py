# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the steps that wait for an image or read it are carried out.

An image whose name no other may have is read by this name where possible: the list shows the others as well, at no
extra call.
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.running import LONGEST_LAG
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import goals, marks, obstacles, steps, verifying

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, Predicted
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import waiter
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.running import ImageRunning


def wait_until_usable(step: steps.WaitUntilUsable, run: ImageRunning) -> None:
    image_id = run.id_of(step.image_id)

    def look() -> Image | None:
        if run.outcome.unlisted is not None:
            image = _newly_listed(image_id, run.outcome.unlisted, run)
        else:
            image = _read(image_id, step.name, run)
        if image is None:
            run.judge_unlisted(image_id)
            return None
        # However the wait ends, the result contains the last known image.
        run.outcome.know_image(image)
        if step.name not in (None, image["image_name"]):
            raise obstacles.renamed_meanwhile(image)
        return image

    run.wait(goals.usable(run.why_failed), look, f"image {image_id}")
    run.has_just_looked = True


def wait_until_listed(step: steps.WaitUntilListed, run: ImageRunning) -> None:
    image_id = run.id_of(None)
    started = run.deadline.elapsed()
    goal = goals.listed(lambda: run.deadline.elapsed() - started >= LONGEST_LAG)
    image = run.wait(goal, lambda: _newly_listed(image_id, step.image_name, run), f"image {image_id}")
    if image is None:
        run.outcome.warnings.append(obstacles.not_listed_yet(image_id))
    run.has_just_looked = image is not None


def _newly_listed(image_id: str, name: str, run: ImageRunning) -> Image | None:
    """The new image, once it is listed under its name.

    Another task may have read the list before this one wrote, and created an image of the name as well. All but the
    first of these tasks notice it here: a new image is listed no earlier than those that were created before it.
    Duplicates are also reported while the own image is not listed, which may take longer than the task.
    """
    image, duplicates = _named(image_id, name, run)
    if image is not None or duplicates:
        # From now on, a task of the name finds an image.
        run.outcome.unlisted = None
    if image is not None:
        run.outcome.know_image(image)
    if duplicates:
        raise obstacles.created_twice(image_id, name, duplicates)
    return image


def _read(image_id: str, name: str | None, run: ImageRunning) -> Image | None:
    """The image as it is now. Raises ApsaraStackError if another image has ``name``, too."""
    if name is None:
        return run.images.by_id(image_id)
    image, duplicates = _named(image_id, name, run)
    if image is None:
        # Somebody has renamed it, or the list does not show yet that this task has.
        return run.images.by_id(image_id)
    if duplicates:
        raise obstacles.named_twice(image, duplicates)
    return image


def _named(image_id: str, name: str, run: ImageRunning) -> tuple[Image | None, list[Image]]:
    """The image, if it has the name, and the other usable images of the name, except those that the task deletes."""
    named = run.images.by_name(name)
    image = next((each for each in named if each["image_id"] == image_id), None)
    # A list that lags still shows a replaced image under the name. One that only now has it is somebody else's.
    deletes = [step for step in run.plan.steps if isinstance(step, steps.Delete)]
    own = {image_id, *(step.image_id for step in deletes if step.expected.image["image_name"] == name)}
    others = [each for each in verifying.usable(named) if each["image_id"] not in own]
    is_pair = image is not None and marks.replacement_in([image, *others]) is not None
    return image, [] if is_pair else others


def wait_until_settled(step: steps.WaitUntilSettled, run: ImageRunning) -> None:
    _wait(goals.SETTLED, step.image_id, run)


def wait_until_gone(step: steps.WaitUntilGone, run: ImageRunning) -> None:
    if step.image_id in run.outcome.kept:
        return
    if step.name is None:
        _wait(goals.GONE, step.image_id, run)
    else:
        _wait_until_none_is_named(step.image_id, step.name, run)


def _wait_until_none_is_named(image_id: str, name: str, run: ImageRunning) -> None:
    def look() -> Image | None:
        image, run.named_since = _named(image_id, name, run)
        return image

    run.wait(goals.GONE, look, f"image {image_id}")


def _wait(goal: waiter.Goal[Image], image_id: str, run: ImageRunning) -> None:
    run.wait(goal, lambda: run.images.by_id(image_id), f"image {image_id}")


def check_unchanged(step: steps.CheckUnchanged, run: ImageRunning) -> None:
    verifying.judge_unchanged(step.expected, t.cast("Image", run.outcome.image))


def read_back(step: steps.ReadBack, run: ImageRunning) -> None:
    """Waits until the image shows what was written. Raises ApsaraStackError if it never does, because the site ignores
    it or somebody else has changed or deleted the image."""
    image_id, wanted = run.id_of(step.image_id), step.wanted or t.cast("Image", run.plan.after)
    started = run.deadline.elapsed()
    image = t.cast("Image", run.outcome.image) if run.has_just_looked else _read(image_id, step.name, run)
    while True:
        if image is not None:
            run.outcome.know_image(image)
            _judge_foreign(image, wanted, run)
        missing = [obstacles.ITSELF] if image is None else _missing(image, wanted, run)
        if not missing:
            break
        if run.deadline.elapsed() - started >= LONGEST_LAG:
            raise (
                obstacles.vanished_after_writing(image_id)
                if image is None
                else obstacles.not_supported(image_id, missing)
            )
        if not run.has_patience(started, LONGEST_LAG):
            raise obstacles.not_shown_yet(image_id, missing, run.deadline.seconds)
        run.pause()
        image = _read(image_id, step.name, run)
    run.has_just_looked = True


def _judge_foreign(image: Image, wanted: Image | Predicted, run: ImageRunning) -> None:
    """Raises ApsaraStackError if somebody has given it values that it had neither before nor after the change."""
    known = (run.plan.subject, run.plan.before)
    before = next((one for one in known if one is not None and one["image_id"] == image["image_id"]), None)
    changed = verifying.foreign(image, wanted, before)
    if before is not None and image["image_name"] not in (before["image_name"], wanted["image_name"]):
        changed["image_name"] = f"its name is now {image['image_name']!r}"
    if changed:
        raise obstacles.changed_meanwhile(image, changed, "wrote to it")


def _missing(image: Image, wanted: Image | Predicted, run: ImageRunning) -> list[str]:
    differences = {
        "image_name": image["image_name"] != wanted["image_name"],
        # The mark stays if a replaced image may be deleted later.
        f"tag {MARK}": image["tags"].get(MARK) != wanted["tags"].get(MARK) and not run.outcome.is_unfinished,
    }
    return [*(name for name, differs in differences.items() if differs), *verifying.not_shown(image, wanted)]
