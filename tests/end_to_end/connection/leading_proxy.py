# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plugin for proxy.py that logs the requested host and connects to a port of this machine instead.

This makes it possible to use host names of sites that do not exist with real sockets.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from proxy.http.proxy import HttpProxyBasePlugin

if TYPE_CHECKING:
    from proxy.http.parser import HttpParser

LOG_VARIABLE = "LEADING_PROXY_LOG"
PORT_VARIABLE = "LEADING_PROXY_PORT"


class LeadToOnePort(HttpProxyBasePlugin):
    def before_upstream_connection(self, request: HttpParser) -> HttpParser:
        with open(os.environ[LOG_VARIABLE], "a", encoding="ascii") as log:
            method, host = (part.decode() for part in (request.method, request.host) if part is not None)
            log.write(f"{method} {host}:{request.port}\n")
        request.host = b"127.0.0.1"
        request.port = int(os.environ[PORT_VARIABLE])
        return request
