# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task of the cloud that imports an image: which one it is, and why it failed.

Imported only where an import may be canceled, or has failed.
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import is_canceled, is_done, is_running
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import times
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    CallError,
    ServiceError,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import Task
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.tasks import Tasks
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.reader import Reader
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.running import ImageRunning

# The image and its task are created in one call, and times of tasks have only minutes.
_SAME_CALL_SECONDS = 120.0


def may_be_import(image: Image) -> bool:
    """Whether it may have been imported: older releases do not report it."""
    told = [disk["import_object"] for disk in image["disk_device_mappings"]]
    is_told = any(one is not None for one in told)
    return image["is_copied"] is not True and (any(told) if is_told else bool(told))


def task_of(image: Image, tasks: Tasks, *, running: bool) -> Task | None:
    """The task that imports the image, with its details; None if none is certain to be it, or if the site does not
    report it. ``running``: whether it is still running."""
    if not may_be_import(image):
        return None
    try:
        listed = [task for task in tasks.imports(image["image_id"]) if is_running(task) is running]
        named = [task for task in listed if task["image_id"] is not None]
        # If the release does not report the image of a task, its files and its time must do.
        candidates = named or [task for task in listed if _is_of_same_time(image, task)]
        read = [task for task in (tasks.task(one["task_id"]) for one in candidates) if task is not None]
        found = [task for task in read if named or _has_same_files(image, task)]
        return found[0] if len(found) == 1 else None
    except ServiceError as error:
        if error.reason not in ("not_supported_by_site", "access_denied"):
            raise
        return None


def _is_of_same_time(image: Image, task: Task) -> bool:
    made, begun = (times.seconds_of(told or "") for told in (image["creation_time"], task["creation_time"]))
    return made is None or begun is None or abs(made - begun) <= _SAME_CALL_SECONDS


def _has_same_files(image: Image, task: Task) -> bool:
    wanted = {(disk["import_bucket"], disk["import_object"]) for disk in image["disk_device_mappings"]}
    told = {(stored["bucket"], stored["object"]) for stored in task["objects"]}
    return bool(told) and told == wanted


# --- failures --------------------------------------------------------------------------------------------------------


def why_failed(image: Image, reader: Reader) -> str | None:
    """Why its import failed, as a part of a sentence, for the plan; None if it was not imported, or the site does not
    report its task."""
    task = reader.import_task(image, running=False) if may_be_import(image) else None
    return None if task is None else _failure(task)


def why_failed_now(image: Image, run: ImageRunning) -> str | None:
    """The same for an image that this run waits for. A failure to read the task hides no failure of the import."""
    task_id = run.outcome.task_id
    try:
        tasks = run.images.tasks
        task = task_of(image, tasks, running=False) if task_id is None else tasks.task(task_id)
    except CallError:
        return None
    return None if task is None or is_running(task) else _failure(task)


def judge_unlisted(image_id: str, task_id: str, run: ImageRunning) -> None:
    """Raises ApsaraStackError if an image that is not listed never will be, because its import failed."""
    task = run.images.tasks.task(task_id)
    if task is not None and not is_running(task) and not is_done(task):
        run.outcome.unlisted = None
        raise ApsaraStackError(
            f"image {image_id} is not listed: {_failure(task)}",
            "creation_failed",
            advice="Remove the cause and run the task again to import it again.",
            facts={"image_id": image_id},
        )


def _failure(task: Task) -> str:
    if is_canceled(task):
        return f"its import was canceled (task {task['task_id']})"
    reasons = "; ".join(task["failures"]) or "the cloud gives no reason"
    return f"its import failed (task {task['task_id']}): {reasons}"
