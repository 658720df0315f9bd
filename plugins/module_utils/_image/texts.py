# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One rule for each string, as a sentence, about what no release of the cloud accepts or what is a mistake. Pure.

The same sentences are in the documentation of the options, in refusals before the first call, and in hints after an
error of the cloud. What some releases accept is left to the cloud.
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.validation import broken

SOURCES = ("instance_id", "snapshot_id", "disk_device_mapping", "copy_from", "import_from")
NAME_LENGTH = (2, 128)
MAXIMUM_DESCRIPTION_LENGTH = 256
MAXIMUM_VERSION_LENGTH = 40
_RESERVED = ("acs:", "aliyun")
_LINKS = ("http://", "https://")

NAME_RULE = (
    "must have 2 to 128 characters, start with a letter, and contain only letters, digits, '.', ':', '_' and '-'"
)
# Differences between the documentation of releases, for hints.
NAME_ERAS = (
    "Some releases do not accept '.' in a name, letters other than Latin and Chinese ones, or a name that starts with "
    "'acs:' or 'aliyun'"
)
# Image families are newer than the rules that differ between releases.
FAMILY_RULE = f"{NAME_RULE}, and must not start with 'acs:' or 'aliyun'"
DESCRIPTION_RULE = "must have at most 256 characters and must not start with http:// or https://"
DESCRIPTION_ERAS = "Some releases require at least 2 characters"
VERSION_RULE = "must have 1 to 40 printable ASCII characters"


def name_problem(what: str, name: str) -> str | None:
    return None if _is_name(name) else broken(what, NAME_RULE, name)


def family_problems(what: str, family: str | None) -> list[str]:
    if family is None:
        return []
    if not family.strip():
        return [f"{what} is empty, but an image cannot be removed from its family: give another family, or omit it"]
    is_good = _is_name(family) and not family.lower().startswith(_RESERVED)
    return [] if is_good else [broken(what, FAMILY_RULE, family)]


def _is_name(name: str) -> bool:
    shortest, longest = NAME_LENGTH
    # Letters of any script: some releases accept them, but none accepts blanks or slashes.
    fits = all(character.isalnum() or character in ".:_-" for character in name)
    return shortest <= len(name) <= longest and name[:1].isalpha() and fits


def description_problem(what: str, text: str) -> str | None:
    is_good = len(text) <= MAXIMUM_DESCRIPTION_LENGTH and not text.lower().startswith(_LINKS)
    return None if is_good else broken(what, DESCRIPTION_RULE, text)


def version_problem(what: str, text: str) -> str | None:
    is_good = 1 <= len(text) <= MAXIMUM_VERSION_LENGTH and text.isascii() and text.isprintable()
    return None if is_good else broken(what, VERSION_RULE, text)


def null_sources(nulls: t.Collection[str]) -> str:
    """Which sources of the task are null, as the end of a sentence. A template may have turned one into null."""
    named = [option for option in SOURCES if option in nulls]
    are = "is" if len(named) == 1 else "are"
    return f" ({' and '.join(named)} {are} null in the task, which counts as omitted)" if named else ""
