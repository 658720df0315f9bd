# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command `apsarastack-simulator`."""

from __future__ import annotations

import contextlib
import http.client
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import time
import typing as t

import pytest

import apsarastack_simulator
from apsarastack_simulator.__main__ import main
from apsarastack_simulator.server import DEFAULT_PORT

from .rpc import Caller
from .test_control import control

PACKAGE = pathlib.Path(__file__).resolve().parents[1]


class Command:
    """The command as a process."""

    def __init__(self, tmp_path: pathlib.Path, *words: str) -> None:
        self._port_file = tmp_path / "port"
        environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
        command = [sys.executable, "-m", "apsarastack_simulator", "--port=0", f"--port-file={self._port_file}", *words]
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def port(self) -> int:
        """Waits for the port file."""
        give_up = time.monotonic() + 20
        while not self._port_file.exists():
            assert self.process.poll() is None
            assert time.monotonic() < give_up
            time.sleep(0.02)
        return int(self._port_file.read_text())

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@pytest.fixture
def command(tmp_path: pathlib.Path) -> t.Iterator[t.Callable[..., Command]]:
    started: list[Command] = []

    def start(*words: str) -> Command:
        started.append(Command(tmp_path, *words))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_prints_the_environment_and_stops_cleanly(
    command: t.Callable[..., Command], number: int
) -> None:
    running = command("--knob", "create_time=60", "--knob", "names_unique=true", "--speed", "2")
    port = running.port()
    assert control(port, "GET", "knobs")[1]["create_time"] == 60
    with Caller(port) as caller:
        assert caller.call("DescribeImages").status == 200
    code, out, err = running.stop(number)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert f"export APSARASTACK_ENDPOINT=http://127.0.0.1:{port}" in lines
    assert "export APSARASTACK_ACCESS_KEY=LTAIsimulator37" in lines
    assert "export APSARASTACK_SECRET_KEY=simulator-secret-0037" in lines
    assert "export APSARASTACK_DEPARTMENT=37" in lines
    assert "export APSARASTACK_RESOURCE_GROUP=412" in lines
    assert "export APSARASTACK_REGION=cn-neimeng-env30-d01" in lines


def test_the_command_serves_https_with_a_ca_of_its_own(
    command: t.Callable[..., Command], tmp_path: pathlib.Path
) -> None:
    running = command("--tls", str(tmp_path / "tls"))
    port = running.port()
    context = ssl.create_default_context(cafile=str(tmp_path / "tls" / "ca.pem"))
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    connection.request("GET", "/_simulator/health")
    assert connection.getresponse().status == 200
    connection.close()
    with pytest.raises(ssl.SSLCertVerificationError):
        http.client.HTTPSConnection("127.0.0.1", port, timeout=10).request("GET", "/_simulator/health")
    assert f"export APSARASTACK_CA_PATH={tmp_path}/tls/ca.pem" in running.stop()[1].splitlines()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--knob", "color=blue"), "unknown knob color"),
        (("--knob", "create_time"), "name=value"),
        (("--seed", "/no/such/seed.yml"), "cannot be read"),
        (("--speed", "-1"), "not negative"),
    ],
)
def test_the_command_refuses_invalid_arguments_with_a_message(
    command: t.Callable[..., Command], words: tuple[str, ...], sentence: str
) -> None:
    process = command(*words).process
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("apsarastack-simulator: ")
    assert sentence in err
    assert "Traceback" not in err


def test_the_command_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"apsarastack-simulator {apsarastack_simulator.__version__}\n"


def test_the_port_is_fixed_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    # Somebody may already use it: whether the test or another process holds it, the message names it.
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            holder.bind(("127.0.0.1", DEFAULT_PORT))
            holder.listen()
        assert main([]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        f"apsarastack-simulator: port {DEFAULT_PORT} of 127.0.0.1 is already in use, perhaps by another simulator."
        " Stop that one, or choose another port with --port; --port 0 takes a free one.\n"
    )


def test_lines_name_an_address_that_a_client_can_use_if_every_address_is_listened_on(
    command: t.Callable[..., Command],
) -> None:
    running = command("--host", "0.0.0.0")
    port = running.port()
    lines = running.stop()[1].splitlines()
    assert f"export APSARASTACK_ENDPOINT=http://127.0.0.1:{port}" in lines
