# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a command to its end, and prints its resource usage as JSON, including that of its children.

`python -I -S stopwatch.py OUTPUT COMMAND [ARGUMENT ...]`. This is a small process of its own, since the peak memory
that the system reports for a child is never less than that of the process that started it.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main(output: str, command: list[str]) -> None:
    """Writes the output of the command to the file ``output``."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [(os.POSIX_SPAWN_OPEN, 1, output, flags, 0o600), (os.POSIX_SPAWN_DUP2, 1, 2)]
    began = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    _child, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - began
    counted = {
        "code": os.waitstatus_to_exitcode(status),
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        # Linux counts in KiB.
        "peak": usage.ru_maxrss * 1024,
    }
    print(json.dumps(counted))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
