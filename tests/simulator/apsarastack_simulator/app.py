# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web application: the paths of the cloud, and those of the simulator itself."""

from __future__ import annotations

import contextlib
import itertools
import typing as t
import weakref

from aiohttp import web

from .actions import PATHS
from .control import Control
from .delivery import deliver
from .metadata import Metadata
from .wire import Request

if t.TYPE_CHECKING:
    import asyncio

    from .service import Service

# Typed requests of the vendor's SDKs put every parameter into the request line.
LINE_SIZE = 65536
_BODY_SIZE = 4 * 1024 * 1024
_PATHS = ("/", "/asapi/v3", "/asapi/v3/", *PATHS)


class Connections:
    """A number for each TCP connection, so that tests can see keep-alive."""

    def __init__(self) -> None:
        self._numbers: weakref.WeakKeyDictionary[asyncio.BaseTransport, int] = weakref.WeakKeyDictionary()
        self._next = itertools.count(1)

    def number(self, transport: asyncio.BaseTransport | None) -> int:
        if transport is None:
            return 0
        if transport not in self._numbers:
            self._numbers[transport] = next(self._next)
        return self._numbers[transport]


def build(service: Service, control_for: str = "loopback") -> web.Application:
    """`control_for`: who may use the control interface, `loopback` or `any`."""
    app = web.Application(client_max_size=_BODY_SIZE)
    connections = Connections()

    async def cloud(request: web.Request) -> web.StreamResponse:
        received = await _request(request)
        exchange = service.handle(received, connections.number(request.transport))
        exchange.call.request_bytes = _size(request, received.body)
        response = await deliver(request, exchange.answer, exchange.fault)
        if exchange.fault is None:
            await _send(request, response)
            exchange.call.response_bytes = request.writer.output_size
        return response

    app.router.add_routes([web.route("*", path, cloud) for path in _PATHS])
    app.router.add_routes(Control(service, control_for).routes())
    app.router.add_routes(Metadata(service).routes())
    return app


async def _request(request: web.Request) -> Request:
    """As it stood on the wire: signatures cover the raw text, so nothing may be normalised."""
    path, _mark, query = request.raw_path.partition("?")
    return Request(
        method=request.method,
        path=path,
        query=query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.read(),
    )


def _size(request: web.Request, body: bytes) -> int:
    """Bytes of the whole message: the request line, the headers, an empty line and the body."""
    line = f"{request.method} {request.raw_path} HTTP/1.1\r\n"
    headers = sum(len(name) + len(value) + len(": \r\n") for name, value in request.raw_headers)
    return len(line) + headers + len("\r\n") + len(body)


async def _send(request: web.Request, response: web.StreamResponse) -> None:
    """What aiohttp would do a moment later, but then the log would not know the size in time."""
    # A client that has gone meanwhile is not an error.
    with contextlib.suppress(ConnectionError):
        await response.prepare(request)
        await response.write_eof()
