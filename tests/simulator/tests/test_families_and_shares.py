# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Families of images, the attributes that newer releases change, and images that many accounts may use."""

from __future__ import annotations

import typing as t

import pytest

from .test_actions import OTHER_ACCOUNT, available

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

    from .rpc import Caller


def newest(caller: Caller, family: str = "web") -> dict[str, t.Any]:
    reply = caller.call("DescribeImageFromFamily", ImageFamily=family)
    assert reply.status == 200, reply.text
    return dict(reply.body["Image"])


def modify(caller: Caller, image_id: str, **changes: str) -> None:
    reply = caller.call("ModifyImageAttribute", {"ImageId": image_id, **changes})
    assert reply.status == 200, reply.text


def test_a_family_is_its_newest_available_image(simulator: Simulator, caller: Caller) -> None:
    assert newest(caller) == {}
    first = available(simulator, caller, "web-01", ImageFamily="web")
    second = available(simulator, caller, "web-02")
    modify(caller, second, ImageFamily="web")
    growing = caller.create("web-03", ImageFamily="web")
    image = newest(caller)
    assert (image["ImageId"], image["ImageFamily"], image["Status"]) == (second, "web", "Available")
    assert image == caller.image(second)
    modify(caller, second, Status="Deprecated")
    assert newest(caller)["ImageId"] == first
    simulator.advance(10)
    assert newest(caller)["ImageId"] == growing
    assert newest(caller, "other") == {}


def test_a_family_is_of_one_tenant(simulator: Simulator, caller: Caller, other_tenant: Caller) -> None:
    available(simulator, caller, ImageFamily="web")
    assert newest(other_tenant) == {}


def test_who_an_image_is_shared_with_sees_whose_family_it_is(
    simulator: Simulator, caller: Caller, other_tenant: Caller
) -> None:
    image_id = available(simulator, caller, ImageFamily="web")
    caller.call("ModifyImageSharePermission", {"ImageId": image_id, "AddAccount.1": OTHER_ACCOUNT})
    (image,) = other_tenant.call("DescribeImages", ImageId=image_id).images
    assert image["ImageFamily"] == "acs:1000000000000037:web"
    assert other_tenant.call("DescribeImages", ImageFamily="web").images == []
    assert len(other_tenant.call("DescribeImages", ImageFamily="acs:1000000000000037:web").images) == 1


def test_a_family_can_be_changed_and_not_emptied(simulator: Simulator, caller: Caller) -> None:
    image_id = available(simulator, caller, ImageFamily="web")
    modify(caller, image_id, ImageFamily="other")
    modify(caller, image_id, ImageFamily="", Description="described")
    assert newest(caller, "other")["ImageId"] == image_id


def test_an_image_that_keeps_its_family_does_not_count_twice(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(images_per_family=1, family_quota=1)
    image_id = available(simulator, caller, ImageFamily="web")
    modify(caller, image_id, ImageFamily="web")
    modify(caller, image_id, ImageFamily="other")


def test_boot_mode_is_changed_while_no_instance_uses_the_image(simulator: Simulator, caller: Caller) -> None:
    image_id = available(simulator, caller)
    modify(caller, image_id, BootMode="UEFI")
    image = caller.image(image_id)
    assert image is not None
    assert image["BootMode"] == "UEFI"


def test_newest_fields_show_license_and_features(simulator: Simulator, caller: Caller) -> None:
    windows = {"id": "m-windows", "name": "windows", "os_type": "windows", "organization": 37, "resource_group": 412}
    simulator.reset({"images": [windows], "instances": []})
    image = caller.image("m-windows")
    assert image is not None
    assert not {"LicenseType", "Features"} & set(image)
    simulator.knobs(newest_fields=True)
    changes = {"LicenseType": "BYOL", "Features.NvmeSupport": "supported", "Features.ImdsSupport": "v2"}
    modify(caller, "m-windows", **changes)
    image = caller.image("m-windows")
    assert image is not None
    assert image["LicenseType"] == "BYOL"
    assert image["Features"] == {"NvmeSupport": "supported", "ImdsSupport": "v2"}


def accounts(count: int, first: int = 1) -> dict[str, str]:
    return {f"AddAccount.{number}": f"20000000000000{number + first:02d}" for number in range(1, count + 1)}


def share(caller: Caller, given: t.Mapping[str, str]) -> None:
    reply = caller.call("ModifyImageSharePermission", {"ImageId": "m-in-use", **given})
    assert reply.status == 200, reply.text


def shared_with(caller: Caller, **paging: str) -> list[str]:
    reply = caller.call("DescribeImageSharePermission", {"ImageId": "m-in-use", **paging})
    return [account["AliyunId"] for account in reply.body["Accounts"]["Account"]]


@pytest.mark.parametrize(("too_many_accounts", "counted"), [("none", 0), ("first_ten", 10)])
def test_of_more_than_ten_accounts_in_a_call_none_or_ten_count(
    simulator: Simulator, caller: Caller, too_many_accounts: str, counted: int
) -> None:
    simulator.knobs(unknown_accounts="accept", too_many_accounts=too_many_accounts)
    share(caller, accounts(11))
    assert len(shared_with(caller, PageSize="100")) == counted


def test_fifty_accounts_and_their_pages(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(unknown_accounts="accept")
    for chunk in range(5):
        share(caller, accounts(10, first=chunk * 10))
    more = caller.call("ModifyImageSharePermission", {"ImageId": "m-in-use", "AddAccount.1": "3000000000000000"})
    assert (more.status, more.code) == (403, "QuotaExceed.ShareImageUser")
    assert len(shared_with(caller)) == 10
    pages = [shared_with(caller, PageSize="20", PageNumber=str(number)) for number in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [20, 20, 10, 0]
    assert len({account for page in pages for account in page}) == 50
    exchange = {"AddAccount.1": "3000000000000000", "RemoveAccount.1": pages[0][0]}
    share(caller, exchange)
    everyone = shared_with(caller, PageSize="100")
    assert ("3000000000000000" in everyone, pages[0][0] in everyone, len(everyone)) == (True, False, 50)


def test_an_account_that_is_there_is_added_and_one_that_is_not_removed_without_an_error(caller: Caller) -> None:
    for given in ({"AddAccount.1": OTHER_ACCOUNT},) * 2 + ({"RemoveAccount.1": OTHER_ACCOUNT},) * 2:
        share(caller, given)
    assert shared_with(caller) == []


def test_a_site_may_refuse_accounts_that_do_not_exist(caller: Caller) -> None:
    refused = caller.call("ModifyImageSharePermission", {"ImageId": "m-in-use", **accounts(1)})
    assert (refused.status, refused.code) == (404, "InvalidAccount.NotFound")
