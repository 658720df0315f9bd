# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import threading
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.interruption import (
    LEFT_BY_A_READER,
    InterruptedTaskError,
    deferred,
    reported,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# The handlers of pytest are restored, whatever a test does.
pytestmark = pytest.mark.usefixtures("ending_signals")


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_becomes_an_error_that_names_it(number: signal.Signals) -> None:
    with pytest.raises(InterruptedTaskError) as caught, reported():
        os.kill(os.getpid(), number)
    assert f"nterrupted by {number.name} before the task was finished" in message_of(caught.value)
    assert "Run the task again" in message_of(caught.value)
    assert caught.value.reason == "interrupted"


def test_a_task_that_only_reads_says_that_nothing_was_changed() -> None:
    with pytest.raises(InterruptedTaskError) as caught, reported(LEFT_BY_A_READER):
        os.kill(os.getpid(), signal.SIGTERM)
    assert "nothing was changed" in message_of(caught.value)
    assert "actions" not in message_of(caught.value)


def test_a_second_signal_does_not_interrupt_the_report_of_the_first() -> None:
    def interrupted() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            for number in ENDING:
                os.kill(os.getpid(), number)

    with pytest.raises(InterruptedTaskError) as caught, reported():
        interrupted()
    assert "SIGTERM" in message_of(caught.value)


def test_after_the_task_signals_are_ignored() -> None:
    with reported():
        pass
    assert [signal.getsignal(number) for number in ENDING] == [signal.SIG_IGN] * len(ENDING)


def test_a_signal_that_was_ignored_on_purpose_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with reported():
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        os.kill(os.getpid(), signal.SIGHUP)


def test_signals_are_not_handled_outside_the_main_thread() -> None:
    seen: list[t.Any] = []

    def work() -> None:
        with reported():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.SIG_DFL] == [signal.getsignal(signal.SIGTERM)]


# --- atomic groups of calls ------------------------------------------------------------------------------------------


def nothing() -> None:
    pass


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_is_deferred_until_an_atomic_group_of_calls_is_complete(number: signal.Signals) -> None:
    done = []

    def both() -> None:
        with deferred(nothing):
            os.kill(os.getpid(), number)
            done.append("second half")

    with pytest.raises(InterruptedTaskError) as caught, reported():
        both()
    assert done == ["second half"]
    assert number.name in caught.value.message


def test_a_signal_limits_the_time_of_an_atomic_group_of_calls() -> None:
    called: list[str] = []

    def both() -> None:
        with deferred(lambda: called.append("hurry")):
            called.append("first half")
            os.kill(os.getpid(), signal.SIGTERM)
            called.append("second half")

    with pytest.raises(InterruptedTaskError), reported():
        both()
    assert called == ["first half", "hurry", "second half"]


def test_an_error_after_a_deferred_signal_is_reported_with_it() -> None:
    failure = ApsaraStackError("the name was taken", facts={"image_id": "m-1"})

    def failing() -> None:
        with deferred(nothing):
            os.kill(os.getpid(), signal.SIGTERM)
            raise failure

    with pytest.raises(InterruptedTaskError) as caught, reported():
        failing()
    assert "SIGTERM" in caught.value.message
    assert "the name was taken" in caught.value.message
    assert caught.value.facts == {"image_id": "m-1"}
    assert caught.value.failure is caught.value.__cause__ is failure


def test_an_error_without_a_signal_is_raised_unchanged() -> None:
    with pytest.raises(ApsaraStackError, match=r"^the name was taken$"), deferred(nothing):
        raise ApsaraStackError("the name was taken")


def test_a_defect_is_raised_instead_of_the_signal() -> None:
    def failing() -> None:
        with deferred(nothing):
            os.kill(os.getpid(), signal.SIGTERM)
            raise ValueError("second half")

    with pytest.raises(ValueError, match="second half"), reported():
        failing()
    # Later groups are not affected.
    with deferred(nothing):
        pass


def test_a_signal_after_an_atomic_group_is_not_deferred() -> None:
    done = []

    def more() -> None:
        with deferred(nothing):
            done.append("both halves")
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("what follows")

    with pytest.raises(InterruptedTaskError), reported():
        more()
    assert done == ["both halves"]
