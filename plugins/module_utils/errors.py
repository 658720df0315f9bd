# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task may fail with.

The classes are split by what a caller does about them; ``Kind`` is what the client's retry law looks at.
"""

from __future__ import annotations

import enum
import re
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils.advice import advice_for
from ansible_collections.apsarastack.cloud.plugins.module_utils.signing import percent_encode

HIDDEN = "********"


class Kind(enum.Enum):
    """Classes of errors of the cloud."""

    THROTTLED = "throttled"
    """Too many calls; not processed."""
    BUSY = "busy"
    """The state of the resource forbids it for now; not processed, so a repeat is always safe."""
    TRANSIENT = "transient"
    """The cloud stumbled; the call may have been processed."""
    NOT_OFFERED = "not_offered"
    """The site does not know this action."""
    PERMANENT = "permanent"
    """A repeat would fail the same way."""


_BUSY_CODES = frozenset(
    {
        "IncorrectInstanceStatus",
        "ImageIsCreating",
        "ImageIsExporting",
        "ImageIsImporting",
        "InvalidSnapshotId.NotReady",
        "InvalidStatus.ImageIsCreating",
        "OperationConflict",
        "InvalidOperation.Conflict",
        "LastTokenProcessing",
        "IdempotentProcessing",
        "OperationDenied.ImageCopying",
        "SnapshotNotReady",
        "IncorrectDiskStatus.CreatingSnapshot",
        "IncorrectDiskStatus.Transferring",
        "TooManySnapshot.Unfinished",
        "QuotaExceed.ConcurrentSnapshotQuota",
    }
)
# SignatureNonceUsed: every try has a nonce of its own, so something between here and the cloud has sent the same
# request twice, and the first copy arrived.
_TRANSIENT_CODES = frozenset(
    {"InternalError", "UnknownError", "SignatureNonceUsed", "HTTP500", "HTTP502", "HTTP503", "HTTP504"}
)
_TRANSIENT_STATUSES = frozenset({500, 502, 503, 504})
_HTTP_TOO_MANY_REQUESTS = 429

# The first pattern that matches decides. A code says more than the HTTP status: the status of the same code
# differs between releases.
_KINDS_BY_PATTERN: t.Sequence[tuple[Kind, re.Pattern[str]]] = (
    (Kind.THROTTLED, re.compile(r"Throttling(\..*)?|Rejected\.Throttling|HTTP429")),
    (
        Kind.NOT_OFFERED,
        re.compile(r"InvalidAction(\..*)?|InvalidApi\.NotFound|InvalidProduct\.NotFound|InvalidVersion"),
    ),
    (Kind.TRANSIENT, re.compile(r"ServiceUnavailable(\..*)?")),
)


def kind_of(code: str, http_status: int, message: str = "") -> Kind:
    """The class of an error of the cloud."""
    for kind, pattern in _KINDS_BY_PATTERN:
        if pattern.fullmatch(code):
            return kind
    if code in _BUSY_CODES or "please retry again" in message:
        return Kind.BUSY
    if "Action or Version is not valid" in message:
        return Kind.NOT_OFFERED
    if http_status == _HTTP_TOO_MANY_REQUESTS:
        return Kind.THROTTLED
    if code in _TRANSIENT_CODES or http_status in _TRANSIENT_STATUSES:
        return Kind.TRANSIENT
    return Kind.PERMANENT


class ApsaraStackError(Exception):
    """Everything that a task may fail with on purpose.

    ``facts`` holds what is known or was done when it was raised (``image_id``, ``changed``, ...); who knows
    something adds it on the way up.
    """

    def __init__(self, message: str, reason: str = "cloud_error") -> None:
        """``reason``: the stable word by which a playbook knows the failure."""
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.facts: dict[str, t.Any] = {}

    def hide(self, secrets: t.Iterable[str]) -> None:
        """Remove the secrets from every text of this error, also in the encoded forms that a request holds."""
        for name, value in vars(self).items():
            if isinstance(value, str):
                setattr(self, name, without_secrets(value, secrets))
        self.args = (self.message,)

    def error(self) -> dict[str, t.Any] | None:
        """The ``error`` of the result: what the cloud answered, or None where no call was involved."""
        return None

    def as_result(self) -> dict[str, t.Any]:
        """The keyword arguments of ``fail_json``."""
        error = self.error()
        told = {**self.facts, "msg": self.message, "reason": self.reason}
        return told if error is None else {**told, "error": error}


class RefusalError(ApsaraStackError):
    """The task cannot be done as it is written; nothing was changed by the refused step."""

    def __init__(self, message: str, reason: str = "invalid_input") -> None:
        super().__init__(message, reason)


class ServiceError(ApsaraStackError):
    """The cloud answered with an error."""

    def __init__(
        self,
        code: str,
        cloud_message: str = "",
        *,
        action: str = "",
        endpoint: str = "",
        http_status: int = 400,
        request_id: str = "",
        retry_after: float | None = None,
        advice: str | None = None,
    ) -> None:
        """``retry_after``: seconds that the cloud asks to wait. ``advice``: instead of the table's sentence."""
        self.code = code
        self.cloud_message = cloud_message
        self.action = action
        self.endpoint = endpoint
        self.http_status = http_status
        self.request_id = request_id
        self.retry_after = retry_after
        self.kind = kind_of(code, http_status, cloud_message)
        self.advice = advice_for(code) if advice is None else advice
        super().__init__(self._text())

    def said(self) -> str:
        """What the cloud said, without what was tried and what to do about it."""
        words = f"{self.code}: {self.cloud_message}" if self.cloud_message else self.code
        request = f", request id {self.request_id}" if self.request_id else ""
        return f"{words} (HTTP {self.http_status}{request})"

    def advise(self, advice: str) -> None:
        """Say something else about what resolves it, where the caller knows more than the table."""
        self.advice = advice
        self.message = self._text()
        self.args = (self.message,)

    def _text(self) -> str:
        failed = f"{self.action} failed at {self.endpoint}: {self.said()}"
        return f"{failed}. {self.advice}" if self.advice else failed

    def error(self) -> dict[str, t.Any]:
        """See the base class."""
        return {
            "code": self.code,
            "message": self.cloud_message,
            "request_id": self.request_id,
            "http_status": self.http_status,
            "action": self.action,
            "endpoint": self.endpoint,
        }


