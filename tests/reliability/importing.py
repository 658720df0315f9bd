# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the collection, by its full name, and the simulator importable from the checkout."""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path

COLLECTION = "ansible_collections.apsarastack.cloud"
ROOT = Path(__file__).resolve().parents[2]


def make_importable() -> None:
    """Does nothing for a collection that is already importable from an ``ansible_collections`` tree."""
    # Also the helpers that start ansible-playbook.
    for folder in ("simulator", "end_to_end"):
        path = str(ROOT / "tests" / folder)
        if path not in sys.path:
            sys.path.append(path)
    if not _is_importable(COLLECTION):
        _add_package("ansible_collections", [])
        _add_package("ansible_collections.apsarastack", [])
        _add_package(COLLECTION, [str(ROOT)])


def _is_importable(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _add_package(name: str, paths: list[str]) -> None:
    package = types.ModuleType(name)
    package.__path__ = paths
    sys.modules.setdefault(name, package)
