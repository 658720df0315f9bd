# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan: from the desired retention and the images that a reader returns. Nothing here carries out steps or
writes."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import Plan
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention import judging
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.plans import Obstacle, Skipped

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.desired import DesiredRetention
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.plans import Division, RetentionPlan
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.reader import Reader

# It takes a call for each image to read with whom it is shared. If more are to be removed, the run reads it for the
# others, right before it would remove them.
MOST_SHARES_READ = 100


def plan(desired: DesiredRetention, reader: Reader, now: float) -> RetentionPlan:
    """The plan to reach the desired retention. ``now``: seconds since the epoch.

    Each fact is read from ``reader`` once, where it is decisive. Raises what the reader raises.
    """
    images = reader.owned()
    division = _without_shared(judging.divide(desired, images, now), reader)
    if not division.going:
        return Plan(division, division)
    # Imported only for tasks that change something, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.removing import removal  # noqa: PLC0415

    steps, warnings = removal(desired, reader, images, division)
    return Plan(division, division, steps, warnings)


def _without_shared(division: Division, reader: Reader) -> Division:
    """The list may not report that an image is shared, or public."""
    shared: dict[str, Skipped] = {}
    for image in division.going[: -MOST_SHARES_READ - 1 : -1]:
        told = reader.sharing(image["image_id"]).text()
        if told is not None:
            shared[image["image_id"]] = Skipped(image, Obstacle("shared", told))
    return dataclasses.replace(
        division,
        going=tuple(image for image in division.going if image["image_id"] not in shared),
        skipped=(*division.skipped, *shared.values()),
    )
