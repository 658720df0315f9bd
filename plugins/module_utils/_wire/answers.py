# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads answers of the cloud: pure functions from bytes to a body, or to the error in it."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import plain_text

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.transport import Answer

# Keys in answers of the gateway that do not belong to the result of an operation.
_ENVELOPE_KEYS = frozenset(
    {"RequestId", "HostId", "Code", "Message", "Recommend", "AccessDeniedDetail", "eagleEyeTraceId"}
)
_CODES_OF_SUCCESS = frozenset({"200", "ok", "success"})


def body_of(answer: Answer, action: str, endpoint: str, now: float, *, may_be_empty: bool) -> dict[str, t.Any]:
    """The body of a successful answer.

    ``now``: seconds since the epoch when the answer came. ``may_be_empty``: whether a success may have no body; a site
    may omit it after a write, but a read without a body is not answered. Raises ServiceError for an error of the cloud,
    NoAnswerError for anything that is not an answer of an ApsaraStack API.
    """
    body = _decoded(answer.content)
    if body is not None and is_success(answer.status) and not tells_failure(body):
        return body
    # Imported only for failed calls, so that successful ones stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import failed_answers  # noqa: PLC0415

    error = failed_answers.error_of(answer, body, action, endpoint, now, may_be_empty=may_be_empty)
    if error is not None:
        raise error
    return {}


def is_success(http_status: int) -> bool:
    return http_status // 100 == 2


def tells_failure(body: t.Mapping[str, t.Any]) -> bool:
    if "asapiSuccess" in body:
        return _is_false(body["asapiSuccess"])
    if _is_false(body.get("success")) and (scalar(body.get("errorCode")) or scalar(body.get("errorMessage"))):
        return True
    return _is_bare_envelope(body)


def _is_bare_envelope(body: t.Mapping[str, t.Any]) -> bool:
    """An error document sent with HTTP 200 and without any decoration."""
    if not (scalar(body.get("Code")) and "Message" in body):
        return False
    return set(body) <= _ENVELOPE_KEYS and scalar(body["Code"]).lower() not in _CODES_OF_SUCCESS


def _is_false(value: t.Any) -> bool:
    # Some products send the string "false" instead of the boolean.
    return value is False or (isinstance(value, str) and value.lower() == "false")


def scalar(value: t.Any) -> str:
    """A string or a number as a string; empty for any other type, which is neither a code nor a message."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return plain_text(str(value))


def _decoded(content: bytes) -> dict[str, t.Any] | None:
    """The JSON object, or None if the content is not one."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
