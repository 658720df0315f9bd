# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcome of a plan for an image: predicted or carried out."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._image.outcome import ImageOutcome

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline


def predict(plan: ImagePlan) -> ImageOutcome:
    """Predicts the outcome of ``execute``: check mode is the plan without its execution."""
    outcome = ImageOutcome(plan)
    last_known = plan.after if plan.after is not None else plan.before
    if last_known is not None:
        outcome.know_image(last_known)
    for step in plan.steps:
        outcome.did(step)
    outcome.foresee()
    return outcome


def execute(
    plan: ImagePlan, images: Images, deadline: Deadline, log: t.Callable[[str], None] = lambda _line: None
) -> ImageOutcome:
    """Carries out the plan. ``log``: writes a line to the log of the host while it waits.

    Raises TaskFailedError with what was done until then.
    """
    if not plan.steps:
        return predict(plan)
    # Imported only for tasks that change something, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.execution import follow  # noqa: PLC0415
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.handlers import HANDLERS  # noqa: PLC0415
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.running import ImageRunning  # noqa: PLC0415

    outcome = ImageOutcome(plan)
    follow(ImageRunning(outcome, images.writable(), deadline, log), HANDLERS)
    return outcome
