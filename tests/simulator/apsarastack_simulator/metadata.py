# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metadata server of an instance: temporary credentials of its role, with or without a session token."""

from __future__ import annotations

import secrets
import typing as t

from aiohttp import web

from .actions import identity
from .clock import utc

if t.TYPE_CHECKING:
    from .service import Service
    from .world import AccessKey

_CREDENTIALS = "/latest/meta-data/ram/security-credentials/"
_TOKEN_HEADER = "X-aliyun-ecs-metadata-token"
_LONGEST_SESSION = 21600
# A client that fetches credentials wants to work with them for a while.
_RENEW_BEFORE = 1800.0


class Metadata:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._sessions: dict[str, float] = {}
        self._key = ""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.put("/latest/api/token", self.session),
            web.get(_CREDENTIALS, self.role),
            web.get(_CREDENTIALS + "{role}", self.credentials),
        ]

    async def session(self, request: web.Request) -> web.StreamResponse:
        """The token of version 2: text."""
        seconds = request.headers.get("X-aliyun-ecs-metadata-token-ttl-seconds", "")
        if not seconds.isdecimal() or not 1 <= int(seconds) <= _LONGEST_SESSION:
            return web.Response(status=400, text="Bad Request")
        token = secrets.token_urlsafe(24)
        self._sessions[token] = self._service.clock.real() + int(seconds)
        return web.Response(text=token)

    def _is_let_in(self, request: web.Request) -> bool:
        """A wrong token is refused even where none is needed."""
        token = request.headers.get(_TOKEN_HEADER)
        if token is None:
            return self._service.knobs.metadata_token == "optional"
        return self._sessions.get(token, 0.0) > self._service.clock.real()

    async def role(self, request: web.Request) -> web.StreamResponse:
        if not self._is_let_in(request):
            return web.Response(status=403, text="Forbidden")
        return web.Response(text=self._service.world.instance_role)

    async def credentials(self, request: web.Request) -> web.StreamResponse:
        if not self._is_let_in(request):
            return web.Response(status=403, text="Forbidden")
        if request.match_info["role"] != self._service.world.instance_role:
            return web.Response(status=404, text="Not Found")
        now = self._service.clock.now()
        key = self._valid_key(now)
        return web.json_response(
            {
                "AccessKeyId": key.id,
                "AccessKeySecret": key.secret,
                "SecurityToken": key.token,
                "Expiration": utc(key.expires or 0.0),
                "LastUpdated": utc((key.expires or 0.0) - self._service.knobs.role_seconds),
                "Code": "Success",
            }
        )

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
