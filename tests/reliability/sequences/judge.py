# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict on a record: the five invariants, from what the cloud held and not from what the module says of it."""

from __future__ import annotations

import dataclasses
import typing as t

from . import judge_deletions, judge_endings, judge_names
from .history import History

if t.TYPE_CHECKING:
    from .findings import Finding
    from .play import Record


_REMAINS = ("stuck", "left over")


def judge(record: Record) -> list[Finding]:
    """Everything that was wrong, also what no client can prevent: that has an ``excuse``."""
    history = History(record)
    found = [
        *judge_deletions.findings(history),
        *judge_names.findings(history),
        *judge_endings.findings(history),
    ]
    excuse = next((one.excuse for one in found if one.excuse and one.kind in ("lost", "nameless")), "")
    # Where the image was lost to what nobody could see, a person has to say what the remains are.
    return [dataclasses.replace(one, excuse=excuse) if excuse and one.kind in _REMAINS else one for one in found]


def violations(record: Record) -> list[Finding]:
    return [finding for finding in judge(record) if not finding.excuse]
