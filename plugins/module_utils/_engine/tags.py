# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags, purely: which are valid, which belong to the platform, and what has to be set and unset."""

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


# Marks an image that is to replace another one, whose id is the value, until that other one is gone.
MARK = "apsarastack.cloud/replaces"


def is_reserved(key: str) -> bool:
    """Whether the key belongs to the platform or to this collection: it is never purged.

    The documents print the prefixes in lower case; the strict reading ignores case.
    """
    return key == MARK or key.lower().startswith(RESERVED_PREFIXES)


def own_tags(tags: t.Mapping[str, str]) -> dict[str, str]:
    """The tags that belong to the user, without those of the platform."""
    return {key: value for key, value in tags.items() if not is_reserved(key)}


def tag_changes(
    current: t.Mapping[str, str], desired: t.Mapping[str, str] | None, purge: bool
) -> tuple[dict[str, str], tuple[str, ...]]:
    """What has to be set, and which keys have to be unset, to get from ``current`` to ``desired``.

    ``desired`` None means "leave alone". Reserved keys are never unset.
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
    """The tags of a playbook as the API knows them: strings. None, and a sentence in ``problems``, for what is none."""
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
    """Sentences about what the API would reject; empty when all is well."""
    found = [_key_problem(key) or tag_value_problem(key, value) for key, value in tags.items()]
    return [problem for problem in [*found, count_problem(tags)] if problem is not None]


def count_problem(tags: t.Mapping[str, str]) -> str | None:
    """Whether an image with exactly these tags, the platform's own not counted, has too many of them."""
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
