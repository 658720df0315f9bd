# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import snapshots_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Snapshot
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage, DiskMapping, Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.snapshots import deletions, why_not_its_own
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import (
    FakeImages,
    backup,
    disk,
    image,
    made_for_an_image,
    refusing,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import FROM_SNAPSHOT, followed
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import (
    old,
    replacement,
    replacing,
)

# --- which snapshots belong to an image ------------------------------------------------------------------------------

MADE = "2026-11-24T05:06:07Z"
ITS_ID, ITS_NAME, OWN = "SnapshotForImage-m-1-system", "SnapshotForImage-web-system", "nightly"


@pytest.mark.parametrize(
    ("taken", "name", "its_own"),
    [
        pytest.param(MADE, ITS_ID, True, id="its id"),
        pytest.param(MADE, "SnapshotForImage-m-1", True, id="its id alone"),
        pytest.param("2026-11-24T05:06Z", ITS_ID, True, id="its id, same minute"),
        pytest.param("2026-11-24T05:06:06Z", ITS_ID, True, id="its id, a second older, by another clock"),
        pytest.param("2026-11-24T05:09:00Z", ITS_ID, True, id="its id, younger"),
        pytest.param("2026-11-24T05:05:59Z", ITS_ID, False, id="its id, but older"),
        pytest.param(None, ITS_ID, False, id="its id, but of unknown time"),
        pytest.param(MADE, "SnapshotForImage-m-2-system", False, id="the id of another image"),
        pytest.param("2026-11-24T05:07:47Z", "SnapshotForImage-m-2-system", False, id="the id of another one, younger"),
        pytest.param(MADE, "SnapshotForImage-m-12-system", False, id="an id that begins with its id"),
        pytest.param(MADE, "SnapshotForImage-copy-m-2", False, id="the id of another image at the end"),
        pytest.param(MADE, "SnapshotForImage-web", True, id="its name"),
        pytest.param("2026-11-24T05:06:09Z", "SnapshotForImage-web-data-2", True, id="its name and a disk"),
        pytest.param("2026-11-24T05:07Z", ITS_NAME, True, id="its name, a minute younger"),
        pytest.param("2026-11-24T05:06Z", ITS_NAME, False, id="its name, same minute without seconds"),
        pytest.param("2026-11-24T05:06:06Z", ITS_NAME, False, id="its name, a second older"),
        pytest.param(MADE, "SnapshotForImage-web-2", False, id="the name of another image"),
        pytest.param(MADE, "SnapshotForImage-", False, id="a name without an image"),
        pytest.param(MADE, "SnapshotForImage-20261124", False, id="another naming of a site"),
        pytest.param(MADE, OWN, False, id="a backup of the same second"),
        pytest.param("2026-11-24T05:07:47Z", OWN, False, id="a later backup"),
        pytest.param("2026-11-01T05:06:07Z", OWN, False, id="an earlier backup"),
        pytest.param(MADE, None, False, id="a release that does not report the name"),
    ],
)
@pytest.mark.parametrize("usage", ["image", "image_disk", None])
def test_only_snapshots_that_were_certainly_created_for_the_image_belong_to_it(
    taken: str | None, name: str | None, usage: str | None, its_own: bool
) -> None:
    snapshot = Snapshot("s-1", "accomplished", 40, "system", name, taken, usage)
    assert (why_not_its_own(snapshot, image(creation_time=MADE)) is None) is its_own


def test_an_image_without_a_creation_time_has_no_snapshots_and_minutes_suffice_for_later_ones() -> None:
    own = made_for_an_image("s-1")
    assert why_not_its_own(own, image(creation_time=None)) is not None
    assert why_not_its_own(own, image(creation_time="2026-11-24T05:05Z")) is None


# --- which snapshots are deleted -------------------------------------------------------------------------------------

WEB = image(disk_device_mappings=[disk("s-1"), disk("s-2"), disk(None), disk("")])
DB = image("m-2", image_name="db", disk_device_mappings=[disk("s-2"), disk("s-3")])


GONE = DesiredImage(state="absent", image_name="web", delete_snapshots=True)


def decided(*leaving: t.Any, cloud: FakeImages | None = None, **options: t.Any) -> tuple[list[str], list[str]]:
    """The snapshots that are deleted, and the first words about each that is kept."""
    task = DesiredImage(**{"state": "absent", "image_name": "web", "delete_snapshots": True, **options})
    going, kept = deletions(task, cloud or FakeImages(*leaving), leaving)
    return [step.snapshot_id for step in going], [" ".join(warning.split()[:2]) for warning in kept]


def test_the_snapshots_of_images_are_listed_once_each() -> None:
    assert snapshots_of([WEB, DB]) == ("s-1", "s-2", "s-3")


@pytest.mark.parametrize(
    ("options", "going", "kept"),
    [
        ({}, ["s-1", "s-2"], []),
        ({"delete_snapshots": False}, [], []),
        ({"source": Source(snapshot_id="s-1")}, ["s-2"], ["snapshot s-1"]),
        ({"source": Source(disks=(DiskMapping("s-2"), DiskMapping("s-9")))}, ["s-1"], ["snapshot s-2"]),
        ({"source": Source(instance_id="i-1")}, ["s-1", "s-2"], []),
    ],
)
def test_a_snapshot_that_the_task_names_as_its_source_is_kept(
    options: dict[str, t.Any], going: list[str], kept: list[str]
) -> None:
    assert decided(WEB, **options) == (going, kept)


def test_a_snapshot_of_another_image_is_kept_unless_that_image_is_deleted_as_well() -> None:
    assert decided(WEB, cloud=FakeImages(WEB, DB)) == (["s-1"], ["snapshot s-2"])
    assert decided(DB, cloud=FakeImages(WEB, DB)) == (["s-3"], ["snapshot s-2"])
    assert decided(WEB, DB) == (["s-1", "s-2", "s-3"], [])
    (_going, (warning,)) = deletions(GONE, FakeImages(WEB, DB), [WEB])
    assert "m-2" in warning


# --- the result ------------------------------------------------------------------------------------------------------


def test_a_changed_snapshot_is_kept() -> None:
    cloud = FakeImages(WEB)
    renamed = dataclasses.replace(made_for_an_image("s-1"), name="keep")
    outcome = followed(
        GONE, cloud, meanwhile={("snapshots", 1): lambda now: now.known_snapshots.update({"s-1": renamed})}
    )
    assert (cloud.deleted_snapshots, outcome.snapshots_left) == (["s-2"], ["s-1"])
    assert ["s-1" in warning for warning in outcome.warnings] == [True]


def test_a_snapshot_that_is_already_deleted_is_not_among_the_actions() -> None:
    cloud = FakeImages(WEB)
    outcome = followed(GONE, cloud, meanwhile={("snapshots", 1): lambda now: now.known_snapshots.pop("s-1")})
    assert (outcome.snapshots_deleted, cloud.deleted_snapshots) == (["s-2"], ["s-2"])


@pytest.mark.parametrize("leaves", [True, False])
@pytest.mark.parametrize("deletes", [True, False])
def test_whatever_a_cancelation_leaves_the_result_lists_what_is_left(deletes: bool, leaves: bool) -> None:
    cloud = FakeImages(image(status="Creating", is_copied=True, disk_device_mappings=[disk("s-1"), disk("s-2")]))
    cloud.known_snapshots["s-2"] = backup("s-2")
    # With the image.
    gone = {} if leaves else {("cancel_copy", 1): lambda now: now.known_snapshots.clear()}
    outcome = followed(GONE._replace(delete_snapshots=deletes), cloud, meanwhile=gone)
    assert cloud.deleted_snapshots == (["s-1"] if deletes and leaves else [])
    assert outcome.snapshots_deleted == (["s-1"] if deletes else [])
    assert outcome.snapshots_left == [one for one in ("s-1", "s-2") if leaves and one not in cloud.deleted_snapshots]


@pytest.mark.parametrize("recreate", ["always", "on_source_change"])
def test_each_replacement_deletes_the_snapshots_of_the_image_it_replaces(recreate: str) -> None:
    cloud = FakeImages(image(platform="CentOS", disk_device_mappings=[disk("s-1")]))
    task = DesiredImage(image_name="web", source=Source(instance_id="i-1"), recreate=recreate, delete_snapshots=True)
    for platform in ("Ubuntu", "Debian"):
        followed(task._replace(platform=platform), cloud)
    assert cloud.deleted_snapshots == ["s-1", "s-of-m-new-1"]


@pytest.mark.parametrize("name", ["web", "web-m-old"])
@pytest.mark.parametrize("source", [FROM_SNAPSHOT, Source(snapshot_id="s-9")])
def test_the_rest_of_a_replacement_deletes_the_snapshots_of_the_image_it_replaces(source: Source, name: str) -> None:
    cloud = FakeImages(old(image_name=name), replacement(image_name="web"))
    cloud.known_snapshots["s-9"] = backup("s-9")
    followed(replacing(source=source, delete_snapshots=True), cloud)
    assert cloud.deleted_snapshots[0] == "s-old"


def test_the_snapshots_of_an_image_that_is_kept_are_kept() -> None:
    cloud = FakeImages(image(platform="CentOS", disk_device_mappings=[disk("s-1")]))
    task = DesiredImage(image_name="web", source=Source(instance_id="i-1"), recreate="always", delete_snapshots=True)
    outcome = followed(task, cloud, meanwhile={("delete", 1): refusing(ServiceError("ImageUsingByInstance"))})
    assert (cloud.deleted_snapshots, outcome.snapshots_deleted, outcome.snapshots_failed) == ([], [], [])
    assert "m-1" in cloud.images
