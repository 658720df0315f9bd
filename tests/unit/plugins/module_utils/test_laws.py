# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Laws that hold for every wish and every state of the cloud, against a small model of it."""

from __future__ import annotations

import copy
import os
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils import marks, planning
from ansible_collections.apsarastack.cloud.plugins.module_utils.difference import diff
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import RefusalError
from ansible_collections.apsarastack.cloud.plugins.module_utils.execution import execute, predict
from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image, is_failed
from ansible_collections.apsarastack.cloud.plugins.module_utils.sources import Instance, Snapshot
from ansible_collections.apsarastack.cloud.plugins.module_utils.tags import MARK, own_tags
from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import DiskMapping, Source, Wish
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import (
    FakeImages,
    Killed,
    Mortal,
    disk,
    image,
    made_for_an_image,
    snapshot_ids,
)
from hypothesis import assume, event, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.outcome import Outcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Plan

# The same cases each time, so that a change is judged by itself; with EXPLORE in the environment many and new ones.
EXPLORES = "EXPLORE" in os.environ


def settings(max_examples: int) -> hypothesis_settings:
    count = max_examples if EXPLORES else max_examples // 4
    return hypothesis_settings(max_examples=count, deadline=None, derandomize=not EXPLORES)


IDS = ("m-1", "m-2", "m-3")
NAMES = ("web", "db", "web-replacement", "web-replacement-2", "web-m-1")
# 2026-11-26T12:00:00Z, in seconds since the epoch.
NOW = 1795694400.0
BACKUPS = ("s-1", "s-2")
SOURCES = (
    Source(instance_id="i-1"),
    Source(snapshot_id="s-1"),
    Source(snapshot_id="s-2"),
    Source(disks=(DiskMapping("s-1"), DiskMapping("s-2", 40, disk_type="data"))),
)
TAGS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["1", "2"]), max_size=3)
PLATFORM_TAGS = st.sampled_from([{}, {"ascm:set": "412"}])
MARKS = st.sampled_from(
    [{}, {}, {}, {MARK: "m-1"}, {MARK: "m-9"}, {MARK: "no/mark"}]
    + [
        {MARK: marks.Mark(image_id, marks.digest(Wish(source=source)), NOW - age).text()}
        for image_id in ("m-1", "m-9")
        for source in SOURCES
        for age in (60.0, 86400.0)
    ]
)


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    by_id = draw(st.booleans())
    state = draw(st.sampled_from(["present", "present", "absent"]))
    source = draw(st.sampled_from([None, *SOURCES]))
    recreate = "never" if by_id else draw(st.sampled_from(["never", "on_source_change", "always"]))
    assume(not (recreate == "always" and source is None))
    return Wish(
        state=state,
        image_id=draw(st.sampled_from(IDS)) if by_id else None,
        image_name=draw(st.sampled_from([None, *NAMES] if by_id else NAMES)),
        description=draw(st.sampled_from([None, "", "d", "e"])),
        source=source,
        tags=draw(st.none() | TAGS),
        purge_tags=draw(st.booleans()),
        force=draw(st.booleans()),
        platform=draw(st.sampled_from([None, "CentOS"])),
        recreate=recreate,
        delete_snapshots=draw(st.booleans()),
        wait=draw(st.booleans()),
    )


@st.composite
def some_images(draw: st.DrawFn, image_id: str) -> Image:
    tags = {**draw(TAGS), **draw(PLATFORM_TAGS), **draw(MARKS)}
    return image(
        image_id,
        image_name=draw(st.sampled_from(NAMES)),
        description=draw(st.sampled_from(["", "d"])),
        status=draw(st.sampled_from(["Available"] * 6 + ["CreateFailed", "UnAvailable", "Deprecated"])),
        usage=draw(st.sampled_from(["none", "none", "instance"])),
        platform=draw(st.sampled_from([None, "CentOS", "Ubuntu"])),
        tags=tags,
        disk_device_mappings=draw(st.sampled_from([[], [disk("s-1")], [disk("s-2"), disk("s-1")]])),
    )


