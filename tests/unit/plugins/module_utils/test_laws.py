# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Laws that hold for every task and every state of the cloud, against a small model of it."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, is_failed
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK, own_tags
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import marks
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.difference import diff
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.execution import predict
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, snapshot_ids
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.worlds import (
    BACKUPS,
    IDS,
    clouds,
    desired_images,
    planned,
    run,
    settings,
    settled,
)
from hypothesis import assume, event, given

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.outcome import ImageOutcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan


def would_be_taken(desired: DesiredImage, cloud: FakeImages) -> bool:
    """Whether a name that the plan needs belongs to another image, where the cloud wants unique names: it refuses."""
    names = [one["image_name"] for image_id, one in cloud.images.items() if image_id != desired.image_id]
    renamed = desired.image_id is not None and desired.image_name in names
    retired = any(marks.retired_name(str(desired.image_name), image_id) in names for image_id in IDS)
    return cloud.names_unique and (renamed or retired)


def plan_or_refusal(desired: DesiredImage, cloud: FakeImages) -> ImagePlan | None:
    assume(not would_be_taken(desired, cloud))
    before = copy.deepcopy(cloud.images)
    try:
        made = planned(desired, cloud)
    except RefusalError:
        assert cloud.writes == []
        assert cloud.images == before
        event("refused")
        return None
    assert cloud.writes == []
    event(f"{len(made.actions)} actions")
    return made


@settings(max_examples=500)
@given(desired_images(), clouds())
def test_a_second_run_changes_nothing(desired: DesiredImage, cloud: FakeImages) -> None:
    made = plan_or_refusal(desired, cloud)
    if made is None:
        return
    done = run(desired, cloud, cloud.clock)
    settled(cloud)
    if desired.state == "present" and desired.recreate == "always":
        # Each run replaces the image again; what must not be left is anything of this replacement.
        assert MARK not in cloud.images[str(done.image_id)]["tags"]
        return
    assert planned(desired, cloud).actions == []


@settings(max_examples=500)
@given(desired_images(), clouds())
def test_what_is_predicted_is_what_is_found_afterwards(desired: DesiredImage, cloud: FakeImages) -> None:
    made = plan_or_refusal(desired, cloud)
    if made is None:
        return
    predicted = predict(made)
    done = run(desired, cloud, cloud.clock)
    assert predicted.actions == done.actions
    assert diff(made, desired.handle())["after"] == {
        **diff(made, desired.handle())["after"],
        **managed(desired, cloud, done),
    }
    if made.after is not None:
        assert predicted.image is not None
        assert done.image is not None
        for name in ("image_name", "description"):
            assert predicted.image[name] == done.image[name]


def managed(desired: DesiredImage, cloud: FakeImages, done: ImageOutcome) -> dict[str, t.Any]:
    """What the cloud really holds of the image that the task is about."""
    images = settled(cloud)
    if desired.state == "absent":
        assert done.image_id not in images
        return {"state": "absent"}
    found = images[str(done.image_id)]
    return {
        "state": "present",
        "image_name": found["image_name"],
        "description": found["description"],
        "tags": own_tags(found["tags"]),
    }


@settings(max_examples=500)
@given(desired_images(), clouds())
def test_what_the_wish_does_not_name_never_changes(desired: DesiredImage, cloud: FakeImages) -> None:
    before = copy.deepcopy(cloud.images)
    made = plan_or_refusal(desired, cloud)
    if made is None or made.before is None or desired.state == "absent" or is_failed(made.before):
        return
    done = run(desired, cloud, cloud.clock)
    found = settled(cloud)[str(done.image_id)]
    origin = before[str(made.before["image_id"])]
    if done.image_id in before and before[str(done.image_id)]["image_name"] == desired.image_name:
        # An earlier run has already given the name to its new image, which is the one that the task names.
        origin = before[str(done.image_id)]
    if desired.description is None:
        assert found["description"] == origin["description"]
    if desired.tags is None:
        assert own_tags(found["tags"]) == own_tags(origin["tags"])
    elif not desired.purge_tags:
        assert own_tags(origin["tags"]).keys() <= found["tags"].keys()


@settings(max_examples=500)
@given(desired_images(), clouds())
def test_no_image_is_touched_that_the_wish_does_not_identify(desired: DesiredImage, cloud: FakeImages) -> None:
    before = copy.deepcopy(cloud.images)
    if plan_or_refusal(desired, cloud) is None:
        return
    run(desired, cloud, cloud.clock)
    after = settled(cloud)
    for image_id, one in before.items():
        if not may_be_touched(desired, one):
            assert after.get(image_id) == one


def may_be_touched(desired: DesiredImage, one: Image) -> bool:
    if desired.image_id is not None:
        return one["image_id"] == desired.image_id
    if one["image_name"] == desired.image_name:
        return True
    if desired.recreate == "never" or desired.state == "absent":
        return False
    name = str(desired.image_name)
    is_replacement = one["image_name"] in marks.temporary_names(name) and marks.mark_of(one) is not None
    return is_replacement or one["image_name"] == marks.retired_name(name, str(one["image_id"]))


@settings(max_examples=300)
@given(desired_images(), clouds())
def test_only_snapshots_that_nothing_needs_are_deleted(desired: DesiredImage, cloud: FakeImages) -> None:
    before = copy.deepcopy(cloud.images)
    if plan_or_refusal(desired, cloud) is None:
        return
    done = run(desired, cloud, cloud.clock)
    after = settled(cloud)
    assert done.snapshots_failed == []
    gone = [one for image_id, one in before.items() if image_id not in after]
    of_the_gone = {snapshot_id for one in gone for snapshot_id in snapshot_ids(one)}
    needed = {snapshot_id for one in after.values() for snapshot_id in snapshot_ids(one)}
    named = set() if desired.source is None else set(desired.source.snapshot_ids())
    of_the_user = {one for one in BACKUPS if cloud.known_snapshots[one].name == "backup"}
    deletable = of_the_gone - needed - named - of_the_user if desired.delete_snapshots else set()
    deleted = set(cloud.deleted_snapshots)
    assert deleted <= deletable
    assert set(done.snapshots_left) == of_the_gone - deleted
    if len(gone) == 1:
        assert deleted == deletable
