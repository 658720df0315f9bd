# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import result_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, changing, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    FROM_INSTANCE,
    carried_out,
    created,
    failing,
    followed,
    planned,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import (
    mark,
    old,
    replacement,
    replacing,
)

MADE = DesiredImage(image_name="web", source=FROM_INSTANCE)
LATER = DesiredImage(image_name="web", source=FROM_INSTANCE, wait=False)
DESCRIBED = DesiredImage(image_id="m-1", description="d")


def cloud(*images: t.Any, **settings: float) -> FakeImages:
    """``settings``: build_time, listed_after, read_lag, removal_time."""
    made = FakeImages(*images)
    vars(made).update(settings)
    return made


# --- creating --------------------------------------------------------------------------------------------------------


def test_a_created_image_is_returned_as_the_cloud_shows_it() -> None:
    images = cloud(build_time=30)
    outcome = followed(DesiredImage(image_name="web", source=FROM_INSTANCE, tags={"a": "1"}), images)
    assert (outcome.image_id, outcome.image) == ("m-new-1", images.images["m-new-1"])
    assert outcome.actions == ["create image 'web' from instance i-1"]


def test_a_new_image_is_always_read_by_name() -> None:
    images = cloud(build_time=60, listed_after=3)
    followed(MADE, images)
    assert {call[0] for call in images.calls} == {"create", "by_name"}


@pytest.mark.parametrize("desired", [MADE, LATER])
def test_an_image_that_another_task_created_at_the_same_time_is_reported_with_both_ids(desired: DesiredImage) -> None:
    images = cloud(build_time=60, listed_after=3)
    mine = planned(desired, images)
    # The other task has read the list before as well, and writes first.
    created(mine.steps[0], images)
    with pytest.raises(ApsaraStackError) as caught:
        carried_out(mine, images)
    result = result_of(caught.value)
    assert (result["reason"], result["changed"]) == ("ambiguous_name", True)
    assert (result["image_id"], result["image"]["status"]) == ("m-new-2", "Creating")
    assert "m-new-1" in result["msg"]
    assert "m-new-2" in result["msg"]
    assert images.clock.now < images.build_time


def test_a_failed_image_of_the_name_does_not_count_as_a_duplicate() -> None:
    failed = {"m-failed": image("m-failed", status="CreateFailed")}
    outcome = followed(MADE, cloud(), meanwhile={("create", 1): lambda now: now.images.update(failed)})
    assert outcome.image_id == "m-new-1"


def test_without_wait_a_new_image_is_read_only_until_it_is_listed() -> None:
    images = cloud(build_time=300, listed_after=5)
    outcome = followed(LATER, images)
    assert {call[0] for call in images.calls} == {"create", "by_name"}
    assert (outcome.image_id, outcome.image["image_id"], outcome.image["status"]) == ("m-new-1", "m-new-1", "Creating")
    assert outcome.warnings == []
    assert images.clock.now == 5
    assert followed(LATER, images).actions == []


def test_a_new_image_that_is_not_listed_within_a_minute_is_reported() -> None:
    images = cloud(listed_after=1000)
    outcome = followed(LATER, images)
    assert ["m-new-1" in warning for warning in outcome.warnings] == [True]
    assert 60 <= images.clock.now <= 75


def test_a_new_image_that_is_not_listed_before_the_deadline_times_out() -> None:
    images = cloud(listed_after=30)
    result = failing(LATER, images, 10)
    assert (result["reason"], result["image_id"], result["changed"]) == ("timed_out", "m-new-1", True)
    assert images.clock.now <= 10


def test_a_site_that_ignores_a_property_at_creation_is_reported() -> None:
    images = cloud()
    images.ignored = {"tags", "description"}
    result = failing(DesiredImage(image_name="web", source=FROM_INSTANCE, tags={"a": "1"}, description="d"), images)
    assert (result["reason"], result["image_id"], result["changed"]) == ("not_supported_by_site", "m-new-1", True)
    assert "description, tags" in result["msg"]


def test_a_site_that_sets_another_platform_is_reported() -> None:
    labelled = DesiredImage(image_name="web", source=FROM_INSTANCE, platform="CentOS")
    result = failing(labelled, cloud(), meanwhile={("by_name", 1): changing("m-new-1", platform="Others Linux")})
    assert (result["reason"], "platform" in result["msg"]) == ("not_supported_by_site", True)


# --- changing --------------------------------------------------------------------------------------------------------


def test_a_stale_read_is_repeated_until_it_shows_the_change() -> None:
    images = cloud(image(), read_lag=3)
    outcome = followed(DESCRIBED, images)
    assert outcome.image["description"] == "d"
    assert (outcome.warnings, images.clock.now) == ([], 3)


@pytest.mark.parametrize("ignored", ["image_name", "description", "tags"])
def test_a_change_that_never_shows_is_a_failure_with_its_option(ignored: str) -> None:
    images = cloud(image())
    images.ignored = {ignored}
    result = failing(DesiredImage(image_id="m-1", image_name="new", description="d", tags={"a": "1"}), images)
    assert (result["reason"], result["image_id"], result["changed"]) == ("not_supported_by_site", "m-1", True)
    assert f": {ignored}." in result["msg"]
    assert images.clock.now <= 61


def test_a_change_that_does_not_show_before_the_deadline_has_timed_out() -> None:
    images = cloud(image(), read_lag=1000)
    result = failing(DESCRIBED, images, seconds=4)
    assert (result["reason"], result["image_id"], result["changed"]) == ("timed_out", "m-1", True)
    assert ": description." in result["msg"]
    assert images.clock.now <= 4
    images.clock.sleep(1000)
    assert followed(DESCRIBED, images).actions == []


def test_a_mark_that_the_site_does_not_remove_is_a_failure_with_its_tag() -> None:
    images = cloud(image(tags={MARK: mark(FROM_INSTANCE)}))
    images.ignored = {"tags"}
    result = failing(replacing(source=FROM_INSTANCE), images)
    assert (result["reason"], result["image_id"], result["changed"]) == ("not_supported_by_site", "m-1", True)
    assert f": tag {MARK}." in result["msg"]


def test_a_change_that_somebody_makes_during_a_wait_is_not_overwritten() -> None:
    images = cloud(image(status="Creating"))
    images.finish("m-1", after=60)
    result = failing(DESCRIBED, images, meanwhile={("by_id", 2): changing("m-1", description="mine")})
    assert (result["reason"], result["changed"], images.writes) == ("changed_meanwhile", False, [])
    assert "'mine'" in result["msg"]


# --- deleting and replacing ------------------------------------------------------------------------------------------


def test_if_the_replaced_image_is_not_deleted_in_time_the_result_is_the_new_one() -> None:
    result = failing(replacing(), cloud(old(), removal_time=1000), seconds=60)
    assert "m-old" in result["msg"]
    assert (result["image_id"], result["image"]["image_id"]) == ("m-new-1", "m-new-1")


def test_an_adopted_image_becomes_the_image_of_the_result() -> None:
    outcome = followed(replacing(wait=False), cloud(old(), replacement()))
    assert (outcome.image_id, outcome.image["image_name"]) == ("m-new", "web")
