# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""With whom images are shared: on sites that read them differently, and while others change it."""

from __future__ import annotations

import pytest
from bench import Meanwhile, call_as_colleague, run_task
from replaced import REPLACE, cloud, image, names, own, reason
from scenarios import NAME

OTHER = "1000000000000038"
ACCOUNTS = [str(number) for number in range(1000000000000100, 1000000000000125)]
WEB = image("m-web", NAME, shared_with=[OTHER])


def test_a_replacement_image_has_all_accounts_of_the_image_that_it_replaces() -> None:
    with cloud(image("m-web", NAME, shared_with=ACCOUNTS), unknown_accounts="accept") as simulator:
        run = run_task(simulator, {**REPLACE, "unshare": True}, wait_timeout=3600)
        found = own(simulator)
    assert run.error is None
    assert list(found) == [run.result["image_id"]]
    assert found[run.result["image_id"]]["shared_with"] == ACCOUNTS


@pytest.mark.parametrize("too_many", ["none", "first_ten"])
def test_many_accounts_are_reached_however_a_site_reads_too_many(too_many: str) -> None:
    desired = {"image_name": NAME, "share_with": ACCOUNTS, "purge_shares": True}
    with cloud(WEB, unknown_accounts="accept", too_many_accounts=too_many) as simulator:
        run = run_task(simulator, desired)
        again = run_task(simulator, desired)
        found = own(simulator)["m-web"]["shared_with"]
    assert (run.error, run.result["shared_with"], again.result["changed"]) == (None, ACCOUNTS, False)
    assert sorted(found) == ACCOUNTS


@pytest.mark.parametrize("accounts", [["1"], ["1000000000000037"]], ids=["unknown", "own"])
def test_an_account_that_the_site_refuses_is_named_with_its_option(accounts: list[str]) -> None:
    with cloud(WEB) as simulator:
        run = run_task(simulator, {"image_name": NAME, "share_with": accounts})
    assert reason(run) == "invalid_input"
    assert f"Could not share image m-web with account {accounts[0]}" in run.result["msg"]


def test_an_image_that_somebody_shares_right_before_its_deletion_is_kept() -> None:
    with cloud(WEB, unknown_accounts="accept", force_deletes_shared=True) as simulator:
        share = {"ImageId": "m-web", "AddAccount": ["39"]}
        # After the withdrawal, the image and its accounts are read once more.
        deed = Meanwhile(
            "DescribeImageSharePermission",
            lambda: call_as_colleague(simulator, "ModifyImageSharePermission", **share),
            skip=1,
        )
        desired = {"image_name": NAME, "state": "absent", "unshare": True, "force": True}
        run = run_task(simulator, desired, adapter=deed)
        left, deleted = names(simulator), simulator.calls("DeleteImage")
    assert reason(run) == "shared"
    assert run.result["actions"] == [f"stop sharing image m-web with account {OTHER}"]
    assert (left, deleted) == ({"m-web": NAME}, [])


def test_a_withdrawal_that_the_site_ignores_is_a_failure() -> None:
    with cloud(WEB, ignored_parameters="ModifyImageSharePermission.RemoveAccount") as simulator:
        run = run_task(simulator, {"image_name": NAME, "share_with": [], "purge_shares": True})
    assert run.error is not None
