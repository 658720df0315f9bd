# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets the tests import the collection by its full name, and removes the user's own cloud and proxy variables."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS / "simulator"), str(TESTS.parent / "tools")]
runpy.run_path(str(TESTS / "unit" / "conftest.py"))

FOREIGN = ("APSARASTACK_", "ALIBABACLOUDSTACK_")
NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {name for name in os.environ if name.startswith(FOREIGN) or name.upper() in NETWORK}
    for name in own:
        monkeypatch.delenv(name)
