# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers as bytes: the POP envelope in JSON or XML, plain or with the fields that ApsaraStack adds."""

from __future__ import annotations

import dataclasses
import json
import typing as t
import uuid
from xml.sax.saxutils import escape

if t.TYPE_CHECKING:
    from .errors import CloudError

Body = dict[str, t.Any]
JSON_TYPE = "application/json;charset=utf-8"
XML_TYPE = "text/xml;charset=utf-8"
_XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


@dataclasses.dataclass(frozen=True)
class Answer:
    """`code` is the error code told to the client, empty for success."""

    status: int
    body: bytes
    headers: t.Mapping[str, str]
    code: str = ""


@dataclasses.dataclass(frozen=True)
class Style:
    """How to write: `mode` is the knob `body`."""

    xml: bool
    mode: str
    action: str
    host: str


def new_request_id() -> str:
    return str(uuid.uuid4()).upper()


def success(body: Body, style: Style) -> Answer:
    request_id = new_request_id()
    full = {**body, "RequestId": request_id}
    if style.mode != "plain":
        full = {**_decoration(True), **full}
    return _encode(200, full, f"{style.action}Response", style, request_id)


def failure(error: CloudError, style: Style) -> Answer:
    """All five fields of the envelope are text: Go clients crash on a number."""
    request_id = new_request_id()
    body: Body = {
        "RequestId": request_id,
        "HostId": style.host,
        "Code": error.code,
        "Message": error.message,
        "Recommend": f"https://error-center.aliyun.com/status/search?Keyword={error.code}&source=PopGw",
    }
    if style.mode != "plain":
        details = {"asapiErrorCode": error.code, "asapiErrorMessage": error.message, "asapiErrorHint": ""}
        body = {**_decoration(False), **details, **body}
    # asapi200: the gateway took the call, so HTTP says 200 and only the body says no.
    status = 200 if style.mode == "asapi200" else error.status
    answer = _encode(status, body, "Error", style, request_id)
    return dataclasses.replace(answer, code=error.code, headers={**answer.headers, **error.headers})


def _decoration(succeeded: bool) -> Body:
    return {
        "eagleEyeTraceId": uuid.uuid4().hex,
        "asapiSuccess": succeeded,
        "asapiRequestId": new_request_id(),
    }


def _encode(status: int, body: Body, root: str, style: Style, request_id: str) -> Answer:
    if style.xml:
        text = f"{_XML_HEAD}<{root}>{_xml(body)}</{root}>"
    else:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    headers = {"Content-Type": XML_TYPE if style.xml else JSON_TYPE, "x-acs-request-id": request_id}
    return Answer(status, text.encode("utf-8"), headers)


def _xml(body: t.Mapping[str, t.Any]) -> str:
    return "".join(_element(name, value) for name, value in body.items())


def _element(name: str, value: t.Any) -> str:
    """A list is its element again and again: the wrapper around it is written already."""
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, dict):
        return f"<{name}>{_xml(value)}</{name}>"
    if isinstance(value, bool):
        return f"<{name}>{'true' if value else 'false'}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"
