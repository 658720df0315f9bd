# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays a story, and records every call with the state before and after it."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass, field

from apsarastack_simulator.errors import CloudError

from . import adapter, colleague
from .adapter import Ending, Reply, Reset
from .cloud import Body, Form, ModelCloud, State
from .schedule import Schedule
from .story import END, Act, Fault, Moment, Options, Run, Story

# Seconds after which all operations of a story are finished, and every list shows their results.
QUIET = 3600.0
PATIENCE = 7200
COLLEAGUE = "colleague"


@dataclass(frozen=True)
class Call:
    """A call that the cloud has processed, at ``time`` in seconds; ``number`` counts from 0.

    ``before`` and ``after``: the images of the account around a write. ``listed``: those that a list showed. ``age``:
    how old the list was. ``outcome``: the code of an error.
    """

    actor: str
    action: str
    form: Form
    time: float
    outcome: str = ""
    age: float = 0.0
    before: State | None = None
    after: State | None = None
    listed: tuple[str, ...] = ()
    number: int = 0

    @property
    def moment(self) -> float:
        """The moment whose state a list shows."""
        return self.time - self.age

    @property
    def is_write(self) -> bool:
        return self.before is not None

    @property
    def image_id(self) -> str:
        return self.form.get("ImageId") or self.form.get("ResourceId.1") or self.form.get("ResourceId", "")


@dataclass
class Played:
    """``ended`` is None, and ``ending``, too, for a run that was killed. ``stopped``: when its process ended, either
    way; ``number``: of the first call that the cloud processed after that."""

    run: Run
    started: float
    ended: float | None = None
    ending: Ending | None = None
    was_killed: bool = False
    stopped: float = math.inf
    number: int = 0

    @property
    def options(self) -> Options:
        return self.run.options

    @property
    def name(self) -> str:
        """The image name of the task."""
        return str(self.options.get("image_name", ""))

    @property
    def is_ok(self) -> bool:
        return self.ending is not None and self.ending.reason is None


@dataclass
class Record:
    """A played story. ``first``: the images of the account at the beginning. ``last``: at the end. ``unheard``: the
    numbers of the calls whose complete answer a run did not get."""

    story: Story
    first: State
    first_snapshots: frozenset[str]
    calls: list[Call] = field(default_factory=list)
    runs: list[Played] = field(default_factory=list)
    last: State = field(default_factory=dict)
    end: float = 0.0
    unheard: set[int] = field(default_factory=set)

    def of(self, name: str) -> list[Call]:
        return [call for call in self.calls if call.actor == name]


class _Killed(BaseException):
    """The process is killed: none of its code may run any more, not even error handlers."""


Task = t.Callable[["Options", adapter.Wire, t.Callable[[], float], t.Callable[[float], None]], Ending]


def play(story: Story, task: Task = adapter.carry_out) -> Record:
    """The whole story, and then, in peace, two more runs of the task that did not succeed, or else of the last one.

    ``task``: what a run does; the tests of the judge put something bad in its place.
    """
    return _Play(story, task).play()


