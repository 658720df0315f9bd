# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Following a plan, step by step, and telling what was done, also when it ends in the middle."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.apsarastack.cloud.plugins.module_utils import steps, waiter
from ansible_collections.apsarastack.cloud.plugins.module_utils import tags as tag_rules
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import (
    ApsaraStackError,
    Kind,
    NoAnswerError,
    ServiceError,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.image import is_failed
from ansible_collections.apsarastack.cloud.plugins.module_utils.interruption import InterruptedTaskError
from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import texts

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.deadline import Deadline
    from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils.images import Images
    from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Plan

# Seconds. Reads lag behind writes by a moment on some releases; what is not shown by then is told in a warning.
READ_BACK_PATIENCE = 10.0


@dataclass
class Outcome:
    """What a plan came to. ``image`` is the image as last known; None when there is none to know."""

    image_id: str | None = None
    image: Image | None = None
    done: list[steps.Step] = field(default_factory=list)
    snapshots_failed: list[dict[str, str | None]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def actions(self) -> list[str]:
        return texts(self.done)

    @property
    def snapshots_deleted(self) -> list[str]:
        return [step.snapshot_id for step in self.done if isinstance(step, steps.DeleteSnapshot)]

    def facts(self) -> dict[str, t.Any]:
        """What every result tells, be it a success or a failure."""
        return {
            "changed": bool(self.actions),
            "actions": self.actions,
            "image_id": self.image_id,
            "image": self.image,
            "snapshots_deleted": self.snapshots_deleted,
            "snapshots_failed": self.snapshots_failed,
            "warnings": self.warnings,
        }


def predict(plan: Plan) -> Outcome:
    """What ``execute`` will come to: check mode is the plan without its execution."""
    last_known = plan.after if plan.after is not None else plan.before
    return Outcome(
        image_id=None if last_known is None else last_known["image_id"],
        image=last_known,
        done=list(plan.steps),
        warnings=list(plan.warnings),
    )


def execute(plan: Plan, images: Images, deadline: Deadline) -> Outcome:
    """Carry the plan out. Any ApsaraStackError leaves with the facts of what was done until then."""
    outcome = Outcome(warnings=list(plan.warnings))
    try:
        return _Execution(plan, images, deadline, outcome).run()
    except ApsaraStackError as error:
        # An interruption can come at any moment, also between two steps.
        error.facts = {**outcome.facts(), **error.facts}
        raise


class _Execution:
    def __init__(self, plan: Plan, images: Images, deadline: Deadline, outcome: Outcome) -> None:
        self._plan = plan
        self._images = images
        self._deadline = deadline
        self._outcome = outcome
        # The name of an image that was made and has not been listed yet.
        self._unlisted: str | None = None
        if plan.before is not None:
            self._know(plan.before)

    def run(self) -> Outcome:
        for step in self._plan.steps:
            try:
                _FOLLOW[type(step)](self, step)
            except ApsaraStackError as error:
                if isinstance(step, steps.DeleteSnapshot) and isinstance(error, ServiceError):
                    self._note_refusal(step, error)
                    continue
                self._tell(error, step)
                raise
            self._outcome.done.append(step)
        after = self._plan.after
        if after is not None and not self._has_looked():
            self._know({**after, "image_id": after["image_id"] or self._outcome.image_id})
        return self._outcome

    def _has_looked(self) -> bool:
        """Whether the last thing done was to read the image: then it is known better than predicted."""
        last = self._outcome.done[-1:]
        return bool(last) and isinstance(last[0], (steps.WaitUntilUsable, steps.ReadBack))

    def _know(self, image: Image) -> None:
        self._outcome.image_id, self._outcome.image = image["image_id"], image

    def _tell(self, error: ApsaraStackError, step: steps.Step) -> None:
        uncertain = step.text() is not None and _may_have_been_done(error)
        if uncertain and isinstance(error, InterruptedTaskError):
            error.message += f" Not known is whether this was done: {step.text()}."
        self._tell_snapshots(error, [*self._outcome.done, *([step] if uncertain else [])])
        told = self._outcome.facts()
        # A wait for another image, one that has to go first, knows nothing of the one that the task is about.
        seen = error.facts if told["image_id"] in (None, error.facts.get("image_id")) else {}
        error.facts = {**told, **seen, "changed": told["changed"] or uncertain}

    def _tell_snapshots(self, error: ApsaraStackError, perhaps_done: t.Sequence[steps.Step]) -> None:
        """Once the image is gone nothing tells which snapshots it was made of: no later run could find them."""
        if not any(isinstance(step, steps.Delete) for step in perhaps_done):
            return
        settled = {*self._outcome.snapshots_deleted, *(each["snapshot_id"] for each in self._outcome.snapshots_failed)}
        wanted = [step.snapshot_id for step in self._plan.steps if isinstance(step, steps.DeleteSnapshot)]
        left = [snapshot_id for snapshot_id in wanted if snapshot_id not in settled]
        if left:
            self._outcome.snapshots_failed += [_kept(each, None, "the task ended before") for each in left]
            error.message += (
                f" Of the image's snapshots, {', '.join(left)} may be left, and once the image is gone no later run "
                "knows of them: note their ids, and delete them when the image is gone."
            )

    def _note_refusal(self, step: steps.DeleteSnapshot, error: ServiceError) -> None:
        self._outcome.snapshots_failed.append(_kept(step.snapshot_id, error.code, error.cloud_message))
        self._outcome.warnings.append(f"snapshot {step.snapshot_id} was not deleted: {error.said()}")

    def _id_of(self, step_image_id: str | None) -> str:
        return str(self._outcome.image_id if step_image_id is None else step_image_id)

    # --- one method a step -------------------------------------------------------------------------------------------

    def create(self, step: steps.Create) -> None:
        self._outcome.image, self._outcome.image_id = None, self._images.create(step)
        self._unlisted = step.image_name

    def modify(self, step: steps.Modify) -> None:
        self._images.modify(self._id_of(step.image_id), step.image_name, step.description)

    def set_tags(self, step: steps.SetTags) -> None:
        self._images.set_tags(self._id_of(step.image_id), step.tags)

    def unset_tags(self, step: steps.UnsetTags) -> None:
        self._images.unset_tags(self._id_of(step.image_id), step.keys)

    def delete(self, step: steps.Delete) -> None:
        self._images.delete(step.image_id, step.force)

    def delete_snapshot(self, step: steps.DeleteSnapshot) -> None:
        """The cloud may take a moment to notice that the image is gone."""
        started = self._deadline.elapsed()
        while True:
            try:
                return self._images.delete_snapshot(step.snapshot_id)
            except ServiceError as error:
                if error.code != "SnapshotCreatedImage" or not self._has_patience(started):
                    raise
            self._deadline.sleep(waiter.SHORTEST_PAUSE)

    def wait_until_usable(self, step: steps.WaitUntilUsable) -> None:
        image_id = self._id_of(step.image_id)

        def look() -> Image | None:
            image = self._images.by_id(image_id) if self._unlisted is None else self._newly_listed(image_id)
            # Whatever ends the wait: the result tells how far the image was.
            if image is not None:
                self._know(image)
            return image

        waiter.wait_until(waiter.USABLE, look, self._deadline, subject=f"Image {image_id}")

    def _newly_listed(self, image_id: str) -> Image | None:
        """The image that was just made, once it is listed under its name.

        Another task may have looked before this one wrote, and made an image of the name as well. Of such tasks, all
        but the first see it here: a new image is listed no earlier than those that were made before it.
        """
        namesakes = self._images.by_name(str(self._unlisted))
        image = next((each for each in namesakes if each["image_id"] == image_id), None)
        if image is None:
            return None
        self._unlisted = None
        self._know(image)
        twins = [each for each in namesakes if each["image_id"] != image_id and not is_failed(each)]
        if twins:
            raise _made_twice(image, twins)
        return image

    def wait_until_settled(self, step: steps.WaitUntilSettled) -> None:
        self._wait(waiter.SETTLED, step.image_id)

    def wait_until_gone(self, step: steps.WaitUntilGone) -> None:
        self._wait(waiter.GONE, step.image_id)

    def read_back(self, step: steps.ReadBack) -> None:
        """Until the image shows what was written; a short patience of its own, inside the deadline."""
        image_id, wished = self._id_of(step.image_id), t.cast("Image", self._plan.after)
        image, missing = self._look_for(image_id, wished)
        started = self._deadline.elapsed()
        while missing and self._has_patience(started):
            self._deadline.sleep(waiter.SHORTEST_PAUSE)
            image, missing = self._look_for(image_id, wished)
        if missing:
            self._outcome.warnings.append(
                f"the cloud took the change of image {image_id}, but does not show it yet: {', '.join(missing)}"
            )
        self._know({**wished, "image_id": image_id} if image is None else image)

    def _look_for(self, image_id: str, wished: Image) -> tuple[Image | None, list[str]]:
        image = self._images.by_id(image_id)
        return image, _not_shown(image, wished)

    def _has_patience(self, started: float) -> bool:
        passed = self._deadline.elapsed() - started
        return passed < READ_BACK_PATIENCE and self._deadline.remaining() > 2 * waiter.LAST_LOOK

    def _wait(self, goal: waiter.Goal, image_id: str) -> None:
        waiter.wait_until(goal, lambda: self._images.by_id(image_id), self._deadline, subject=f"Image {image_id}")


_FOLLOW: dict[type, t.Callable[[_Execution, t.Any], None]] = {
    steps.Create: _Execution.create,
    steps.Modify: _Execution.modify,
    steps.SetTags: _Execution.set_tags,
    steps.UnsetTags: _Execution.unset_tags,
    steps.Delete: _Execution.delete,
    steps.DeleteSnapshot: _Execution.delete_snapshot,
    steps.WaitUntilUsable: _Execution.wait_until_usable,
    steps.WaitUntilSettled: _Execution.wait_until_settled,
    steps.WaitUntilGone: _Execution.wait_until_gone,
    steps.ReadBack: _Execution.read_back,
}


def _made_twice(image: Image, twins: t.Sequence[Image]) -> ApsaraStackError:
    others = ", ".join(f"{twin['image_id']} ({twin['status']}, {twin['creation_time']})" for twin in twins)
    return ApsaraStackError(
        f"Image {image['image_id']} was made, and at the same time another task made one of the same name, "
        f"{image['image_name']!r}: {others}. No task picks one of several: keep one, and delete the others with "
        "state=absent and image_id. Where a play has many hosts, run_once makes the image once for all of them."
    )


def _kept(snapshot_id: str, code: str | None, message: str) -> dict[str, str | None]:
    return {"snapshot_id": snapshot_id, "code": code, "message": message}


def _may_have_been_done(error: ApsaraStackError) -> bool:
    """Whether the step that failed so may have reached the cloud all the same: its answer was lost."""
    cause = error.__cause__ or error
    if isinstance(error, InterruptedTaskError):
        return True
    if isinstance(cause, NoAnswerError):
        return cause.sent
    return isinstance(cause, ServiceError) and cause.kind is Kind.TRANSIENT


def _not_shown(image: Image | None, wished: Image) -> list[str]:
    if image is None:
        return ["the image itself"]
    differences = {
        "image_name": image["image_name"] != wished["image_name"],
        "description": (image["description"] or "") != (wished["description"] or ""),
        "tags": tag_rules.own_tags(image["tags"]) != tag_rules.own_tags(wished["tags"]),
    }
    return [name for name, differs in differences.items() if differs]
