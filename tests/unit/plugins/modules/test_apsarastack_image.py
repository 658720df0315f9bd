# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage, Source
from ansible_collections.apsarastack.cloud.plugins.modules.apsarastack_image import run
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, disk, image

MADE = DesiredImage(image_name="web", description="d", tags={"a": "1"}, source=Source(instance_id="i-1"))
PRESENT = {"state": "present", "image_name": "web", "description": "d", "tags": {"a": "1"}}


def cloud(*images: t.Any) -> FakeImages:
    fake = FakeImages(*images)
    fake.build_time = 20
    return fake


def result(desired: DesiredImage, images: FakeImages, check_mode: bool = False) -> dict[str, t.Any]:
    return run(desired, t.cast("t.Any", images), images.clock.deadline(), check_mode)


def test_a_new_image_is_created() -> None:
    images = cloud()
    assert result(MADE, images) == {
        "changed": True,
        "image_id": "m-new-1",
        "image": image(
            "m-new-1",
            description="d",
            image_family="",
            tags={"a": "1"},
            disk_device_mappings=[disk("s-of-m-new-1")],
        ),
        "actions": ["create image 'web' from instance i-1"],
        "diff": {
            "before": {"state": "absent"},
            "after": {**PRESENT, "instance_id": "i-1"},
            "before_header": "image 'web'",
            "after_header": "image 'web'",
        },
        "snapshots_deleted": [],
        "snapshots_failed": [],
        "snapshots_left": [],
        "warnings": [],
    }


def test_a_second_run_changes_nothing() -> None:
    images = cloud()
    made = result(MADE, images)
    images.calls.clear()
    assert result(MADE, images) == {
        "changed": False,
        "image_id": "m-new-1",
        "image": made["image"],
        "actions": [],
        "diff": {"before": PRESENT, "after": PRESENT, "before_header": "m-new-1", "after_header": "m-new-1"},
        "snapshots_deleted": [],
        "snapshots_failed": [],
        "snapshots_left": [],
        "warnings": [],
    }
    assert images.calls == [("by_name", "web")]
