# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.caller import Role
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.sts import keys_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Keys
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NoAnswerError
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import STS
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.scripted import Exchange, Script, connection

ARN = "acs:ram::1000000000000037:role/imager"
CREDENTIALS = {
    "AccessKeyId": "STS.1",
    "AccessKeySecret": "simulator-secret-sts",
    "SecurityToken": "simulator-token-sts",
    "Expiration": "2025-03-04T06:06:07Z",
}


def ask(role: Role, *exchanges: Exchange) -> tuple[Keys, Script]:
    script = Script(*exchanges)
    client = Client(connection(), Clock().deadline(), script.session(), random=lambda: 0.0, service=STS)
    return keys_of(role, client), script


def test_a_role_provides_temporary_keys() -> None:
    keys, script = ask(Role(ARN), Exchange("AssumeRole", {"Credentials": CREDENTIALS}))
    assert keys == Keys("STS.1", "simulator-secret-sts", "simulator-token-sts")
    form = script.seen[0].form
    assert (form["Version"], form["RoleArn"], form["RoleSessionName"]) == ("2015-04-01", ARN, "ansible-apsarastack")
    assert not {"Policy", "DurationSeconds"} & set(form)


def test_a_policy_and_a_duration_are_sent_if_given() -> None:
    told = {"Policy": '{"Version": "1"}', "DurationSeconds": "900", "RoleSessionName": "nightly"}
    ask(Role(ARN, "nightly", '{"Version": "1"}', 900), Exchange("AssumeRole", {"Credentials": CREDENTIALS}, form=told))


def test_a_call_without_an_answer_is_retried() -> None:
    _keys, script = ask(
        Role(ARN), Exchange("AssumeRole", b"", 502), Exchange("AssumeRole", {"Credentials": CREDENTIALS})
    )
    assert len(script.seen) == 2


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"Credentials": None},
        {"Credentials": []},
        *(
            {"Credentials": {**CREDENTIALS, name: nothing}}
            for name in list(CREDENTIALS)[:3]
            for nothing in (None, "", 1)
        ),
    ],
)
def test_an_answer_without_complete_keys_is_refused_and_not_quoted(answer: t.Any) -> None:
    with pytest.raises(NoAnswerError) as raised:
        ask(Role(ARN), Exchange("AssumeRole", answer))
    assert raised.value.permanent
    assert raised.value.problem == "its answer does not contain complete credentials"
    assert "simulator-" not in message_of(raised.value)
