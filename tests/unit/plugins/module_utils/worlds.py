# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generated tasks and clouds, for properties that hold for all of them.

A property judges a task by what the cloud holds before and after it. It asks no function of the collection what should
have happened: such a test would pass whatever that function returns.
"""

from __future__ import annotations

import copy
import dataclasses
import os
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import marks, planning
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage, DiskMapping, Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.execution import execute
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, backup, disk, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import NOW
from hypothesis import event, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Snapshot
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.outcome import ImageOutcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan

# The same cases in each run, so that a failure is caused by a change; with EXPLORE in the environment, many new ones.
EXPLORES = "EXPLORE" in os.environ


def settings(max_examples: int) -> hypothesis_settings:
    count = max_examples if EXPLORES else max_examples // 4
    return hypothesis_settings(max_examples=count, deadline=None, derandomize=not EXPLORES)


IDS = ("m-1", "m-2", "m-3")
NAMES = ("web", "db", "web-replacement", "web-replacement-2", "web-m-1")
SNAPSHOTS = ("s-1", "s-2", "s-3")
SOURCES = (
    Source(instance_id="i-1"),
    Source(snapshot_id="s-1"),
    Source(snapshot_id="s-2"),
    Source(disks=(DiskMapping("s-1"), DiskMapping("s-2", 40, disk_type="data"))),
)
USERS_NAMES = ("backup", "SnapshotForImage-golden", "SnapshotForImage-m-9-system", "SnapshotForImage-", "web")
TAKEN_AT_ONCE = "2026-11-24T05:06:07Z"
USERS_TIMES = ("2026-11-01T05:06:07Z", "2026-11-24T05:06Z", "2026-11-24T05:07:47Z")
TAGS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["1", "2"]), max_size=3)
PLATFORM_TAGS = st.sampled_from([{}, {"ascm:set": "412"}])
MARKS = st.sampled_from(
    [{}, {}, {}, {MARK: "m-1"}, {MARK: "m-9"}, {MARK: "no/mark"}]
    + [
        {MARK: marks.Mark(image_id, marks.digest(DesiredImage(source=source)), NOW - age).text()}
        for image_id in ("m-1", "m-9")
        for source in SOURCES
        for age in (60.0, 86400.0)
    ]
)


@st.composite
def known_snapshots(draw: st.DrawFn, snapshot_id: str) -> Snapshot:
    """Created for an image, or a user's own snapshot, whatever its name and time."""
    name = draw(st.sampled_from([*(f"SnapshotForImage-{one}-system" for one in IDS), *USERS_NAMES]))
    taken = draw(st.sampled_from([TAKEN_AT_ONCE, *USERS_TIMES] if name in USERS_NAMES else [TAKEN_AT_ONCE]))
    return dataclasses.replace(backup(snapshot_id), name=name, creation_time=taken)


@st.composite
def sites(draw: st.DrawFn) -> FakeImages:
    """A cloud without images, with realistic delays."""
    cloud = FakeImages()
    cloud.names_unique = draw(st.booleans())
    cloud.build_time = draw(st.sampled_from([0.0, 7.0, 90.0]))
    cloud.removal_time = draw(st.sampled_from([0.0, 4.0]))
    cloud.read_lag = draw(st.sampled_from([0.0, 2.0]))
    cloud.known_snapshots = {one: draw(known_snapshots(one)) for one in SNAPSHOTS}
    return cloud


@st.composite
def images(draw: st.DrawFn, image_id: str, image_name: str) -> Image:
    tags = {**draw(TAGS), **draw(PLATFORM_TAGS), **draw(MARKS)}
    snapshots = draw(st.lists(st.sampled_from(SNAPSHOTS), unique=True, max_size=2))
    return image(
        image_id,
        image_name=image_name,
        description=draw(st.sampled_from(["", "d"])),
        status=draw(st.sampled_from(["Available"] * 6 + ["CreateFailed", "UnAvailable", "Deprecated"])),
        usage=draw(st.sampled_from(["none", "none", "none", "instance"])),
        platform=draw(st.sampled_from([None, "CentOS", "Ubuntu"])),
        tags=tags,
        disk_device_mappings=[disk(one) for one in snapshots],
    )


