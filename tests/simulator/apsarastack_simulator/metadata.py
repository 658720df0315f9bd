# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metadata server of an instance: temporary credentials of its role, with or without a session token."""

from __future__ import annotations

import json
import re
import secrets
import typing as t

from aiohttp import web

from . import delivery
from .actions import identity
from .answers import JSON_TYPE, Answer
from .clock import utc
from .wire import Request

if t.TYPE_CHECKING:
    from .service import Service
    from .world import AccessKey

Handler = t.Callable[[web.Request], Answer]
_TOKEN = "/latest/api/token"
_CREDENTIALS = "/latest/meta-data/ram/security-credentials/"
_TOKEN_HEADER = "X-aliyun-ecs-metadata-token"
_LONGEST_SESSION = 21600
# A client that fetches credentials wants to work with them for a while.
_RENEW_BEFORE = 1800.0


def _text(status: int, text: str) -> Answer:
    return Answer(status, text.encode(), {"Content-Type": "text/plain"})


_BAD_REQUEST = _text(400, "Bad Request")
_FORBIDDEN = _text(403, "Forbidden")
_NOT_FOUND = _text(404, "Not Found")


class Metadata:
    """Its calls are in the log, and meet faults, as MetadataToken, MetadataRole and MetadataCredentials."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._sessions: dict[str, float] = {}
        self._key = ""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.put(_TOKEN, self._logged("MetadataToken", self.session)),
            web.get(_CREDENTIALS, self._logged("MetadataRole", self.role)),
            web.get(_CREDENTIALS + "{role}", self._logged("MetadataCredentials", self.credentials)),
        ]

    def _logged(self, action: str, handler: Handler) -> t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]:
        async def logged(request: web.Request) -> web.StreamResponse:
            service = self._service
            seen = Request(request.method, request.path)
            call = service.calls.begin(seen, {}, (), service.clock.real(), connection=0, action=action)
            fault = service.faults.meet(action, call.index)
            error = fault.error() if fault is not None else None
            answer = handler(request) if error is None else _text(error.status, error.message)
            call.status, call.processed = answer.status, error is None
            call.fault = fault.effect() if fault is not None else ""
            return await delivery.deliver(request, answer, fault)

        return logged

    def session(self, request: web.Request) -> Answer:
        """The token of version 2: text."""
        seconds = request.headers.get("X-aliyun-ecs-metadata-token-ttl-seconds", "")
        if not re.fullmatch(r"[0-9]{1,5}", seconds) or not 1 <= int(seconds) <= _LONGEST_SESSION:
            return _BAD_REQUEST
        token = secrets.token_urlsafe(24)
        self._sessions[token] = self._service.clock.real() + int(seconds)
        return _text(200, token)

    def _is_let_in(self, request: web.Request) -> bool:
        """A wrong token is refused even if none is required."""
        token = request.headers.get(_TOKEN_HEADER)
        if token is None:
            return self._service.knobs.metadata_token == "optional"
        return self._sessions.get(token, 0.0) > self._service.clock.real()

    def role(self, request: web.Request) -> Answer:
        if not self._is_let_in(request):
            return _FORBIDDEN
        role = self._service.world.instance_role
        return _text(200, role) if role else _NOT_FOUND

    def credentials(self, request: web.Request) -> Answer:
        if not self._is_let_in(request):
            return _FORBIDDEN
        if request.match_info["role"] != self._service.world.instance_role:
            return _NOT_FOUND
        key = self._valid_key(self._service.clock.now())
        expires = key.expires or 0.0
        document = {
            "AccessKeyId": key.id,
            "AccessKeySecret": key.secret,
            "SecurityToken": key.token,
            "Expiration": utc(expires),
            "LastUpdated": utc(expires - self._service.knobs.role_seconds),
            "Code": "Success",
        }
        return Answer(200, json.dumps(document).encode(), {"Content-Type": JSON_TYPE})

    def _valid_key(self, now: float) -> AccessKey:
        """The same one until it is about to expire."""
        world = self._service.world
        seconds = self._service.knobs.role_seconds
        known = world.access_keys.get(self._key)
        if known is not None and (known.expires or 0.0) - now > min(_RENEW_BEFORE, seconds / 2):
            return known
        organization = next(item for item in world.organizations.values() if world.instance_role in item.roles)
        key = identity.issue(world, organization.id, now + seconds)
        self._key = key.id
        return key
