# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.interruption import InterruptedTaskError
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    DeadlineError,
    NoAnswerError,
    RefusalError,
    ServiceError,
    TaskFailedError,
    attempting,
    call_in,
    causes_of,
    cut,
    may_be_done,
    plain_text,
)

LOST = NoAnswerError("reset", action="DeleteImage")
REFUSED = ServiceError("Forbidden.RAM", action="DeleteImage")


def after(error: ApsaraStackError, before: ApsaraStackError) -> ApsaraStackError:
    """The error as it is raised because of ``before``."""
    try:
        raise error from before
    except ApsaraStackError as raised:
        return raised


@pytest.mark.parametrize(
    ("error", "is_uncertain"),
    [
        (LOST, True),
        (NoAnswerError("refused", action="DeleteImage", sent=False), False),
        (NoAnswerError("reset", action="DescribeImages"), False),
        (ServiceError("InternalError", http_status=500, action="CreateImage"), True),
        (ServiceError("InternalError", http_status=500, action="DescribeImages"), False),
        (ServiceError("Throttling", action="CreateImage"), False),
        (REFUSED, False),
        (after(ServiceError("InvalidSecurityToken.Expired", action="DeleteImage"), LOST), True),
        (DeadlineError("too late", maybe_done=True), True),
        (after(DeadlineError("too late"), LOST), True),
        (after(DeadlineError("too late"), REFUSED), False),
        (TaskFailedError(LOST, "delete image m-1"), True),
        (after(TaskFailedError(REFUSED, "assume role x"), LOST), True),
        (InterruptedTaskError("SIGTERM"), True),
        (RefusalError("no"), False),
    ],
)
def test_a_call_may_have_been_processed_if_any_of_its_attempts_may_have_been(
    error: ApsaraStackError, is_uncertain: bool
) -> None:
    assert may_be_done(error) is is_uncertain


def test_the_call_that_led_to_an_error_is_the_last_one() -> None:
    last = after(ServiceError("Odd", action="DeleteImage"), LOST)
    late = after(DeadlineError("too late"), last)
    assert call_in(TaskFailedError(late, "delete image m-1")) is last
    assert call_in(RefusalError("no")) is None
    assert call_in(after(DeadlineError("too late"), RefusalError("no"))) is None


def test_circular_causes_are_visited_once() -> None:
    first, second = DeadlineError("first"), DeadlineError("second")
    first.__cause__, second.__cause__ = second, first
    assert list(causes_of(first)) == [first, second]


def test_the_innermost_attempt_says_what_was_tried() -> None:
    with pytest.raises(TaskFailedError) as raised, attempting("search for images"), attempting("look up image 'web'"):
        raise REFUSED
    assert (raised.value.attempt, raised.value.cause) == ("look up image 'web'", REFUSED)
    assert raised.value.reason == "access_denied"


def test_other_exceptions_are_not_described_as_attempts() -> None:
    with pytest.raises(ZeroDivisionError), attempting("divide"):
        raise ZeroDivisionError


def test_a_failed_task_has_the_facts_of_its_cause_unless_it_has_its_own() -> None:
    cause = RefusalError("no", facts={"image_id": "m-1"})
    assert TaskFailedError(cause).facts == {"image_id": "m-1"}
    assert TaskFailedError(cause, facts={"changed": True}).facts == {"changed": True}


def test_a_plain_string_is_one_printable_line() -> None:
    assert plain_text(" a\n\tb\0\x1b[31mc\ud800 镜像 ") == "a b [31mc 镜像"


@pytest.mark.parametrize(("text", "short"), [("abc", "abc"), ("abcd", "abc...")])
def test_a_truncated_string_ends_with_an_ellipsis(text: str, short: str) -> None:
    assert cut(text, 3) == short
