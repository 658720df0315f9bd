# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judges a record by five invariants, from the state of the cloud and not from what the module reports."""

from __future__ import annotations

import dataclasses
import typing as t

from . import judge_deletions, judge_endings, judge_names
from .findings import LAST_ROUND_TRIP, OVERTAKEN
from .history import History

if t.TYPE_CHECKING:
    from .findings import Finding
    from .play import Record


# Problems that only a person can resolve after an image was lost to an unnoticeable change.
_REMAINS = ("left over",)


def judge(record: Record) -> list[Finding]:
    """All findings, including those that no client can prevent, which have an ``excuse``."""
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
