# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The findings of the judge."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

# Causes that no client can prevent, as docs/reliability.md names them.
LAST_ROUND_TRIP = "a change in the last round trip"
SIMULTANEOUS = "simultaneous creators"
KILLED_IN_LAG = "a run that ends while the list lags"
KILLED_IN_SWAP = "a kill between the two renames, where names are unique"
OVERTAKEN = "a failed replacement that somebody else has overtaken"
UNMARKED = "a replacement whose tags the site ignores"
EXCUSES = (LAST_ROUND_TRIP, SIMULTANEOUS, KILLED_IN_LAG, KILLED_IN_SWAP, OVERTAKEN, UNMARKED)


@dataclass(frozen=True)
class Finding:
    """``kind``: a short name. ``excuse``: why no client can prevent it; empty for a violation."""

    invariant: int
    kind: str
    time: float
    run: str
    text: str
    excuse: str = ""

    def __str__(self) -> str:
        excuse = f" ({self.excuse})" if self.excuse else ""
        return f"{self.time:.2f} s, run {self.run}: {self.text} [{self.invariant}, {self.kind}]{excuse}"


Findings = t.Iterator[Finding]
