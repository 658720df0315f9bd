# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags: which are valid, which belong to the platform, and which must be set and unset. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import validation

MAXIMUM_TAGS = 20
MAXIMUM_TAG_LENGTH = 128
# Keys that the platform sets itself; its console adds ``ascm:`` keys to ECS resources.
RESERVED_PREFIXES = ("aliyun", "acs:", "ascm:", "http://", "https://")
_LINKS = ("http://", "https://")

TAG_KEY_RULE = "must have 1 to 128 characters and must not start with aliyun, acs:, ascm:, http:// or https://"
TAG_VALUE_RULE = "must have at most 128 characters and must not start with acs:, http:// or https://"
TAG_ERAS = "Some releases allow at most 64 characters in a key, and no http:// or https:// anywhere"


# Marks a replacement image with the id of the image being replaced, until that image is deleted.
MARK = "apsarastack.cloud/replaces"


def is_reserved(key: str) -> bool:
    """Whether the key belongs to the platform or to this collection: it is never purged.

    The documentation writes the prefixes in lower case; the strict interpretation ignores case.
    """
    return key == MARK or key.lower().startswith(RESERVED_PREFIXES)


def own_tags(tags: t.Mapping[str, str]) -> dict[str, str]:
    """The tags of the user, without those of the platform."""
    return {key: value for key, value in tags.items() if not is_reserved(key)}


def unmarked(tags: t.Mapping[str, str]) -> dict[str, str]:
    """The tags without the mark of a replacement image."""
    return {key: value for key, value in tags.items() if key != MARK}


def tag_changes(
    current: t.Mapping[str, str], desired: t.Mapping[str, str] | None, purge: bool
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The tags to set and the keys to unset to get from ``current`` to ``desired``.

    If ``desired`` is None, nothing changes. Reserved keys are never unset.
    """
    if desired is None:
        return {}, ()
    to_set = {key: value for key, value in desired.items() if current.get(key) != value}
    surplus = own_tags(current).keys() - desired.keys() if purge else ()
    return to_set, tuple(sorted(surplus))


def merged(current: t.Mapping[str, str], to_set: t.Mapping[str, str], to_unset: t.Iterable[str]) -> dict[str, str]:
    """The tags after both changes."""
    dropped = set(to_unset)
    return {key: value for key, value in {**current, **to_set}.items() if key not in dropped}


def read(raw: t.Mapping[t.Any, t.Any] | None, problems: list[str]) -> dict[str, str] | None:
    """The tags of a playbook as strings, as the API requires. None, with a sentence in ``problems``, for invalid
    ones."""
    if raw is None:
        return None
    found = [problem for key, value in raw.items() for problem in _misread(key, value) if problem is not None]
    problems += found
    return None if found else {str(key): str(value) for key, value in raw.items()}


def _misread(key: t.Any, value: t.Any) -> tuple[str | None, ...]:
    of_key, of_value = "a key in tags", f"the value of {validation.quoted(str(key))} in tags"
    return (
        validation.type_problem(of_key, key) or validation.template_problem(of_key, key),
        validation.type_problem(of_value, value) or validation.template_problem(of_value, value),
    )


def problems(tags: t.Mapping[str, str]) -> list[str]:
    """Sentences about what the API would reject; empty if there are no problems."""
    found = [_key_problem(key) or tag_value_problem(key, value) for key, value in tags.items()]
    return [problem for problem in [*found, count_problem(tags)] if problem is not None]


def count_problem(tags: t.Mapping[str, str]) -> str | None:
    """A sentence if an image with exactly these tags has too many, without counting those of the platform."""
    count = len(own_tags(tags))
    if count <= MAXIMUM_TAGS:
        return None
    return f"an image can have at most {MAXIMUM_TAGS} tags, but these would be {count}"


def _key_problem(key: str) -> str | None:
    if key == MARK:
        return f"the key {key!r} in tags is reserved for images that replace another one"
    return tag_key_problem(key)


def tag_key_problem(key: str) -> str | None:
    is_good = key.strip() and len(key) <= MAXIMUM_TAG_LENGTH and not key.lower().startswith(RESERVED_PREFIXES)
    return None if is_good else validation.broken("a key in tags", TAG_KEY_RULE, key)


def tag_value_problem(key: str, value: str) -> str | None:
    is_good = len(value) <= MAXIMUM_TAG_LENGTH and not value.lower().startswith(("acs:", *_LINKS))
    return (
        None if is_good else validation.broken(f"the value of {validation.quoted(key)} in tags", TAG_VALUE_RULE, value)
    )
