# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One monotonic deadline per task, and the pauses between attempts.

Clock and sleep are injected, so that no test waits.
"""

from __future__ import annotations

import contextlib
import math
import random as _random
import time
import typing as t

BACKOFF_BASE_SECONDS = 0.5
BACKOFF_CAP_SECONDS = 20.0
# 0.5 s doubled six times exceeds the cap; a larger exponent would only produce huge numbers.
BACKOFF_LARGEST_EXPONENT = 6


class Deadline:
    """The time that a whole task may take: requests, retries and waits together."""

    def __init__(
        self,
        seconds: float,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self.seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._start = clock()
        self._shortened_to = math.inf
        # Seconds since the start until which time is reserved, whatever the deadline.
        self._reserved_until = 0.0

    def elapsed(self) -> float:
        """Seconds since the task began."""
        return self._clock() - self._start

    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, max(min(self.seconds, self._shortened_to), self._reserved_until) - self.elapsed())

    @contextlib.contextmanager
    def reserved(self, seconds: float) -> t.Iterator[None]:
        """Guarantees at least this many seconds within the context, so that the deadline does not interrupt an atomic
        group of calls."""
        before, self._reserved_until = self._reserved_until, self.elapsed() + seconds
        try:
            yield
        finally:
            self._reserved_until = before

    def shorten(self, seconds: float) -> None:
        """Limits the remaining time to at most this many seconds."""
        self._shortened_to = self.elapsed() + seconds
        self._reserved_until = min(self._reserved_until, self._shortened_to)

    def is_over(self) -> bool:
        """Whether the deadline has passed."""
        return self.remaining() <= 0

    def sleep(self, seconds: float) -> None:
        """Sleeps, but never beyond the deadline."""
        self._sleep(max(0.0, min(seconds, self.remaining())))


def backoff(attempt: int, random: t.Callable[[], float] = _random.random) -> float:
    """The pause in seconds after a failed attempt; ``attempt`` is 0 after the first one.

    Exponential backoff with full jitter: between zero and the doubled ceiling, so that tasks that failed at the same
    moment do not retry at the same moment.
    """
    ceiling = BACKOFF_BASE_SECONDS * 2.0 ** min(attempt, BACKOFF_LARGEST_EXPONENT)
    return random() * min(BACKOFF_CAP_SECONDS, ceiling)
