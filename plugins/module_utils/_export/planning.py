# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan: from the desired state and the current state that a reader returns. Nothing here carries out steps or
writes."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import is_failed, is_usable
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import is_done, is_running
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import Plan
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.matching import ACCEPTED, BLOCKING, Fit, fit
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.plans import NewTask

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import Task
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export.desired import DesiredExport
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export.plans import ExportPlan
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export.reader import Reader

    Judged = tuple[Task, Fit]


def plan(desired: DesiredExport, reader: Reader) -> ExportPlan:
    """The plan to reach the desired state.

    Each fact is read from ``reader`` once, where it is decisive. Raises RefusalError if this is impossible or not
    allowed, and what the reader raises.
    """
    image = _selected(desired, reader)
    if desired.state == "absent":
        # An image cannot be deleted while it is being exported.
        return Plan(None, None, facts=_facts(None)) if image is None else _plan_cancellation(desired, image, reader)
    if image is None:
        from ansible_collections.apsarastack.cloud.plugins.module_utils._export import refusals  # noqa: PLC0415

        raise refusals.unknown_image(desired)
    return _plan_export(desired, image, reader)


def _facts(image: Image | None) -> dict[str, t.Any]:
    return {"image_id": None if image is None else image["image_id"], "image": image}


def _selected(desired: DesiredExport, reader: Reader) -> Image | None:
    if desired.image_id is not None:
        return reader.by_id(desired.image_id)
    images = reader.by_name(str(desired.image_name))
    alive = [image for image in images if not is_failed(image)]
    return _one_of(desired, alive) if len(alive) > 1 else next(iter((*alive, *images)), None)


def _one_of(desired: DesiredExport, images: t.Sequence[Image]) -> Image:
    """The image; in an unfinished replacement, the new one."""
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import marks, refusals  # noqa: PLC0415

    replacement = marks.replacement_in(images) if desired.state == "present" else None
    if replacement is None:
        raise refusals.ambiguous(desired.image_name, images)
    return replacement


def _plan_export(desired: DesiredExport, image: Image, reader: Reader) -> ExportPlan:
    image_id, facts = image["image_id"], _facts(image)
    listed = reader.exports(image_id)
    read = list(_read(desired, image_id, filter(is_running, listed), reader))
    running = [(task, how) for task, how in read if is_running(task)]
    same = next((task for task, how in running if how is Fit.SAME), None)
    if same is not None:
        return Plan(same, same, _waiting(desired, image_id, same) if desired.wait else (), facts=facts)
    # Tasks that were running when they were listed may have ended since.
    candidates = itertools.chain(read, _read(desired, image_id, filter(is_done, listed), reader))
    ended = next(((task, how) for task, how in candidates if is_done(task) and how in ACCEPTED), None)
    if ended is not None and not desired.force:
        return Plan(ended[0], ended[0], warnings=_taken_for_granted(*ended), facts=facts)
    _judge_usable(image)
    return _plan_new(desired, image, None if ended is None else ended[0], listed, running)


def _waiting(desired: DesiredExport, image_id: str, task: Task) -> tuple[Step, ...]:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export import steps  # noqa: PLC0415

    return (steps.WaitUntilDone(task["task_id"], image_id, desired),)


def _plan_new(
    desired: DesiredExport, image: Image, before: Task | None, listed: t.Sequence[Task], running: t.Sequence[Judged]
) -> ExportPlan:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export import steps  # noqa: PLC0415

    image_id = image["image_id"]
    blocking = [steps.WaitUntilFree(task["task_id"], image_id) for task, how in running if how in BLOCKING]
    silent = _silent(running)
    judged = frozenset(task["task_id"] for task in listed) - set(silent)
    last = steps.WaitUntilDone if desired.wait else steps.ReadBack
    return Plan(
        before=before,
        after=NewTask(),
        steps=(*blocking, steps.Export(image_id, desired, judged), last(None, image_id, desired)),
        warnings=_silent_tasks(silent),
        facts=_facts(image),
    )


def _read(desired: DesiredExport, image_id: str, listed: t.Iterable[Task], reader: Reader) -> t.Iterator[Judged]:
    """The tasks of a list with their objects, each read on demand."""
    for one in listed:
        task = reader.task(one["task_id"])
        if task is None and is_running(one):
            # The list says that it is running, so it must not be taken for none, even if its details are hidden.
            task = one
        if task is not None:
            yield task, fit(desired, image_id, task)


def _silent(running: t.Iterable[Judged]) -> list[str]:
    """The ids of running tasks that may be the export."""
    return [task["task_id"] for task, how in running if how in (Fit.UNREPORTED, Fit.UNKNOWN)]


def _judge_usable(image: Image) -> None:
    if not is_usable(image):
        from ansible_collections.apsarastack.cloud.plugins.module_utils._export import refusals  # noqa: PLC0415

        raise refusals.not_exportable(image)


def _plan_cancellation(desired: DesiredExport, image: Image, reader: Reader) -> ExportPlan:
    image_id = image["image_id"]
    read = _read(desired, image_id, filter(is_running, reader.exports(image_id)), reader)
    running = [(task, how) for task, how in read if is_running(task)]
    certain = (Fit.SAME,) if desired.place() else (Fit.SAME, Fit.UNREPORTED)
    mine = [task for task, how in running if how in certain]
    silent = _silent(running)
    if silent and not mine:
        from ansible_collections.apsarastack.cloud.plugins.module_utils._export import refusals  # noqa: PLC0415

        raise refusals.perhaps_running(desired, image, silent)
    canceling = itertools.chain.from_iterable(_canceling(desired, image_id, task) for task in mine)
    return Plan(mine[0] if mine else None, None, tuple(canceling), facts=_facts(image))


def _canceling(desired: DesiredExport, image_id: str, task: Task) -> tuple[Step, ...]:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export import steps  # noqa: PLC0415

    waiting = (steps.WaitUntilCanceled(task["task_id"]),) if desired.wait else ()
    return (steps.Cancel(image_id, task), *waiting)


def _taken_for_granted(task: Task, how: Fit) -> tuple[str, ...]:
    if how is not Fit.UNREPORTED:
        return ()
    return (
        f"this site does not report where export task {task['task_id']} wrote the image. It is assumed to be this "
        "export; set force=true to export again",
    )


def _silent_tasks(task_ids: t.Sequence[str]) -> tuple[str, ...]:
    if not task_ids:
        return ()
    return (
        f"while an export is running, this site does not report what it exports (task {', '.join(task_ids)}): if it is "
        "this export, the run waits for it and does not export again",
    )
