# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties that hold for every task and every state of the cloud, checked on the in-memory fake."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.difference import diff
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.execution import predict
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import TaskFailedError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, snapshot_ids
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.worlds import (
    carried_out,
    law,
    plan_or_refusal,
    planned,
    settled,
    situations,
    users_own,
)

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, Predicted
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.outcome import ImageOutcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan

MARK = "apsarastack.cloud/replaces"
Images = t.Mapping[str, "Image"]


class Ran(t.NamedTuple):
    """A plan, its outcome, and the images before and after it."""

    plan: ImagePlan
    outcome: ImageOutcome
    before: Images
    after: Images


def finished(desired: DesiredImage, cloud: FakeImages) -> Ran | None:
    """None if the task is refused."""
    before = copy.deepcopy(cloud.images)
    plan = plan_or_refusal(desired, cloud)
    if plan is None:
        return None
    try:
        outcome = carried_out(plan, cloud)
    except TaskFailedError as error:
        reason = error.reason
    else:
        return Ran(plan, outcome, before, settled(cloud))
    # The name that the task needs belongs to another image, and only the cloud knows that this is an error.
    assert (cloud.names_unique, reason) == (True, "name_taken")
    assert names(before).items() <= names(settled(cloud)).items()
    return None


def names(images: Images) -> dict[str, str | None]:
    return {image_id: one["image_name"] for image_id, one in images.items()}


@law(situations(), 300, least=0.5)
def test_a_second_run_writes_nothing(desired: DesiredImage, cloud: FakeImages) -> bool:
    ran = finished(desired, cloud)
    if ran is None:
        return False
    if desired.state == "present" and desired.recreate == "always":
        # Each run replaces the image again; nothing of this replacement must be left.
        assert MARK not in ran.after[str(ran.outcome.image_id)]["tags"]
        return True
    cloud.calls.clear()
    again = carried_out(planned(desired, cloud), cloud)
    assert (again.actions, cloud.writes) == ([], [])
    return True


@law(situations(), 300, least=0.5)
def test_a_task_is_changed_exactly_where_the_cloud_is(desired: DesiredImage, cloud: FakeImages) -> bool:
    ran = finished(desired, cloud)
    if ran is None:
        return False
    is_changed = ran.before != ran.after or cloud.deleted_snapshots != []
    assert bool(ran.outcome.actions) == ran.outcome.facts()["changed"] == is_changed
    return True


@law(situations(), 300, least=0.5)
def test_what_check_mode_predicts_is_what_the_cloud_holds_afterwards(desired: DesiredImage, cloud: FakeImages) -> bool:
    ran = finished(desired, cloud)
    if ran is None:
        return False
    predicted, shown = predict(ran.plan), diff(predict(ran.plan), "handle")["after"]
    assert predicted.actions == ran.outcome.actions
    if desired.state == "absent":
        assert (ran.outcome.image_id in ran.after, shown["state"]) == (False, "absent")
        return True
    held = managed(ran.after[str(ran.outcome.image_id)])
    assert {name: shown[name] for name in held} == held
    assert shown["state"] == "present"
    assert [managed(one) for one in (predicted.image, ran.outcome.image) if one is not None] == [held, held]
    return True


def managed(one: Image | Predicted) -> dict[str, t.Any]:
    return {"image_name": one["image_name"], "description": one["description"], "tags": users_own(one["tags"])}


@law(situations(states=["present"], least=1), 300, least=0.3)
def test_what_the_task_omits_never_changes(desired: DesiredImage, cloud: FakeImages) -> bool:
    ran = finished(desired, cloud)
    origin = None if ran is None else meant(desired, ran.before)
    if ran is None or origin is None or desired.state == "absent":
        return False
    found = ran.after[str(ran.outcome.image_id)]
    if desired.description is None:
        assert found["description"] == origin["description"]
    if desired.tags is None:
        assert users_own(found["tags"]) == users_own(origin["tags"])
    elif not desired.purge_tags:
        assert users_own(origin["tags"]).keys() <= found["tags"].keys()
    return True


def meant(desired: DesiredImage, before: Images) -> Image | None:
    """The image that the task is about; of the two of an unfinished replacement the one that replaces the other."""
    if desired.image_id is not None:
        return before.get(desired.image_id)
    named = [one for one in before.values() if one["image_name"] == desired.image_name]
    usable = [one for one in named if one["status"] != "CreateFailed"]
    return next((one for one in usable if MARK in one["tags"]), next(iter(usable), None))


@law(situations(least=2), 400, least=0.4)
def test_no_image_is_touched_that_the_task_does_not_identify(desired: DesiredImage, cloud: FakeImages) -> bool:
    ran = finished(desired, cloud)
    if ran is None:
        return False
    for image_id, one in ran.before.items():
        if not may_be_touched(desired, one):
            assert ran.after.get(image_id) == one
    return True


def may_be_touched(desired: DesiredImage, one: Image) -> bool:
    """The image itself; a replacement image of the name, and the image that was replaced, by name and mark or id."""
    if desired.image_id is not None:
        return one["image_id"] == desired.image_id
    name = str(desired.image_name)
    if one["image_name"] == name:
        return True
    if desired.recreate == "never" or desired.state == "absent":
        return False
    is_marked = len(one["tags"].get(MARK, "").split("/")) == len(("id", "digest", "time"))
    is_replacement = one["image_name"] in (f"{name}-replacement", f"{name}-replacement-2") and is_marked
    return is_replacement or one["image_name"] == f"{name}-{one['image_id']}"


@law(situations(states=["absent", "present"], least=1), 600, least=0.2)
def test_only_snapshots_that_nothing_needs_are_deleted(desired: DesiredImage, cloud: FakeImages) -> bool:
    named = {one: str(snapshot.name) for one, snapshot in cloud.known_snapshots.items()}
    ran = finished(desired, cloud)
    if ran is None:
        return False
    deleted = set(cloud.deleted_snapshots)
    gone = {image_id: one for image_id, one in ran.before.items() if image_id not in ran.after}
    of_the_gone = used_by(gone.values())
    its_own = {
        snapshot_id
        for image_id, one in gone.items()
        for snapshot_id in snapshot_ids(one)
        if named[str(snapshot_id)] == f"SnapshotForImage-{image_id}-system"
    }
    useless = its_own - used_by(ran.after.values()) - named_by(desired)
    assert (ran.outcome.snapshots_deleted, ran.outcome.snapshots_failed) == (cloud.deleted_snapshots, [])
    assert set(ran.outcome.snapshots_left) == of_the_gone - deleted
    assert deleted <= (useless if desired.delete_snapshots else set())
    # One that two of the images use may be needed at the moment in which the first of them is deleted.
    uses = [snapshot_id for one in ran.before.values() for snapshot_id in snapshot_ids(one)]
    assert not desired.delete_snapshots or {one for one in useless if uses.count(one) == 1} <= deleted
    return of_the_gone != set()


def used_by(images: t.Iterable[Image]) -> set[str | None]:
    return {snapshot_id for one in images for snapshot_id in snapshot_ids(one)}


def named_by(desired: DesiredImage) -> set[str | None]:
    source = desired.source
    if not isinstance(source, Source):
        return set()
    return {source.snapshot_id, *(disk.snapshot_id for disk in source.disks)}
