# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a replacement image takes over from the image being replaced, because neither the task nor the source says it.
Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._image import changes

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage

NAMES = (*changes.CREATE_ONLY, "boot_mode", "license_type")
# The values that can be given to a new image. Others are those that it has anyway, or values of newer releases.
_ACCEPTED = {
    "architecture": ("i386", "x86_64", "arm64"),
    "os_type": ("linux", "windows"),
    "boot_mode": ("bios", "uefi"),
    "license_type": ("Aliyun", "BYOL"),
}
_WINDOWS = "windows"


def carried(desired: DesiredImage, image: Image, lacking: t.Collection[str]) -> dict[str, t.Any]:
    """The properties of ``NAMES`` that the replacement of the image is given: those of the task, and those of the image
    where the task omits one that its source lacks."""
    return {name: _carried(name, desired, image, lacking) for name in NAMES}


def warnings(desired: DesiredImage, image: Image, lacking: t.Collection[str]) -> t.Iterator[str]:
    """What a replacement by import may lose, because the site does not report it, or the import does not take it."""
    if desired.source is None or desired.source.kind != "import":
        return
    kept = carried(desired, image, lacking)
    current: dict[str, t.Any] = {**image}
    for name in NAMES:
        if name not in lacking or getattr(desired, name) is not None or kept[name] is not None:
            continue
        told = current[name]
        if told and name in ("boot_mode", "architecture") and told not in _ACCEPTED[name]:
            yield (
                f"{name} of image {image['image_id']} is {told!r}, which an import cannot be given, so that its "
                f"replacement gets the default of the cloud: set {name}"
            )
        if not told and _may_be_lost(name, kept):
            yield (
                f"this site does not report {name} of image {image['image_id']}, so that its replacement cannot take "
                f"it over: set {name} if the image was imported with one"
            )


def _may_be_lost(name: str, kept: t.Mapping[str, t.Any]) -> bool:
    is_windows = kept["os_type"] == _WINDOWS or _is_windows(kept["platform"])
    return name == "boot_mode" or (name == "license_type" and is_windows)


def _carried(name: str, desired: DesiredImage, image: Image, lacking: t.Collection[str]) -> t.Any:
    given, current = getattr(desired, name), t.cast("dict[str, t.Any]", image)
    if given is not None or name not in lacking:
        return given
    # Older releases write Linux and Windows.
    told = str(current[name] or "").lower() if name == "os_type" else current[name]
    is_accepted = bool(told) and told in _ACCEPTED.get(name, (told,))
    return told if is_accepted and _fits(name, told, desired) else None


def _fits(name: str, told: str, desired: DesiredImage) -> bool:
    """Whether it fits what the task gives: the system of the new image may be another one."""
    if name == "os_type" and desired.platform is not None:
        return _is_windows(desired.platform) == (told == _WINDOWS)
    if name == "platform" and desired.os_type is not None:
        return _is_windows(told) == (desired.os_type == _WINDOWS)
    return name != "boot_mode" or told != "bios" or (desired.architecture or "").lower() != "arm64"


def _is_windows(platform: str | None) -> bool:
    return (platform or "").startswith("Windows")
