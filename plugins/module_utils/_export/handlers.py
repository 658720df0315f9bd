# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How each step is carried out: one function for each step. A handler returns False if there was nothing to do."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import is_done, is_running
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.tasks import BEING_EXPORTED, NOT_CANCELABLE
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import waiter
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.execution import Handler, Handlers
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.running import LONGEST_LAG, Running
from ansible_collections.apsarastack.cloud.plugins.module_utils._export import goals, steps
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.matching import ACCEPTED, BLOCKING, Fit, fit
from ansible_collections.apsarastack.cloud.plugins.module_utils._export.plans import NewTask
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    CallError,
    NotNeededError,
    ServiceError,
    may_be_done,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import Task
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.tasks import Tasks
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.watching import Log
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export.outcome import ExportOutcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline


class ExportRunning(Running["Task", NewTask]):
    outcome: ExportOutcome

    def __init__(self, outcome: ExportOutcome, tasks: Tasks, deadline: Deadline, log: Log) -> None:
        super().__init__(outcome, deadline, log)
        self.tasks = tasks


# --- writing ---------------------------------------------------------------------------------------------------------


def export(step: steps.Export, run: ExportRunning) -> bool:
    """If the outcome of a call is unknown, the tasks are read before it is sent again, so that an image is exported
    once."""
    # An export that somebody else began may have ended, and be the desired one.
    found = _begun(step, run, BLOCKING) if run.is_stale else None
    was_lost = False

    def look_again() -> None:
        """After a wait, for example for a quota."""
        nonlocal found
        found = _begun(step, run, BLOCKING)
        if found is not None:
            raise NotNeededError

    while found is None:
        try:
            task_id = run.tasks.export(step.image_id, str(step.desired.bucket), **_options(step), look_again=look_again)
        except CallError as error:
            if not may_be_done(error) and not _is_being_exported(error):
                raise
            was_lost = was_lost or may_be_done(error)
            found = _begun_elsewhere(step, run, error)
        except NotNeededError:
            break
        else:
            run.outcome.know(task_id, None)
            return True
    run.outcome.know_task(t.cast("Task", found))
    return was_lost


def _options(step: steps.Export) -> dict[str, str | None]:
    desired = step.desired
    return {"prefix": desired.prefix, "image_format": desired.image_format, "role_name": desired.role_name}


def _begun_elsewhere(step: steps.Export, run: ExportRunning, error: CallError) -> Task | None:
    """The export, begun by a call whose answer was lost or by another run; None if the call can be sent (again)."""
    # The image may be exported by a task without details.
    blocking = (*BLOCKING, Fit.UNKNOWN) if _is_being_exported(error) else BLOCKING
    try:
        found = run.seen(lambda: _begun(step, run, blocking), LONGEST_LAG)
    except ApsaraStackError as failed:
        # The first call may have been carried out, which must be reported.
        raise failed from error
    if found is None and run.deadline.remaining() <= 2 * waiter.LAST_LOOK:
        raise error
    return found


def _is_being_exported(error: CallError) -> bool:
    return error.code in BEING_EXPORTED


def _begun(step: steps.Export, run: ExportRunning, blocking: t.Container[Fit]) -> Task | None:
    """The task of the export, if one that the plan did not know is running or has succeeded. Waits for a blocking
    task."""
    for one in run.tasks.exports(step.image_id):
        task_id = one["task_id"]
        task = None if task_id in step.judged else run.tasks.task(task_id)
        if task is None:
            continue
        if is_running(task) and fit(step.desired, step.image_id, task) in blocking:
            task = run.wait(goals.ENDED, lambda: run.tasks.task(task_id), f"export task {task_id}")  # noqa: B023
        if task is not None and _is_it(step, task):
            return task
    return None


def _is_it(step: steps.Export, task: Task) -> bool:
    how = fit(step.desired, step.image_id, task)
    return (is_running(task) and how is Fit.SAME) or (is_done(task) and how in ACCEPTED)


