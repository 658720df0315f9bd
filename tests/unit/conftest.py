# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the collection importable by its full name for a plain `pytest tests/unit` in the checkout.

Under `ansible-test units` the collection lies in an `ansible_collections` tree already, and nothing happens here.
"""

from __future__ import annotations

import importlib.util
import signal
import sys
import types
import typing as t
from pathlib import Path

import hypothesis
import pytest

# How long an example takes says nothing but how busy the machine is.
hypothesis.settings.register_profile("without deadline", hypothesis.settings.default, deadline=None)
hypothesis.settings.load_profile("without deadline")

COLLECTION = "ansible_collections.apsarastack.cloud"


def is_importable(name: str) -> bool:
    """Whether `name` can be found; False if a parent package is missing."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def add_package(name: str, paths: list[str]) -> None:
    package = types.ModuleType(name)
    package.__path__ = paths
    sys.modules.setdefault(name, package)


if not is_importable(COLLECTION):
    add_package("ansible_collections", [])
    add_package("ansible_collections.apsarastack", [])
    add_package(COLLECTION, [str(Path(__file__).resolve().parents[2])])


@pytest.fixture
def ending_signals() -> t.Iterator[tuple[signal.Signals, ...]]:
    """Gives the signals that end a task their default handlers, and restores those of pytest afterwards."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    # Some test runners are started with SIGHUP or SIGINT ignored.
    for number in numbers:
        signal.signal(number, signal.SIG_DFL)
    yield numbers
    for number, handler in before.items():
        signal.signal(number, handler)
