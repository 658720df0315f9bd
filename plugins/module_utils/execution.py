# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Following a plan, step by step, and telling what was done, also when it ends in the middle."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils import snapshots, steps
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import (
    ApsaraStackError,
    Kind,
    NoAnswerError,
    ServiceError,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.interruption import InterruptedTaskError
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
    """Carry the plan out. Any ApsaraStackError leaves with the facts of what was done until then."""
    if not plan.steps:
        return predict(plan)
    # Most tasks change nothing, and should not pay for what the others need.
    from ansible_collections.apsarastack.cloud.plugins.module_utils.handlers import HANDLERS  # noqa: PLC0415
    from ansible_collections.apsarastack.cloud.plugins.module_utils.running import Running  # noqa: PLC0415

    outcome = Outcome(warnings=list(plan.warnings))
    try:
        _follow(Running(plan, images, deadline, outcome), HANDLERS)
    except ApsaraStackError as error:
        # An interruption can come at any moment, also between two steps.
        error.facts = {**outcome.facts(), **error.facts}
        raise
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
            _tell(run, error, step)
            raise
        run.has_waited = True
        if was_needed:
            outcome.done.append(step)
    if after is not None and not run.has_just_looked:
        # What was read last is known better than what was predicted.
        outcome.know({**after, "image_id": after["image_id"] or outcome.image_id})


def _tell(run: Running, error: ApsaraStackError, step: steps.Step) -> None:
    is_done = step in run.outcome.done
    uncertain = step.text() is not None and not is_done and _may_have_been_done(error)
    if uncertain and isinstance(error, InterruptedTaskError):
        error.message += f" It is unknown whether this step was carried out: {step.text()}."
    _tell_snapshots(run, error, [*run.outcome.done, *([step] if uncertain else [])])
    told = run.outcome.facts()
    # A wait for another image, one that is deleted first, knows nothing of the one that the task is about.
    seen = error.facts if told["image_id"] in (None, error.facts.get("image_id")) else {}
    error.facts = {**told, **seen, "changed": told["changed"] or uncertain}


def _tell_snapshots(run: Running, error: ApsaraStackError, perhaps_done: t.Sequence[steps.Step]) -> None:
    """Once the image is gone nothing tells which snapshots it was made of: no later run could find them."""
    outcome = run.outcome
    if not any(isinstance(step, steps.Delete) for step in perhaps_done):
        return
    settled = {*outcome.snapshots_deleted, *(each["snapshot_id"] for each in outcome.snapshots_failed)}
    left = [one for one in snapshots.deleted_by(run.plan.steps) if one not in settled]
    if left:
        outcome.snapshots_failed += [_kept(each, None, "the task ended before") for each in left]
        error.message += (
            f" Of the image's snapshots, {', '.join(left)} may be left, and once the image is gone no later run "
            "knows of them: note their ids, and delete them when the image is gone."
        )


def _note_refusal(outcome: Outcome, step: steps.DeleteSnapshot, error: ServiceError) -> None:
    outcome.snapshots_failed.append(_kept(step.snapshot_id, error.code, error.cloud_message))
    outcome.warnings.append(f"snapshot {step.snapshot_id} was not deleted: {error.said()}")


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
