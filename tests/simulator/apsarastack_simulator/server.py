# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening: one port, http or https."""

from __future__ import annotations

import pathlib
import typing as t

from aiohttp import web

from . import app, tls

if t.TYPE_CHECKING:
    from .service import Service


class Server:
    def __init__(self, service: Service, host: str = "127.0.0.1", port: int = 0, tls_in: str | None = None) -> None:
        """`tls_in`: the directory for the certificate authority; None serves http. Port 0 takes a free one."""
        self._service = service
        self._host = host
        self._port = port
        self._tls_in = tls_in
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self) -> None:
        """Raises OSError when the port cannot be had."""
        context = tls.context_in(pathlib.Path(self._tls_in)) if self._tls_in is not None else None
        runner = web.AppRunner(
            app.build(self._service),
            access_log=None,
            max_line_size=app.LINE_SIZE,
            max_field_size=app.LINE_SIZE,
            shutdown_timeout=1.0,
        )
        await runner.setup()
        await web.TCPSite(runner, self._host, self._port, ssl_context=context).start()
        self._runner = runner
        self.port = int(runner.addresses[0][1])

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def endpoint(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'http' if self._tls_in is None else 'https'}://{host}:{self.port}"
