# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the code of the collection in this process with real sockets, from the options of a task to the calls."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
import sys
import time
import typing as t
from pathlib import Path

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.login import client_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.arguments import connection_spec
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.hiding import Secrets
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.task import options_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.context import Context
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from leading_proxy import LOG_VARIABLE, PORT_VARIABLE

from apsarastack_simulator.testing import Simulator

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError

REGION = Simulator.region
KEYS = {"access_key": Simulator.access_key, "secret_key": Simulator.secret_key}
TENANT = {"department": Simulator.department, "resource_group": Simulator.resource_group}
WHOLE = {"region": REGION, **KEYS, **TENANT}
SECONDS = 30


def client(**options: t.Any) -> Client:
    """The client that a module creates from its connection options. Raises ApsaraStackError."""
    given, origins = options_of(options, connection_spec(), os.environ)
    assert given.problems == []
    result = ArgumentSpecValidator(connection_spec()).validate(given.options)
    assert result.error_messages == []
    return client_from(dict(result.validated_parameters), Deadline(SECONDS), Secrets(options).add, origins)


def told(error: ApsaraStackError, **options: t.Any) -> str:
    """The failure as a task with these options reports it."""
    return message_of(error, Context(options))


def own_images(calling: Client) -> list[str]:
    """The names of the account's own images."""
    return sorted(str(image["image_name"]) for image in Images(calling).search())


@dataclasses.dataclass(frozen=True)
class Proxy:
    """``log``: one line for each host that was requested."""

    url: str
    log: Path

    def requested(self) -> list[str]:
        return self.log.read_text(encoding="ascii").splitlines() if self.log.exists() else []


@contextlib.contextmanager
def proxy(folder: Path, leads_to: int, *options: str) -> t.Iterator[Proxy]:
    """Runs proxy.py as a separate process. ``leads_to``: the port that it connects to for all hosts."""
    port_file, log = folder / "proxy.port", folder / "proxy.log"
    port_file.unlink(missing_ok=True)
    environment = {
        **os.environ,
        LOG_VARIABLE: str(log),
        PORT_VARIABLE: str(leads_to),
        "PYTHONPATH": str(Path(__file__).parent),
        "HOME": str(folder),
    }
    command = [sys.executable, "-m", "proxy", "--hostname", "127.0.0.1", "--port", "0", "--port-file", str(port_file)]
    command += ["--num-workers", "1", "--num-acceptors", "1", "--plugins", "leading_proxy.LeadToOnePort", *options]
    process = subprocess.Popen(
        command,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Proxy(f"http://127.0.0.1:{_port(port_file, process)}", log)
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)


def _port(file: Path, process: subprocess.Popen[t.Any]) -> int:
    """The port in the file, which the other process writes when it is listening."""
    end = time.monotonic() + SECONDS
    while not (file.exists() and file.read_text(encoding="ascii").strip()):
        assert process.poll() is None, "the proxy has exited"
        assert time.monotonic() < end, "the proxy is not listening"
        time.sleep(0.05)
    return int(file.read_text(encoding="ascii"))
