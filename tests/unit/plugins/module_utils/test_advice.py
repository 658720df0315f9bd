# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils.advice import advice_for, clock_advice


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("SignatureDoesNotMatch", "secret_key"),
        ("InvalidAccessKeyId.NotFound", "access_key"),
        ("InvalidAccessKeyId.Inactive", "disabled"),
        ("InvalidSecurityToken.Expired", "security_token"),
        ("EntityNotExist.Role", "role_arn"),
        ("InvalidParameter.RoleArn", "role_arn"),
        ("Forbidden", "permission"),
        ("Forbidden.RAM", "permission"),
        ("InvalidRegionId.NotFound", "region"),
        ("ImageUsingByInstance", "force=true"),
        ("ImageUseShared", "force does not help"),
        ("InvalidInstanceId.NotFound", "instance_id"),
        ("IncorrectInstanceStatus", "Running or Stopped"),
        ("IncorrectInstanceStatus.NeedRestart", "restart"),
        ("Throttling.User", "wait_timeout"),
        ("InvalidAction.NotFound", "does not offer"),
        ("HTTP404", "endpoint"),
    ],
)
def test_the_advice_names_what_resolves_the_code(code: str, words: str) -> None:
    assert words in advice_for(code)


@pytest.mark.parametrize("code", ["InternalError", "Forbiddenish", "SignatureDoesNotMatch.Not", "", "."])
def test_no_advice_rather_than_a_wrong_one(code: str) -> None:
    assert advice_for(code) == ""


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (1200.4, "1200 seconds behind"),
        (-1200.4, "1200 seconds ahead of"),
        (60.0, "60 seconds behind"),
        (None, "more than 15 minutes"),
        # Too little to be the reason: the date is that of a gateway on the way.
        (59.4, "more than 15 minutes"),
        (-1.0, "more than 15 minutes"),
    ],
)
def test_the_advice_for_a_refused_time_stamp_speaks_of_the_clock(offset: float | None, words: str) -> None:
    advice = clock_advice(offset)
    assert words in advice
    assert "clock of this host" in advice
