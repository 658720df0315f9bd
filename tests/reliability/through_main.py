# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module's `main` over real HTTP against the simulator, in this process and with a simulated clock."""

from __future__ import annotations

import contextlib
import io
import json
import signal
import typing as t
from unittest import mock

import requests
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible_collections.apsarastack.cloud.plugins.module_utils._module import task
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.modules import apsarastack_image
from bench import SimulatedTime
from module_process import connection_options

if t.TYPE_CHECKING:
    import types

    from requests.adapters import HTTPAdapter

    from apsarastack_simulator.testing import Simulator

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run_main(
    simulator: Simulator,
    options: t.Mapping[str, t.Any],
    module: types.ModuleType = apsarastack_image,
    adapter: HTTPAdapter | None = None,
) -> dict[str, t.Any]:
    """Returns the module's result before Ansible removes the secrets that it knows.

    ``options``: added to those of the connection, or replacing them; None omits one of them. ``adapter``: sends the
    requests.
    """
    passing, printed = SimulatedTime(simulator), io.StringIO()
    # A proxy of the user's environment could not reach this loopback address.
    whole = {**connection_options(simulator), "proxy": "", "wait_timeout": 600, **options}
    arguments = {name: value for name, value in whole.items() if value is not None}
    with contextlib.ExitStack() as stack:
        for target, name, value in (
            (basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()),
            (basic, "_ANSIBLE_PROFILE", "legacy"),
            (basic, "remove_values", lambda value, _secrets: value),
            (task, "Deadline", lambda seconds: Deadline(seconds, clock=passing, sleep=passing.sleep)),
        ):
            stack.enter_context(mock.patch.object(target, name, value, create=True))
        if adapter is not None:
            stack.enter_context(mock.patch.object(requests.Session, "get_adapter", return_value=adapter))
        stack.enter_context(_kept_signals())
        stack.enter_context(contextlib.redirect_stdout(printed))
        # Ansible collects warnings per process, and other tasks have run in this one before.
        warnings._global_warnings.clear()
        try:
            module.main()
        except SystemExit:
            return t.cast("dict[str, t.Any]", json.loads(printed.getvalue()))
        raise AssertionError("main returned")


@contextlib.contextmanager
def _kept_signals() -> t.Iterator[None]:
    """Restores the signal handlers: a module leaves the signals ignored, since its process ends."""
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
