# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task may fail with: values, split by what a caller does about them.

They hold what is known where they are raised, secrets included. What a result says of them is rendered in
``failures``, and only there: so a decision never meets a text from which something was taken out.
"""

from __future__ import annotations

import contextlib
import typing as t

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.codes import Reason

# Actions that change nothing.
READ_PREFIXES = ("Describe", "List", "AssumeRole")
# Stands at the end of a text that was cut short.
CUT = "..."

Facts = t.Mapping[str, t.Any]


class ApsaraStackError(Exception):
    """Everything that a task may fail with on purpose.

    ``message``: what went wrong. ``reason``: the word by which a playbook knows it. ``advice``: what resolves it.
    ``hint``: the code whose entry in the table of hints resolves it, where an error of the cloud would be the same.
    ``facts``: keys of the result that are known where it is raised, such as ``image_id``. ``maybe_done``: the cloud
    may have carried out the call that failed so.
    """

    maybe_done = False

    def __init__(
        self,
        message: str,
        reason: Reason = "cloud_error",
        *,
        advice: str = "",
        hint: str = "",
        facts: Facts | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason: Reason = reason
        self.advice = advice
        self.hint = hint
        self.facts: Facts = dict(facts or {})


class RefusalError(ApsaraStackError):
    """The task cannot be done as it is written."""

    def __init__(self, message: str, reason: Reason = "invalid_input", **more: t.Any) -> None:
        super().__init__(message, reason, **more)


class CallError(ApsaraStackError):
    """A call of the API failed."""

    code: str | None = None
    cloud_message = ""
    request_id: str | None = None
    asapi_request_id: str | None = None
    trace_id: str | None = None
    http_status: int | None = None
    clock_offset: float | None = None

    def __init__(self, message: str, reason: Reason, *, action: str, endpoint: str, **more: t.Any) -> None:
        super().__init__(message, reason, **more)
        self.action = action
        self.endpoint = endpoint


class ServiceError(CallError):
    """The cloud answered with an error."""

    code: str

    def __init__(
        self,
        code: str,
        cloud_message: str = "",
        *,
        action: str = "",
        endpoint: str = "",
        http_status: int = 400,
        request_id: str | None = None,
        asapi_request_id: str | None = None,
        trace_id: str | None = None,
        retry_after: float | None = None,
        clock_offset: float | None = None,
    ) -> None:
        """``retry_after``: seconds that the cloud asks to wait. ``clock_offset``: the seconds by which the clock of the
        cloud is ahead of the one here, as far as the answer told."""
        # A call that succeeds should not pay for what explains failures.
        from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.codes import (  # noqa: PLC0415
            Kind,
            kind_of,
            reason_of,
        )

        self.kind = kind_of(code, http_status, cloud_message)
        message = f"{code}: {cloud_message}" if cloud_message else code
        super().__init__(message, reason_of(code, self.kind), action=action, endpoint=endpoint, hint=code)
        self.is_not_offered = self.kind is Kind.NOT_OFFERED
        self.code = code
        self.cloud_message = cloud_message
        self.http_status = http_status
        self.request_id = request_id
        self.asapi_request_id = asapi_request_id
        self.trace_id = trace_id
        self.retry_after = retry_after
        self.clock_offset = clock_offset
        self.maybe_done = self.kind is Kind.TRANSIENT and not action.startswith(READ_PREFIXES)


class NoAnswerError(CallError):
    """No usable answer came.

    ``permanent``: asking again would give the same. ``sent``: the request may have reached the cloud.
    ``problem``: what happened, without what was tried and what to do about it.
    """

    def __init__(
        self,
        problem: str,
        *,
        reason: Reason = "unexpected_answer",
        action: str = "",
        endpoint: str = "",
        permanent: bool = False,
        sent: bool = True,
        advice: str = "",
        hint: str = "",
        http_status: int | None = None,
    ) -> None:
        message = f"no usable response from {endpoint}: {problem}"
        # Whoever knows nothing better leaves it to what resolves others of the same reason.
        hint = hint or ("" if advice else reason)
        super().__init__(message, reason, action=action, endpoint=endpoint, advice=advice, hint=hint)
        self.problem = problem
        self.cloud_message = problem
        self.permanent = permanent
        self.sent = sent
        self.http_status = http_status
        self.maybe_done = sent and not action.startswith(READ_PREFIXES)


class DeadlineError(ApsaraStackError):
    """``wait_timeout`` ran out; ``__cause__`` is the last error of a call where there was one."""

    def __init__(self, message: str, reason: Reason = "timed_out", *, maybe_done: bool = False, **more: t.Any) -> None:
        super().__init__(message, reason, **more)
        self.maybe_done = maybe_done


class TaskFailedError(ApsaraStackError):
    """Where ``cause`` has ended the task.

    ``attempt``: what was tried, in the words of ``actions``; empty where it was nothing in particular. ``notes``: what
    else has to be known, as sentences. ``facts``: instead of those of the cause.
    """

    def __init__(
        self, cause: ApsaraStackError, attempt: str = "", *, notes: t.Sequence[str] = (), facts: Facts | None = None
    ) -> None:
        super().__init__(cause.message, cause.reason, facts=cause.facts if facts is None else facts)
        self.cause = cause
        self.attempt = attempt
        self.notes = tuple(notes)


class UnusableAnswerError(OSError):
    """Something came back, and this sentence says why it is no answer. ``permanent``: asking again gives the same."""

    def __init__(self, problem: str, *, permanent: bool) -> None:
        super().__init__(problem)
        self.permanent = permanent


@contextlib.contextmanager
def attempting(attempt: str) -> t.Iterator[None]:
    """Let a failure within say what was tried: ``look up image 'web'``."""
    try:
        yield
    except (TaskFailedError, RefusalError):
        raise  # they say it themselves
    except ApsaraStackError as error:
        raise TaskFailedError(error, attempt) from error


def causes_of(error: ApsaraStackError) -> t.Iterator[ApsaraStackError]:
    """The error and what has led to it, the newest first; of a call that was repeated also the attempts before."""
    pending: list[BaseException | None] = [error]
    seen: list[ApsaraStackError] = []
    while pending:
        current = pending.pop(0)
        if isinstance(current, ApsaraStackError) and not any(current is known for known in seen):
            seen.append(current)
            yield current
            pending += [current.cause] if isinstance(current, TaskFailedError) else []
            pending.append(current.__cause__)


def call_in(error: ApsaraStackError) -> CallError | None:
    """The failed call that has led to the error; None where none has."""
    return next((cause for cause in causes_of(error) if isinstance(cause, CallError)), None)


def may_be_done(error: ApsaraStackError) -> bool:
    """Whether the cloud may have carried out the call that failed so, in this attempt or in one before."""
    return any(cause.maybe_done for cause in causes_of(error))


def cut(text: str, longest: int) -> str:
    """The text, cut short where it is longer."""
    return text if len(text) <= longest else text[:longest] + CUT


def plain_text(text: str) -> str:
    """The text on one line, without control characters and without what cannot be encoded."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())
