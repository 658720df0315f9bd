# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Instance, Snapshot
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DiskMapping, Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.sources import judge
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, backup
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import FROM_INSTANCE, FROM_SNAPSHOT


def disks(*sizes: int | None) -> Source:
    return Source(disks=(*(DiskMapping("s-new", size) for size in sizes), DiskMapping(size=20)))


def warnings(source: Source, instance: Instance | None, snapshot: Snapshot | None) -> tuple[str, ...]:
    cloud = FakeImages()
    cloud.instances = {} if instance is None else {"i-1": instance}
    cloud.known_snapshots = {} if snapshot is None else {"s-new": snapshot}
    return judge(source, cloud).warnings


@pytest.mark.parametrize(
    ("source", "known", "reason", "facts"),
    [
        (FROM_INSTANCE, None, "not_found", ("nstance i-1", "DescribeInstances")),
        (FROM_INSTANCE, Instance("i-1", "Running", is_locked=True), "source_not_usable", ("i-1", "instance_id")),
        (FROM_SNAPSHOT, None, "not_found", ("napshot s-new", "DescribeSnapshots")),
        (FROM_SNAPSHOT, backup("s-new", "failed"), "source_not_usable", ("s-new", "snapshot_id")),
        (FROM_SNAPSHOT, backup("s-new", disk_type="data"), "source_not_usable", ("s-new", "disk_device_mapping")),
        (disks(20), backup("s-new"), "invalid_input", ("s-new", "40 GiB", "20 GiB")),
        (
            disks(None),
            backup("s-new", disk_type="data"),
            "source_not_usable",
            ("disk_device_mapping", "one system disk", "none"),
        ),
        (
            disks(None, None),
            backup("s-new"),
            "source_not_usable",
            ("disk_device_mapping", "one system disk", "contains 2"),
        ),
        (
            Source(disks=(DiskMapping("s-new", disk_type="data"),)),
            backup("s-new"),
            "source_not_usable",
            ("disk_type", "none"),
        ),
        (
            Source(disks=(DiskMapping("s-new"), DiskMapping("s-2"))),
            backup("s-new"),
            "not_found",
            ("napshot s-2", "DescribeSnapshots"),
        ),
    ],
)
def test_an_unusable_source_is_refused(source: Source, known: t.Any, reason: str, facts: tuple[str, ...]) -> None:
    with pytest.raises(RefusalError) as caught:
        warnings(source, *(known, None) if source == FROM_INSTANCE else (None, known))
    assert caught.value.reason == reason
    assert [fact for fact in facts if fact not in message_of(caught.value)] == []


@pytest.mark.parametrize("status", ["Pending", "Starting", "Stopping"])
def test_an_instance_that_is_not_yet_ready_causes_a_warning(status: str) -> None:
    assert [f"i-1 is {status}" in one for one in warnings(FROM_INSTANCE, Instance("i-1", status), None)] == [True]


def test_a_snapshot_that_is_not_yet_ready_causes_a_warning() -> None:
    assert ["s-new" in one for one in warnings(FROM_SNAPSHOT, None, backup("s-new", "progressing"))] == [True]


@pytest.mark.parametrize(
    ("source", "instance", "snapshot"),
    [
        (FROM_INSTANCE, Instance("i-1", "Running"), None),
        (FROM_INSTANCE, Instance("i-1", "Stopped"), None),
        (FROM_SNAPSHOT, None, backup("s-new")),
        (disks(None), None, backup("s-new")),
        (disks(40), None, backup("s-new")),
        (disks(100), None, backup("s-new")),
        (Source(disks=(DiskMapping("s-new", disk_type="system"),)), None, backup("s-new", disk_type="data")),
        # A release that does not report the size of a snapshot's disk.
        (disks(20), None, Snapshot("s-new", "accomplished")),
    ],
)
def test_a_source_that_is_ready_causes_no_warning(
    source: Source, instance: Instance | None, snapshot: Snapshot | None
) -> None:
    assert warnings(source, instance, snapshot) == ()
