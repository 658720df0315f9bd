# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils.deletion import snapshots_at_stake
from ansible_collections.apsarastack.cloud.plugins.module_utils.planning import plan
from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Found
from ansible_collections.apsarastack.cloud.plugins.module_utils.steps import Delete, DeleteSnapshot, WaitUntilGone
from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import DiskMapping, Source, Wish
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import disk, image

WEB = image(disk_device_mappings=[disk("s-1"), disk("s-2"), disk(None), disk("")])


def wish(**options: t.Any) -> Wish:
    return Wish(**{"state": "absent", "image_name": "web", "delete_snapshots": True, **options})


def test_snapshots_go_after_the_image_is_gone() -> None:
    made = plan(wish(), Found(images=(WEB,)))
    gone = (Delete("m-1", "web"), WaitUntilGone("m-1"))
    assert made.steps == (*gone, DeleteSnapshot("s-1"), DeleteSnapshot("s-2"))
    assert made.actions == ["delete image m-1 'web'", "delete snapshot s-1", "delete snapshot s-2"]
    assert plan(wish(wait=False), Found(images=(WEB,))).steps == made.steps


def test_a_snapshot_of_another_image_stays() -> None:
    made = plan(wish(), Found(images=(WEB,), snapshot_users={"s-1": ("m-7", "m-8"), "s-2": ()}))
    assert made.steps[2:] == (DeleteSnapshot("s-2"),)
    assert made.warnings == ("snapshot s-1 stays: image m-7, m-8 is made of it, too",)


@pytest.mark.parametrize(
    ("options", "at_stake"),
    [
        ({}, ("s-1", "s-2")),
        ({"delete_snapshots": False}, ()),
        ({"state": "present"}, ()),
        ({"source": Source(snapshot_id="s-1")}, ("s-2",)),
        ({"source": Source(disks=(DiskMapping("s-2"), DiskMapping("s-9")))}, ("s-1",)),
        ({"source": Source(instance_id="i-1")}, ("s-1", "s-2")),
    ],
)
def test_a_snapshot_that_the_task_names_as_its_source_is_never_at_stake(
    options: dict[str, t.Any], at_stake: tuple[str, ...]
) -> None:
    assert snapshots_at_stake(wish(**options), [WEB]) == at_stake


def test_a_snapshot_of_two_going_images_is_deleted_once() -> None:
    assert snapshots_at_stake(wish(), [WEB, image("m-2", disk_device_mappings=[disk("s-2"), disk("s-3")])]) == (
        "s-1",
        "s-2",
        "s-3",
    )
