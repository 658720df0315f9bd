# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sources copy_from and import_from in the options of a task, validated before the first request. Pure.

Imported only for tasks that give one of them, or an option that only they have.
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.validation import (
    blank_problems,
    entries,
    id_problems,
    quoted,
    signed_problems,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import buckets
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.copied import CopySource
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DISK_SIZE_GIB, MAXIMUM_DISKS
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.imported import ImportSource, StoredDisk
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.texts import SOURCES

if t.TYPE_CHECKING:  # pragma: no cover
    Params = t.Mapping[str, t.Any]

# The sources that an option is sent with; every other option is sent with all of them.
_ONLY_WITH = {
    "os_type": ("import_from",),
    "boot_mode": ("import_from",),
    "license_type": ("import_from",),
    "role_name": ("import_from",),
    "image_version": SOURCES[:3],
    "platform": (*SOURCES[:3], "import_from"),
    "architecture": (*SOURCES[:3], "import_from"),
}
_CHANGEABLE = ("boot_mode", "license_type")
# Compared with those of an existing image if the task gives no source.
_ALSO_WITHOUT_SOURCE = (*_CHANGEABLE, "image_version", "platform", "architecture")


def problems(params: Params) -> list[str]:
    """A sentence for each value that the API would reject or that is likely a mistake."""
    return [
        *_option_problems(params),
        *([] if params["copy_from"] is None else _copy_problems(params, params["copy_from"])),
        *([] if params["import_from"] is None else _import_problems(params, params["import_from"])),
    ]


def source_from(params: Params) -> CopySource | ImportSource | None:
    """The source, if the task gives one of these."""
    original = params["copy_from"]
    if original is not None:
        region = original["region"] or params.get("region")
        given = {name: value for name, value in original.items() if value is not None}
        return CopySource(region, region != params.get("region"), given, params["image_name"])
    if params["import_from"] is None:
        return None
    disks = tuple(
        StoredDisk(**{key: disk[key] for key in ("bucket", "object", "format", "size")})
        for disk in params["import_from"]
    )
    return ImportSource(disks, params["role_name"])


def _option_problems(params: Params) -> t.Iterator[str]:
    source = next((option for option in SOURCES if params[option] is not None), None)
    for option, sources in _ONLY_WITH.items():
        if params[option] is None or source in sources or (source is None and option in _ALSO_WITHOUT_SOURCE):
            continue
        instead = "and this task gives no source" if source is None else f"not with {source}"
        fitting = f"{' or '.join(sources)}{' or without a source' if option in _CHANGEABLE else ''}"
        yield f"{option} is only used with {fitting}, {instead}: omit {option}"


# --- copy_from -------------------------------------------------------------------------------------------------------


def _copy_problems(params: Params, original: Params) -> t.Iterator[str]:
    named = {f"copy_from.{option}": value for option, value in original.items()}
    yield from blank_problems(named)
    yield from signed_problems({"copy_from.image_name": original["image_name"]})
    yield from id_problems({"copy_from.image_id": original["image_id"], "copy_from.region": original["region"]})
    if (original["image_id"] is None) == (original["image_name"] is None):
        has = "neither" if original["image_id"] is None else "both"
        yield f"copy_from must have exactly one of image_id and image_name, but has {has}"
    if original["kms_key_id"] is not None and not original["encrypted"]:
        yield "copy_from.kms_key_id requires copy_from.encrypted: true, since only an encrypted copy has a key"
    own_region = params.get("region")
    if original["region"] not in (None, own_region):
        return
    if original["endpoint"] is not None:
        yield f"copy_from.endpoint requires copy_from.region with another region than that of the task, {own_region!r}"
    if original["image_name"] is not None and original["image_name"] == params["image_name"]:
        plain = "" if original["encrypted"] else ", and without copy_from.encrypted it would be no different"
        yield (
            f"copy_from names image {quoted(original['image_name'])} in the region of the task, {own_region!r}, and "
            f"the copy would have the same name{plain}: give another image_name, or another copy_from.region"
        )


# --- import_from -----------------------------------------------------------------------------------------------------


def _import_problems(params: Params, disks: t.Sequence[Params]) -> t.Iterator[str]:
    if not 1 <= len(disks) <= MAXIMUM_DISKS:
        yield f"import_from must have 1 to {MAXIMUM_DISKS} entries, but has {len(disks)}"
    for entry, disk in entries("import_from", disks).items():
        yield from _disk_problems(entry, disk)
    yield from _repeated(disks)
    yield from blank_problems({"role_name": params["role_name"]})
    yield from signed_problems({"role_name": params["role_name"]})
    if params["boot_mode"] == "bios" and (params["architecture"] or "").lower() == "arm64":
        yield "boot_mode is bios, but architecture is arm64, which boots only with uefi: set boot_mode=uefi, or omit it"


def _disk_problems(entry: str, disk: Params) -> t.Iterator[str]:
    bucket, name = disk["bucket"] or "", disk["object"] or ""
    blank = blank_problems({f"{entry}.bucket": disk["bucket"], f"{entry}.object": disk["object"]})
    yield from blank
    problem = buckets.bucket_problem(f"{entry}.bucket", bucket) if bucket.strip() else None
    if problem is not None:
        endpoint = ". Give only the name of the bucket, without an endpoint" if "." in bucket or "/" in bucket else ""
        yield f"{problem}{endpoint}"
    if name.strip():
        yield from buckets.object_problems(f"{entry}.object", name)
    # No release has a larger disk; the cloud checks the values in between.
    largest = DISK_SIZE_GIB[1]
    if disk["size"] is not None and not 1 <= disk["size"] <= largest:
        yield f"{entry}.size must be 1 to {largest} GiB, but is {disk['size']}"


def _repeated(disks: t.Sequence[Params]) -> t.Iterator[str]:
    first: dict[tuple[str, str], str] = {}
    for entry, disk in entries("import_from", disks).items():
        same = first.setdefault((disk["bucket"], disk["object"]), entry)
        if same != entry:
            yield f"{entry} has the same bucket and object as {same}: each disk must have a file of its own"
