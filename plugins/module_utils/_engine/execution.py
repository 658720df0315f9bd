# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out a plan step by step, and reports what was done, even if it fails or is interrupted."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    ServiceError,
    TaskFailedError,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.running import Running
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step


@dataclass(frozen=True)
class Handler:
    """How a type of step is carried out. Both functions take the step and the ``Running``.

    ``act``: returns False if there was nothing to do. ``still_holds``: for a step that deletes something; it reads that
    again if time has passed since the plan, and returns False or raises ApsaraStackError unless it is unchanged.
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
        raise TaskFailedError(error, facts=run.outcome.facts_after(error)) from error


def _carry_out(step: Step, handler: Handler, run: Running[t.Any, t.Any]) -> None:
    run.begin(step)
    try:
        was_needed = _may_act(step, handler, run) and handler.act(step, run) is not False
    except ApsaraStackError as error:
        if step.is_noted and isinstance(error, ServiceError):
            run.outcome.note(step, error)
            return
        raise _failure(run, error, step) from error
    run.is_stale = True
    if was_needed:
        run.outcome.done.append(step)


def _may_act(step: Step, handler: Handler, run: Running[t.Any, t.Any]) -> bool:
    # If nothing has happened since the plan read the resource, that read is the one right before the step.
    return handler.still_holds is None or not run.is_stale or handler.still_holds(step, run)


def _failure(run: Running[t.Any, t.Any], error: ApsaraStackError, step: Step) -> TaskFailedError:
    outcome = run.outcome
    outcome.fail(step, error)
    notes = [*([] if outcome.uncertain is None else [_uncertainty(error)]), *outcome.notes()]
    attempt = step.with_id(outcome.resource_id).attempt()
    return TaskFailedError(error, attempt, notes=notes, facts=outcome.facts_after(error))


def _uncertainty(error: ApsaraStackError) -> str:
    if error.maybe_done:
        return "It is unknown whether this step was carried out."
    return "An earlier attempt of this step got no usable response and may have been carried out."
