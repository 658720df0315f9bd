# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One monotonic deadline per task, and the pauses between tries.

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
# 0.5 s doubled six times is past the cap; a larger exponent would only build huge numbers.
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
        # Seconds since the start until which there is time all the same.
        self._reserved_until = 0.0

    def elapsed(self) -> float:
        """Seconds since the task began."""
        return self._clock() - self._start

    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, max(min(self.seconds, self._shortened_to), self._reserved_until) - self.elapsed())

    @contextlib.contextmanager
    def reserved(self, seconds: float) -> t.Iterator[None]:
        """Within it at least so many seconds are left: what must not be done by half is not cut short."""
        before, self._reserved_until = self._reserved_until, self.elapsed() + seconds
        try:
            yield
        finally:
            self._reserved_until = before

    def shorten(self, seconds: float) -> None:
        """From now on at most so many seconds are left."""
        self._shortened_to = self.elapsed() + seconds
        self._reserved_until = min(self._reserved_until, self._shortened_to)

    def is_over(self) -> bool:
        """Whether nothing is left."""
        return self.remaining() <= 0

    def sleep(self, seconds: float) -> None:
        """Sleep, but never past the end."""
        self._sleep(max(0.0, min(seconds, self.remaining())))


def backoff(attempt: int, random: t.Callable[[], float] = _random.random) -> float:
    """Seconds to pause after a failed try; ``attempt`` is 0 after the first one.

    Exponential with full jitter: anything between nothing and the doubled ceiling, so that many tasks that
    failed in the same moment do not come back in the same moment.
    """
    ceiling = BACKOFF_BASE_SECONDS * 2.0 ** min(attempt, BACKOFF_LARGEST_EXPONENT)
    return random() * min(BACKOFF_CAP_SECONDS, ceiling)
