# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A throw-away certificate authority for loopback."""

from __future__ import annotations

import pathlib
import ssl

import trustme


def context_in(directory: pathlib.Path) -> ssl.SSLContext:
    """A server context for 127.0.0.1, ::1 and localhost.

    Writes `ca.pem`, for clients to trust; the keys stay in memory.
    """
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "::1", "localhost")
    directory.mkdir(parents=True, exist_ok=True)
    authority.cert_pem.write_to_path(str(directory / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
