# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcome of a plan for a retention: predicted or carried out."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.outcome import RetentionOutcome

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.watching import Log
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.plans import RetentionPlan
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline


def predict(plan: RetentionPlan) -> RetentionOutcome:
    """Predicts the outcome of ``execute``: check mode is the plan without its execution."""
    outcome = RetentionOutcome(plan)
    for step in plan.steps:
        outcome.did(step)
    return outcome


def execute(plan: RetentionPlan, images: Images, deadline: Deadline, log: Log = lambda _line: None) -> RetentionOutcome:
    """Carries out the plan. ``log``: writes a line to the log of the host while it waits.

    Raises TaskFailedError with what was done until then.
    """
    if not plan.steps:
        return predict(plan)
    # Imported only for tasks that change something, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.execution import follow  # noqa: PLC0415
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.handlers import (  # noqa: PLC0415
        HANDLERS,
        RetentionRunning,
    )

    outcome = RetentionOutcome(plan)
    follow(RetentionRunning(outcome, images.writable(), deadline, log), HANDLERS)
    return outcome
