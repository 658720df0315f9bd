# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A gate in front of the simulator that holds one request before it is forwarded, or its answer."""

from __future__ import annotations

import http.client
import http.server
import threading
import typing as t

BEFORE, AFTER = "before", "after"
# Longer than any process at the gate lives.
SECONDS = 60.0


class Gate:
    """A context manager. ``call``: the number, from 0, of the held request; ``moment``: BEFORE or AFTER.

    A request that is held BEFORE is never forwarded.
    """

    def __init__(self, port: int, call: int, moment: str) -> None:
        """``port``: of the simulator, on this machine."""
        self.held = threading.Event()
        self._released = threading.Event()
        self._port, self._call, self._moment = port, call, moment
        self._count = 0
        self._lock = threading.Lock()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Gate:
        self._thread.start()
        return self

    def __exit__(self, *_error: t.Any) -> None:
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        gate = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = gate._passed(self.path, dict(self.headers.items()), body)
                if answer is None:
                    self.close_connection = True
                    return
                status, content = answer
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002 - the name is that of the base class
                pass

        return Handler

    def _passed(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes] | None:
        """The answer of the simulator; None if it is withheld."""
        with self._lock:
            is_held, self._count = self._count == self._call, self._count + 1
        if is_held and self._moment == BEFORE:
            self._hold()
            return None
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=SECONDS)
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            answer = response.status, response.read()
        finally:
            connection.close()
        if is_held:
            self._hold()
            return None
        return answer

    def _hold(self) -> None:
        self.held.set()
        self._released.wait(SECONDS)
