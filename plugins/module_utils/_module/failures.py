# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a failure: the only place where an error becomes a message."""

from __future__ import annotations

import dataclasses
import string
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import hints
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.context import Context
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    ApsaraStackError,
    CallError,
    TaskFailedError,
    call_in,
    causes_of,
    may_be_done,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.hints import Hints

_OF_NAMES = f"{string.ascii_lowercase}_"


def result_of(
    error: ApsaraStackError, context: Context | None = None, own_hints: Hints | None = None
) -> dict[str, t.Any]:
    """The keyword arguments of ``fail_json``, still with secrets.

    ``own_hints``: those of the module's resource, which take precedence over the general ones.
    """
    call = call_in(error)
    result = {**error.facts, "msg": message_of(error, context, own_hints), "reason": error.reason}
    return result if call is None else {**result, "error": _answer(call)}


def message_of(error: ApsaraStackError, context: Context | None = None, own_hints: Hints | None = None) -> str:
    """The attempt, the problem, further notes, the solution, and the ids of the call."""
    context = Context() if context is None else context
    attempt = error.attempt if isinstance(error, TaskFailedError) else ""
    notes = error.notes if isinstance(error, TaskFailedError) else ()
    call = call_in(error)
    problem = f"Could not {attempt}: {error.message}" if attempt else _as_sentence(error.message, context)
    resolved_by = _resolved_by(error, context, (own_hints or {}, hints.HINTS, hints.BY_REASON))
    whole = " ".join(f"{part.rstrip('. ')}." for part in (problem, *notes, *resolved_by) if part)
    return whole if call is None else f"{whole} ({_trace(call)})"


def _as_sentence(words: str, context: Context) -> str:
    """Capitalized, unless the first word is the name of an option."""
    first = words[: len(words) - len(words.lstrip(_OF_NAMES))]
    return words if "_" in first or first in context.options else words[:1].upper() + words[1:]


def _resolved_by(error: ApsaraStackError, context: Context, tables: t.Sequence[Hints]) -> t.Iterator[str]:
    """The solution of the error, after that of the error that caused it."""
    for cause in reversed([each for each in causes_of(error) if not isinstance(each, TaskFailedError)]):
        if isinstance(cause, CallError) and cause is not call_in(error):
            continue  # an earlier attempt
        known = context
        if isinstance(cause, CallError):
            known = dataclasses.replace(
                context,
                action=cause.action,
                said=cause.cloud_message,
                endpoint=cause.endpoint,
                clock_offset=cause.clock_offset,
                maybe_done=may_be_done(error),
            )
        yield cause.advice
        yield hints.hint_for(cause.hint, tables, known)


def _answer(call: CallError) -> dict[str, t.Any]:
    return {
        "code": call.code,
        "message": call.cloud_message,
        "request_id": call.request_id,
        "asapi_request_id": call.asapi_request_id,
        "trace_id": call.trace_id,
        "http_status": call.http_status,
        "action": call.action,
        "endpoint": call.endpoint,
    }


def _trace(call: CallError) -> str:
    """The facts with which the operators of the cloud find the call."""
    named = {
        "HTTP": call.http_status,
        "request id": call.request_id,
        "ASAPI request id": call.asapi_request_id,
        "trace id": call.trace_id,
    }
    parts = [f"{name} {value}" for name, value in named.items() if value is not None]
    return ", ".join((f"{call.action} at {call.endpoint}", *parts))
