# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict on a record: the five invariants, from what the cloud held and not from what the module says of it."""

from __future__ import annotations

import dataclasses
import typing as t

from . import judge_deletions, judge_endings, judge_names
from .findings import LAST_ROUND_TRIP, OVERTAKEN
from .history import History

if t.TYPE_CHECKING:
    from .findings import Finding
    from .play import Record


# What only a person can decide on once the image was lost to what nobody could see.
_REMAINS = ("left over",)


def judge(record: Record) -> list[Finding]:
    """Everything that was wrong, also what no client can prevent: that has an ``excuse``."""
    history = History(record)
    found = [
        *judge_deletions.findings(history),
        *judge_names.findings(history),
        *judge_endings.findings(history),
    ]
    is_lost = any(one.excuse == LAST_ROUND_TRIP and one.kind in ("lost", "nameless") for one in found)
    return [
        dataclasses.replace(one, excuse=OVERTAKEN) if is_lost and one.kind in _REMAINS and not one.excuse else one
        for one in found
    ]


def violations(record: Record) -> list[Finding]:
    return [finding for finding in judge(record) if not finding.excuse]
