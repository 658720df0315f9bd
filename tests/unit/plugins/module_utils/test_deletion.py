# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Expected
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import (
    Delete,
    WaitUntilGone,
    WaitUntilSettled,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import (
    FakeImages,
    changing,
    disk,
    image,
    removing,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    failing,
    followed,
    kinds,
    planned,
    refused,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import mark

WEB = image(disk_device_mappings=[disk("s-1"), disk("s-2"), disk(None), disk("")])


def absent(**options: t.Any) -> DesiredImage:
    return DesiredImage(**{"state": "absent", "image_name": "web", **options})


def deleted(found: t.Any, *, force: bool = False, settles: bool = False) -> Delete:
    return Delete(Expected(found, ("web",), settles, may_be_in_use=force), force)


# --- steps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "known", "expects", "around"),
    [
        ({}, {}, {}, [Delete, WaitUntilGone]),
        ({"wait": False}, {}, {}, [Delete]),
        ({"force": True}, {"usage": "instance"}, {"force": True}, [Delete, WaitUntilGone]),
        ({}, {"status": "Creating"}, {"settles": True}, [WaitUntilSettled, Delete, WaitUntilGone]),
        ({}, {"status": "UnAvailable"}, {}, [Delete, WaitUntilGone]),
    ],
)
def test_the_image_is_deleted_only_if_it_is_unchanged(
    options: dict[str, t.Any], known: dict[str, t.Any], expects: dict[str, t.Any], around: list[type]
) -> None:
    found = image(**known)
    made = planned(absent(**options), FakeImages(found))
    assert kinds(made) == around
    assert deleted(found, **expects) in made.steps
    assert (made.before, made.after) == (found, None)


# --- refusals --------------------------------------------------------------------------------------------------------


def test_an_image_in_use_is_refused_even_if_this_account_cannot_see_the_instances() -> None:
    result = refused(absent(), FakeImages(image(usage="instance")))
    assert (result["image_id"], result["reason"], "instances" in result["msg"]) == ("m-1", "in_use", True)


def test_neither_image_of_an_unfinished_replacement_is_picked() -> None:
    result = refused(absent(), FakeImages(image("m-1"), image("m-2", tags={MARK: mark(replaced_id="m-1")})))
    assert result["reason"] == "unfinished_replacement"
    assert "m-1" in result["msg"]
    assert "m-2" in result["msg"]


def test_deleting_a_replacement_image_warns_about_the_image_that_it_was_to_replace() -> None:
    replaced = image("m-1", image_name="web-m-1")
    made = planned(absent(), FakeImages(replaced, image("m-2", tags={MARK: mark(replaced_id="m-1")})))
    assert [step.image_id for step in made.steps if isinstance(step, Delete)] == ["m-2"]
    assert ["m-1" in warning and "'web-m-1'" in warning for warning in made.warnings] == [True]


# --- concurrent changes ---------------------------------------------------------------------------------------------


def growing() -> FakeImages:
    cloud = FakeImages(image(status="Creating"))
    cloud.finish("m-1", after=50)
    return cloud


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"image_name": "keep"}, "changed_meanwhile"),
        ({"tags": {"keep": "1"}}, "changed_meanwhile"),
        ({"description": "keep"}, "changed_meanwhile"),
        ({"usage": "instance"}, "in_use"),
        ({"is_self_shared": True}, "shared"),
    ],
)
def test_an_image_that_changes_during_a_wait_is_not_deleted(known: dict[str, t.Any], reason: str) -> None:
    cloud = growing()
    result = failing(absent(), cloud, meanwhile={("by_id", 2): changing("m-1", **known)})
    assert (result["reason"], result["changed"]) == (reason, False)
    assert "m-1" in result["msg"]
    assert cloud.writes == []


def test_an_image_that_comes_into_use_during_a_wait_is_deleted_only_with_force() -> None:
    cloud = growing()
    followed(absent(force=True), cloud, meanwhile={("by_id", 2): changing("m-1", usage="instance")})
    assert cloud.writes == [("delete", "m-1", True)]


def test_an_image_that_somebody_else_deletes_during_a_wait_is_not_among_the_actions() -> None:
    cloud = growing()
    outcome = followed(absent(), cloud, meanwhile={("by_id", 2): removing("m-1")})
    assert (outcome.actions, cloud.writes) == ([], [])


def test_each_of_several_images_is_read_again_before_it_is_deleted() -> None:
    cloud = FakeImages(image("m-1"), image("m-2", status="CreateFailed"))
    result = failing(absent(), cloud, meanwhile={("delete", 1): changing("m-2", tags={"keep": "1"})})
    assert (result["reason"], result["actions"]) == ("changed_meanwhile", ["delete image m-1 'web'"])
    assert list(cloud.images) == ["m-2"]
