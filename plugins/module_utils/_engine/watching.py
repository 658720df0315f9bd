# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people read about a wait: lines in the log of the host, and how fast the progress was when the time ran out."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.pauses import Poll
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline

# Writes a line to the log of the host.
Log = t.Callable[[str], None]

# Seconds between two lines, unless the status changes.
LOG_EVERY = 60.0
# The last pace is that of the last percents. More would hide that the progress slows down.
LAST_PERCENTS = 10


class Journal:
    """Writes a line about each new status, and one a minute."""

    def __init__(self, log: Log, deadline: Deadline) -> None:
        self._log, self._deadline = log, deadline
        self._status: str | None = None
        self._written_at = 0.0

    def see(self, name: str, status: str, progress: int | None) -> None:
        now = self._deadline.elapsed()
        if status == self._status and now - self._written_at < LOG_EVERY:
            return
        self._status, self._written_at = status, now
        passed = f"{now:.0f} of {self._deadline.seconds:g} seconds passed"
        self._log(f"Waiting for {name}: {described(status, progress)}, {passed}")


def described(status: str, progress: int | None) -> str:
    return status if progress is None else f"{status} at {progress} %"


def last_pace(polls: t.Sequence[Poll]) -> str:
    """How long the last percents took, and how long there have been no more, for a sentence; empty if the progress is
    not reported."""
    known = [(one.elapsed, one.progress) for one in polls if one.progress is not None]
    if len(known) < 2 or polls[-1].progress is None:
        return ""
    now, progress = known[-1]
    # Only what has grown since the last fall counts.
    fall = max((number for number in range(1, len(known)) if known[number][1] < known[number - 1][1]), default=0)
    fell = f"fell back from {known[fall - 1][1]} % and " if fall else ""
    known = known[fall:]
    lower = [each for each in known if each[1] < progress]
    reached = known[len(lower)][0]
    stalled = f"has not grown for {now - reached:.0f} seconds"
    if not lower:
        return f"the progress {fell}{stalled}"
    # Several polls if one shows less than these percents.
    since, low = next((each for each in reversed(lower) if each[1] <= progress - LAST_PERCENTS), lower[0])
    took = f"the last {progress - low} % took {reached - since:.0f} seconds"
    # It has stalled if the next percent takes longer than each of the last ones.
    return f"{took}, but the progress {stalled}" if (now - reached) * (progress - low) > reached - since else took
