# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags, purely: which are valid, which belong to the platform, and what has to be set and unset."""

from __future__ import annotations

import typing as t

MAXIMUM_TAGS = 20
MAXIMUM_KEY_LENGTH = 128
MAXIMUM_VALUE_LENGTH = 128

# Marks an image that is to replace another one, whose id is the value, until that other one is gone.
MARK = "apsarastack.cloud/replaces"

# Keys the platform sets itself; its console adds ``ascm:`` keys to ECS resources. They are never purged.
RESERVED_PREFIXES = ("aliyun", "acs:", "ascm:", "http://", "https://")


def is_reserved(key: str) -> bool:
    """Whether the key belongs to the platform or to this collection.

    The documents print the prefixes in lower case; the strict reading ignores case.
    """
    return key == MARK or key.lower().startswith(RESERVED_PREFIXES)


def own_tags(tags: t.Mapping[str, str]) -> dict[str, str]:
    """The tags that belong to the user, without those of the platform."""
    return {key: value for key, value in tags.items() if not is_reserved(key)}


def tag_changes(
    current: t.Mapping[str, str], wished: t.Mapping[str, str] | None, purge: bool
) -> tuple[dict[str, str], tuple[str, ...]]:
    """What has to be set, and which keys have to be unset, to get from ``current`` to ``wished``.

    ``wished`` None means "leave alone". Reserved keys are never unset.
    """
    if wished is None:
        return {}, ()
    to_set = {key: value for key, value in wished.items() if current.get(key) != value}
    surplus = own_tags(current).keys() - wished.keys() if purge else ()
    return to_set, tuple(sorted(surplus))


def merged(current: t.Mapping[str, str], to_set: t.Mapping[str, str], to_unset: t.Iterable[str]) -> dict[str, str]:
    """The tags after both changes."""
    dropped = set(to_unset)
    return {key: value for key, value in {**current, **to_set}.items() if key not in dropped}


def as_text(raw: t.Mapping[t.Any, t.Any]) -> dict[str, str]:
    """The tags of a playbook as the API knows them: text.

    A whole number has one spelling, so it is taken as it is written. Any other type has several (``yes`` arrives
    as ``True``, ``1.10`` as ``1.1``), so it raises ValueError with a sentence that asks for quotes.
    """
    return {_one_text("key", key, key): _one_text("value", value, key) for key, value in raw.items()}


def _one_text(part: str, value: t.Any, key: t.Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ValueError(
        f"the {part} of tag {key!r} is {value!r} ({type(value).__name__}), but tags are text: "
        "put the text that you mean in quotes ('' for an empty value)"
    )


def problems(tags: t.Mapping[str, str]) -> list[str]:
    """Sentences about what the API would reject; empty when all is well."""
    found = [_key_problem(key) or _value_problem(key, value) for key, value in tags.items()]
    return [problem for problem in [*found, count_problem(tags)] if problem is not None]


def count_problem(tags: t.Mapping[str, str]) -> str | None:
    """Whether an image with exactly these tags, the platform's own not counted, has too many of them."""
    count = len(own_tags(tags))
    if count <= MAXIMUM_TAGS:
        return None
    return f"an image holds at most {MAXIMUM_TAGS} tags, and these would be {count}"


def _key_problem(key: str) -> str | None:
    if not 1 <= len(key) <= MAXIMUM_KEY_LENGTH:
        return f"a tag key has 1 to {MAXIMUM_KEY_LENGTH} characters, and {key[:40]!r} has {len(key)}"
    if key == MARK:
        return f"the tag key {key!r} is kept for images that replace another one"
    if is_reserved(key):
        return f"the tag key {key!r} begins with one of {', '.join(RESERVED_PREFIXES)}, which the platform reserves"
    return None


def _value_problem(key: str, value: str) -> str | None:
    if len(value) > MAXIMUM_VALUE_LENGTH:
        return f"a tag value has at most {MAXIMUM_VALUE_LENGTH} characters, and that of {key!r} has {len(value)}"
    if value.lower().startswith(("acs:", "http://", "https://")):
        return f"the value of tag {key!r} begins with acs:, http:// or https://, which the platform rejects"
    return None
