# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every error code that the vendor lists for a simulated action can be provoked: by its cause, or by script."""

from __future__ import annotations

import importlib
import typing as t

import pytest

from apsarastack_simulator.errors import TABLE

from .error_rows import ROWS, VALID, Row, world

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

    from .rpc import Caller

for topic in ("creation", "images", "others", "tags", "transfers"):
    # Adds its rows to the table.
    importlib.import_module(f".errors_of_{topic}", __package__)


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_each_documented_error_can_be_provoked(simulator: Simulator, caller: Caller, case: Row) -> None:
    simulator.reset(world(), case.knobs)
    if case.before is not None:
        assert caller.call(case.action, case.before).status == 200
    if not case.cause:
        simulator.fault(action=case.action, code=case.code, status=case.status)
    reply = caller.call(case.action, case.parameters)
    assert (reply.status, reply.code) == (case.status, case.code)
    assert {type(reply.body[name]) for name in ("RequestId", "HostId", "Code", "Message", "Recommend")} == {str}
    assert simulator.calls()[-1]["processed"] is False


@pytest.mark.parametrize("action", VALID)
def test_the_calls_of_the_table_pass_when_nothing_is_wrong_with_them(
    simulator: Simulator, caller: Caller, action: str
) -> None:
    simulator.reset(world())
    reply = caller.call(action, VALID[action])
    assert reply.status == 200, reply.text


def test_every_code_of_the_table_is_tested() -> None:
    assert set(TABLE) - {case.code for case in ROWS} == set()


def test_without_script_a_fault_has_the_status_of_its_code(simulator: Simulator, caller: Caller) -> None:
    for case in ROWS:
        if not case.cause and case.status == TABLE[case.code][0]:
            simulator.fault(action=case.action, code=case.code)
            reply = caller.call(case.action, case.parameters)
            assert (reply.status, reply.body["Message"]) == TABLE[case.code]
            simulator.clear_faults()
