# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came over the wire, taken apart: query, form and JSON body folded into one set of parameters."""

from __future__ import annotations

import dataclasses
import json
import typing as t
import urllib.parse

from .errors import CloudError, invalid

Parameters = dict[str, str]


@dataclasses.dataclass(frozen=True)
class Request:
    """One HTTP request. `path` and `query` are as they stood in the request line; header names are lower-case."""

    method: str
    path: str
    query: str = ""
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclasses.dataclass(frozen=True)
class Folded:
    """The parameters of a request.

    `signed`: of query and form, what an RPC v1 signature covers. `all`: with those of a JSON body, which only
    version 2.1 (the ApsaraStack SDK) signs too.
    """

    query: Parameters
    form: Parameters
    signed: Parameters
    all: Parameters

    def wants_xml(self, default: str = "XML") -> bool:
        return self.all.get("Format", default).upper() != "JSON"

    def judge_format(self) -> None:
        """Raises CloudError. What a real site answers to another format is not known; an empty one counts as absent."""
        if self.all.get("Format", "").upper() not in ("", "JSON", "XML"):
            raise invalid("Format")


def fold(request: Request) -> Folded:
    """A name present in query and form counts once. Raises CloudError for a body that cannot be read."""
    query = _pairs(request.query)
    content_type = request.header("content-type").split(";")[0].strip().lower()
    form: Parameters = {}
    document: Parameters = {}
    if request.body and content_type == "application/json":
        document = _document(request.body)
    elif request.body:
        form = _pairs(_text(request.body))
    signed = {**form, **query}
    return Folded(query=query, form=form, signed=signed, all={**document, **signed})


def json_or_none(text: str) -> t.Any:
    """The document; None if it is not valid JSON or is nested too deeply for Python."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise CloudError("InvalidParameter", "The request body is not UTF-8 text.") from None


def _pairs(text: str) -> Parameters:
    """Of a name given twice the first counts. Raises CloudError where the text is not UTF-8."""
    try:
        pairs = urllib.parse.parse_qsl(text, keep_blank_values=True, errors="strict")
    except (UnicodeDecodeError, ValueError):
        raise CloudError("InvalidParameter", "The request parameters are not UTF-8 text.") from None
    folded: Parameters = {}
    for name, value in pairs:
        folded.setdefault(name, value)
    return folded


def _document(body: bytes) -> Parameters:
    document = json_or_none(_text(body))
    if not isinstance(document, dict):
        raise CloudError("InvalidParameter", "The request body is not a JSON object.")
    flat: Parameters = {}
    for name, value in document.items():
        flat.update(_flat(str(name), value))
    return flat


def _flat(name: str, value: t.Any) -> Parameters:
    """A list becomes `Name.1`, `Name.2`; an object inside it stays compact JSON, as the ApsaraStack SDK signs it."""
    if value is None:
        return {}
    if isinstance(value, list):
        return {f"{name}.{number}": _scalar(item) for number, item in enumerate(value, start=1)}
    return {name: _scalar(value)}


def _scalar(value: t.Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return str(value)
