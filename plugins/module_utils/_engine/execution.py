# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out a plan step by step, and reports what was done, even if it fails or is interrupted."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.interruption import (
    LEFT_FOR_NO_RUN,
    InterruptedTaskError,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    NotNeededError,
    ServiceError,
    TaskFailedError,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.outcome import Outcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.running import Running
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step


@dataclass(frozen=True)
class Handler:
    """How a type of step is carried out. Both functions take the step and the ``Running``.

    ``act``: returns False if there was nothing to do, or if it has recorded the writes itself because they are not
    those of the step. ``still_holds``: for a step that deletes something; it reads that again if time has passed since
    the plan, and returns False or raises ApsaraStackError unless it is unchanged.
    """

    act: t.Callable[[t.Any, t.Any], t.Any]
    still_holds: t.Callable[[t.Any, t.Any], bool] | None = None


Handlers = t.Mapping[type, Handler]


def follow(run: Running[t.Any, t.Any], handlers: Handlers) -> None:
    """Carries out the plan. Raises TaskFailedError with what was done until then."""
    try:
        for step in run.plan.steps:
            _carry_out(step, handlers[type(step)], run)
        run.end()
    except TaskFailedError:
        raise
    except ApsaraStackError as error:
        # An interruption can happen at any moment, even between two steps.
        _stop(run.outcome, error)
        raise TaskFailedError(error, notes=run.outcome.notes(), facts=run.outcome.facts_after(error)) from error


def _carry_out(step: Step, handler: Handler, run: Running[t.Any, t.Any]) -> None:
    run.begin(step)
    run.outcome.begin(step)
    was_sent = False
    try:
        was_sent = _may_act(step, handler, run)
        was_needed = was_sent and handler.act(step, run) is not False
    except NotNeededError:
        # The first attempt was decided on the same expectations, and they no longer hold.
        was_needed = False
    except ApsaraStackError as error:
        run.outcome.doubt(step, error, was_sent=was_sent)
        if step.is_noted and isinstance(error, ServiceError):
            run.outcome.note(step, error)
            return
        raise _failure(run, error, step) from error
    run.is_stale = True
    if was_needed:
        run.outcome.complete(step)


def _may_act(step: Step, handler: Handler, run: Running[t.Any, t.Any]) -> bool:
    # If nothing has happened since the plan read the resource, that read is the one right before the step.
    return handler.still_holds is None or not run.is_stale or handler.still_holds(step, run)


def _failure(run: Running[t.Any, t.Any], error: ApsaraStackError, step: Step) -> TaskFailedError:
    outcome = run.outcome
    _stop(outcome, error)
    notes = [*([_uncertainty(error)] if outcome.is_in_doubt else []), *outcome.notes()]
    attempt = step.with_id(outcome.resource_id).attempt()
    return TaskFailedError(error, attempt, notes=notes, facts=outcome.facts_after(error))


def _stop(outcome: Outcome[t.Any, t.Any], error: ApsaraStackError) -> None:
    outcome.stop()
    if isinstance(error, InterruptedTaskError) and not outcome.is_resumable:
        error.advice = LEFT_FOR_NO_RUN


def _uncertainty(error: ApsaraStackError) -> str:
    if error.maybe_done:
        return "It is unknown whether this step was carried out."
    return "An earlier attempt of this step got no usable response and may have been carried out."
