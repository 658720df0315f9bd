# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors of a task: values, split by how a caller handles them.

They hold what is known where they are raised, including secrets. Only ``failures`` turns them into messages, so
decisions never depend on text from which secrets were removed.
"""

from __future__ import annotations

import contextlib
import re
import typing as t

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.codes import Reason

# Actions that change nothing.
READ_PREFIXES = ("Describe", "List", "AssumeRole")
# The end of a truncated string.
CUT = "..."
# In a value that may be a URL: a password before an @, or a parameter, such as a token or a signature.
_LOGIN = re.compile(r":.*@|\?.+=", re.DOTALL)
# The secret parameters of a signed URL, with or without the URL before them, also if it was encoded as a parameter.
_SIGNED = re.compile(
    r"(?:[?&;]|%(?:25)*(?:3F|26))"
    r"(?:OSSAccessKeyId|AWSAccessKeyId|Signature|(?:(?:x-oss|x-amz)-)?security-token|(?:x-oss|x-amz)-(?:signature|credential))"
    r"(?:=|%(?:25)*3D)",
    re.IGNORECASE,
)
# Secret keys have 30 letters and digits, access keys at least 20, and tokens are base64. Names and ids rarely have as
# many without a hyphen, and do not mix upper case, lower case and digits.
_KEY = re.compile(
    r"(?<![A-Za-z0-9+])(?=[A-Za-z0-9+]*[a-z])(?=[A-Za-z0-9+]*[A-Z])(?=[A-Za-z0-9+]*[0-9])[A-Za-z0-9+]{20,}"
)

Facts = t.Mapping[str, t.Any]


class ApsaraStackError(Exception):
    """The base class of all expected failures of a task.

    ``message``: what went wrong. ``reason``: the value for playbooks. ``advice``: what resolves it. ``hint``: the code
    of the equivalent error of the cloud, whose hint resolves it. ``facts``: keys of the result that are already known,
    such as ``image_id``. ``maybe_done``: whether the cloud may have carried out the failed call.
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
    """The task cannot be carried out as it is written."""

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
        """``retry_after``: seconds that the cloud asks to wait. ``clock_offset``: seconds by which the clock of the
        cloud is ahead of the local one; None if unknown."""
        # Imported only for failed calls, so that successful ones stay fast.
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
    """There was no usable response.

    ``permanent``: whether a retry would have the same result. ``sent``: the request may have reached the cloud.
    ``problem``: what happened, without the attempt and the advice.
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
        # Without a specific hint, the one for the reason applies.
        hint = hint or ("" if advice else reason)
        super().__init__(message, reason, action=action, endpoint=endpoint, advice=advice, hint=hint)
        self.problem = problem
        self.cloud_message = problem
        self.permanent = permanent
        self.sent = sent
        self.http_status = http_status
        self.maybe_done = sent and not action.startswith(READ_PREFIXES)


class DeadlineError(ApsaraStackError):
    """``wait_timeout`` has passed; ``__cause__`` is the last error of a call, if there was one."""

    def __init__(self, message: str, reason: Reason = "timed_out", *, maybe_done: bool = False, **more: t.Any) -> None:
        super().__init__(message, reason, **more)
        self.maybe_done = maybe_done


class PartlyDoneError(ApsaraStackError):
    """One of several calls failed after others were carried out; ``__cause__`` is its error."""

    maybe_done = True

    def __init__(self, cause: ApsaraStackError, done: str) -> None:
        super().__init__(f"{cause.message.rstrip('.')}. {done}", cause.reason, facts=cause.facts)


class NotNeededError(ApsaraStackError):
    """A call is not repeated because of what was read right before. Whoever raises it has recorded that."""

    def __init__(self) -> None:
        super().__init__("the call is not repeated, since the resource has changed")


class TaskFailedError(ApsaraStackError):
    """The task failed because of ``cause``.

    ``attempt``: what was tried, in the words of ``actions``; may be empty. ``notes``: further sentences for the
    message. ``facts``: replace those of the cause.
    """

    def __init__(
        self, cause: ApsaraStackError, attempt: str = "", *, notes: t.Sequence[str] = (), facts: Facts | None = None
    ) -> None:
        super().__init__(cause.message, cause.reason, facts=cause.facts if facts is None else facts)
        self.cause = cause
        self.attempt = attempt
        self.notes = tuple(notes)


class UnusableAnswerError(OSError):
    """The response is unusable for the reason ``problem``. ``permanent``: whether a retry would have the same
    result."""

    def __init__(self, problem: str, *, permanent: bool) -> None:
        super().__init__(problem)
        self.permanent = permanent


@contextlib.contextmanager
def attempting(attempt: str) -> t.Iterator[None]:
    """Adds what was tried to errors within the context: ``look up image 'web'``."""
    try:
        yield
    except (TaskFailedError, RefusalError):
        raise  # they already say it
    except ApsaraStackError as error:
        raise TaskFailedError(error, attempt) from error


def causes_of(error: ApsaraStackError) -> t.Iterator[ApsaraStackError]:
    """The error and its causes, newest first, including earlier attempts of a retried call."""
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
    """The failed call that caused the error; None if no call did."""
    return next((cause for cause in causes_of(error) if isinstance(cause, CallError)), None)


def may_be_done(error: ApsaraStackError) -> bool:
    """Whether the cloud may have carried out the failed call, in this or an earlier attempt."""
    return any(cause.maybe_done for cause in causes_of(error))


def cut(text: str, longest: int) -> str:
    """The text, truncated if it is longer."""
    return text if len(text) <= longest else text[:longest] + CUT


def plain_text(text: str) -> str:
    """The text on one line, without control characters and unencodable characters."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())


def unshown(text: str) -> str | None:
    """What a message says in place of a value that may contain a secret; None if the value can be quoted.

    Any option may be given a URL, a key or a token by mistake. The task does not know such a secret, so it is not
    hidden when the result is rendered.
    """
    if _LOGIN.search(text) or is_signed(text):
        return "a URL with a password or a token, which is not shown"
    return "a value that looks like a key or a token, which is not shown" if _KEY.search(text) else None


def is_signed(text: str) -> bool:
    """Whether the text contains a secret of a signed URL, such as one of OSS."""
    return _SIGNED.search(text) is not None


def unsigned(text: str) -> str:
    """The text, truncated before the first secret of a signed URL."""
    found = _SIGNED.search(text)
    return text if found is None else text[: found.start()] + CUT


def shown(value: t.Any) -> str:
    """The value of an option, as every message quotes it."""
    return unshown(str(value)) or repr(value)


def inserted(value: t.Any, quote: t.Callable[[t.Any], str] = repr) -> str:
    """The value, as ``shown``, within a sentence that continues. ``quote`` writes one that can be shown."""
    hidden = unshown(str(value))
    return quote(value) if hidden is None else f"({hidden})"
