# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Floods of data over a real socket to a real process end within 300 MiB and within the deadline."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
import time
import typing as t

import pytest
from module_process import peak, start

MEBIBYTE = 1024 * 1024
MOST = 300
DEADLINE = 6
# Starting the module takes some seconds on a machine under load.
GRACE = 12
PREFIX, SUFFIX = b'{"Images":{"Image":[', b"]}}"


class Flood(http.server.BaseHTTPRequestHandler):
    """Answers with ``body``, repeated ``times`` times, with a pause in between."""

    body: t.ClassVar[bytes] = b""
    times: t.ClassVar[int] = 1
    pause: t.ClassVar[float] = 0.0
    headers_sent: t.ClassVar[t.Mapping[str, str]] = {}

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        for name, value in self.headers_sent.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            for _time in range(self.times):
                self.wfile.write(self.body)
                time.sleep(self.pause)
        except OSError:
            pass  # the module has closed the connection

    def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002 - the name is that of the base class
        pass


def zipped(content: bytes, times: int) -> bytes:
    for _time in range(times):
        content = gzip.compress(content, 9)
    return content


def of_size(count: int, item: bytes) -> bytes:
    return PREFIX + b",".join([item] * (count // (len(item) + 1))) + SUFFIX


ZEROS = bytes(MEBIBYTE)
FLOODS: dict[str, dict[str, t.Any]] = {
    "50 MB of one string": {"body": PREFIX + b'"' + b"x" * 50_000_000 + b'"' + SUFFIX},
    "50 MB of empty objects": {"body": of_size(50_000_000, b"{}")},
    "as many empty objects as an answer may hold": {"body": of_size(8 * MEBIBYTE - 100, b"{}")},
    "as many images as an answer may hold": {"body": of_size(8 * MEBIBYTE - 100, b'{"ImageId":"m-1"}')},
    "as many strings as an answer may hold": {"body": of_size(8 * MEBIBYTE - 100, b'"\xe9\x95\x9c"')},
    "deep nesting": {"body": b"[" * 5_000_000},
    "endless bytes": {"body": ZEROS, "times": 100_000},
    "a slow stream of bytes": {"body": b" ", "times": 1000, "pause": 0.1},
    "silence": {"times": 1, "pause": 20},
    "a body that unpacks to 1 GiB": {
        "body": zipped(bytes(1024 * MEBIBYTE), 1),
        "headers_sent": {"Content-Encoding": "gzip"},
    },
    "a body that unpacks twice, to 1 GiB": {
        "body": zipped(bytes(1024 * MEBIBYTE), 2),
        "headers_sent": {"Content-Encoding": "gzip, gzip"},
    },
    "endless headers": {"headers_sent": {f"X-{number}": "x" * 60_000 for number in range(90)}},
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_is_refused_within_the_deadline_and_the_memory_limit(flood: str) -> None:
    handler = type("Handler", (Flood,), FLOODS[flood])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        began = time.monotonic()
        process = start(
            {
                "image_name": "web",
                "endpoint": f"http://127.0.0.1:{server.server_address[1]}",
                "region": "cn-neimeng-env30-d01",
                "access_key": "LTAIsimulator37",
                "secret_key": "simulator-secret-0037",
                "wait_timeout": DEADLINE,
            }
        )
        printed, status = process.communicate()
        took = time.monotonic() - began
        server.shutdown()
    result = json.loads(printed)
    assert result["failed"]
    assert len(result["msg"]) < 2000
    assert took < DEADLINE + GRACE
    assert peak(status.decode()) < MOST, f"{peak(status.decode())} MiB: {result['msg']}"
