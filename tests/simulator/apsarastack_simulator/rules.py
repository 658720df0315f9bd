# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The value rules of the API: names, descriptions, tags."""

from __future__ import annotations

import re
import typing as t

from .errors import CloudError

if t.TYPE_CHECKING:
    from .parameters import Arguments, Entry
    from .world import Tags

TAGS_PER_RESOURCE = 20
PLATFORMS = frozenset(
    (
        "Aliyun", "Anolis", "CentOS", "CoreOS", "Customized Linux", "Debian", "FreeBSD", "Gentoo", "OpenSUSE",
        "Others Linux", "RedHat", "SUSE", "Ubuntu", "Windows 7", "Windows Server 2003", "Windows Server 2008",
        "Windows Server 2012", "Windows Server 2016", "Windows Server 2019", "Windows Server 2022",
    )
)  # fmt: skip
# Newer ones, which only imports are documented to take.
IMPORT_PLATFORMS = PLATFORMS | {"AlmaLinux", "Fedora", "Fedora CoreOS", "Kylin", "Rocky Linux", "UOS"}
ARCHITECTURES = ("i386", "x86_64", "arm64")
BOOT_MODES = ("BIOS", "UEFI", "UEFI-Preferred")
_LINK = re.compile(r"https?://", re.IGNORECASE)
_RESERVED = re.compile(r"(aliyun|acs:)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff:_\-]{1,127}")
_NAME_WITH_DOTS = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff:_.\-]{1,127}")
_VERSION = re.compile(r"[\x20-\x7e]{1,40}")


def is_image_name(name: str, release: str) -> bool:
    """2-128 characters, a Latin or Chinese letter first. The pages of 2021 brought the dot and the reserved beginnings.

    `release`: see the knob image_names.
    """
    fits_2018 = _NAME.fullmatch(name) is not None
    fits_2021 = _NAME_WITH_DOTS.fullmatch(name) is not None and not _RESERVED.match(name)
    return {"strict": fits_2018 and fits_2021, "2018": fits_2018, "2021": fits_2021}[release]


def check_image_name(name: str | None, release: str) -> None:
    if name is not None and not is_image_name(name, release):
        raise CloudError("InvalidImageName.Malformed")


def check_image_family(family: str | None) -> None:
    """Families came with the newer rule of names."""
    if family is not None and not is_image_name(family, "2021"):
        raise CloudError("InvalidImageFamily.Malformed")


def check_description(description: str | None, minimum: int) -> None:
    if description is None:
        return
    if not minimum <= len(description) <= 256 or _LINK.match(description):
        raise CloudError("InvalidDescription.Malformed")


def check_version(version: str | None) -> None:
    if version is not None and not _VERSION.fullmatch(version):
        raise CloudError("InvalidImageVersion.Malformed")


def check_member(value: str | None, allowed: t.Container[str], code: str) -> None:
    if value is not None and value not in allowed:
        raise CloudError(code)


def tags_in(arguments: Arguments, name: str = "Tag") -> Tags:
    """Tags to set. Raises CloudError for a bad, missing or repeated key, or a bad value."""
    tags: Tags = {}
    for entry in arguments.entries(name):
        key, value = entry.get("Key", ""), entry.get("Value", "")
        check_tag(key, value)
        if key in tags:
            raise CloudError("Duplicate.TagKey")
        tags[key] = value
    return tags


def check_tag(key: str, value: str) -> None:
    if not 1 <= len(key) <= 128 or _RESERVED.match(key) or _LINK.search(key):
        raise CloudError("InvalidTagKey.Malformed")
    if len(value) > 128 or value.lower().startswith("acs:") or _LINK.search(value):
        raise CloudError("InvalidTagValue.Malformed")


def tag_filters(entries: t.Iterable[Entry]) -> list[tuple[str, str | None]]:
    """(key, value or None for any value). Raises CloudError for a value without a key."""
    filters = []
    for entry in entries:
        if not entry.get("Key"):
            raise CloudError("InvalidTag.Mismatch")
        filters.append((entry["Key"], entry.get("Value")))
    return filters


def has_tags(tags: Tags, filters: t.Iterable[tuple[str, str | None]]) -> bool:
    return all(key in tags and (value is None or tags[key] == value) for key, value in filters)
