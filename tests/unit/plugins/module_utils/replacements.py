# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The images of a replacement, as most tests need them: ``web`` is to be replaced from snapshot s-new."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage, Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.marks import Mark, digest
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, disk, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import FROM_SNAPSHOT, NOW

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image

MINUTE, DAY = 60.0, 86400.0


def replacing(**options: t.Any) -> DesiredImage:
    return DesiredImage(**{"image_name": "web", "source": FROM_SNAPSHOT, "recreate": "on_source_change", **options})


def mark(source: Source | None = FROM_SNAPSHOT, replaced_id: str = "m-old", age: float = MINUTE) -> str:
    return Mark(replaced_id, digest(DesiredImage(source=source)), NOW - age).text()


def old(**known: t.Any) -> Image:
    defaults = {"disk_device_mappings": [disk("s-old")], "description": "d", "tags": {"a": "1"}}
    return image("m-old", **{**defaults, **known})


def replacement(image_id: str = "m-new", marked: str | None = None, **known: t.Any) -> Image:
    """An image that an earlier run of ``replacing()`` created to replace ``old()``."""
    defaults = {
        "image_name": "web-replacement",
        "description": "d",
        "tags": {"a": "1", MARK: mark() if marked is None else marked},
        "disk_device_mappings": [disk("s-new")],
    }
    return image(image_id, **{**defaults, **known})


def ready(*more: Image, unique: bool = False) -> FakeImages:
    """A cloud in which the names are to be swapped next."""
    made = FakeImages(old(), replacement(), *more)
    made.names_unique = unique
    return made


def names(images: FakeImages) -> dict[str, str | None]:
    return {image_id: one["image_name"] for image_id, one in images.images.items()}


UNTOUCHED = {"m-old": "web", "m-new": "web-replacement"}
SWAPPED = {"m-old": "web-m-old", "m-new": "web"}
# Right before the swap, and right before the deletion that follows it.
BEFORE_THE_SWAP, BEFORE_THE_DELETION = ("by_ids", 1), ("by_ids", 2)
