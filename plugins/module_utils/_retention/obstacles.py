# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What prevents removals and ends a run: what the cloud refuses for each image, and what the site ignores."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.plans import Obstacle
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    DeadlineError,
    TaskFailedError,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.outcome import RetentionOutcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.steps import Removal
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError


def refused(error: ServiceError) -> Obstacle:
    reason = error.reason if error.reason in ("in_use", "shared") else "refused"
    return Obstacle(reason, f"the cloud refuses it: {error.message}")


def all_refused(step: Removal, error: ServiceError, outcome: RetentionOutcome) -> TaskFailedError:
    """Not a single image was removed, so it is not about one image. ``step`` and ``error``: the first."""
    count = len(outcome.refusals)
    notes = [f"The cloud refused it for each of {count} images"] if count > 1 else []
    return TaskFailedError(error, step.attempt(), notes=notes, facts=outcome.facts_after(error))


def not_deprecated_yet(status: str | None, seconds: float) -> ApsaraStackError:
    """``status``: that the site still shows, or None if it does not list the image. ``seconds``: the timeout."""
    return DeadlineError(
        f"timed out after {seconds:g} seconds (wait_timeout): the site accepted the call, but {_shown(status)}",
        maybe_done=True,
        advice="Run the task again. If that ends in the same way, the site does not support action=deprecate.",
    )


def not_deprecated(status: str | None) -> ApsaraStackError:
    return ApsaraStackError(
        f"the site accepted the call, but {_shown(status)} after a minute",
        "not_supported_by_site",
        advice="This site does not support action=deprecate: set action=delete, or leave the images as they are.",
    )


def _shown(status: str | None) -> str:
    return "does not list it" if status is None else f"shows its status as {status}"