@st.composite
def clouds(draw: st.DrawFn) -> FakeImages:
    present = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=3))
    unique = draw(st.booleans())
    images = [draw(some_images(image_id)) for image_id in present]
    assume(not unique or len({one["image_name"] for one in images}) == len(images))
    cloud = FakeImages(*images)
    cloud.names_unique = unique
    cloud.build_time = draw(st.sampled_from([0.0, 7.0, 90.0]))
    cloud.removal_time = draw(st.sampled_from([0.0, 4.0]))
    cloud.read_lag = draw(st.sampled_from([0.0, 2.0]))
    cloud.instances = {"i-1": Instance("i-1", "Running")}
    backup = {
        one: Snapshot(one, "accomplished", 40, "system", "backup", "2026-11-01T05:06:07Z", "image") for one in BACKUPS
    }
    cloud.known_snapshots = {**{one: made_for_an_image(one) for one in BACKUPS}, **draw(st.sampled_from([{}, backup]))}
    return cloud


def planned(wish: Wish, cloud: t.Any) -> Plan:
    return planning.plan(wish, cloud, NOW)


def run(wish: Wish, cloud: t.Any, clock: t.Any) -> Outcome:
    return execute(planned(wish, cloud), cloud, clock.deadline(3600))


def settled(cloud: FakeImages) -> dict[str, Image]:
    """What the cloud holds when all that was begun has ended."""
    cloud.clock.sleep(1000)
    cloud.by_name("")
    return cloud.images


def would_be_taken(wish: Wish, cloud: FakeImages) -> bool:
    """Whether a name that the plan needs belongs to another image, where the cloud wants unique names: it refuses."""
    names = [one["image_name"] for image_id, one in cloud.images.items() if image_id != wish.image_id]
    renamed = wish.image_id is not None and wish.image_name in names
    retired = any(marks.retired_name(str(wish.image_name), image_id) in names for image_id in IDS)
    return cloud.names_unique and (renamed or retired)


def plan_or_refusal(wish: Wish, cloud: FakeImages) -> Plan | None:
    assume(not would_be_taken(wish, cloud))
    before = copy.deepcopy(cloud.images)
    try:
        made = planned(wish, cloud)
    except RefusalError:
        assert cloud.writes == []
        assert cloud.images == before
        event("refused")
        return None
    assert cloud.writes == []
    event(f"{len(made.actions)} actions")
    return made


@settings(max_examples=500)
@given(wishes(), clouds())
def test_a_second_run_changes_nothing(wish: Wish, cloud: FakeImages) -> None:
    made = plan_or_refusal(wish, cloud)
    if made is None:
        return
    done = run(wish, cloud, cloud.clock)
    settled(cloud)
    if wish.state == "present" and wish.recreate == "always":
        # Each run replaces the image again; what must not be left is anything of this replacement.
        assert MARK not in cloud.images[str(done.image_id)]["tags"]
        return
    assert planned(wish, cloud).actions == []


@settings(max_examples=500)
@given(wishes(), clouds())
def test_what_is_predicted_is_what_is_found_afterwards(wish: Wish, cloud: FakeImages) -> None:
    made = plan_or_refusal(wish, cloud)
    if made is None:
        return
    predicted = predict(made)
    done = run(wish, cloud, cloud.clock)
    assert predicted.actions == done.actions
    assert diff(made, wish.handle())["after"] == {**diff(made, wish.handle())["after"], **managed(wish, cloud, done)}
    if made.after is not None:
        assert predicted.image is not None
        assert done.image is not None
        for name in ("image_name", "description"):
            assert predicted.image[name] == done.image[name]


def managed(wish: Wish, cloud: FakeImages, done: Outcome) -> dict[str, t.Any]:
    """What the cloud really holds of the image that the task is about."""
    images = settled(cloud)
    if wish.state == "absent":
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
@given(wishes(), clouds())
def test_what_the_wish_does_not_name_never_changes(wish: Wish, cloud: FakeImages) -> None:
    before = copy.deepcopy(cloud.images)
    made = plan_or_refusal(wish, cloud)
    if made is None or made.before is None or wish.state == "absent" or is_failed(made.before):
        return
    done = run(wish, cloud, cloud.clock)
    found = settled(cloud)[str(done.image_id)]
    origin = before[str(made.before["image_id"])]
    if wish.description is None:
        assert found["description"] == origin["description"]
    if wish.tags is None:
        assert own_tags(found["tags"]) == own_tags(origin["tags"])
    elif not wish.purge_tags:
        assert own_tags(origin["tags"]).keys() <= found["tags"].keys()


