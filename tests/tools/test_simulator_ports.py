# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever starts the simulator for tests does so on a free port, since several run at the same time."""

from __future__ import annotations

import re

from workspace import ROOT, source_files

COMMAND = re.compile(r"--port(?: |=|\", \")0\b")


def test_a_simulator_whose_port_is_read_from_a_file_takes_a_free_one() -> None:
    code = [ROOT / path for path in source_files() if path.suffix in (".py", ".yml") and path.parts[0] != "docs"]
    texts = {path: path.read_text(encoding="utf-8") for path in code if path.name != "__main__.py"}
    starts = [path for path, text in texts.items() if re.search(r"--port-file (?:\{|str)|--port-file[\"=]", text)]
    own = [path for path in starts if path.name != "test_simulator_ports.py"]
    assert len(own) >= 4
    assert [path.name for path in own if not COMMAND.search(texts[path])] == []