class _Play:
    def __init__(self, story: Story, task: Task) -> None:
        self._story = story
        self._task = task
        self._schedule = Schedule()
        self._cloud = ModelCloud(story, lambda: self._schedule.now)
        self._record = Record(story, self._cloud.state(), self._cloud.snapshots())
        self._counts: dict[tuple[str, str], int] = {}
        self._faults = {event.when: event for event in story.events if isinstance(event, Fault)}

    def play(self) -> Record:
        for event in self._story.events:
            if not isinstance(event, Fault) and not isinstance(event.when, Moment):
                self._schedule.at(event.when, self._begin(event))
        self._schedule.run()
        self._settle()
        self._record.last = self._cloud.state()
        self._record.end = self._schedule.now
        return self._record

    def _settle(self) -> None:
        """Runs a failed task again, or else the last one."""
        runs = self._record.runs
        self._cloud.hurry()
        failed = [one for one in runs if one.ending is None or one.ending.reason is not None]
        chosen = (failed or runs)[-1:]
        for name in ("Y", "Z") if chosen else ():
            options = {**chosen[0].run.options, "wait": True, "wait_timeout": PATIENCE}
            self._schedule.at(self._schedule.now + QUIET, self._begin(Run(name, 0.0, options)))
            self._schedule.run()

    def _begin(self, event: Run | Act) -> t.Callable[[], None]:
        if isinstance(event, Act):
            return lambda: self._act(event)
        return lambda: self._schedule.start(lambda: self._carry_out(event))

    def _act(self, event: Act) -> None:
        colleague.act(event, self._cloud, lambda action, form: self._process(COLLEAGUE, action, form))

    def _carry_out(self, run: Run) -> None:
        played = Played(run, self._schedule.now)
        self._record.runs.append(played)
        wire = _Wire(self, run.name)
        try:
            played.ending = self._task(run.options, wire.send, lambda: self._schedule.now, self._schedule.wait)
        except _Killed:
            played.was_killed = True
        else:
            played.ended = self._schedule.now
        played.stopped, played.number = self._schedule.now, len(self._record.calls)
        self.fire(run.name, [(END, 0)], after=True)

    # --- one call ----------------------------------------------------------------------------------------------------

    def count(self, run: str, action: str) -> list[tuple[str, int]]:
        """The ways in which a moment can refer to this call."""
        named = []
        for name in (action, "*"):
            named.append((name, self._counts.get((run, name), 0)))
            self._counts[run, name] = named[-1][1] + 1
        return named

    def fault(self, run: str, named: t.Iterable[tuple[str, int]], *, after: bool) -> Fault | None:
        moments = (Moment(run, action, nth, after) for action, nth in named)
        return next((self._faults[moment] for moment in moments if moment in self._faults), None)

    def fire(self, run: str, named: t.Iterable[tuple[str, int]], *, after: bool) -> None:
        moments = [Moment(run, action, nth, after) for action, nth in named]
        for event in self._story.events:
            if not isinstance(event, Fault) and event.when in moments:
                self._begin(event)()

    def wait(self, seconds: float) -> None:
        self._schedule.wait(seconds)

    def hear(self, number: int, fault: Fault | None) -> None:
        """Records that the answer has arrived, complete unless ``fault`` has damaged it."""
        is_spoiled = fault is not None and fault.what in ("short", "no_list") and self._record.calls[number].listed
        if not is_spoiled:
            self._record.unheard.discard(number)

    @property
    def calls(self) -> int:
        return len(self._record.calls)

    @property
    def now(self) -> float:
        return self._schedule.now

    @property
    def site_latency(self) -> float:
        return self._story.site.latency

    def process(self, actor: str, action: str, form: Form, fault: Fault | None) -> Reply:
        """Processes a call and returns the answer, which ``fault`` may damage."""
        if fault is not None and fault.what not in SPOILT:
            return _error(CloudError(fault.what))
        try:
            age = max(self._story.site.lag, fault.value if fault is not None and fault.what == "stale" else 0.0)
            return Reply(200, _spoil(self._process(actor, action, form, age), fault))
        except CloudError as error:
            return _error(error)

    def _process(self, actor: str, action: str, form: Form, age: float = 0.0) -> Body:
        before = None if action.startswith("Describe") else self._cloud.state()
        outcome, body = "", {}
        try:
            body = self._cloud.call(action, form, age)
            return body
        except CloudError as error:
            outcome = error.code
            raise
        finally:
            after = None if before is None else self._cloud.state()
            listed = tuple(entry["ImageId"] for entry in body.get("Images", {}).get("Image", ()))
            calls = self._record.calls
            # Until the answer has arrived.
            self._record.unheard.add(len(calls))
            calls.append(Call(actor, action, form, self.now, outcome, age, before, after, listed, len(calls)))


# The effect of a fault on an answer, before it is treated as an error of the cloud.
SPOILT = ("stale", "short", "no_list", "lost", "kill", "signal")


def _error(error: CloudError) -> Reply:
    return Reply(error.status, {"Code": error.code, "Message": error.message, "RequestId": "request-1"})


def _spoil(body: Body, fault: Fault | None) -> Body:
    if fault is None or "Images" not in body:
        return body
    if fault.what == "no_list":
        return {name: value for name, value in body.items() if name != "Images"}
    if fault.what == "short":
        return {**body, "Images": {"Image": body["Images"]["Image"][:-1]}}
    return body


class _Wire:
    """The calls of one run."""

    def __init__(self, play: _Play, run: str) -> None:
        self._play = play
        self._run = run

    def send(self, action: str, form: Form, seconds: float, interrupt: t.Callable[[], None]) -> Reply:
        """See ``adapter.Wire``."""
        play = self._play
        named = play.count(self._run, action)
        first, last = (play.fault(self._run, named, after=after) for after in (False, True))
        self._strike(first, interrupt)
        way = play.site_latency / 2
        if first is not None and first.what == "refused":
            play.wait(way)
            raise Reset("connection refused", sent=False)
        if first is not None and first.what == "lost":
            play.wait(way)
            raise Reset("connection reset", sent=True)
        self._travel(way, seconds)
        play.fire(self._run, named, after=False)
        number = play.calls
        reply = play.process(self._run, action, form, first or last)
        play.fire(self._run, named, after=True)
        self._travel(way, seconds - way)
        self._strike(last, interrupt)
        if last is not None and last.what == "lost":
            raise Reset("connection reset", sent=True)
        play.hear(number, first or last)
        return reply

    def _travel(self, way: float, seconds: float) -> None:
        self._play.wait(min(way, max(seconds, 0.0)))
        if way > seconds:
            raise Reset("no answer in time", sent=True)

    def _strike(self, fault: Fault | None, interrupt: t.Callable[[], None]) -> None:
        if fault is not None and fault.what == "kill":
            raise _Killed
        if fault is not None and fault.what == "signal":
            interrupt()
