# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often the waiter polls, and how late it notices that the image is usable."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, to_image
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.waiter import wait_until
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.goals import USABLE
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from figures import rows_of, spread, verdict

# The reported progress in percent, given the fraction of time that has passed; None if none is reported.
Progress = t.Callable[[float], t.Optional[int]]
# The duration in seconds, and the maximum number of polls.
BUILDS: dict[str, tuple[float, int | None]] = {"30 s": (30, None), "10 min": (600, 40), "60 min": (3600, 60)}
# Durations vary, since the lag depends on where the end falls between two polls.
SHARES = tuple(0.95 + number / 200 for number in range(21))
DEADLINE = 3 * 3600.0


def linear(passed: float) -> int:
    return min(int(passed * 100), 99)


def stalling(passed: float) -> int:
    """90 after half the time, and no progress after that."""
    return min(int(passed * 180), 90)


def jumping(passed: float) -> int:
    """0 for the first third of the time, then 50, and 98 for the last fifth."""
    return 0 if passed < 1 / 3 else 50 if passed < 4 / 5 else 98


def none(passed: float) -> None:
    """The site reports nothing."""


PROFILES: dict[str, Progress] = {"linear": linear, "stalling": stalling, "jumping": jumping, "none": none}


@dataclass(frozen=True)
class Wait:
    """``build`` and ``lag``: how long the creation takes, and the time from its end to the return, in seconds."""

    polls: int
    build: float
    lag: float


class Build:
    """A creation on a simulated clock, which advances only while the waiter sleeps."""

    def __init__(self, seconds: float, progress: Progress) -> None:
        self._seconds, self._progress = seconds, progress
        self._now = 0.0
        self._polls = 0

    def wait(self) -> Wait:
        deadline = Deadline(DEADLINE, clock=lambda: self._now, sleep=self._sleep)
        wait_until(USABLE, self._poll, deadline)
        return Wait(self._polls, self._seconds, self._now - self._seconds)

    def _sleep(self, seconds: float) -> None:
        self._now += seconds

    def _poll(self) -> Image:
        self._polls += 1
        is_done = self._now >= self._seconds
        progress = 100 if is_done else self._progress(self._now / self._seconds)
        reported = {} if progress is None else {"Progress": f"{progress}%"}
        status = "Available" if is_done else "Creating"
        return to_image({"ImageId": "m-1", "ImageName": "web", "Status": status, **reported}, region="")


def waits(seconds: float, progress: Progress) -> list[Wait]:
    """One wait for each of several creations of about this duration."""
    return [Build(seconds * share, progress).wait() for share in SHARES]


def most_lag(seconds: float) -> float:
    return max(2.0, 0.03 * seconds)


def row(build: str, seconds: float, progress: str, found: t.Sequence[Wait], most_polls: int | None) -> list[object]:
    """``seconds``: about how long the creations take."""
    polls, lags = spread(each.polls for each in found), spread(each.lag for each in found)
    limit = most_lag(seconds)
    # The limit of each lag depends on the duration of its own creation.
    worst = limit * max(each.lag / most_lag(each.build) for each in found)
    return [build, progress, polls, *verdict(polls.most, most_polls), lags, *verdict(worst, limit, " s")]


def table(real: t.Mapping[str, Wait]) -> str:
    """``real``: waits in real time, by the kind of progress reports."""
    rows = [
        row(build, seconds, name, waits(seconds, progress), most_polls)
        for build, (seconds, most_polls) in BUILDS.items()
        for name, progress in PROFILES.items()
    ]
    rows += [row(f"{wait.build:.0f} s, real", wait.build, name, [wait], None) for name, wait in real.items()]
    head = ["creation", "progress", "polls", "target", "verdict", "lag, s", "target", "verdict"]
    return rows_of(head, rows)