def still_running(step: steps.Cancel, run: ExportRunning) -> bool:
    task = run.tasks.task(step.task_id)
    if task is not None and is_running(task):
        return True
    _tell_that_it_has_ended(step.task_id, run)
    return False


def cancel(step: steps.Cancel, run: ExportRunning) -> bool:
    try:
        run.tasks.cancel(step.task_id)
    except ServiceError as error:
        if error.code != NOT_CANCELABLE:
            raise
        # An earlier attempt whose answer was lost may have canceled it.
        if not may_be_done(error):
            _tell_that_it_has_ended(step.task_id, run)
            return False
    return True


def _tell_that_it_has_ended(task_id: str, run: ExportRunning) -> None:
    run.outcome.warnings.append(f"export task {task_id} ended before it could be canceled")


# --- waiting and reading ---------------------------------------------------------------------------------------------


def wait_until_done(step: steps.WaitUntilDone, run: ExportRunning) -> None:
    task_id = run.id_of(step.task_id)
    with _telling_that_it_continues(run):
        run.wait(goals.DONE, lambda: _look(task_id, run), f"export task {task_id}")
    _judge_place(step, run)


def read_back(step: steps.ReadBack, run: ExportRunning) -> None:
    task_id = run.id_of(step.task_id)
    with _telling_that_it_continues(run):
        found = run.seen(lambda: _look(task_id, run), LONGEST_LAG)
    if found is None:
        run.outcome.warnings.append(
            f"export task {task_id} is not listed yet: until it is, another run would not find it"
        )
    else:
        _judge_place(step, run)


@contextlib.contextmanager
def _telling_that_it_continues(run: ExportRunning) -> t.Iterator[None]:
    """A key that may not read a task finds that out once there is one."""
    try:
        yield
    except CallError:
        run.outcome.remarks.append(goals.CONTINUES)
        raise


def _look(task_id: str, run: ExportRunning) -> Task | None:
    task = run.tasks.task(task_id)
    # However the wait ends, the result contains the last known task.
    if task is not None:
        run.outcome.know_task(task)
    return task


def _judge_place(step: steps.WaitUntilDone | steps.ReadBack, run: ExportRunning) -> None:
    """Raises ApsaraStackError if the site has ignored an option."""
    task = t.cast("Task", run.outcome.task)
    how = fit(step.desired, step.image_id, task)
    if how in (Fit.ELSEWHERE, Fit.FOREIGN):
        raise _ignored(step, task)
    if how is not Fit.SAME and not is_running(task):
        run.outcome.warnings.append(
            f"this site does not report which objects export task {task['task_id']} wrote: check bucket "
            f"{step.desired.bucket!r}"
        )


def _ignored(step: steps.WaitUntilDone | steps.ReadBack, task: Task) -> ApsaraStackError:
    asked = ", ".join(f"{option}={value}" for option, value in step.desired.place().items())
    written = ", ".join(f"{each['object']} ({each['format']}) in bucket {each['bucket']}" for each in task["objects"])
    return ApsaraStackError(
        f"export task {task['task_id']} writes {written}, but the task asks for {asked}: the site ignores what it does "
        "not know",
        "not_supported_by_site",
        advice="Omit the option that the site ignores.",
    )


def wait_until_free(step: steps.WaitUntilFree, run: ExportRunning) -> None:
    run.wait(goals.ENDED, lambda: run.tasks.task(step.task_id), f"export task {step.task_id}")


def wait_until_canceled(step: steps.WaitUntilCanceled, run: ExportRunning) -> None:
    task = run.wait(goals.CANCELED, lambda: _look(step.task_id, run), f"export task {step.task_id}")
    if task is not None and is_done(task) and run.outcome.done:
        run.outcome.warnings.append(f"export task {step.task_id} was finished before its cancellation took effect")


HANDLERS: Handlers = {
    steps.Export: Handler(export),
    steps.Cancel: Handler(cancel, still_running),
    steps.WaitUntilDone: Handler(wait_until_done),
    steps.ReadBack: Handler(read_back),
    steps.WaitUntilFree: Handler(wait_until_free),
    steps.WaitUntilCanceled: Handler(wait_until_canceled),
}
