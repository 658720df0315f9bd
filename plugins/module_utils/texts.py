# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One rule for each text, as a sentence: what no release of the cloud takes, and what was not meant. Pure.

The same sentences are in the documentation of the options, in refusals before the first call, and in hints after an
error of the cloud. What some release takes is left to the cloud.
"""

from __future__ import annotations

import typing as t

NAME_LENGTH = (2, 128)
MAXIMUM_DESCRIPTION_LENGTH = 256
MAXIMUM_VERSION_LENGTH = 40
MAXIMUM_TAG_LENGTH = 128
# Keys that the platform sets itself; its console adds ``ascm:`` keys to ECS resources.
RESERVED_PREFIXES = ("aliyun", "acs:", "ascm:", "http://", "https://")
_LINKS = ("http://", "https://")

NAME_RULE = (
    "must have 2 to 128 characters, start with a letter, and contain only letters, digits, '.', ':', '_' and '-'"
)
# Where the documents of different releases disagree, for hints.
NAME_ERAS = (
    "Some releases do not accept '.' in a name, letters other than Latin and Chinese ones, or a name that starts with "
    "'acs:' or 'aliyun'"
)
DESCRIPTION_RULE = "must have at most 256 characters and must not start with http:// or https://"
DESCRIPTION_ERAS = "Some releases require at least 2 characters"
VERSION_RULE = "must have 1 to 40 printable ASCII characters"
TAG_KEY_RULE = "must have 1 to 128 characters and must not start with aliyun, acs:, ascm:, http:// or https://"
TAG_VALUE_RULE = "must have at most 128 characters and must not start with acs:, http:// or https://"
TAG_ERAS = "Some releases allow at most 64 characters in a key, and no http:// or https:// anywhere"

_TEMPLATE_MARKS = ("{{", "{%")
_LONGEST_QUOTE = 40
QUOTE_IT = (
    "quote it where it is written, or append `| string` to the template that it comes from (a template of a single "
    "variable keeps the variable's type)"
)


def name_problem(what: str, name: str) -> str | None:
    shortest, longest = NAME_LENGTH
    # Letters of any script: some releases take them, and none takes blanks or slashes.
    fits = all(character.isalnum() or character in ".:_-" for character in name)
    is_good = shortest <= len(name) <= longest and name[:1].isalpha() and fits
    return None if is_good else _problem(what, NAME_RULE, name)


def description_problem(what: str, text: str) -> str | None:
    is_good = len(text) <= MAXIMUM_DESCRIPTION_LENGTH and not text.lower().startswith(_LINKS)
    return None if is_good else _problem(what, DESCRIPTION_RULE, text)


def version_problem(what: str, text: str) -> str | None:
    is_good = 1 <= len(text) <= MAXIMUM_VERSION_LENGTH and text.isascii() and text.isprintable()
    return None if is_good else _problem(what, VERSION_RULE, text)


def tag_key_problem(key: str) -> str | None:
    is_good = key.strip() and len(key) <= MAXIMUM_TAG_LENGTH and not key.lower().startswith(RESERVED_PREFIXES)
    return None if is_good else _problem("a key in tags", TAG_KEY_RULE, key)


def tag_value_problem(key: str, value: str) -> str | None:
    is_good = len(value) <= MAXIMUM_TAG_LENGTH and not value.lower().startswith(("acs:", *_LINKS))
    return None if is_good else _problem(f"the value of {quoted(key)} in tags", TAG_VALUE_RULE, value)


def quoted(text: str) -> str:
    """The text as a message quotes it; a long one with its length."""
    if len(text) <= _LONGEST_QUOTE:
        return repr(text)
    return f"{text[:_LONGEST_QUOTE]!r}... ({len(text)} characters)"


def _problem(what: str, rule: str, text: str) -> str:
    return f"{what} {rule}, but is {quoted(text)}"


def type_problem(what: str, value: t.Any) -> str | None:
    """Why a value that YAML has read as another type than a string is refused.

    An integer is taken in its decimal spelling. A boolean or a floating-point number has lost its spelling: ``yes`` has
    become ``True`` and ``1.10`` has become ``1.1``.
    """
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return None
    if value is None:
        return f"{what} must be a string, but is null; '' is an empty one"
    problem = f"{what} must be a string, but is {value!r} ({type(value).__name__})"
    return f"{problem}: {QUOTE_IT}" if isinstance(value, (bool, float)) else problem


def template_problem(what: str, value: t.Any) -> str | None:
    """Why a text that still holds a template is refused: nobody names anything so."""
    if not isinstance(value, str) or not any(mark in value for mark in _TEMPLATE_MARKS):
        return None
    return (
        f"{what} is {value!r}: Ansible has not evaluated this template (values marked as unsafe are left as they are)"
    )
