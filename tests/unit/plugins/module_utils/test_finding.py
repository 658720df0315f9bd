# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils.finding import find
from ansible_collections.apsarastack.cloud.plugins.module_utils.sources import Instance, Snapshot, SourceFacts
from ansible_collections.apsarastack.cloud.plugins.module_utils.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import DiskMapping, Source, Wish
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, disk, image

SNAPSHOT = Source(snapshot_id="s-1")


def reads(wish: Wish, *images: t.Any, users: t.Sequence[str] = ()) -> list[t.Any]:
    fake = FakeImages(*images)
    fake.users_of = {"m-1": tuple(users)}
    find(wish, t.cast("t.Any", fake))
    return fake.calls


@pytest.mark.parametrize(
    ("wish", "images", "calls"),
    [
        (Wish(image_name="web"), (), [("by_name", "web")]),
        (Wish(image_id="m-1"), (image(),), [("by_id", "m-1")]),
        (Wish(image_id="m-1", image_name="other"), (image(),), [("by_id", "m-1")]),
        (Wish(image_name="web", source=Source(instance_id="i-1")), (image(),), [("by_name", "web")]),
        (Wish(image_name="web", source=Source(instance_id="i-1")), (), [("by_name", "web"), ("instance", "i-1")]),
        (
            Wish(image_name="web", source=Source(disks=(DiskMapping("s-1"), DiskMapping(size=9), DiskMapping("s-2")))),
            (),
            [("by_name", "web"), ("snapshots", ("s-1", "s-2"))],
        ),
        (Wish(state="absent", image_name="web"), (image(),), [("by_name", "web")]),
        (Wish(state="absent", image_name="web"), (image(usage="instance"),), [("by_name", "web"), ("users", "m-1")]),
        (
            Wish(state="absent", image_name="web", delete_snapshots=True),
            (image(disk_device_mappings=[disk("s-1"), disk("s-2")]),),
            [("by_name", "web"), ("by_snapshot", "s-1"), ("by_snapshot", "s-2")],
        ),
        (
            Wish(image_name="web", source=SNAPSHOT, recreate="on_source_change"),
            (image(disk_device_mappings=[disk("s-1")]),),
            [("by_name", "web")],
        ),
        (
            Wish(image_name="web", source=SNAPSHOT, recreate="on_source_change"),
            (image(disk_device_mappings=[disk("s-9")], usage="instance"),),
            [("by_name", "web"), ("by_name", "web-stand-in"), ("snapshots", ("s-1",)), ("users", "m-1")],
        ),
        (
            Wish(image_name="web", source=SNAPSHOT, recreate="always"),
            (),
            [("by_name", "web"), ("by_name", "web-stand-in"), ("snapshots", ("s-1",))],
        ),
        (
            Wish(image_name="web", source=SNAPSHOT, recreate="always"),
            (image(tags={MARK: "m-0"}, disk_device_mappings=[disk("s-1")]),),
            [("by_name", "web"), ("by_id", "m-0")],
        ),
        (
            Wish(image_name="web", source=SNAPSHOT, recreate="always"),
            (image(image_name="web-stand-in", tags={MARK: "m-0"}),),
            [("by_name", "web"), ("by_name", "web-stand-in"), ("by_id", "m-0")],
        ),
        (Wish(state="absent", image_name="web", force=True), (image(usage="instance"),), [("by_name", "web")]),
    ],
)
def test_nothing_is_read_that_the_plan_does_not_need(
    wish: Wish, images: tuple[t.Any, ...], calls: list[tuple[t.Any, ...]]
) -> None:
    assert reads(wish, *images) == calls


def test_what_was_read_reaches_the_plan() -> None:
    fake = FakeImages(image(usage="instance"))
    fake.users_of = {"m-1": ("i-7",)}
    fake.instances = {"i-1": Instance("i-1", "Running")}
    fake.known_snapshots = {"s-1": Snapshot("s-1", "accomplished")}
    cloud = t.cast("t.Any", fake)
    assert find(Wish(state="absent", image_id="m-1"), cloud).users == {"m-1": ("i-7",)}
    assert find(Wish(image_id="m-9"), cloud).images == ()
    from_instance = find(Wish(image_name="new", source=Source(instance_id="i-1")), cloud)
    assert from_instance.source == SourceFacts(instance=Instance("i-1", "Running"))
    from_snapshot = find(Wish(image_name="new", source=Source(snapshot_id="s-1")), cloud)
    assert from_snapshot.source == SourceFacts(snapshots={"s-1": Snapshot("s-1", "accomplished")})


def test_only_an_image_with_its_retired_name_counts_as_replaced() -> None:
    wish = Wish(image_name="web", source=SNAPSHOT, recreate="always")
    bearer = image("m-2", tags={MARK: "m-1"})
    for name, counts in (("web-m-1", True), ("db", False), ("web-m-2", False)):
        fake = FakeImages(bearer, image("m-1", image_name=name))
        assert (find(wish, t.cast("t.Any", fake)).replaced is not None) is counts


def test_an_image_that_goes_itself_does_not_keep_its_snapshots() -> None:
    images = [
        image("m-1", disk_device_mappings=[disk("s-1")]),
        image("m-2", image_name="db", disk_device_mappings=[disk("s-1")]),
    ]
    wish = Wish(state="absent", image_name="web", delete_snapshots=True)
    assert find(wish, t.cast("t.Any", FakeImages(*images))).snapshot_users == {"s-1": ("m-2",)}
