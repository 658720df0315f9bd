# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks and clouds of every kind, for laws that hold for all of them."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import marks, planning
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage, DiskMapping, Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.execution import execute
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import (
    FakeImages,
    backup,
    disk,
    image,
    made_for_an_image,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import NOW
from hypothesis import assume
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.outcome import ImageOutcome
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan

# The same cases each time, so that a change is judged by itself; with EXPLORE in the environment many and new ones.
EXPLORES = "EXPLORE" in os.environ


def settings(max_examples: int) -> hypothesis_settings:
    count = max_examples if EXPLORES else max_examples // 4
    return hypothesis_settings(max_examples=count, deadline=None, derandomize=not EXPLORES)


IDS = ("m-1", "m-2", "m-3")
NAMES = ("web", "db", "web-replacement", "web-replacement-2", "web-m-1")
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
        {MARK: marks.Mark(image_id, marks.digest(DesiredImage(source=source)), NOW - age).text()}
        for image_id in ("m-1", "m-9")
        for source in SOURCES
        for age in (60.0, 86400.0)
    ]
)


@st.composite
def desired_images(draw: st.DrawFn) -> DesiredImage:
    by_id = draw(st.booleans())
    state = draw(st.sampled_from(["present", "present", "absent"]))
    source = draw(st.sampled_from([None, *SOURCES]))
    recreate = "never" if by_id else draw(st.sampled_from(["never", "on_source_change", "always"]))
    assume(not (recreate == "always" and source is None))
    return DesiredImage(
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
    # Made for an image, or somebody's own.
    makes = draw(st.sampled_from([made_for_an_image, backup]))
    cloud.known_snapshots = {one: makes(one) for one in BACKUPS}
    return cloud


def planned(desired: DesiredImage, cloud: t.Any) -> ImagePlan:
    return planning.plan(desired, cloud, NOW)


def run(desired: DesiredImage, cloud: t.Any, clock: t.Any) -> ImageOutcome:
    return execute(planned(desired, cloud), cloud, clock.deadline(3600))


def settled(cloud: FakeImages) -> dict[str, Image]:
    """What the cloud holds when all that was begun has ended."""
    cloud.clock.sleep(1000)
    cloud.by_name("")
    return cloud.images
