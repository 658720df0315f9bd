# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk files of an import: what may be said of them, what is in the bucket, and what will come of it."""

from __future__ import annotations

import re
import typing as t

from ..errors import CloudError, missing
from ..oss import bucket_for
from ..world import Mapping

if t.TYPE_CHECKING:
    from ..context import Context
    from ..parameters import Arguments, Entry
    from ..world import StoredObject

# More than these are ignored.
_MOST_DISKS = 17
_FORMATS = ("raw", "vhd", "qcow2", "vmdk")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_PACKED = (".tar.gz", ".tgz", ".gz", ".zip", ".iso")
# GiB by the knob import_sizes, of the system disk and of a data disk.
_SIZES = {"2021": ((5, 500), (5, 1000)), "2025": ((1, 2048), (1, 2048))}


class Disks(t.NamedTuple):
    """`error`: why the import of them will fail, or nothing."""

    mappings: list[Mapping]
    error: str


def disks_of(context: Context, arguments: Arguments) -> Disks:
    """Raises CloudError."""
    entries = arguments.entries("DiskDeviceMapping")[:_MOST_DISKS]
    if not entries:
        raise CloudError("MissingParameter.DiskDeviceMapping")
    mappings, errors = [], []
    for number, entry in enumerate(entries):
        stored = _object(context, entry, arguments.required_text("RoleName"), number)
        mappings.append(_mapping(context, entry, stored, number))
        errors.append(_why_it_fails(entry, stored))
    return Disks(mappings, next(filter(None, errors), ""))


def _object(context: Context, entry: Entry, role: str, number: int) -> StoredObject:
    bucket_name, name = entry.get("OSSBucket", ""), entry.get("OSSObject", "")
    for member, value in (("OSSBucket", bucket_name), ("OSSObject", name)):
        if not value:
            raise missing(f"DiskDeviceMapping.{number + 1}.{member}")
    if not _BUCKET.fullmatch(bucket_name):
        raise CloudError("InvalidOSSBucket.Malformed")
    if "://" in name or name.startswith(("/", "\\")):
        raise CloudError("InvalidOSSObject.Malformed")
    _check_format(context, entry.get("Format", ""))
    if name.endswith(_PACKED):
        raise CloudError("UnsupportedSuffix.OSSObject")
    stored = bucket_for(context, bucket_name, role).objects.get(name)
    if stored is None:
        raise CloudError("InvalidOSSObject.NotFound")
    if stored.archived:
        raise CloudError("InvalidOSSObject.NeedRestore")
    return stored


def _check_format(context: Context, told: str) -> None:
    """In any case: clients that run on real sites send `qcow2`."""
    if told and told.lower() not in _FORMATS:
        raise CloudError("InvalidImageFormat.Malformed")
    if told and told.lower() not in context.knobs.import_formats.split(","):
        raise CloudError("InvalidImageFormat.RegionNotSupported")


def _mapping(context: Context, entry: Entry, stored: StoredObject, number: int) -> Mapping:
    """The first is the system disk. What else says of a device is deprecated and ignored."""
    smallest, largest = _SIZES[context.knobs.import_sizes][min(number, 1)]
    told = entry.get("DiskImageSize", "") or entry.get("DiskImSize", "")
    size = int(told) if re.fullmatch(r"[0-9]{1,9}", told) else 0 if told else max(stored.size, smallest)
    if not max(stored.size, smallest) <= size <= largest:
        raise CloudError("InvalidDataDiskSize" if number else "InvalidImageSize")
    return Mapping(
        device=f"/dev/xvd{chr(ord('a') + number)}",
        type="data" if number else "system",
        size=size,
        format=entry.get("Format", "") or stored.format,
        bucket=entry["OSSBucket"],
        object=stored.name,
    )


def _why_it_fails(entry: Entry, stored: StoredObject) -> str:
    told = entry.get("Format", "") or stored.format
    if told.lower() != stored.format.lower():
        return f"The format of {stored.name} is {stored.format}, not {told}."
    return stored.broken