class NoAnswerError(ApsaraStackError):
    """No usable answer came.

    ``permanent``: asking again would give the same. ``sent``: the request may have reached the cloud.
    ``problem``: what happened, without what was tried and what to do about it.
    """

    def __init__(
        self,
        problem: str,
        *,
        action: str = "",
        endpoint: str = "",
        permanent: bool = False,
        sent: bool = True,
        advice: str = "",
        http_status: int | None = None,
        reason: str = "unexpected_answer",
    ) -> None:
        self.problem = problem
        self.action = action
        self.endpoint = endpoint
        self.permanent = permanent
        self.sent = sent
        self.advice = advice
        self.http_status = http_status
        failed = f"{action} got no usable answer from {endpoint}: {problem}"
        super().__init__(f"{failed}. {advice}" if advice else failed, reason)

    def said(self) -> str:
        """What happened, for a message that quotes the last error."""
        return f"no usable answer: {self.problem}"

    def error(self) -> dict[str, t.Any]:
        """See the base class. The cloud said nothing, so there is neither code nor request id."""
        return {
            "code": None,
            "message": self.problem,
            "request_id": None,
            "http_status": self.http_status,
            "action": self.action,
            "endpoint": self.endpoint,
        }


class DeadlineError(ApsaraStackError):
    """``wait_timeout`` ran out; ``__cause__`` is the last error where there was one."""

    def __init__(self, message: str, reason: str = "timed_out") -> None:
        super().__init__(message, reason)

    def error(self) -> dict[str, t.Any] | None:
        """The ``error`` of the last error."""
        return self.__cause__.error() if isinstance(self.__cause__, ApsaraStackError) else None


def without_secrets(text: str, secrets: t.Iterable[str]) -> str:
    """The text with every secret replaced, plain, percent-encoded, and twice so as in a string to sign."""
    forms = {
        form for secret in secrets for form in (secret, percent_encode(secret), percent_encode(percent_encode(secret)))
    }
    # A form that is part of another must not spoil it.
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return text


def plain_text(text: str) -> str:
    """The text on one line, without control characters and without what cannot be encoded."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())
