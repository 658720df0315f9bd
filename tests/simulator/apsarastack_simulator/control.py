# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control interface under /_simulator/: JSON, for loopback only unless somebody says otherwise."""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import pathlib
import typing as t

from aiohttp import web

from . import __version__, snapshot
from .faults import FaultError

if t.TYPE_CHECKING:
    from .service import Service

Handler = t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]
_PAGE = pathlib.Path(__file__).with_name("page.html")
_INSTANCE_STATUSES = ("Pending", "Starting", "Running", "Stopping", "Stopped")


def is_loopback(remote: str | None) -> bool:
    """Of a peer's address, IPv4 inside IPv6 included."""
    try:
        address = ipaddress.ip_address((remote or "").split("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _guarded(handler: Handler, control_for: str) -> Handler:
    """Refuses other hosts unless they are let in, and turns an invalid request into a message."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if control_for != "any" and not is_loopback(request.remote):
            error = "the control interface answers to loopback only; --control-for any lets every host in"
            return web.json_response({"error": error}, status=403)
        # A browser says where a request comes from: other people's pages on this machine may not give orders.
        if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            return web.json_response({"error": "the control interface does not answer to other pages"}, status=403)
        try:
            return await handler(request)
        except (ValueError, TypeError, KeyError) as error:
            return web.json_response({"error": str(error)}, status=400)

    return guarded


async def _document(request: web.Request) -> dict[str, t.Any]:
    """The body as a JSON object; an empty body is an empty one. Raises ValueError."""
    text = await request.text()
    try:
        document = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise ValueError(f"the body is not valid JSON: {error}") from error
    if not isinstance(document, dict):
        raise ValueError("the body is not a JSON object")
    return document


class Control:
    def __init__(self, service: Service, control_for: str = "loopback") -> None:
        self._service = service
        self._control_for = control_for

    async def page(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(text=_PAGE.read_text(encoding="utf-8"), content_type="text/html")

    def routes(self) -> list[web.RouteDef]:
        table: tuple[tuple[str, str, Handler], ...] = (
            ("GET", "health", self.health),
            ("POST", "reset", self.reset),
            ("GET", "knobs", self.knobs),
            ("PATCH", "knobs", self.change_knobs),
            ("GET", "faults", self.faults),
            ("POST", "faults", self.add_fault),
            ("DELETE", "faults", self.clear_faults),
            ("GET", "calls", self.calls),
            ("DELETE", "calls", self.clear_calls),
            ("GET", "state", self.state),
            ("GET", "clock", self.clock),
            ("POST", "clock", self.change_clock),
            ("PATCH", "instances/{id}", self.change_instance),
        )
        paths: list[tuple[str, str, Handler]] = [("GET", path, self.page) for path in ("", "/")]
        paths += [(method, f"/{path}", handler) for method, path, handler in table]
        return [
            web.route(method, f"/_simulator{path}", _guarded(handler, self._control_for))
            for method, path, handler in paths
        ]

    async def health(self, _request: web.Request) -> web.StreamResponse:
        service = self._service
        counts = {"images": len(service.world.images), "calls": service.calls.count}
        ports = dict(zip(service.world.regions, service.ports))
        return web.json_response({"ok": True, "version": __version__, "ports": ports, **counts})

    async def reset(self, request: web.Request) -> web.StreamResponse:
        document = await _document(request)
        unknown = sorted(set(document) - {"seed", "knobs"})
        if unknown:
            raise ValueError(f"unknown {', '.join(unknown)}; reset takes seed and knobs")
        self._service.reset(document.get("seed"), document.get("knobs"))
        return web.json_response({"ok": True})

    async def knobs(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self._service.knobs.as_dict())

    async def change_knobs(self, request: web.Request) -> web.StreamResponse:
        self._service.knobs = self._service.knobs.changed(await _document(request))
        return web.json_response(self._service.knobs.as_dict())

    async def faults(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response([dataclasses.asdict(fault) for fault in self._service.faults])

    async def add_fault(self, request: web.Request) -> web.StreamResponse:
        try:
            fault = self._service.faults.add(await _document(request))
        except FaultError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(dataclasses.asdict(fault))

    async def clear_faults(self, _request: web.Request) -> web.StreamResponse:
        self._service.faults.clear()
        return web.json_response({"ok": True})

    async def calls(self, request: web.Request) -> web.StreamResponse:
        after = int(request.query.get("after", "-1"))
        last = int(request.query["last"]) if "last" in request.query else None
        return web.json_response(self._service.calls.shown(request.query.get("action"), after, last))

    async def clear_calls(self, _request: web.Request) -> web.StreamResponse:
        self._service.calls.clear()
        return web.json_response({"ok": True})

    async def state(self, request: web.Request) -> web.StreamResponse:
        limit = int(request.query["limit"]) if "limit" in request.query else None
        return web.json_response(snapshot.of(self._service, limit))

    async def clock(self, _request: web.Request) -> web.StreamResponse:
        clock = self._service.clock
        return web.json_response({"now": clock.now(), "speed": clock.speed})

    async def change_clock(self, request: web.Request) -> web.StreamResponse:
        document = await _document(request)
        unknown = sorted(set(document) - {"advance", "speed"})
        if unknown:
            raise ValueError(f"unknown {', '.join(unknown)}; the clock takes advance and speed")
        clock = self._service.clock
        if "speed" in document:
            clock.set_speed(float(document["speed"]))
        if "advance" in document:
            clock.advance(float(document["advance"]))
        return await self.clock(request)

    async def change_instance(self, request: web.Request) -> web.StreamResponse:
        document = await _document(request)
        status = document.get("status")
        if set(document) != {"status"} or status not in _INSTANCE_STATUSES:
            raise ValueError(f"an instance takes status, one of {', '.join(_INSTANCE_STATUSES)}")
        self._service.set_instance_status(request.match_info["id"], status)
        return web.json_response({"ok": True})
