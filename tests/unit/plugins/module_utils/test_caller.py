# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.caller import Role, role_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError

ARN = "acs:ram::1000000000000037:role/imager"


def test_a_role_requires_only_its_name() -> None:
    options = {"role_arn": ARN, "session_name": None, "policy": "", "session_expiration": None}
    assert role_from("assume_role", options) == Role(ARN, "ansible-apsarastack", None, None)


def test_a_role_holds_the_given_values() -> None:
    options = {"role_arn": ARN, "session_name": "nightly", "policy": '{"Version": "1"}', "session_expiration": 900}
    assert role_from("assume_role", options) == Role(ARN, "nightly", '{"Version": "1"}', 900)


@pytest.mark.parametrize("seconds", [900, 3600])
def test_the_limits_of_a_session_are_accepted(seconds: int) -> None:
    assert role_from("assume_role", {"role_arn": ARN, "session_expiration": seconds}).seconds == seconds


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"role_arn": ""}, "role_arn is missing"),
        ({"session_name": "x"}, "session_name must be 2 to 64 letters, digits, '.', '@', '_' and '-', but is 'x'"),
        ({"session_name": "x" * 65}, "session_name must be 2 to 64 letters, digits, '.', '@', '_' and '-', but is "),
        (
            {"session_name": "with blank"},
            "session_name must be 2 to 64 letters, digits, '.', '@', '_' and '-', but is ",
        ),
        ({"session_expiration": 899}, "session_expiration must be 900 to 3600 seconds, but is 899"),
        ({"session_expiration": 3601}, "session_expiration must be 900 to 3600 seconds, but is 3601"),
        ({"policy": "[]"}, "policy must be a JSON object, but is "),
        ({"policy": "{"}, "policy must be a JSON object, but is "),
        ({"policy": "[" * 100_000}, "policy must be a JSON object, but is not valid JSON: maximum recursion depth"),
    ],
)
def test_a_role_that_the_service_would_reject_is_refused(options: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(RefusalError) as raised:
        role_from("assume_role", {"role_arn": ARN, **options})
    assert raised.value.message.startswith(f"assume_role: {problem}")


def test_a_refusal_uses_the_key_names_of_its_source() -> None:
    with pytest.raises(RefusalError) as raised:
        role_from("Profile 'x'", {"role_arn": ARN, "session_expiration": 1}, {"session_expiration": "expired_seconds"})
    assert raised.value.message == "Profile 'x': expired_seconds must be 900 to 3600 seconds."
