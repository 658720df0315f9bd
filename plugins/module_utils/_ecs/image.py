# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented image, which the modules return, and its mapping from answers of the API."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.mapping import compiled


class Disk(t.TypedDict):
    device: str | None
    size: int | None
    snapshot_id: str | None
    type: str | None
    format: str | None
    progress: int | None
    import_bucket: str | None
    import_object: str | None
    encrypted: bool | None


class _Facts(t.TypedDict):
    image_name: str | None
    description: str | None
    status: str | None
    progress: int | None
    usable: bool | None
    size: int | None
    os_type: str | None
    os_name: str | None
    platform: str | None
    architecture: str | None
    boot_mode: str | None
    license_type: str | None
    image_version: str | None
    image_family: str | None
    image_owner_alias: str | None
    usage: str | None
    is_copied: bool | None
    is_subscribed: bool | None
    is_self_shared: bool | None
    creation_time: str | None
    product_code: str | None
    tags: dict[str, str]
    disk_device_mappings: list[Disk]
    region: str | None


class Image(_Facts):
    """An image that the cloud lists."""

    image_id: str


class Predicted(_Facts):
    """An image as a plan predicts it; one that does not exist yet has no id."""

    image_id: str | None


AVAILABLE = "Available"
DEPRECATED = "Deprecated"
FAILED = "CreateFailed"
UNAVAILABLE = "UnAvailable"
# The final statuses of an image, in which the cloud no longer processes it.
_SETTLED = (DEPRECATED, UNAVAILABLE, FAILED)


def is_failed(image: Image) -> bool:
    return image["status"] == FAILED


def is_deprecated(image: Image | Predicted) -> bool:
    return image["status"] == DEPRECATED


def is_usable(image: Image) -> bool:
    """Whether instances can be created from it, now and later."""
    # Newer releases report Available before the image works, and say so in Usable.
    return image["status"] == AVAILABLE and image["usable"] is not False


def is_settled(image: Image) -> bool:
    """False while the cloud processes the image; an unknown status counts as being processed."""
    return image["status"] in _SETTLED or is_usable(image)


def snapshots_of(images: t.Iterable[Image]) -> tuple[str, ...]:
    """The snapshots that the images use, without duplicates."""
    found = [disk["snapshot_id"] for image in images for disk in image["disk_device_mappings"]]
    return tuple(dict.fromkeys(one for one in found if one))


# Left: the documented key. Right: the API's field (reference of DescribeImages, 2014-05-26).
_EXPRESSION = """{
    image_id: ImageId, image_name: ImageName, description: Description, status: Status,
    progress: Progress, usable: Usable, size: Size, os_type: OSType, os_name: OSName,
    platform: Platform, architecture: Architecture, boot_mode: BootMode,
    license_type: LicenseType, image_version: ImageVersion, image_family: ImageFamily,
    image_owner_alias: ImageOwnerAlias, usage: Usage,
    is_copied: IsCopied, is_subscribed: IsSubscribed, is_self_shared: IsSelfShared, creation_time: CreationTime,
    product_code: ProductCode,
    tags: Tags.Tag[].{key: TagKey, value: TagValue},
    disk_device_mappings: DiskDeviceMappings.DiskDeviceMapping[].{
        device: Device, size: Size, snapshot_id: SnapshotId, type: Type, format: Format, progress: Progress,
        import_bucket: ImportOSSBucket, import_object: ImportOSSObject, encrypted: Encrypted
    }
}"""

# The API is inconsistent about scalars: sizes are strings or numbers, IsSelfShared is a string, Progress may have a
# percent sign.
_INTEGERS = ("size", "progress")
_BOOLEANS = ("usable", "is_copied", "encrypted", "is_subscribed", "is_self_shared")


def to_image(wire: t.Mapping[str, t.Any], region: str | None) -> Image:
    """One entry of ``Images.Image`` as the documented image; a field that the API omits becomes null."""
    shaped = compiled(_EXPRESSION).search(wire)
    disks = [_scalars(disk) for disk in shaped["disk_device_mappings"] or []]
    tags = {_text(tag["key"]): _text(tag["value"]) or "" for tag in shaped["tags"] or [] if tag["key"] is not None}
    # Documented in lower case, as the option is.
    shaped["boot_mode"] = shaped["boot_mode"] and str(shaped["boot_mode"]).lower()
    return t.cast("Image", {**_scalars(shaped), "tags": tags, "disk_device_mappings": disks, "region": region})


def image_stub(**known: t.Any) -> Predicted:
    """An image with only the values of ``known``, such as the prediction of a plan before the cloud has created it."""
    empty = dict.fromkeys(("image_id", *_Facts.__annotations__))
    return t.cast("Predicted", {**empty, "tags": {}, "disk_device_mappings": [], **known})


def _scalars(shaped: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    result: dict[str, t.Any] = {}
    for key, value in shaped.items():
        if key in _INTEGERS:
            result[key] = to_integer(value)
        elif key in _BOOLEANS:
            result[key] = to_boolean(value)
        else:
            result[key] = _text(value)
    return result


def _text(value: t.Any) -> str | None:
    return None if value is None else str(value)


def to_integer(value: t.Any) -> int | None:
    """``40``, ``"40"`` and ``"40%"`` are 40; anything that is not a number is null."""
    try:
        return int(str(value).strip().rstrip("%"))
    except ValueError:
        return None


def to_boolean(value: t.Any) -> bool | None:
    """``true``, ``"True"`` and ``"TRUE"`` are true; any other value that is not false is null."""
    return {"true": True, "false": False}.get(str(value).strip().lower())
