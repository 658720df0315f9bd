# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scripted HTTP: a session that expects these requests in this order and gives these answers."""

from __future__ import annotations

import dataclasses
import io
import json
import typing as t
import urllib.parse

import requests
import urllib3
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Connection
from requests.adapters import HTTPAdapter

SECRET = "simulator-secret/0037"
TOKEN = "simulator+token"


@dataclasses.dataclass
class Exchange:
    """One expected request and its result.

    ``action``: of the expected request, or its path where it has none. ``form``: parameters that it has to hold with
    these values. ``body``: an object for JSON, or bytes. ``error``: raised instead of an answer. ``takes``: seconds,
    passed to ``Script.on_time``.
    """

    action: str
    body: t.Any = dataclasses.field(default_factory=dict)
    status: int = 200
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    error: Exception | None = None
    form: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    takes: float = 0


@dataclasses.dataclass
class Seen:
    """A request as it would have been sent."""

    method: str
    url: str
    form: dict[str, str]
    headers: dict[str, str]
    options: dict[str, t.Any]


class Script(HTTPAdapter):
    """Plays the exchanges. An additional or different request fails the test."""

    def __init__(self, *exchanges: Exchange, on_time: t.Callable[[float], None] = lambda seconds: None) -> None:
        super().__init__()
        self.expected = list(exchanges)
        self.seen: list[Seen] = []
        self.on_time = on_time

    def session(self) -> requests.Session:
        session = requests.Session()
        session.mount("http://", self)
        session.mount("https://", self)
        return session

    def send(self, request: requests.PreparedRequest, *arguments: t.Any, **options: t.Any) -> requests.Response:
        # A call by path has its parameters in the query, and no body.
        text = request.body or urllib.parse.urlsplit(str(request.url)).query
        form = dict(urllib.parse.parse_qsl(str(text), keep_blank_values=True, strict_parsing=True)) if text else {}
        seen = Seen(str(request.method), str(request.url), form, dict(request.headers), options)
        self.seen.append(seen)
        action = form.get("Action", urllib.parse.urlsplit(str(request.url)).path)
        assert self.expected, f"unexpected request: {action}"
        exchange = self.expected.pop(0)
        assert action == exchange.action
        assert {name: form.get(name) for name in exchange.form} == dict(exchange.form)
        self.on_time(exchange.takes)
        if exchange.error is not None:
            raise exchange.error
        body = exchange.body if isinstance(exchange.body, bytes) else json.dumps(exchange.body).encode()
        raw = urllib3.HTTPResponse(
            body=io.BytesIO(body),
            headers=dict(exchange.headers),
            status=exchange.status,
            preload_content=False,
            # As urllib3 1.26 does it; version 2 would detect a short body itself.
            enforce_content_length=False,
        )
        return self.build_response(request, raw)


def connection(**changes: t.Any) -> Connection:
    """The connection of the tests, with the values that matter to the test."""
    known: dict[str, t.Any] = {
        "endpoint": "https://ecs-internal.example.com/",
        "region": "cn-neimeng-env30-d01",
        "access_key": "LTAIsimulator37",
        "secret_key": SECRET,
    }
    return Connection(**{**known, **changes})
