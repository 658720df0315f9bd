# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening: one port for each region, http or https."""

from __future__ import annotations

import errno
import logging
import pathlib
import typing as t

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from . import app, tls

if t.TYPE_CHECKING:
    from .service import Service


class _WithoutContent(logging.Filter):
    """aiohttp quotes a request that it cannot read, and with it what may be in no log."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            record.msg, record.args = "a request could not be read: %s", (type(error).__name__,)
            record.exc_info = None
        return True


# Fixed, so that pipelines and bookmarks can name it.
DEFAULT_PORT = 8037
_LOOPBACK_OF = {"0.0.0.0": "127.0.0.1", "::": "::1"}

_LOG = logging.getLogger("apsarastack_simulator.server")
_LOG.addFilter(_WithoutContent())


class Server:
    def __init__(
        self,
        service: Service,
        host: str = "127.0.0.1",
        port: int = 0,
        tls_in: str | None = None,
        control_for: str = "loopback",
    ) -> None:
        """`tls_in`: the directory for the certificate authority; None serves http. Port 0 takes a free one.
        `control_for`: who may use the control interface, `loopback` or `any`."""
        self._service = service
        self._host = host
        self._port = port
        self._tls_in = tls_in
        self._control_for = control_for
        self._runner: web.AppRunner | None = None
        self.ports: list[int] = []

    async def start(self) -> None:
        """Raises OSError when the port cannot be had; the text says what to do about one that is taken."""
        context = tls.context_in(pathlib.Path(self._tls_in)) if self._tls_in is not None else None
        runner = web.AppRunner(
            app.build(self._service, self._control_for),
            access_log=None,
            logger=_LOG,
            max_line_size=app.LINE_SIZE,
            max_field_size=app.LINE_SIZE,
            shutdown_timeout=1.0,
        )
        await runner.setup()
        # The port that was asked for is the first region's; the others take a free one each.
        for port in (self._port, *(0 for _region in self._service.world.regions[1:])):
            await self._listen(web.TCPSite(runner, self._host, port, ssl_context=context))
        self._runner = runner
        self.ports = self._service.ports = [int(address[1]) for address in runner.addresses]

    async def _listen(self, site: web.TCPSite) -> None:
        try:
            await site.start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise OSError(
                f"port {self._port} of {self._host} is already in use, perhaps by another simulator. Stop that one,"
                " or choose another port with --port; --port 0 takes a free one."
            ) from error

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def port(self) -> int:
        return self.ports[0]

    @property
    def endpoint(self) -> str:
        return self.endpoint_of(self._service.world.regions[0])

    def endpoint_of(self, region: str) -> str:
        """Raises ValueError for a region that does not exist, IndexError for one that came later than the server."""
        # Who listens on every address is called by one of them.
        listening = _LOOPBACK_OF.get(self._host, self._host)
        host = f"[{listening}]" if ":" in listening else listening
        port = self.ports[self._service.world.regions.index(region)]
        return f"{'http' if self._tls_in is None else 'https'}://{host}:{port}"
