# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one source of time of the simulated cloud."""

from __future__ import annotations

import datetime
import time
import typing as t


class Clock:
    """Seconds since the epoch in the simulated cloud: real time, sped up and moved forward on request.

    Only resources use it. Signatures and nonces are checked by the real time, since clients know no other.
    """

    def __init__(
        self,
        speed: float = 1.0,
        start: float | None = None,
        real: t.Callable[[], float] = time.time,
    ) -> None:
        """Raises ValueError on a negative speed."""
        if speed < 0:
            raise ValueError("speed takes a number that is not negative")
        self._real = real
        self._anchor_real = real()
        self._anchor = self._anchor_real if start is None else start
        self._speed = speed

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> float:
        return self._anchor + (self._real() - self._anchor_real) * self._speed

    def real(self) -> float:
        return self._real()

    def advance(self, seconds: float) -> None:
        """Move forward at once. Raises ValueError on a negative number: time never goes back."""
        if seconds < 0:
            raise ValueError("advance takes a number of seconds that is not negative")
        self._anchor += seconds

    def restart(self) -> None:
        """Back to the real time, at the present speed."""
        self._anchor = self._anchor_real = self._real()

    def set_speed(self, speed: float) -> None:
        """Simulated seconds per real second; 0 stops the clock. Raises ValueError on a negative number."""
        if speed < 0:
            raise ValueError("speed takes a number that is not negative")
        now = self.now()
        self._anchor, self._anchor_real, self._speed = now, self._real(), speed


def utc(seconds: float) -> str:
    """`2025-03-04T05:06:10Z`, the form of image and snapshot times."""
    return datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_minutes(seconds: float) -> str:
    """`2025-03-04T05:06Z`, the form of instance times."""
    return datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ")


def seconds_of(text: str) -> float:
    """Read either form. Raises ValueError."""
    form = "%Y-%m-%dT%H:%M:%SZ" if text.count(":") == 2 else "%Y-%m-%dT%H:%MZ"
    return datetime.datetime.strptime(text, form).replace(tzinfo=datetime.timezone.utc).timestamp()
