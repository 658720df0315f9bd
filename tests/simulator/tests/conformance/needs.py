# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of this folder need, and how to get it where it is missing."""

from __future__ import annotations

import os
import typing as t

import pytest

_SDKS = "pip install -r tests/simulator/tests/conformance/requirements.txt"
_ASAPI = """the variable APSARASTACK_SIMULATOR_ASAPI_PYTHON names no interpreter that has the ApsaraStack SDK.
Make its environment, which must hold no other SDK of the vendor and a Python no newer than 3.11, with
    python3.11 -m venv build/asapi
    build/asapi/bin/pip install -r tests/simulator/tests/conformance/requirements-asapi.txt
    export APSARASTACK_SIMULATOR_ASAPI_PYTHON=$PWD/build/asapi/bin/python"""


def sdk(module: str) -> t.Any:
    """The module, or the whole file of tests is skipped."""
    return pytest.importorskip(module, reason=f"{module} is missing: {_SDKS}")


def asapi_python() -> str:
    """The interpreter that has the ApsaraStack SDK, or a skip; a variable that is set and wrong is a failure."""
    path = os.environ.get("APSARASTACK_SIMULATOR_ASAPI_PYTHON", "")
    if not path:
        pytest.skip(_ASAPI)
    if not os.access(path, os.X_OK):
        pytest.fail(_ASAPI)
    return path
