# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that change an image which somebody else changes or deletes between a write and the read that confirms it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, image, removing
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import failing, followed

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Intervention

ONE, TWO, THREE = "1000000000000038", "1000000000000039", "1000000000000040"
DESCRIBE = DesiredImage(image_id="m-1", description="nginx 1.27")
EXACTLY_ONE = DesiredImage(image_name="web", share_with=(ONE,), purge_shares=True)


def changing(**known: t.Any) -> Intervention:
    return lambda cloud: cloud.change("m-1", **known)


def sharing(*accounts: str) -> Intervention:
    return lambda cloud: cloud.shares.share("m-1", accounts)


def shared(*accounts: str) -> FakeImages:
    cloud = FakeImages(image("m-1", is_self_shared=bool(accounts)))
    cloud.shares.with_all["m-1"] = set(accounts)
    return cloud


# --- attributes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "before", "after", "told"),
    [
        ("boot_mode", "bios", "uefi", "its boot_mode is now 'uefi'"),
        ("license_type", "BYOL", "Aliyun", "its license_type is now 'Aliyun'"),
        ("description", "nginx 1.26", "nginx 1.28", "its description is now 'nginx 1.28'"),
        ("image_family", "web", "db", "its image_family is now 'db'"),
        ("image_name", "web", "db", "its name is now 'db'"),
        ("status", "Available", "Deprecated", "its status is now Deprecated"),
        ("tags", {"team": "web"}, {"team": "db"}, "its tags are now {'team': 'db'}"),
    ],
)
def test_an_attribute_that_somebody_else_changes_is_not_called_ignored_by_the_site(
    option: str, before: t.Any, after: t.Any, told: str
) -> None:
    cloud = FakeImages(image("m-1", **{option: before}))
    result = failing(DESCRIBE, cloud, meanwhile={("by_id", 1): changing(**{option: after})})
    assert result["reason"] == "changed_meanwhile"
    assert told in result["msg"]


def test_what_an_image_had_before_the_change_may_be_read_for_a_while() -> None:
    known = {"description": "old", "image_family": "old", "tags": {"old": "old"}, "status": "Deprecated"}
    cloud = FakeImages(image("m-1", **known))
    cloud.read_lag = 10
    desired = DesiredImage(
        image_id="m-1", image_name="new", description="new", image_family="new", tags={"new": "new"}, deprecated=False
    )
    made = followed(desired, cloud).image
    assert (made["image_name"], made["description"], made["image_family"]) == ("new", "new", "new")
    assert (made["tags"], made["status"]) == ({"new": "new"}, "Available")


def test_an_attribute_that_the_site_reports_only_later_does_not_count_as_changed() -> None:
    cloud = FakeImages(image("m-1", boot_mode=None))
    made = followed(DESCRIBE, cloud, meanwhile={("by_id", 1): changing(boot_mode="bios")})
    assert made.image["boot_mode"] == "bios"


def test_an_attribute_that_the_site_ignores_is_called_so() -> None:
    desired = DesiredImage(image_id="m-1", description="nginx 1.27", boot_mode="uefi")
    cloud = FakeImages(image("m-1", boot_mode="bios"))
    cloud.ignored = {"boot_mode"}
    result = failing(desired, cloud)
    assert result["reason"] == "not_supported_by_site"


# --- the image itself -------------------------------------------------------------------------------------------------


def test_an_image_that_somebody_else_deletes_after_a_change_has_vanished() -> None:
    result = failing(DESCRIBE, FakeImages(image("m-1")), meanwhile={("by_id", 1): removing("m-1")})
    assert (result["reason"], result["changed"], result["image_id"]) == ("vanished", True, "m-1")
    assert "image m-1 is no longer listed" in result["msg"]
    assert "ignores" not in result["msg"]


def test_a_timeout_before_the_image_is_listed_again_blames_no_option() -> None:
    result = failing(DESCRIBE, FakeImages(image("m-1")), seconds=5, meanwhile={("by_id", 1): removing("m-1")})
    assert (result["reason"], result["changed"]) == ("timed_out", True)
    assert "does not show it yet: the image itself." in result["msg"]
    assert "ignores" not in result["msg"]


# --- accounts ---------------------------------------------------------------------------------------------------------


def test_an_image_that_somebody_else_shares_meanwhile_is_not_shared_with_exactly_these_accounts() -> None:
    result = failing(EXACTLY_ONE, shared(), meanwhile={("sharing", 1): sharing(ONE, THREE)})
    assert (result["reason"], result["actions"]) == ("changed_meanwhile", [f"share image m-1 with account {ONE}"])
    assert f"it is shared with accounts {ONE}, {THREE}" in result["msg"]
    assert result["shared_with"] == [ONE, THREE]


def test_accounts_that_others_add_are_no_failure_without_purge_shares() -> None:
    desired = DesiredImage(image_name="web", share_with=(ONE,))
    made = followed(desired, shared(), meanwhile={("sharing", 1): sharing(ONE, THREE)})
    assert made.facts()["shared_with"] == [ONE, THREE]


@pytest.mark.parametrize("left", [[ONE], []])
def test_an_account_that_somebody_else_withdraws_meanwhile_is_noticed(left: list[str]) -> None:
    desired = DesiredImage(image_name="web", share_with=(TWO, THREE))
    cloud = shared(TWO)
    result = failing(desired, cloud, meanwhile={("sharing", 1): sharing(THREE, *left)})
    assert (result["reason"], result["shared_with"]) == ("changed_meanwhile", sorted([THREE, *left]))


def test_an_account_of_nobody_in_the_task_may_be_withdrawn_meanwhile() -> None:
    desired = DesiredImage(image_name="web", share_with=(THREE,))
    made = followed(desired, shared(TWO), meanwhile={("sharing", 1): sharing(THREE)})
    assert made.facts()["shared_with"] == [THREE]
