# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Following a plan, step by step, and telling what was done, also when it ends in the middle."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils import snapshots, steps
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import (
    ApsaraStackError,
    ServiceError,
    TaskFailedError,
    may_be_done,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.outcome import Outcome

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.deadline import Deadline
    from ansible_collections.apsarastack.cloud.plugins.module_utils.handlers import Handler
    from ansible_collections.apsarastack.cloud.plugins.module_utils.images import Images
    from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Plan
    from ansible_collections.apsarastack.cloud.plugins.module_utils.running import Running


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
    """Carry the plan out. Raises TaskFailedError with what was done until then."""
    if not plan.steps:
        return predict(plan)
    # Most tasks change nothing, and should not pay for what the others need.
    from ansible_collections.apsarastack.cloud.plugins.module_utils.handlers import HANDLERS  # noqa: PLC0415
    from ansible_collections.apsarastack.cloud.plugins.module_utils.running import Running  # noqa: PLC0415

    outcome = Outcome(warnings=list(plan.warnings))
    try:
        _follow(Running(plan, images, deadline, outcome), HANDLERS)
    except TaskFailedError:
        raise
    except ApsaraStackError as error:
        # An interruption can come at any moment, also between two steps.
        raise TaskFailedError(error, facts={**outcome.facts(), **error.facts}) from error
    return outcome


def _follow(run: Running, handlers: t.Mapping[type, Handler]) -> None:
    outcome, after = run.outcome, run.plan.after
    if run.plan.before is not None:
        outcome.know(run.plan.before)
    for step in run.plan.steps:
        run.has_just_looked = run.has_just_looked and isinstance(step, (steps.CheckUnchanged, steps.ReadBack))
        try:
            was_needed = handlers[type(step)](step, run) is not False
        except ApsaraStackError as error:
            if isinstance(step, steps.DeleteSnapshot) and isinstance(error, ServiceError):
                _note_refusal(outcome, step, error)
                continue
            raise _failure(run, error, step) from error
        run.has_waited = True
        if was_needed:
            outcome.done.append(step)
    if after is not None and not run.has_just_looked:
        # What was read last is known better than what was predicted.
        outcome.know({**after, "image_id": after["image_id"] or outcome.image_id})


def _failure(run: Running, error: ApsaraStackError, step: steps.Step) -> TaskFailedError:
    is_uncertain = step.text() is not None and may_be_done(error)
    notes = [_uncertainty(error)] if is_uncertain else []
    notes += _note_snapshots(run, [*run.outcome.done, *([step] if is_uncertain else [])])
    told = run.outcome.facts()
    # A wait for another image, one that is deleted first, knows nothing of the one that the task is about.
    seen = error.facts if told["image_id"] in (None, error.facts.get("image_id")) else {}
    facts = {**told, **seen, "changed": told["changed"] or is_uncertain}
    attempt = steps.with_id(step, run.outcome.image_id).attempt()
    return TaskFailedError(error, attempt, notes=notes, facts=facts)


def _uncertainty(error: ApsaraStackError) -> str:
    if error.maybe_done:
        return "It is unknown whether this step was carried out."
    return "An earlier attempt of this step got no usable response and may have been carried out."


def _note_snapshots(run: Running, perhaps_done: t.Sequence[steps.Step]) -> list[str]:
    """Once the image is gone nothing tells which snapshots it was made of: no later run could find them."""
    outcome = run.outcome
    if not any(isinstance(step, steps.Delete) for step in perhaps_done):
        return []
    settled = {*outcome.snapshots_deleted, *(each["snapshot_id"] for each in outcome.snapshots_failed)}
    left = [one for one in snapshots.deleted_by(run.plan.steps) if one not in settled]
    outcome.snapshots_failed += [_kept(each, None, None) for each in left]
    return [_forgotten(left)] if left else []


def _forgotten(snapshot_ids: t.Sequence[str]) -> str:
    return (
        f"Of the snapshots of the image, {', '.join(snapshot_ids)} may be left. No later run can find them: note their "
        "ids, and delete them once the image is deleted."
    )


def _note_refusal(outcome: Outcome, step: steps.DeleteSnapshot, error: ServiceError) -> None:
    outcome.snapshots_failed.append(_kept(step.snapshot_id, error.code, error.cloud_message))
    outcome.warnings.append(f"snapshot {step.snapshot_id} was not deleted: {error.message}")


def _kept(snapshot_id: str, code: str | None, message: str | None) -> dict[str, str | None]:
    return {"snapshot_id": snapshot_id, "code": code, "message": message}
