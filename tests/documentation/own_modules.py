# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs modules of the installed collection in the process of the tests."""

from __future__ import annotations

import importlib
import typing as t

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator


class Modules:
    """Modules that talk to the simulator. They must be importable."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def run(self, name: str, options: t.Mapping[str, t.Any], in_check_mode: bool = False) -> dict[str, t.Any]:
        """The result."""
        module = importlib.import_module(f"ansible_collections.apsarastack.cloud.plugins.modules.{name}")
        # It imports the collection as well.
        run_main = importlib.import_module("through_main").run_main
        internal = {"_ansible_check_mode": in_check_mode, "_ansible_diff": True}
        return t.cast("dict[str, t.Any]", run_main(self._simulator, {**options, **internal}, module))
