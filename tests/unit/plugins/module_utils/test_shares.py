# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import types
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Shares, Sharing
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    NoAnswerError,
    PartlyDoneError,
    ServiceError,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.images_bench import ScriptedClient

PAGE = 50


class PagingClient:
    """Answers with the accounts of an image, in pages."""

    unusable = Client.unusable

    def __init__(self, accounts: t.Sequence[t.Any], groups: t.Any = None) -> None:
        self.connection = types.SimpleNamespace(region="cn-1", endpoint="https://ecs-internal.example.com/")
        self.deadline = Clock().deadline()
        self.accounts = accounts
        self.groups = groups
        self.calls: list[dict[str, t.Any]] = []

    def call(self, action: str, parameters: dict[str, t.Any]) -> dict[str, t.Any]:
        assert action == "DescribeImageSharePermission"
        self.calls.append(parameters)
        start = (parameters["PageNumber"] - 1) * parameters["PageSize"]
        page = self.accounts[start : start + parameters["PageSize"]]
        return {
            "TotalCount": len(self.accounts),
            "Accounts": {"Account": [{"AliyunId": each} for each in page]},
            **({} if self.groups is None else {"ShareGroups": self.groups}),
        }


def shares(client: PagingClient) -> Shares:
    return Shares(t.cast("t.Any", client))


def test_the_accounts_of_all_pages_are_read() -> None:
    client = PagingClient([str(number) for number in range(2 * PAGE + 1)])
    found = shares(client).of("m-1")
    assert set(found.accounts) == set(client.accounts)
    assert [each["ImageId"] for each in client.calls] == ["m-1"] * 3


def test_an_answer_without_the_accounts_is_an_error() -> None:
    client = PagingClient([{"unexpected": 1}])
    with pytest.raises(NoAnswerError):
        shares(client).of("m-1")


@pytest.mark.parametrize(
    ("accounts", "groups", "sharing", "text"),
    [
        ([], None, Sharing(), None),
        ([], {"ShareGroup": []}, Sharing(), None),
        (["39"], {"ShareGroup": []}, Sharing(("39",)), "it is shared with account 39"),
        (["39", "38"], None, Sharing(("38", "39")), "it is shared with accounts 38, 39"),
        ([], {"ShareGroup": [{"Group": "all"}]}, Sharing((), is_public=True), "it is public"),
    ],
)
def test_an_image_is_shared_with_accounts_or_public(
    accounts: list[str], groups: t.Any, sharing: Sharing, text: str | None
) -> None:
    found = shares(PagingClient(accounts, groups)).of("m-1")
    assert (found, found.text()) == (sharing, text)


def numbered(first: int, count: int) -> list[str]:
    return [str(number) for number in range(first, first + count)]


def modifying(*script: tuple[dict[str, t.Any], t.Any]) -> tuple[Shares, ScriptedClient]:
    """``script``: the parameters of each expected call, and its answer."""
    calls = [("ModifyImageSharePermission", {"ImageId": "m-1", **sent}, answer) for sent, answer in script]
    client = ScriptedClient(*calls)
    return Shares(t.cast("t.Any", client)), client


def test_at_most_ten_accounts_of_each_kind_are_sent_in_a_call() -> None:
    more, less = numbered(100, 21), numbered(200, 11)
    found, client = modifying(
        ({"AddAccount": more[:10], "RemoveAccount": less[:10]}, {}),
        ({"AddAccount": more[10:20], "RemoveAccount": less[10:]}, {}),
        ({"AddAccount": more[20:]}, {}),
    )
    found.modify("m-1", more, less)
    assert client.script == []


def test_nothing_to_change_takes_no_call() -> None:
    found, _client = modifying()
    found.modify("m-1")


def test_a_first_call_that_fails_has_changed_nothing() -> None:
    found, _client = modifying(({"AddAccount": ["38"]}, ServiceError("InvalidAccount.NotFound")))
    with pytest.raises(ServiceError):
        found.modify("m-1", ["38"])


def test_a_later_call_that_fails_names_the_accounts_that_were_changed() -> None:
    more = numbered(100, 11)
    found, _client = modifying(
        ({"AddAccount": more[:10], "RemoveAccount": ["7"]}, {}),
        ({"AddAccount": more[10:]}, ServiceError("QuotaExceed.ShareImageUser")),
    )
    with pytest.raises(PartlyDoneError) as caught:
        found.modify("m-1", more, ["7"])
    done = ", ".join([*more[:10], "7"])
    assert caught.value.message.endswith(f"The sharing with {done} was changed in an earlier call.")
