# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Concurrent runs, and consecutive runs on stale lists: no usable image is lost, and no image is left over."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage, Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.execution import execute
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.planning import plan
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import result_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, NoAnswerError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import (
    FakeImages,
    backup,
    disk,
    image,
    refusing,
    removing,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    FROM_INSTANCE,
    NOW,
    created,
    failing,
    followed,
    planned,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import (
    BEFORE_THE_SWAP,
    mark,
    names,
    old,
    replacement,
    replacing,
)

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan

OTHER = Source(snapshot_id="s-other")
# During the creation of the new image, and right before it.
WHILE_IT_IS_BUILT, BEFORE_IT_IS_CREATED = ("by_id", 2), ("create", 1)


class Run:
    """Another complete run between two calls of the first. ``made``: its plan, if it was made earlier."""

    def __init__(self, desired: DesiredImage, made: ImagePlan | None = None) -> None:
        self.desired, self.made = desired, made
        self.result: dict[str, t.Any] = {}

    def __call__(self, cloud: FakeImages) -> None:
        try:
            made = self.made or plan(self.desired, cloud, NOW + cloud.clock.now)
            outcome = execute(made, t.cast("t.Any", cloud), cloud.clock.deadline(600))
        except ApsaraStackError as error:
            self.result = result_of(error)
        else:
            self.result = outcome.facts()


def cloud(*more: t.Any) -> FakeImages:
    made = FakeImages(old(), *more)
    made.build_time = 120
    made.known_snapshots["s-other"] = backup("s-other")
    return made


def settled(images: FakeImages) -> dict[str, str | None]:
    images.by_name("")
    return names(images)


# --- concurrent runs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unique", [True, False])
@pytest.mark.parametrize("recreate", ["on_source_change", "always"])
def test_an_image_that_is_being_created_is_not_touched_by_a_run_with_another_source(
    recreate: str, unique: bool
) -> None:
    images, other = cloud(), Run(replacing(source=OTHER, recreate=recreate))
    images.names_unique = unique
    outcome = followed(replacing(), images, meanwhile={WHILE_IT_IS_BUILT: other})
    assert (other.result["reason"], other.result["image_id"]) == ("unfinished_replacement", "m-new-1")
    assert settled(images) == {outcome.image_id: "web"} == {"m-new-1": "web"}
    other(images)
    assert settled(images) == {"m-new-2": "web"}


@pytest.mark.parametrize("moment", [WHILE_IT_IS_BUILT, BEFORE_THE_SWAP])
@pytest.mark.parametrize("unique", [True, False])
def test_two_runs_of_the_same_task_succeed_with_the_same_image(unique: bool, moment: tuple[str, int]) -> None:
    images, other = cloud(), Run(replacing())
    images.names_unique = unique
    outcome = followed(replacing(), images, meanwhile={moment: other})
    assert outcome.image_id == other.result["image_id"] == "m-new-1"
    assert settled(images) == {"m-new-1": "web"}
    assert MARK not in images.images["m-new-1"]["tags"]
    # What the other run did is not among the actions.
    assert outcome.actions == ["create image 'web-replacement' from snapshot s-new, to replace image m-old"]


def test_if_two_runs_begin_at_once_one_fails_and_names_both_images() -> None:
    images = cloud()
    first = planned(replacing(source=OTHER), images).steps[0]
    result = failing(replacing(), images, meanwhile={BEFORE_IT_IS_CREATED: lambda now: created(first, now)})
    assert (result["reason"], result["changed"]) == ("ambiguous_name", True)
    assert "m-new-1" in result["msg"]
    assert "m-new-2" in result["msg"]
    assert images.images["m-old"] == old()


def test_an_image_that_another_run_gave_the_name_keeps_it() -> None:
    """The other run has planned first; for this one, the image that the other one gives the name is outdated."""
    images = cloud(replacement("m-2", marked=mark(OTHER), disk_device_mappings=[disk("s-other")]))
    other = replacing(source=OTHER)
    result = failing(replacing(), images, meanwhile={WHILE_IT_IS_BUILT: Run(other, planned(other, images))})
    assert (result["reason"], result["image_id"]) == ("name_taken", "m-new-1")
    assert settled(images) == {"m-2": "web", "m-new-1": "web-replacement-2"}
    # The image that this run created is in the desired state, although it was to replace another one.
    followed(replacing(), images)
    assert settled(images) == {"m-new-1": "web"}
    assert MARK not in images.images["m-new-1"]["tags"]


@pytest.mark.parametrize("lag", [0.0, 3.0])
def test_if_two_runs_take_the_name_at_the_same_moment_the_later_one_gives_way(lag: float) -> None:
    """The other run takes the name right after this one has seen it free, and fails in the middle."""
    images = cloud()
    images.build_time, images.read_lag = 0.0, lag
    other = Run(replacing(source=OTHER))
    result = failing(
        replacing(), images, meanwhile={("modify", 1): other, ("by_id", 1): refusing(NoAnswerError("reset"))}
    )
    assert (result["reason"], result["image_id"]) == ("name_taken", "m-new-1")
    assert settled(images) == {"m-new-2": "web", "m-new-1": "web-replacement"}
    followed(replacing(source=OTHER), images)
    assert settled(images)["m-new-2"] == "web"


def test_an_outdated_replacement_image_that_somebody_renamed_is_not_deleted() -> None:
    images = cloud(replacement("m-2", marked=mark(OTHER)))
    outcome = followed(
        replacing(), images, meanwhile={BEFORE_THE_SWAP: lambda now: now.change("m-2", image_name="mine")}
    )
    assert settled(images) == {"m-2": "mine", "m-new-1": "web"}
    assert ["m-2" in warning for warning in outcome.warnings] == [True]


def test_a_failed_replacement_image_that_is_already_deleted_counts_as_deleted() -> None:
    images = cloud(replacement("m-2", status="CreateFailed"), replacement("m-3", status="CreateFailed"))
    images.change("m-3", image_name="web-replacement-2")
    outcome = followed(replacing(), images, meanwhile={("delete", 1): removing("m-3")})
    assert settled(images) == {outcome.image_id: "web"}
    assert not any("m-3" in action for action in outcome.actions)


# --- consecutive runs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unique", [True, False])
@pytest.mark.parametrize("lag", [3.0, 10.0])
def test_a_run_on_stale_lists_loses_no_image(unique: bool, lag: float) -> None:
    images = cloud()
    images.names_unique, images.read_lag = unique, lag
    followed(replacing(), images)
    Run(replacing(recreate="always"))(images)
    images.clock.sleep(1000)
    usable = [one for one in images.images.values() if one["image_name"] == "web"]
    assert [one["status"] for one in usable] == ["Available"]


def test_a_usable_image_remains_if_its_replacement_image_cannot_be_created() -> None:
    """The old image is deleted, the source has changed, and the quota is used up."""
    images = cloud(replacement(marked=mark(OTHER), disk_device_mappings=[disk("s-other")]))
    images.remove("m-old")

    def full(_now: FakeImages) -> t.NoReturn:
        raise ApsaraStackError("QuotaExceed.Image")

    failing(replacing(), images, meanwhile={BEFORE_IT_IS_CREATED: full})
    assert settled(images) == {"m-new": "web-replacement"}


def test_two_runs_without_wait_on_stale_lists_create_one_image() -> None:
    images = FakeImages()
    images.build_time, images.listed_after = 300, 5
    later = DesiredImage(image_name="web", source=FROM_INSTANCE, wait=False)
    assert followed(later, images).image_id == followed(later, images).image_id == "m-new-1"


@pytest.mark.parametrize("age", [60.0, 86400.0])
def test_each_run_with_always_creates_a_new_image_but_resumes_a_recent_one(age: float) -> None:
    images = cloud(replacement(marked=mark(age=age)), image("m-9", image_name="db"))
    outcome = followed(replacing(recreate="always"), images)
    assert settled(images) == {outcome.image_id: "web", "m-9": "db"}
    assert outcome.image_id == ("m-new" if age == 60.0 else "m-new-1")
