# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An in-memory fake of ``Images`` for retentions, and images of different ages and states."""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image, is_usable
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.desired import DesiredRetention
from ansible_collections.apsarastack.cloud.plugins.modules.apsarastack_image_retention import run
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import (
    FakeImages,
    disk,
    image,
    made_for_an_image,
)

NOW = datetime.datetime(2026, 11, 26, tzinfo=datetime.timezone.utc).timestamp()
DAY = 86400.0
WEB = re.compile("^web-")


def retention(keep: int = 2, **more: t.Any) -> DesiredRetention:
    return DesiredRetention(keep=keep, **{"name_regex": WEB, **more})


def aged(days: float, image_id: str | None = None, **known: t.Any) -> Image:
    """A usable image ``web-DAYS`` that was created that many days ago, with a snapshot of its own."""
    image_id = image_id or f"m-{days:g}"
    created = datetime.datetime.fromtimestamp(NOW - days * DAY, tz=datetime.timezone.utc)
    defaults = {
        "image_name": f"web-{days:g}",
        "creation_time": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "disk_device_mappings": [disk(f"s-{image_id}")],
    }
    return image(image_id, **{**defaults, **known})


class FakeSite(FakeImages):
    """All snapshots of its images were created for these images."""

    def __init__(self, *images: Image) -> None:
        super().__init__(*images)
        for one in images:
            for each in one["disk_device_mappings"]:
                self.create_snapshot(str(each["snapshot_id"]), one)

    def create_snapshot(self, snapshot_id: str, one: Image) -> None:
        """As the cloud takes it to create the image."""
        made = made_for_an_image(snapshot_id, one["image_id"])
        self.known_snapshots[snapshot_id] = dataclasses.replace(made, creation_time=one["creation_time"])

    def owned(self) -> tuple[Image, ...]:
        self._note("owned")
        return tuple(self._shown())

    def usable(self) -> set[str]:
        """The ids of the usable images."""
        return {image_id for image_id, one in self.present().items() if is_usable(one)}


def result(
    desired: DesiredRetention, site: FakeSite, seconds: float = 600, check_mode: bool = False
) -> dict[str, t.Any]:
    anything: t.Any = site
    return run(desired, anything, site.clock.deadline(seconds), check_mode, lambda: NOW)


def ids(entries: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    return [each["image_id"] for each in entries]


def reasons(told: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The reasons of the skipped images, by id."""
    return {each["image_id"]: each["reason"] for each in told["skipped_images"]}
