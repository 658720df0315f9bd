# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an image, snapshot or task is at a moment: computed from the clock when read; nothing runs in between."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .knobs import Knobs
    from .world import Attributes, Image, Snapshot, Task, World

WAITING = "Waiting"
CREATING = "Creating"
AVAILABLE = "Available"
DEPRECATED = "Deprecated"
GONE = "gone"


def start(image: Image, knobs: Knobs, now: float) -> None:
    """Set the times of a new image from the knobs of this moment; later changes of a knob leave it alone."""
    image.visible_at = now + knobs.visible_after
    image.creating_at = now + knobs.waiting_time
    image.ready_at = image.creating_at + knobs.create_time
    image.usable_at = image.ready_at + knobs.available_but_not_usable


def start_copy(image: Image, knobs: Knobs, now: float, free_at: float) -> None:
    """`free_at`: when it can start, after previous copies. Until then it waits."""
    image.visible_at = now + knobs.copy_visible_after
    begins_at = max(now + knobs.waiting_time, free_at)
    image.ready_at = begins_at + knobs.copy_time
    image.creating_at = begins_at if knobs.queued_copy == WAITING else now
    image.usable_at = image.ready_at + knobs.available_but_not_usable


def start_import(image: Image, knobs: Knobs, now: float) -> None:
    image.visible_at = now + knobs.visible_after
    begins_at = now + knobs.waiting_time
    image.ready_at = begins_at + knobs.import_time
    image.creating_at = begins_at if knobs.import_status == CREATING else image.ready_at
    image.usable_at = image.ready_at + knobs.available_but_not_usable


def doom(world: World, image: Image, outcome: str) -> None:
    """When it should be ready it will be this instead, and the task that imports it fails."""
    image.fails_as = outcome
    for task in world.tasks.values():
        if task.image_id == image.id and task.action == "ImportImage":
            task.error = task.error or "The image could not be created."
    if outcome == GONE:
        world.leaving.add(image.id)


def status(image: Image, now: float) -> str:
    """A documented status, or `gone` for an image that failed by vanishing."""
    if now < image.creating_at:
        return WAITING
    if now < image.ready_at:
        return CREATING
    if image.fails_as:
        return image.fails_as
    return DEPRECATED if image.attributes.deprecated else AVAILABLE


def is_growing(image: Image, now: float) -> bool:
    return now < image.ready_at


def exists(image: Image, now: float) -> bool:
    """For actions that name it. Lists have a mind of their own: `is_listed`."""
    return image.deleted_at is None and status(image, now) != GONE


def is_listed(image: Image, now: float) -> bool:
    """An image shows late after its creation and stays for a while after its deletion, where a knob says so."""
    if now < image.visible_at or status(image, now) == GONE:
        return False
    return image.gone_at is None or now < image.gone_at


def shown(image: Image, now: float) -> Attributes:
    """The attributes that a list shows: the old ones until a change has propagated."""
    for until, attributes in image.stale:
        if now < until:
            return attributes
    return image.attributes


def progress(image: Image, now: float, kind: str) -> int | None:
    """The progress in percent; None if the site does not report it."""
    if kind != "absent" and now >= image.ready_at:
        return 99 if image.fails_as else 100
    return _percent(image.creating_at, image.ready_at, now, kind)


def _percent(begins: float, ends: float, now: float, kind: str) -> int | None:
    """What the knob `progress` makes of the time passed. `stalling`: 90 at half the time, and then nothing."""
    if kind == "absent":
        return None
    if now < begins:
        return 0
    fraction = 1.0 if now >= ends else (now - begins) / (ends - begins)
    return min(int(fraction * 180), 90) if kind == "stalling" else min(int(fraction * 100), 99)


def remaining(image: Image, now: float) -> int:
    return max(0, round(image.ready_at - now))


def is_usable(image: Image, now: float) -> bool:
    return status(image, now) in (AVAILABLE, DEPRECATED) and now >= image.usable_at


def snapshot_status(snapshot: Snapshot, now: float) -> str:
    if now < snapshot.ready_at:
        return "failed" if snapshot.imported else "progressing"
    return "failed" if snapshot.fails else "accomplished"


def snapshot_progress(snapshot: Snapshot, now: float) -> int:
    if now >= snapshot.ready_at:
        return 0 if snapshot.fails else 100
    span = max(snapshot.ready_at - snapshot.created, 0.001)
    return max(0, min(99, int((now - snapshot.created) / span * 100)))


def instance_status(status_now: str, created: float, now: float, knobs: Knobs) -> str:
    """A Pending instance runs after `pending_time`, or never."""
    if status_now == "Pending" and knobs.pending_time and now >= created + knobs.pending_time:
        return "Running"
    return status_now


def start_task(task: Task, knobs: Knobs, now: float, duration: float) -> None:
    task.begins_at = now + knobs.waiting_time
    task.ends_at = task.begins_at + duration


def is_running(task: Task, now: float) -> bool:
    return task.canceled_at is None and now < task.ends_at


def is_worked_on(world: World, image: Image, action: str, now: float) -> bool:
    """Whether a task of this action runs for the image."""
    tasks = world.tasks.values()
    return any(task.image_id == image.id and task.action == action and is_running(task, now) for task in tasks)


def task_status(task: Task, now: float, knobs: Knobs) -> str:
    if task.canceled_at is not None:
        return knobs.canceled_status
    if now < task.begins_at:
        return WAITING
    if now < task.ends_at:
        return "Processing"
    return knobs.failed_task if task.error else "Finished"


def task_progress(task: Task, now: float, kind: str) -> int | None:
    """The progress in percent; of a canceled task, that at the cancellation."""
    until = now if task.canceled_at is None else task.canceled_at
    if kind != "absent" and until >= task.ends_at and not task.error:
        return 100
    return _percent(task.begins_at, task.ends_at, until, kind)


def task_end(task: Task, now: float) -> float | None:
    """When it ended, or None."""
    if task.canceled_at is not None:
        return task.canceled_at
    return task.ends_at if now >= task.ends_at else None


def _settle(world: World, task: Task) -> None:
    """What the task has made is there once it has ended well."""
    task.settled = True
    bucket = world.buckets.get(task.bucket)
    if bucket is not None and task.canceled_at is None and not task.error:
        bucket.objects.update({made.name: made for made in task.delivers})


def sweep(world: World, now: float) -> None:
    """Forget the images that nobody can see any more, and store what the tasks that have ended have made."""
    for task in world.tasks.values():
        if not task.settled and not is_running(task, now):
            _settle(world, task)
    for image_id in list(world.leaving):
        image = world.images.get(image_id)
        if image is None or status(image, now) == GONE or (image.gone_at is not None and now >= image.gone_at):
            world.leaving.discard(image_id)
            if image is not None:
                world.images.remove(image)
