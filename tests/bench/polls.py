# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often the waiter polls and how late it notices that the image is usable, compared with fixed pauses."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, is_usable, to_image
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.waiter import wait_until
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.goals import usable
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from figures import rows_of, spread, verdict

# The reported progress in percent, given the fraction of time that has passed; None if none is reported.
Progress = t.Callable[[float], t.Optional[int]]
DEADLINE = 3 * 3600.0


@dataclass(frozen=True)
class Kind:
    """Creations of about the same duration. ``seconds``: their durations, which vary, since the lag depends on where
    the end falls between two polls. ``polls`` and ``lag``: the targets; None if there is none."""

    title: str
    seconds: tuple[float, ...]
    polls: int | None
    lag: float | None
    profiles: tuple[str, ...]


def up_to(seconds: float, least: float = 0.9) -> tuple[float, ...]:
    """22 durations; ``least``: the shortest one, as a fraction."""
    return tuple(seconds * (least + (1 - least) * number / 21) for number in range(22))


def even(passed: float) -> int:
    return min(int(passed * 100), 99)


def stalling(passed: float) -> int:
    """90 after half the time, and no progress after that."""
    return min(int(passed * 180), 90)


def leaping(passed: float) -> int:
    """0 for the first third of the time, then 50, and 98 for the last fifth."""
    return 0 if passed < 1 / 3 else 50 if passed < 4 / 5 else 98


def absent(passed: float) -> None:
    """The site reports nothing."""


def late(passed: float) -> int:
    """0 for half of the time, and then even."""
    return max(0, int(passed * 200) - 100)


def falling(passed: float) -> int:
    """Even, and back by 40 at half the time."""
    return int(passed * 100) - (0 if passed < 0.5 else 40)


def early(passed: float) -> int:
    """Even, but the creation ends at 60."""
    return int(passed * 60)


PROFILES: dict[str, Progress] = {
    "even": even,
    "stalling": stalling,
    "leaping": leaping,
    "absent": absent,
    "late": late,
    "falling": falling,
    "even, ends at 60 %": early,
}
ALL = tuple(PROFILES)
KINDS = (
    Kind("1 - 3 s", up_to(3, 1 / 3), None, 1, ("even", "absent")),
    Kind("30 s", up_to(30), None, 1 + 30 / 7, ("even", "stalling", "leaping", "absent")),
    Kind("10 min", up_to(600), 80, 10, ALL),
    Kind("30 min", up_to(1800), 180, 15, ALL),
    Kind("60 min", up_to(3600), 300, 15, ALL),
)
# Even progress has targets of its own.
EVEN = {"10 min": Kind("10 min", up_to(600), 45, 3, ("even",))}
FIXED_PAUSES = (10, 15)


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
        wait_until(usable(lambda _image: None), self._poll, deadline)
        return self._waited()

    def wait_with(self, pause: float) -> Wait:
        """The wait of a module with fixed pauses."""
        while not is_usable(self._poll()):
            self._sleep(pause)
        return self._waited()

    def _waited(self) -> Wait:
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


def row(kind: Kind, progress: str, found: t.Sequence[Wait]) -> list[object]:
    polls, lags = spread(each.polls for each in found), spread(each.lag for each in found)
    return [
        *(kind.title, progress),
        *(polls, *verdict(polls.most, kind.polls)),
        *(lags, *verdict(lags.most, kind.lag, " s")),
    ]


def targets(kind: Kind, profile: str) -> Kind:
    return EVEN.get(kind.title, kind) if profile == "even" else kind


def rows(kind: Kind) -> t.Iterator[list[object]]:
    for name in kind.profiles:
        found = [Build(seconds, PROFILES[name]).wait() for seconds in kind.seconds]
        yield row(targets(kind, name), name, found)
    for pause in FIXED_PAUSES:
        found = [Build(seconds, absent).wait_with(pause) for seconds in kind.seconds]
        yield row(dataclasses.replace(kind, polls=None, lag=None), f"any, fixed pauses of {pause} s", found)


def table(real: t.Mapping[tuple[float, str], Wait]) -> str:
    """``real``: waits in real time, by the duration and the kind of progress reports."""
    found = [each for kind in KINDS for each in rows(kind)]
    for (seconds, name), wait in real.items():
        lag = 1 if seconds <= 3 else 1 + seconds / 7
        found.append(row(Kind(f"{seconds:g} s, real", (seconds,), None, lag, (name,)), name, [wait]))
    return rows_of(["creation", "progress", "polls", "target", "verdict", "lag, s", "target", "verdict"], found)
