# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often the waiter looks at a build, and how late it notices that the image is usable."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image, to_image
from ansible_collections.apsarastack.cloud.plugins.module_utils.waiter import USABLE, wait_until
from figures import rows_of, spread, verdict

# How much of a build is done is told in per cent, by the part of its time that has passed; None where nothing is told.
Progress = t.Callable[[float], t.Optional[int]]
# Seconds, and how many looks a build of that length may cost.
BUILDS: dict[str, tuple[float, int | None]] = {"30 s": (30, None), "10 min": (600, 40), "60 min": (3600, 60)}
# No two builds take the same time, and how late a look comes hangs on where the end falls between two of them.
SHARES = tuple(0.95 + number / 200 for number in range(21))
DEADLINE = 3 * 3600.0


def linear(passed: float) -> int:
    return min(int(passed * 100), 99)


def stalling(passed: float) -> int:
    """At 90 after half the time, and then nothing more."""
    return min(int(passed * 180), 90)


def jumping(passed: float) -> int:
    """Nothing for a third of the time, then half, and nearly all for the last fifth."""
    return 0 if passed < 1 / 3 else 50 if passed < 4 / 5 else 98


def none(passed: float) -> None:
    """The site tells nothing."""


PROFILES: dict[str, Progress] = {"linear": linear, "stalling": stalling, "jumping": jumping, "none": none}


@dataclass(frozen=True)
class Wait:
    """``build`` and ``lag``: seconds that the build takes, and from its end to the return."""

    polls: int
    build: float
    lag: float


class Build:
    """A build in a time of its own, which passes only when the waiter sleeps."""

    def __init__(self, seconds: float, progress: Progress) -> None:
        self._seconds, self._progress = seconds, progress
        self._now = 0.0
        self._polls = 0

    def wait(self) -> Wait:
        deadline = Deadline(DEADLINE, clock=lambda: self._now, sleep=self._sleep)
        wait_until(USABLE, self._look, deadline)
        return Wait(self._polls, self._seconds, self._now - self._seconds)

    def _sleep(self, seconds: float) -> None:
        self._now += seconds

    def _look(self) -> Image:
        self._polls += 1
        is_done = self._now >= self._seconds
        progress = 100 if is_done else self._progress(self._now / self._seconds)
        told = {} if progress is None else {"Progress": f"{progress}%"}
        status = "Available" if is_done else "Creating"
        return to_image({"ImageId": "m-1", "ImageName": "web", "Status": status, **told}, region="")


def waits(seconds: float, progress: Progress) -> list[Wait]:
    """Of builds that take about so long."""
    return [Build(seconds * share, progress).wait() for share in SHARES]


def most_lag(seconds: float) -> float:
    return max(2.0, 0.03 * seconds)


def row(build: str, seconds: float, progress: str, found: t.Sequence[Wait], most_polls: int | None) -> list[object]:
    """``seconds``: about how long the builds take."""
    polls, lags = spread(each.polls for each in found), spread(each.lag for each in found)
    limit = most_lag(seconds)
    # Each is held against its own build.
    worst = limit * max(each.lag / most_lag(each.build) for each in found)
    return [build, progress, polls, *verdict(polls.most, most_polls), lags, *verdict(worst, limit, " s")]


def table(real: t.Mapping[str, Wait]) -> str:
    """``real``: waits in real time, by the progress that was told."""
    rows = [
        row(build, seconds, name, waits(seconds, progress), most_polls)
        for build, (seconds, most_polls) in BUILDS.items()
        for name, progress in PROFILES.items()
    ]
    rows += [row(f"{wait.build:.0f} s, real", wait.build, name, [wait], None) for name, wait in real.items()]
    head = ["build", "progress", "polls", "target", "verdict", "lag, s", "target", "verdict"]
    return rows_of(head, rows)
