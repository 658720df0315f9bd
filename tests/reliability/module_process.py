# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module in a process of its own, as Ansible does: arguments on standard input, the result on standard output.

Run as a script with the name of a module and how many times faster its pauses are, this file is that process;
imported, it starts one.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

SECONDS = 60.0

if __name__ == "__main__":
    import time

    # The module takes the function when it is imported.
    time.sleep = functools.partial(lambda sleep, seconds: sleep(seconds / float(sys.argv[2])), time.sleep)

    from importing import make_importable

    make_importable()
    from ansible.module_utils import basic

    module = importlib.import_module(f"ansible_collections.apsarastack.cloud.plugins.modules.{sys.argv[1]}")
    basic._ANSIBLE_ARGS = sys.stdin.buffer.read()
    # The serialization of the arguments, which newer releases of ansible-core require.
    basic._ANSIBLE_PROFILE = "legacy"
    try:
        module.main()
    finally:
        # The resource usage of a child process would include the memory of its parent.
        sys.stderr.write(Path("/proc/self/status").read_text(encoding="ascii"))


def start(
    options: t.Mapping[str, t.Any], module: str = "apsarastack_image", haste: float = 1.0
) -> subprocess.Popen[bytes]:
    """Starts the module with these options, including those of the connection. ``haste``: how many times faster its
    pauses are."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), module, str(haste)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"},
    )
    stdin = t.cast("t.IO[bytes]", process.stdin)
    stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": dict(options)}).encode())
    stdin.close()
    process.stdin = None
    return process


def connection_options(simulator: Simulator) -> dict[str, t.Any]:
    """The options with which a module connects to the simulator as the first tenant."""
    return {
        "endpoint": simulator.endpoint,
        "region": simulator.region,
        "access_key": simulator.access_key,
        "secret_key": simulator.secret_key,
        "department": simulator.department,
        "resource_group": simulator.resource_group,
        **({"ca_path": simulator.ca_path} if simulator.ca_path else {}),
    }


def ended(process: subprocess.Popen[bytes]) -> dict[str, t.Any]:
    """The printed result; empty if there is none. AssertionError for any other output."""
    output, errors = process.communicate(timeout=SECONDS)
    assert b"Traceback" not in errors + output, errors.decode(errors="replace")
    return t.cast("dict[str, t.Any]", json.loads(output)) if output.strip() else {}


def peak(status: str) -> int:
    """The peak memory of a process in MiB; ``status``: its standard error."""
    (kibibytes,) = re.findall(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)
    return int(kibibytes) // 1024
