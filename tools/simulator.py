# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated ApsaraStack of `tests/simulator` as a child process: start, call log, stop."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
import typing as t
import urllib.request
from pathlib import Path

from environments import make_venv
from workspace import BUILD, ROOT, ToolError, environment_variables, supported_pairs

START_SECONDS = 30
STOP_SECONDS = 10

# The credentials of the demo: a tenant in the simulator's seed file.
TENANT = {
    "APSARASTACK_ACCESS_KEY": "LTAIsimulator37",
    "APSARASTACK_SECRET_KEY": "simulator-secret-0037",
    "APSARASTACK_REGION": "cn-neimeng-env30-d01",
    "APSARASTACK_DEPARTMENT": "37",
    "APSARASTACK_RESOURCE_GROUP": "412",
    "APSARASTACK_PROTOCOL": "http",
}


def demo_venv() -> Path:
    """`.venv`: the newest ansible-core that this machine supports, with what collection and simulator require."""
    core, interpreter = supported_pairs()[0]
    files = (ROOT / "requirements.txt", ROOT / "tests" / "simulator" / "requirements.txt")
    return make_venv(ROOT / ".venv", interpreter, [*files, core.requirement])


def command(venv: Path, *arguments: str | Path) -> list[str]:
    return [str(venv / "bin" / "python"), "-m", "apsarastack_simulator", *map(str, arguments)]


def environment(venv: Path) -> dict[str, str]:
    return environment_variables(venv, PYTHONPATH=ROOT / "tests" / "simulator")


def wait_for_port(process: subprocess.Popen[bytes], port_file: Path) -> int:
    """The port that the simulator writes to `port_file` when it is listening."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise ToolError(f"The simulator ended with {process.returncode} instead of listening.")
        text = port_file.read_text(encoding="utf-8").strip() if port_file.is_file() else ""
        if text:
            return int(text)
        time.sleep(0.05)
    raise ToolError(f"The simulator did not write its port to {port_file} within {START_SECONDS} seconds.")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def running_simulator(venv: Path) -> t.Iterator[str]:
    """Runs the simulator on a free loopback port, yields its URL, and always stops it."""
    port_file = BUILD / "simulator" / "port"
    port_file.parent.mkdir(parents=True, exist_ok=True)
    port_file.unlink(missing_ok=True)
    with open(port_file.with_name("log"), "wb") as log:
        process = subprocess.Popen(
            command(venv, "--port", "0", "--port-file", port_file),
            cwd=ROOT,
            env=environment(venv),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # A session of its own, so that Ctrl-C only reaches the demo, which then stops the simulator.
            start_new_session=True,
        )
        try:
            yield f"http://127.0.0.1:{wait_for_port(process, port_file)}"
        finally:
            stop(process)


def calls(url: str) -> list[dict[str, t.Any]]:
    """The simulator's call log, oldest first; each call has at least `action`, `code` and `write`."""
    # No proxy: one in the user's environment cannot reach this machine's loopback interface.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}/_simulator/calls", timeout=START_SECONDS) as answer:
        return t.cast("list[dict[str, t.Any]]", json.load(answer))
