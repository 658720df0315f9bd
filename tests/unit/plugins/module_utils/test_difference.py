# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.difference import diff
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.execution import predict
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, backup, disk, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import FROM_INSTANCE, planned
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import (
    old,
    replacement,
    replacing,
)

WEB = {"state": "present", "image_name": "web", "description": "d", "tags": {"a": "1"}}
AS_MADE: dict[str, t.Any] = {"description": "d", "tags": {"a": "1"}}
BOTH_NAMED = ("image 'web'", "image 'web'")


def web(**known: t.Any) -> t.Any:
    return image(description="d", tags={"a": "1", "ascm:set": "412"}, **known)


def shown(desired: DesiredImage, *images: t.Any) -> dict[str, t.Any]:
    return diff(predict(planned(desired, FakeImages(*images))), "image 'web'")


@pytest.mark.parametrize(
    ("desired", "images", "before", "after", "headers"),
    [
        (
            DesiredImage(image_name="web", source=FROM_INSTANCE, **AS_MADE),
            (),
            {"state": "absent"},
            {**WEB, "instance_id": "i-1"},
            BOTH_NAMED,
        ),
        (DesiredImage(image_name="web", source=FROM_INSTANCE), (web(),), WEB, WEB, ("m-1", "m-1")),
        (DesiredImage(image_name="web", tags={"b": "2"}), (web(),), WEB, {**WEB, "tags": {"b": "2"}}, ("m-1", "m-1")),
        (DesiredImage(image_id="m-1", image_name="db"), (web(),), WEB, {**WEB, "image_name": "db"}, ("m-1", "m-1")),
        (DesiredImage(image_name="web", state="absent"), (), {"state": "absent"}, {"state": "absent"}, BOTH_NAMED),
        (
            DesiredImage(image_name="web", state="absent"),
            (web(),),
            {**WEB, "images": {"m-1": "present, named 'web'"}},
            {"state": "absent", "images": {"m-1": "deleted"}},
            ("m-1", "image 'web'"),
        ),
        (
            DesiredImage(image_name="web", source=FROM_INSTANCE, **AS_MADE),
            (web(status="CreateFailed"),),
            {**WEB, "state": "failed", "images": {"m-1": "failed, named 'web'"}},
            {**WEB, "instance_id": "i-1", "images": {"m-1": "deleted"}},
            ("m-1", "image 'web'"),
        ),
    ],
)
def test_the_diff_shows_what_the_task_manages(
    desired: DesiredImage,
    images: tuple[t.Any, ...],
    before: dict[str, t.Any],
    after: dict[str, t.Any],
    headers: tuple[str, str],
) -> None:
    assert shown(desired, *images) == {
        "before": before,
        "after": after,
        "before_header": headers[0],
        "after_header": headers[1],
    }


def taken_away(made: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    return [{name: made[side].get(name) for name in ("images", "snapshots")} for side in ("before", "after")]


def test_a_replacement_shows_every_image_that_is_deleted() -> None:
    failed = replacement("m-2", status="CreateFailed")
    assert taken_away(shown(replacing(), old(), failed)) == [
        {
            "images": {"m-old": "present, named 'web'", "m-2": "failed, named 'web-replacement'"},
            "snapshots": {"s-old": "present", "s-new": "present"},
        },
        {
            "images": {"m-old": "deleted", "m-2": "deleted"},
            "snapshots": {"s-old": "left behind", "s-new": "left behind"},
        },
    ]


def test_the_snapshots_that_are_deleted_and_those_that_are_kept_are_shown() -> None:
    cloud = FakeImages(image(disk_device_mappings=[disk("s-1"), disk("s-2")]))
    cloud.known_snapshots["s-2"] = backup("s-2")
    made = planned(DesiredImage(image_name="web", state="absent", delete_snapshots=True), cloud)
    before, after = taken_away(diff(predict(made), "image 'web'"))
    assert before["snapshots"] == {"s-1": "present", "s-2": "present"}
    assert after["snapshots"] == {"s-1": "deleted", "s-2": "left behind"}
