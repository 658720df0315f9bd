# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads failed answers: pure functions from bytes, headers and a body to an error.

Imported only if a call failed.
"""

from __future__ import annotations

import email.utils
import math
import re
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.answers import is_success, scalar, tells_failure
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    NoAnswerError,
    ServiceError,
    cut,
    plain_text,
    shown,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.transport import Answer

LONGEST_CODE = 128
LONGEST_MESSAGE = 1000
LONGEST_ID = 128
LONGEST_QUOTE = 200
LONGEST_RETRY_AFTER_SECONDS = 60.0
_HTTP_PROXY_AUTHENTICATION = 407
_HTTP_TOO_MANY_REQUESTS = 429
_HTTP_SERVER_ERROR = 500


def error_of(
    answer: Answer, body: t.Mapping[str, t.Any] | None, action: str, endpoint: str, now: float, *, may_be_empty: bool
) -> ServiceError | NoAnswerError | None:
    """The error of an answer; None if it is a success without a body.

    ``body``: the decoded JSON object, or None. For the rest see ``answers.body_of``.
    """
    if body is None:
        problem = _unusable(answer, may_be_empty=may_be_empty)
        if problem is not None:
            words, permanent = problem
            return NoAnswerError(
                words,
                action=action,
                endpoint=endpoint,
                permanent=permanent,
                hint=_hint(answer, permanent=permanent),
                http_status=answer.status,
            )
    fields = error_in(answer.status, body)
    if fields is None:
        return None
    return ServiceError(
        fields.code,
        fields.message or ("" if body is not None else _quote(answer)),
        action=action,
        endpoint=endpoint,
        http_status=answer.status,
        request_id=fields.request_id,
        asapi_request_id=fields.asapi_request_id,
        trace_id=fields.trace_id,
        retry_after=retry_after(answer.headers, now),
        clock_offset=_clock_offset(answer.headers, now),
    )


def _hint(answer: Answer, *, permanent: bool) -> str:
    if answer.status == _HTTP_PROXY_AUTHENTICATION:
        return f"HTTP{answer.status}"
    # A damaged response may have come from the site.
    return "unexpected_answer" if permanent else "unreachable"


def _unusable(answer: Answer, *, may_be_empty: bool) -> tuple[str, bool] | None:
    """Why an answer without a JSON object is unusable, and whether that is permanent; None if it is usable."""
    status = answer.status
    if status >= _HTTP_SERVER_ERROR or status == _HTTP_TOO_MANY_REQUESTS:
        # A gateway or proxy in between answers with its own page while the site is unavailable.
        return None
    if status == _HTTP_PROXY_AUTHENTICATION:
        return "the proxy wants a user name and a password (HTTP 407)", True
    if status // 100 == 3:
        return f"it redirects to {_target(answer)} (HTTP {status}), and redirects are not followed", True
    if status // 100 != 2:
        return f"HTTP {status}, which is not an answer of an ApsaraStack API: {_shown(answer)}", True
    return _unusable_success(answer, may_be_empty=may_be_empty)


def _target(answer: Answer) -> str:
    """The scheme, the host and the path of a redirect. Everything else may hold a login or a session."""
    location = plain_text(answer.headers.get("Location", ""))
    place = re.split("[?#;]", location, maxsplit=1)[0]
    scheme, mark, rest = place.rpartition("//")
    return shown(cut(f"{scheme}{mark}{rest.rpartition('@')[2]}", LONGEST_QUOTE))


def _unusable_success(answer: Answer, *, may_be_empty: bool) -> tuple[str, bool] | None:
    start = answer.content.lstrip()[:1]
    if not start:
        return None if may_be_empty else ("the answer is empty", False)
    if start == b"<":
        return f"an HTML or XML page, not an answer of an ApsaraStack API: {_shown(answer)}", True
    if start == b"{":
        return "the answer is cut short or damaged", False
    return f"not an answer of an ApsaraStack API: {_shown(answer)}", True


def _shown(answer: Answer) -> str:
    return _quote(answer) or "nothing readable"


def _quote(answer: Answer) -> str:
    """The beginning of a body, on one line."""
    # A UTF-8 character has at most four bytes; one extra character shows that the body is longer.
    beginning = answer.content[: 4 * (LONGEST_QUOTE + 1)]
    return cut(plain_text(beginning.decode("utf-8", errors="replace")), LONGEST_QUOTE)


def retry_after(headers: t.Mapping[str, str], now: float) -> float | None:
    """Seconds that the cloud asks to wait, at most a minute; None if it does not ask.

    ``x-acs-retry-after`` is the gateway's own header, in milliseconds; ``Retry-After`` holds seconds or a date.
    """
    milliseconds = _number(headers.get("x-acs-retry-after"))
    if milliseconds is not None and milliseconds > 0:
        return min(milliseconds / 1000, LONGEST_RETRY_AFTER_SECONDS)
    plain = headers.get("Retry-After")
    seconds = _number(plain)
    if seconds is None:
        date = _epoch(plain)
        seconds = None if date is None else date - now
    return None if seconds is None else max(0.0, min(seconds, LONGEST_RETRY_AFTER_SECONDS))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _epoch(date: str | None) -> float | None:
    """Seconds since the epoch of an HTTP date."""
    try:
        return email.utils.parsedate_to_datetime(date or "").timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        # Older versions of Python raise TypeError for an invalid date.
        return None


def _clock_offset(headers: t.Mapping[str, str], now: float) -> float | None:
    date = _epoch(headers.get("Date"))
    return None if date is None else date - now


class ErrorFields(t.NamedTuple):
    """The fields of an error in an answer."""

    code: str
    message: str
    request_id: str | None = None
    asapi_request_id: str | None = None
    trace_id: str | None = None


_STRING_TO_SIGN = "server string to sign is:"


def error_in(http_status: int, body: t.Mapping[str, t.Any] | None) -> ErrorFields | None:
    """The error that an answer holds, or None for a success.

    ``body``: the decoded JSON object, or None. A gateway may answer an error with HTTP 200, and adds fields to its
    answers or not, depending on the release; a missing ``asapiSuccess`` does not mean a failure.
    """
    answer = {} if body is None else body
    if is_success(http_status) and not tells_failure(answer):
        return None
    return ErrorFields(
        code=_code_in(http_status, answer),
        message=_message_in(answer),
        request_id=_id(answer, "RequestId", "requestId"),
        asapi_request_id=_id(answer, "asapiRequestId"),
        trace_id=_id(answer, "eagleEyeTraceId"),
    )


def _first(body: t.Mapping[str, t.Any], keys: t.Iterable[str]) -> str:
    return next((text for text in (scalar(body.get(key)) for key in keys) if text), "")


def _code_in(http_status: int, body: t.Mapping[str, t.Any]) -> str:
    code = _first(body, ("Code", "asapiErrorCode", "errorCode", "errorKey"))
    if code:
        return code[:LONGEST_CODE]
    own = scalar(body.get("code"))
    if own and not own.isdecimal():
        return own[:LONGEST_CODE]
    # The body may contain the status that the gateway's HTTP 200 hides.
    return f"HTTP{own}" if own and is_success(http_status) and own != "200" else f"HTTP{http_status}"


def _message_in(body: t.Mapping[str, t.Any]) -> str:
    message = _first(body, ("Message", "asapiErrorMessage", "errorMessage", "message"))
    # SignatureDoesNotMatch quotes the string to sign, which contains the access key and every parameter.
    return cut(message.split(_STRING_TO_SIGN)[0].strip(), LONGEST_MESSAGE)


def _id(body: t.Mapping[str, t.Any], *keys: str) -> str | None:
    """One id; None if the value is too long or contains blanks."""
    text = _first(body, keys)
    return text if text and " " not in text and len(text) <= LONGEST_ID else None
