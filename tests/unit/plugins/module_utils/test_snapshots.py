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
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.snapshots import (
    deletions,
    was_made_for,
)
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
FOR_IMAGE, OWN = "SnapshotForImage-web", "nightly"


@pytest.mark.parametrize(
    ("taken", "name", "usage", "its_own"),
    [
        pytest.param("2026-11-24T05:06:09Z", FOR_IMAGE, "image", True, id="named and used for it"),
        pytest.param("2026-11-24T05:07Z", FOR_IMAGE, None, True, id="named for it"),
        pytest.param("2026-11-24T05:07:00Z", OWN, "image", True, id="taken later and used for it"),
        pytest.param("2026-11-24T05:07:00Z", OWN, "image_disk", True, id="used for a disk as well"),
        pytest.param("2026-11-24T05:07:00Z", OWN, "disk", False, id="used for a disk only"),
        pytest.param("2026-11-24T05:07:00Z", OWN, "none", False, id="neither named nor used for it"),
        pytest.param("2026-11-24T05:07:00Z", OWN, None, False, id="of a release that does not report the usage"),
        pytest.param("2026-11-24T05:05:59Z", FOR_IMAGE, "image", False, id="older, though named for an image"),
        pytest.param("2026-11-01T05:06:07Z", OWN, "image", False, id="somebody's backup"),
        pytest.param("2026-11-24T05:06Z", FOR_IMAGE, "image", True, id="same minute, named"),
        pytest.param("2026-11-24T05:06Z", OWN, "image", False, id="same minute without seconds"),
        pytest.param("2026-11-24T05:06:06Z", OWN, "image", False, id="same minute, a second older"),
        pytest.param("2026-11-24T05:06:07Z", OWN, "image", True, id="same second"),
        pytest.param("2026-11-24T05:06:08Z", OWN, "image", True, id="same minute, a second later"),
        pytest.param(None, FOR_IMAGE, "image", False, id="of unknown time"),
    ],
)
def test_only_snapshots_that_were_created_for_the_image_belong_to_it(
    taken: str | None, name: str, usage: str | None, its_own: bool
) -> None:
    snapshot = Snapshot("s-1", "accomplished", 40, "system", name, taken, usage)
    assert was_made_for(snapshot, image(creation_time=MADE)) is its_own


def test_an_image_without_a_creation_time_has_no_snapshots_and_minutes_suffice_for_later_ones() -> None:
    assert not was_made_for(made_for_an_image("s-1"), image(creation_time=None))
    assert was_made_for(made_for_an_image("s-1"), image(creation_time="2026-11-24T05:05Z"))
    assert not was_made_for(backup("s-1"), image(creation_time="2026-11-01T05:06Z"))


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
