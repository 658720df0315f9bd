# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports what a task has done when it is interrupted: SIGTERM, SIGINT and SIGHUP become an error like any other."""

from __future__ import annotations

import contextlib
import signal
import threading
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError

# The signals that end a task: a time limit or a shutdown, Ctrl-C, a lost connection to the host.
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

# The text for users about an interrupted task that writes, first one that no later run can continue, and about one that
# only reads.
LEFT_FOR_NO_RUN = "Completed steps are listed in actions. Nothing was rolled back."
LEFT_BY_A_WRITER = f"{LEFT_FOR_NO_RUN} Run the task again to continue from there."
LEFT_BY_A_READER = "This module only reads, so nothing was changed. Run the task again."


class InterruptedTaskError(ApsaraStackError):
    """The process got a signal to end. A call in progress may have been processed.

    ``failure``: the error of the calls for which the signal was deferred; None if it interrupted something else.
    """

    maybe_done = True

    def __init__(self, signal_name: str, left: str = LEFT_BY_A_WRITER, failure: ApsaraStackError | None = None) -> None:
        also = "" if failure is None else f", and {failure.message}"
        facts = {} if failure is None else failure.facts
        message = f"interrupted by {signal_name} before the task was finished{also}"
        super().__init__(message, "interrupted", advice=left, facts=facts)
        self.signal_name, self.left, self.failure = signal_name, left, failure


class _State:
    """Signals belong to the process, and so the state is global."""

    is_deferred = False
    waiting: InterruptedTaskError | None = None
    hurry: t.Callable[[], None] | None = None


@contextlib.contextmanager
def deferred(hurry: t.Callable[[], None]) -> t.Iterator[None]:
    """Within the context, a signal only calls ``hurry``, which limits the remaining time; InterruptedTaskError is
    raised at the end.

    For atomic groups of calls that take seconds.
    """
    _State.is_deferred, _State.hurry = True, hurry
    failure: ApsaraStackError | None = None
    try:
        yield
    except ApsaraStackError as error:
        if _State.waiting is None:
            raise
        failure = error
    finally:
        _State.is_deferred, _State.hurry = False, None
        heard, _State.waiting = _State.waiting, None
    if heard is not None:
        raise InterruptedTaskError(heard.signal_name, heard.left, failure) from failure


@contextlib.contextmanager
def reported(left: str = LEFT_BY_A_WRITER) -> t.Iterator[None]:
    """Within the context, the first signal raises InterruptedTaskError; later ones, and those after the context, are
    ignored.

    For use at the end of a process: only the result follows, and it must be written completely.
    """
    heard = _heard()

    def interrupt(number: int, _frame: t.Any) -> None:
        _ignore(heard)
        error = InterruptedTaskError(signal.Signals(number).name, left)
        if _State.is_deferred:
            _State.waiting = error
            if _State.hurry is not None:
                _State.hurry()
            return
        raise error

    for number in heard:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        _ignore(heard)


def _heard() -> tuple[signal.Signals, ...]:
    if threading.current_thread() is not threading.main_thread():
        return ()  # only the main thread can handle signals
    # A signal that is already ignored stays ignored, for example under nohup.
    return tuple(number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN)


def _ignore(numbers: t.Iterable[signal.Signals]) -> None:
    for number in numbers:
        signal.signal(number, signal.SIG_IGN)
