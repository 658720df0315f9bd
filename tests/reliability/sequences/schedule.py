# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual time: threads of which exactly one runs at any moment, in an order that depends only on the story.

A thread yields only while it waits. It continues immediately, without a switch, if no other one is due before it.
"""

from __future__ import annotations

import heapq
import itertools
import math
import threading
import typing as t
from dataclasses import dataclass, field

Work = t.Callable[[], None]


@dataclass(order=True)
class _Due:
    """Work to resume; work for the same time is resumed in the order of the requests."""

    time: float
    order: int
    resume: Work = field(compare=False)


class _AbandonedError(BaseException):
    """The work will not be resumed any more."""


class _Strand:
    """A thread that runs only while it is resumed."""

    def __init__(self, work: Work) -> None:
        self._may_run, self._has_stopped = threading.Lock(), threading.Lock()
        self._may_run.acquire()
        self._has_stopped.acquire()
        self._work = work
        self.error: BaseException | None = None
        self._is_abandoned = False
        self._has_ended = False
        threading.Thread(target=self._main, daemon=True).start()

    def _main(self) -> None:
        try:
            self._go_on()
            self._work()
        except BaseException as error:  # noqa: BLE001 - raised again by the schedule
            self.error = error
        self._has_ended = True
        self._has_stopped.release()

    def resume(self) -> bool:
        """Runs the thread until it pauses or ends, and returns whether it has ended. Raises its exception."""
        self._may_run.release()
        self._has_stopped.acquire()
        if self.error is not None:
            raise self.error
        return self._has_ended

    def pause(self) -> None:
        """Called inside the thread: returns to the caller of ``resume``."""
        self._has_stopped.release()
        self._go_on()

    def _go_on(self) -> None:
        self._may_run.acquire()
        if self._is_abandoned:
            raise _AbandonedError

    def abandon(self) -> None:
        """Ends the thread, wherever it is."""
        self._is_abandoned = True
        self._may_run.release()


class Schedule:
    """The queue of due work. ``now``: seconds since the beginning."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[_Due] = []
        self._orders = itertools.count()
        self._running: _Strand | None = None
        self._strands: set[_Strand] = set()

    def at(self, time: float, work: Work) -> None:
        """Calls ``work`` at this time; it must not wait."""
        heapq.heappush(self._due, _Due(max(time, self.now), next(self._orders), work))

    def start(self, work: Work) -> None:
        """Starts ``work``, which may wait, as soon as the current thread waits."""
        strand = _Strand(work)
        self._strands.add(strand)
        self.at(self.now, lambda: self._resume(strand))

    def wait(self, seconds: float) -> None:
        """Waits; only for work that was started with ``start``."""
        # A wait that is too short to change the sum would never end.
        until = max(self.now + seconds, math.nextafter(self.now, math.inf)) if seconds > 0 else self.now
        if not self._due or self._due[0].time > until:
            self.now = until
            return
        strand = self._running
        if strand is None:
            raise RuntimeError("only work that was started with start() may wait")
        self.at(until, lambda: self._resume(strand))
        strand.pause()

    def run(self) -> None:
        """Runs until nothing is due any more. Raises the exceptions of the work."""
        try:
            while self._due:
                due = heapq.heappop(self._due)
                self.now = max(self.now, due.time)
                due.resume()
        except BaseException:
            for strand in self._strands:
                strand.abandon()
            raise

    def _resume(self, strand: _Strand) -> None:
        self._running = strand
        try:
            if strand.resume():
                self._strands.discard(strand)
        finally:
            self._running = None
