# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts sites with certificates of the tests."""

from __future__ import annotations

import ssl
import typing as t
from pathlib import Path

import pytest
import trustme
from flawed import Pair, authority, issued
from tls_sites import Site, Start

from apsarastack_simulator import tls
from apsarastack_simulator.testing import Simulator


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Start]:
    """Starts a site with these certificates."""
    running: list[Simulator] = []

    def start(ca: Pair | None = None, server: Pair | None = None) -> Site:
        ca = ca or authority()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # The client can only refuse weak keys and ciphers if the server accepts them.
        context.set_ciphers("ALL:@SECLEVEL=0")
        (server or issued(ca)).serve(context, tmp_path)
        monkeypatch.setattr(tls, "context_in", lambda folder: context)
        running.append(Simulator(tls_in=str(tmp_path)).__enter__())
        return Site(running[-1], ca.write(tmp_path / "site-ca.pem"))

    yield start
    for simulator in running:
        simulator.__exit__()


@pytest.fixture
def other_ca(tmp_path: Path) -> str:
    path = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return str(path)