@settings(max_examples=500)
@given(wishes(), clouds())
def test_no_image_is_touched_that_the_wish_does_not_identify(wish: Wish, cloud: FakeImages) -> None:
    before = copy.deepcopy(cloud.images)
    if plan_or_refusal(wish, cloud) is None:
        return
    run(wish, cloud, cloud.clock)
    after = settled(cloud)
    for image_id, one in before.items():
        if not may_be_touched(wish, one):
            assert after.get(image_id) == one


def may_be_touched(wish: Wish, one: Image) -> bool:
    if wish.image_id is not None:
        return one["image_id"] == wish.image_id
    if one["image_name"] == wish.image_name:
        return True
    if wish.recreate == "never" or wish.state == "absent":
        return False
    name = str(wish.image_name)
    is_replacement = one["image_name"] in marks.temporary_names(name) and marks.mark_of(one) is not None
    return is_replacement or one["image_name"] == marks.retired_name(name, str(one["image_id"]))


@settings(max_examples=300)
@given(wishes(), clouds())
def test_only_snapshots_that_nothing_needs_are_deleted(wish: Wish, cloud: FakeImages) -> None:
    before = copy.deepcopy(cloud.images)
    if plan_or_refusal(wish, cloud) is None:
        return
    done = run(wish, cloud, cloud.clock)
    after = settled(cloud)
    assert done.snapshots_failed == []
    gone = [one for image_id, one in before.items() if image_id not in after]
    of_the_gone = {snapshot_id for one in gone for snapshot_id in snapshot_ids(one)}
    needed = {snapshot_id for one in after.values() for snapshot_id in snapshot_ids(one)}
    named = set() if wish.source is None else set(wish.source.snapshot_ids())
    of_the_user = {one for one in BACKUPS if cloud.known_snapshots[one].name == "backup"}
    deletable = of_the_gone - needed - named - of_the_user if wish.delete_snapshots else set()
    deleted = set(cloud.deleted_snapshots)
    assert deleted <= deletable
    assert set(done.snapshots_left) == of_the_gone - deleted
    if len(gone) == 1:
        assert deleted == deletable


@settings(max_examples=500)
@given(
    st.sampled_from(["on_source_change", "always"]),
    st.sampled_from(SOURCES[1:]),
    st.none() | TAGS,
    clouds(),
    st.lists(st.tuples(st.integers(0, 25), st.booleans()), min_size=1, max_size=3),
)
def test_a_replacement_that_was_interrupted_anywhere_is_finished_by_the_next_run(
    recreate: str, source: Source, tags: dict[str, str] | None, cloud: FakeImages, deaths: list[tuple[int, bool]]
) -> None:
    cloud.images = {"m-1": image("m-1", description="d", tags={"a": "1"}, disk_device_mappings=[disk("s-old")])}
    wish = Wish(image_name="web", source=source, recreate=recreate, tags=tags)
    made = 0
    for number, after in deaths:
        mortal = Mortal(cloud, number, after=after)
        try:
            run(wish, t.cast("t.Any", mortal), cloud.clock)
        except Killed:
            event("killed")
        else:
            break
        # Never a moment without a usable image.
        assert any(one["status"] == "Available" for one in cloud.images.values())
        if "m-1" not in cloud.images and not any(MARK in one["tags"] for one in cloud.images.values()):
            break  # it died with everything done: with recreate=always another run would begin anew
    else:
        run(wish, cloud, cloud.clock)
    made = sum(call[0] == "create" for call in cloud.calls)
    images = list(settled(cloud).values())
    assert made == 1
    assert [(one["image_name"], one["status"], one["description"]) for one in images] == [("web", "Available", "d")]
    assert images[0]["image_id"] != "m-1"
    assert own_tags(images[0]["tags"]) == ({"a": "1"} if tags is None else tags)
    assert MARK not in images[0]["tags"]


@settings(max_examples=300)
@given(st.sampled_from(SOURCES), clouds(), st.integers(0, 12), st.booleans())
def test_a_creation_that_was_interrupted_anywhere_is_finished_by_the_next_run(
    source: Source, cloud: FakeImages, number: int, after: bool
) -> None:
    cloud.images = {}
    wish = Wish(image_name="web", source=source, description="d", tags={"a": "1"})
    try:
        run(wish, t.cast("t.Any", Mortal(cloud, number, after=after)), cloud.clock)
    except Killed:
        event("killed")
    done = run(wish, cloud, cloud.clock)
    assert list(settled(cloud)) == [done.image_id]
    assert done.image is not None
    assert (done.image["status"], done.image["tags"]) == ("Available", {"a": "1"})
