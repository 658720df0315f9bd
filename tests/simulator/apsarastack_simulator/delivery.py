# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delivers an answer, complete or damaged, with real resets, truncated bodies and slow bodies."""

from __future__ import annotations

import asyncio
import contextlib
import typing as t

from aiohttp import web

if t.TYPE_CHECKING:
    from .answers import Answer
    from .faults import Fault

_BAD_GATEWAY = b"""<html>
<head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body>
</html>
"""


async def deliver(request: web.Request, answer: Answer, fault: Fault | None) -> web.StreamResponse:
    if fault is None:
        return _whole(answer)
    if fault.delay:
        await asyncio.sleep(fault.delay)
    if fault.drop:
        return _reset(request)
    if fault.truncate is not None:
        return await _truncated(request, answer, fault.truncate)
    if fault.trickle:
        return await _trickled(request, answer, fault.trickle)
    return _replaced(answer, fault)


def _whole(answer: Answer) -> web.Response:
    return web.Response(status=answer.status, body=answer.body, headers=answer.headers)


def _replaced(answer: Answer, fault: Fault) -> web.Response:
    if fault.html:
        status = 502 if fault.status is None else fault.status
        return web.Response(status=status, body=_BAD_GATEWAY, headers={"Content-Type": "text/html"})
    if fault.empty:
        return web.Response(status=answer.status if fault.status is None else fault.status)
    return _whole(answer)


def _reset(request: web.Request) -> web.Response:
    """The client sees a reset connection; the response returned here goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _begin(request: web.Request, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_length = len(answer.body)
    await response.prepare(request)
    return response


async def _truncated(request: web.Request, answer: Answer, size: int) -> web.StreamResponse:
    """The length of the whole body is announced, a part of it comes, and the connection closes."""
    response = await _begin(request, answer)
    await response.write(answer.body[: len(answer.body) // 2 if size < 0 else size])
    if request.transport is not None:
        request.transport.close()
    return response


async def _trickled(request: web.Request, answer: Answer, pause: float) -> web.StreamResponse:
    response = await _begin(request, answer)
    # A client may lose its patience, which is what this is for.
    with contextlib.suppress(ConnectionResetError):
        for index in range(len(answer.body)):
            await response.write(answer.body[index : index + 1])
            await asyncio.sleep(pause)
        await response.write_eof()
    return response
