# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The selection of images: validated before the first request, and compared exactly after the answer. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import AVAILABLE, is_usable
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import tags as tag_rules
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import validation
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.validation import (
    blank_problems,
    entries,
    id_problems,
    refuse,
    timeout_problems,
)

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import Images

_TIMES = ("created_after", "created_before")
_NEVER_BLANK = ("image_name", "name_regex", "snapshot_id", "image_family", *_TIMES)
# What the API has no filter for, or not in every release.
_COMPARED_ONLY = ("name_regex", *_TIMES, "usable", "newest")


@dataclass(frozen=True)
class Selection:
    """None omits a criterion. ``owner`` is an alias of the API, or ``all``."""

    image_ids: tuple[str, ...] | None = None
    image_name: str | None = None
    name_regex: re.Pattern[str] | None = None
    status: tuple[str, ...] | None = None
    owner: str = "self"
    tags: t.Mapping[str, str] = field(default_factory=dict)
    os_type: str | None = None
    architecture: str | None = None
    usage: str | None = None
    snapshot_id: str | None = None
    image_family: str | None = None
    created_after: float | None = None
    created_before: float | None = None
    usable: bool | None = None
    newest: int | None = None

    def found_in(self, images: Images) -> list[Image]:
        """The selected images, in the order of the API. Raises what ``Images`` raises."""
        filters = {name: value for name, value in vars(self).items() if name not in _COMPARED_ONLY}
        if self.usable and self.status is None:
            filters["status"] = (AVAILABLE,)
        return [image for image in images.search(**filters) if self.matches(image)]

    def matches(self, image: Image) -> bool:
        """Whether the image is selected: filters differ between releases, and some are ignored."""
        return all(
            (
                self.image_ids is None or image["image_id"] in self.image_ids,
                self.image_name in (None, image["image_name"]),
                self.name_regex is None or self.name_regex.search(image["image_name"] or "") is not None,
                self.status is None or image["status"] in self.status,
                self.owner in ("all", image["image_owner_alias"] or self.owner),
                self.tags.items() <= image["tags"].items(),
                # Older releases write Linux and Windows.
                self.os_type in (None, (image["os_type"] or "").lower()),
                self.architecture in (None, image["architecture"]),
                self.usage in (None, image["usage"]),
                self.snapshot_id is None or self.snapshot_id in _snapshot_ids(image),
                self.image_family in (None, image["image_family"]),
                self.usable in (None, is_usable(image)),
                self._is_of_the_time(image),
            )
        )

    def _is_of_the_time(self, image: Image) -> bool:
        if self.created_after is None and self.created_before is None:
            return True
        # Imported only for tasks that give a time, so that the others stay fast.
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import times  # noqa: PLC0415

        created = times.created_at(image)
        return created is not None and (
            (self.created_after is None or created >= self.created_after)
            and (self.created_before is None or created < self.created_before)
        )


def _snapshot_ids(image: Image) -> list[str | None]:
    return [disk["snapshot_id"] for disk in image["disk_device_mappings"]]


def selection_from(params: t.Mapping[str, t.Any]) -> Selection:
    """The selection from the parameters of a task. Raises RefusalError with a sentence for each invalid one."""
    named = {option: params[option] for option in _NEVER_BLANK}
    ids = entries("image_ids", params["image_ids"])
    problems = [
        *blank_problems({**named, **ids}),
        *id_problems({"snapshot_id": params["snapshot_id"], **ids}),
        *timeout_problems(params),
    ]
    if params["newest"] is not None and params["newest"] < 1:
        problems.append(f"newest must be at least 1, but is {params['newest']}; omit it to list all")
    name_regex = pattern(params["name_regex"], problems)
    tags = tag_rules.read(params["tags"], problems)
    moments = {option: _seconds(option, params[option], problems) for option in _TIMES}
    refuse(problems)
    return Selection(
        image_ids=_tuple(params["image_ids"]),
        image_name=params["image_name"],
        name_regex=name_regex,
        status=_tuple(params["status"]),
        owner=params["owner"],
        tags=tags or {},
        os_type=params["os_type"],
        architecture=params["architecture"],
        usage=params["usage"],
        snapshot_id=params["snapshot_id"],
        image_family=params["image_family"],
        usable=params["usable"],
        newest=params["newest"],
        **moments,
    )


def _seconds(option: str, text: str | None, problems: list[str]) -> float | None:
    """Since the epoch; None if it is omitted, and, with a sentence in ``problems``, if it is not a time."""
    if text is None or not text.strip():
        return None
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import times  # noqa: PLC0415

    seconds = times.seconds_of(text)
    if seconds is None:
        problems.append(validation.broken(option, times.RULE, text))
    return seconds


def _tuple(values: t.Sequence[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)


def pattern(text: str | None, problems: list[str]) -> re.Pattern[str] | None:
    """The pattern of ``name_regex``; None if it is omitted, and, with a sentence in ``problems``, if it is invalid."""
    try:
        return None if text is None else re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        hint = _from_shell(str(text)) or str(error)
        problems.append(f"name_regex {validation.quoted(str(text))} is not a valid Python regular expression ({hint})")
        return None


def _from_shell(pattern: str) -> str | None:
    """A question about the intended pattern, if it looks like one of a shell."""
    if re.fullmatch(r"[\w.*?:-]+", pattern) is None:
        return None
    meant = pattern.replace(".", r"\.").replace("*", ".*").replace("?", ".")
    return f"did you mean {validation.quoted(meant)}?"


def newest_first(images: t.Iterable[Image], newest: int | None = None) -> list[Image]:
    """Sorted by creation time, then by id for a stable order, and limited to the given number."""
    ordered = sorted(images, key=lambda image: (_moment(image), image["image_id"] or ""), reverse=True)
    return ordered[:newest]


def _moment(image: Image) -> str:
    """The creation time in seconds: some times of the API have only minutes (2017-12-10T04:04Z)."""
    moment = (image["creation_time"] or "").rstrip("Z")
    return f"{moment}:00" if moment.count(":") == 1 else moment
