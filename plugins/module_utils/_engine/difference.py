# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The diff of a task, rendered from its plan, so that check mode and a run show the same diff."""

from __future__ import annotations

import typing as t

Side = dict[str, t.Any]

ABSENT: Side = {"state": "absent"}


def diff(before: Side, after: Side, headers: tuple[str, str]) -> Side:
    """The diff in Ansible's format. ``before`` and ``after``: what the task manages, with everything that it deletes or
    leaves behind, without values that only the cloud assigns. ``headers``: the titles of both sides."""
    return {"before": before, "after": after, "before_header": headers[0], "after_header": headers[1]}


def filled(side: Side) -> Side:
    """Omits empty entries."""
    return {name: entries for name, entries in side.items() if entries}
