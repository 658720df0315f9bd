# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer of the cloud means: pure functions from bytes to a body, or to the error that it holds."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import plain_text

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.transport import Answer

# Keys that an answer of the gateway may hold and that are no result of an operation.
_ENVELOPE_KEYS = frozenset(
    {"RequestId", "HostId", "Code", "Message", "Recommend", "AccessDeniedDetail", "eagleEyeTraceId"}
)
_CODES_OF_SUCCESS = frozenset({"200", "ok", "success"})


def body_of(answer: Answer, action: str, endpoint: str, now: float, *, may_be_empty: bool) -> dict[str, t.Any]:
    """The body of a successful answer.

    ``now``: seconds since the epoch when the answer came. ``may_be_empty``: whether a success without a body is
    one; a site may send none after a write, but a read without a body has not been answered.
    Raises ServiceError for an error of the cloud, NoAnswerError for what is no answer of an ApsaraStack API.
    """
    body = _decoded(answer.content)
    if body is not None and is_success(answer.status) and not tells_failure(body):
        return body
    # A call that succeeds should not pay for what explains failures.
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
    # Some products send the text "false" instead of the boolean.
    return value is False or (isinstance(value, str) and value.lower() == "false")


def scalar(value: t.Any) -> str:
    """Text of a text or a number; anything else is no code and no message."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return plain_text(str(value))


def _decoded(content: bytes) -> dict[str, t.Any] | None:
    """The JSON object, None where the content is none."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
