# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired retention of a task: immutable, and validated before the first request."""

from __future__ import annotations

import re
import string
import typing as t
from dataclasses import dataclass, field

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import tags as tag_rules
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.validation import (
    blank_problems,
    quoted,
    refuse,
    timeout_problems,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.selection import pattern

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image

AGE_RULE = "must be a number with one of the units h, d and w, for example 30d"
_AGE = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_UNITS = {"h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}
_CRITERIA = ("name_regex", "tags", "image_family")
# Null is treated as omitted. Here it would select or remove more than intended, usually because of an empty variable.
_NEVER_NULL = (*_CRITERIA, "older_than", "action", "keep_deprecated")

# Names that have nothing in common, not even two certain characters in a row: of any first letter, length and end.
_LETTERS = "qzxjkvwpfbgmychduslnrtioae"
_STARTS = (*(letter + _LETTERS for letter in string.ascii_letters), *(_LETTERS[:end] for end in range(2, 13)))
_ENDS = ("", "-7", "_7", ".7", ":7", "7", "-v7", "-20261126", "-2026-11-26", "-2026-11-26-0317")


@dataclass(frozen=True)
class DesiredRetention:
    """``keep``: how many usable images stay at least. ``older_than``: in seconds. ``action``: delete or deprecate.
    ``keep_deprecated``: how many deprecated images stay as well. None omits a criterion or a limit."""

    keep: int
    name_regex: re.Pattern[str] | None = None
    tags: t.Mapping[str, str] = field(default_factory=dict)
    image_family: str | None = None
    older_than: float | None = None
    action: str = "delete"
    delete_snapshots: bool = False
    remove_deprecated: bool = False
    keep_deprecated: int = 0
    remove_failed: bool = False

    def selects(self, image: Image) -> bool:
        """Whether the image fits all criteria."""
        return (
            (self.name_regex is None or self.name_regex.search(image["image_name"] or "") is not None)
            and self.tags.items() <= image["tags"].items()
            and self.image_family in (None, image["image_family"])
        )

    def handle(self) -> str:
        """The images as sentences name them."""
        criteria = {
            "name_regex": None if self.name_regex is None else quoted(self.name_regex.pattern),
            "tags": ",".join(f"{key}={self.tags[key]}" for key in sorted(self.tags)) or None,
            "image_family": self.image_family,
        }
        return "images with " + " and ".join(f"{name} {value}" for name, value in criteria.items() if value is not None)


def desired_from(params: t.Mapping[str, t.Any], nulls: t.Container[str] = ()) -> DesiredRetention:
    """The desired retention from the parameters of a task, whose types the argument spec has checked.

    ``nulls``: the options that the task sets to null. Raises RefusalError with a sentence for each value that is
    invalid, or that would select or remove more than is likely to be intended.
    """
    problems = [
        *_null_problems(nulls),
        *blank_problems({option: params[option] for option in ("name_regex", "image_family", "older_than")}),
        *_empty_tags_problems(params["tags"]),
        *timeout_problems(params),
        *_combination_problems(params),
    ]
    if params["keep"] < 1:
        problems.append(f"keep must be at least 1, but is {params['keep']}")
    if params["keep_deprecated"] < 0:
        problems.append(f"keep_deprecated must be at least 0, but is {params['keep_deprecated']}")
    name_regex = pattern(params["name_regex"], problems)
    tags = tag_rules.read(params["tags"], problems) or {}
    older_than = _age(params["older_than"], problems)
    if not problems:
        problems += _criteria_problems(name_regex, tags, params["image_family"])
    refuse(problems)
    return DesiredRetention(
        keep=params["keep"],
        name_regex=name_regex,
        tags=tags,
        image_family=params["image_family"],
        older_than=older_than,
        action=params["action"],
        delete_snapshots=params["delete_snapshots"],
        remove_deprecated=params["remove_deprecated"],
        keep_deprecated=params["keep_deprecated"],
        remove_failed=params["remove_failed"],
    )


def _null_problems(nulls: t.Container[str]) -> list[str]:
    return [
        f"{option} is null: give a value, or omit the option (in a template: `default(omit)`)"
        for option in _NEVER_NULL
        if option in nulls
    ]


def _empty_tags_problems(tags: t.Mapping[t.Any, t.Any] | None) -> list[str]:
    # Beside another criterion, tags from an empty variable would silently widen the selection.
    if tags != {}:
        return []
    return ["tags is empty and fits every image: give tags, or omit the option (in a template: `default(omit, true)`)"]


def _combination_problems(params: t.Mapping[str, t.Any]) -> list[str]:
    found = []
    if params["keep_deprecated"] and not params["remove_deprecated"]:
        found.append("keep_deprecated requires remove_deprecated=true, since no deprecated image would be deleted")
    if params["action"] == "delete":
        return found
    if params["remove_deprecated"]:
        found.append("remove_deprecated requires action=delete")
    if params["delete_snapshots"] and not params["remove_failed"]:
        found.append("delete_snapshots requires action=delete or remove_failed=true, since no image would be deleted")
    return found


def _criteria_problems(
    name_regex: re.Pattern[str] | None, tags: t.Mapping[str, str], image_family: str | None
) -> list[str]:
    if tags or image_family is not None:
        return []
    if name_regex is None:
        return [f"one of {', '.join(_CRITERIA)} is required, so that the task does not remove every image"]
    if not _fits_any_name(name_regex):
        return []
    return [
        f"name_regex {quoted(name_regex.pattern)} fits names of images that have nothing in common, so the task would "
        "remove almost every image: give a pattern with the beginning of the names, for example ^web-golden-, or also "
        "give tags or image_family"
    ]


def _fits_any_name(name_regex: re.Pattern[str]) -> bool:
    """Whether the pattern does not even require two certain characters in a row."""
    return any(name_regex.search(name) for name in ("", *(start + end for start in _STARTS for end in _ENDS)))


def _age(text: str | None, problems: list[str]) -> float | None:
    """Seconds."""
    if text is None or not text.strip():
        return None
    found = _AGE.fullmatch(text)
    if found is None:
        problems.append(f"older_than {AGE_RULE}, but is {quoted(text)}")
        return None
    return int(found[1]) * _UNITS[found[2]]
