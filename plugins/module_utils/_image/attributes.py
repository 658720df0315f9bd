# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks whether an image can get the family, the boot mode, the license and the status of the task. Pure, given a
reader. Imported only for tasks that give one of them, and for deprecated images."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import AVAILABLE, is_deprecated, is_settled
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import changes
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.obstacles import named, refusal

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.reader import Reader
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError


def judged(desired: DesiredImage, image: Image, after: Image, reader: Reader) -> tuple[Image, list[str]]:
    """The image as it can be, and warnings. ``after``: as it would be. Raises RefusalError."""
    told: dict[str, t.Any] = {**image}
    for option in ("boot_mode", "license_type"):
        # An import was given them when it began.
        if getattr(desired, option) is not None and desired.source is None and not told[option]:
            raise _not_reported(image, option)
    if after["boot_mode"] != image["boot_mode"] and image["usage"] == "instance":
        raise _boot_mode_in_use(image, after, reader.users(image["image_id"]))
    if is_deprecated(after) and not is_deprecated(image):
        _judge_deprecation(desired, image)
    late = [] if desired.wait or is_settled(image) else changes.attribute_changes(after, image)
    known = t.cast("Image", {**after, **{name: told[name] for name in late}})
    return known, [*_warnings(desired, image), *(_too_early(image, name) for name in late)]


def _judge_deprecation(desired: DesiredImage, image: Image) -> None:
    if image["is_self_shared"] and not desired.withdraws_from_all:
        raise refusal(
            f"{named(image)} is shared with other accounts, and the cloud deprecates no shared image. Stop sharing it "
            "with share_with=[] and purge_shares=true, or omit deprecated.",
            "shared",
            image,
        )
    if image["status"] != AVAILABLE and not desired.wait:
        raise refusal(f"{named(image)} is {image['status']}: {_REQUIRES_WAIT}", "invalid_input", image)


def _too_early(image: Image, option: str) -> str:
    return f"image {image['image_id']} is {image['status']}: {option} is {CHANGED_LATER}"


def judge_new(desired: DesiredImage) -> None:
    """For an image that will be created. Raises RefusalError."""
    if desired.deprecated and not desired.wait:
        raise refusal(f"No image named {desired.image_name!r} exists: {_REQUIRES_WAIT}", "invalid_input")


CHANGED_LATER = "set only once the image is usable: run the task again then, or set wait=true"
_REQUIRES_WAIT = "deprecated=true requires wait=true, since the cloud deprecates only images that are Available."


def _warnings(desired: DesiredImage, image: Image) -> t.Iterator[str]:
    if desired.deprecated is None and is_deprecated(image):
        yield (
            f"image {image['image_id']} is Deprecated, so no new instances should be created from it: set "
            "deprecated=false to make it usable again, or deprecated=true if it is to stay so"
        )
    current, wanted = image["license_type"], desired.license_type
    if current == "BYOL" and wanted not in (None, current):
        yield (
            f"image {image['image_id']}: its license_type is 'BYOL', not {wanted!r}, and the cloud changes it only to "
            "BYOL"
        )


def _not_reported(image: Image, option: str) -> RefusalError:
    return refusal(
        f"{named(image)}: this site does not report the {option} of an image, so that it can be neither compared nor "
        f"confirmed after a change. Omit {option}.",
        "not_supported_by_site",
        image,
    )


def _boot_mode_in_use(image: Image, after: Image, instance_ids: t.Sequence[str]) -> RefusalError:
    users = ", ".join(instance_ids) if instance_ids else "instances that this access key is not allowed to list"
    return refusal(
        f"{named(image)} is in use by {users}, and the cloud changes the boot mode only of an image without instances: "
        f"its boot_mode is {image['boot_mode']!r}, not {after['boot_mode']!r}. Omit boot_mode, or delete these "
        "instances first.",
        "in_use",
        image,
    )
