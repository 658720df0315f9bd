# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The diff of a task, rendered from its plan: check mode and run show the same."""

from __future__ import annotations

import typing as t

Side = dict[str, t.Any]


ABSENT: Side = {"state": "absent"}


def diff(before: Side, after: Side, headers: tuple[str, str]) -> Side:
    """As Ansible shows it. ``before`` and ``after``: what the task manages, with all that it deletes or leaves behind,
    and never a value that only the cloud assigns. ``headers``: what both sides are called."""
    return {"before": before, "after": after, "before_header": headers[0], "after_header": headers[1]}


def filled(side: Side) -> Side:
    """Without entries that are empty."""
    return {name: entries for name, entries in side.items() if entries}