@st.composite
def clouds(draw: st.DrawFn, least: int = 0) -> FakeImages:
    cloud = draw(sites())
    ids = draw(st.lists(st.sampled_from(IDS), unique=True, min_size=least, max_size=3))
    # Most images have unique names: duplicates are refused, and a refusal tests little.
    distinct = cloud.names_unique or draw(st.integers(0, 3)) > 0
    size = len(ids)
    names = draw(st.lists(st.sampled_from(NAMES), unique=distinct, min_size=size, max_size=size))
    cloud.images = {image_id: draw(images(image_id, name)) for image_id, name in zip(ids, names)}
    return cloud


@st.composite
def tasks(draw: st.DrawFn, cloud: FakeImages, states: t.Sequence[str]) -> DesiredImage:
    """A task that is mostly about an image of the cloud."""
    state = draw(st.sampled_from(states))
    by_id = draw(st.integers(0, 3)) == 0
    target = draw(st.sampled_from([*cloud.images.values(), None]))
    names: list[str | None] = [*NAMES] if target is None else [target["image_name"]]
    if by_id:
        names += [None, *(NAMES if state == "present" else ())]
    recreate = "never" if by_id else draw(st.sampled_from(["never", "on_source_change", "always"]))
    return DesiredImage(
        state=state,
        image_id=None if not by_id else "m-9" if target is None else target["image_id"],
        image_name=draw(st.sampled_from(names)),
        description=draw(st.sampled_from([None, "d", "e", ""])),
        source=draw(st.sampled_from(SOURCES if recreate == "always" else (None, *SOURCES))),
        tags=draw(st.none() | TAGS),
        purge_tags=draw(st.booleans()),
        force=draw(st.booleans()),
        platform=draw(st.sampled_from([None, "CentOS"])),
        recreate=recreate,
        delete_snapshots=draw(st.booleans()),
        wait=draw(st.booleans()),
    )


@st.composite
def situations(
    draw: st.DrawFn, states: t.Sequence[str] = ("present", "present", "absent"), least: int = 0
) -> tuple[DesiredImage, FakeImages]:
    """``least``: the minimum number of images."""
    cloud = draw(clouds(least))
    return draw(tasks(cloud, states)), cloud


# --- laws ------------------------------------------------------------------------------------------------------------

# Checks one case; returns False if the property does not apply to it.
Judge = t.Callable[..., bool]


def law(cases: st.SearchStrategy[t.Any], max_examples: int, least: float) -> t.Callable[[Judge], t.Any]:
    """``cases``: the arguments. ``least``: the minimum share of cases to which the property must apply, since one that
    never applies would always pass."""

    def decorate(judge: Judge) -> t.Callable[[], None]:
        said: list[bool] = []

        @settings(max_examples)
        @given(cases)
        def holds(case: tuple[t.Any, ...]) -> None:
            said.append(judge(*case))

        def test() -> None:
            said.clear()
            holds()
            assert sum(said) >= least * len(said)

        return test

    return decorate


def plan_or_refusal(desired: DesiredImage, cloud: FakeImages) -> ImagePlan | None:
    """The plan, or None for a refusal; neither of them writes anything."""
    before = copy.deepcopy(cloud.images)
    try:
        made = planned(desired, cloud)
    except RefusalError as error:
        made = None
        event(f"refused: {error.reason}")
    assert cloud.writes == []
    assert cloud.images == before
    return made


def planned(desired: DesiredImage, cloud: t.Any) -> ImagePlan:
    return planning.plan(desired, cloud, NOW)


def carried_out(plan: ImagePlan, cloud: t.Any) -> ImageOutcome:
    return execute(plan, cloud, cloud.clock.deadline(3600))


def settled(cloud: FakeImages) -> dict[str, Image]:
    """The images of the cloud once all unfinished operations have ended."""
    cloud.clock.sleep(1000)
    cloud.by_name("")
    return cloud.images


def users_own(tags: t.Mapping[str, str]) -> dict[str, str]:
    """The tags without those that this module and the platform of ``PLATFORM_TAGS`` set."""
    return {key: value for key, value in tags.items() if key != "apsarastack.cloud/replaces" and key != "ascm:set"}
