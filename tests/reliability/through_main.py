# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module's `main` over real HTTP against the simulator, in this process and with a simulated clock."""

from __future__ import annotations

import typing as t
from unittest import mock

from ansible.module_utils import basic
from ansible_collections.apsarastack.cloud.plugins.modules import apsarastack_image
from bench import Meanwhile, SimulatedTime
from inside import printed_by
from module_process import connection_options

if t.TYPE_CHECKING:
    import types

    from requests.adapters import HTTPAdapter

    from apsarastack_simulator.testing import Simulator


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
    # A proxy of the user's environment could not reach this loopback address.
    whole = {**connection_options(simulator), "proxy": "", "wait_timeout": 600, **options}
    arguments = {name: value for name, value in whole.items() if value is not None}
    with mock.patch.object(basic, "remove_values", lambda value, _secrets: value):
        result = printed_by(module, arguments, SimulatedTime(simulator), adapter)
    assert not isinstance(adapter, Meanwhile) or adapter.is_done
    return result
