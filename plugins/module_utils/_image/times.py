# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times of a task and of images, in seconds since the epoch. Pure."""

from __future__ import annotations

import datetime
import typing as t

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image

RULE = "must be a date or a time such as 2026-11-24 or 2026-11-24T05:06:10Z, which is in UTC unless it has an offset"


def seconds_of(text: str) -> float | None:
    """None if it is not a time. It is in UTC unless it has an offset."""
    moment = _moment(text.strip())
    if moment is None:
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=datetime.timezone.utc)).timestamp()


def created_at(image: Image) -> float | None:
    """When its creation began; None if that is unknown. Some times have only minutes."""
    moment = _moment(image["creation_time"] or "")
    return None if moment is None or moment.tzinfo is None else moment.timestamp()


def _moment(text: str) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
