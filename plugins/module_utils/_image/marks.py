# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a replacement image is recognized: its mark and its temporary name. Pure.

The mark is a tag that the replacement image has from its creation until the image being replaced is deleted. It
contains the id of that image, a digest of the source, and the start time, so that a later run can identify unfinished
work.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import changes

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage

LONGEST_NAME = 128
# The parts of a mark: the replaced id, the digest, the start time.
PARTS = 3
DIGEST_LENGTH = 16
# An older replacement is not the desired state of a task that creates a new image in each run.
RECENT_SECONDS = 3 * 3600.0
# The clock of another controller may be ahead by this much; a later start was not written by a run.
CLOCK_SKEW = 15 * 60.0

_TEMPORARY = "replacement"
# Two, so that a new one can be created in addition to an outdated one that must not be deleted yet.
_TEMPORARY_SUFFIXES = (_TEMPORARY, f"{_TEMPORARY}-2")
_TIME_FORMAT = "%Y%m%dT%H%M%SZ"


class Mark(t.NamedTuple):
    """``digest``: of the source and the fixed properties. ``begun``: seconds since the epoch."""

    replaced_id: str
    digest: str
    begun: float

    def text(self) -> str:
        """The value of the tag."""
        return f"{self.replaced_id}/{self.digest}/{_utc(self.begun).strftime(_TIME_FORMAT)}"

    def is_recent(self, now: float) -> bool:
        return -CLOCK_SKEW <= now - self.begun <= RECENT_SECONDS

    def age(self, now: float) -> str:
        """The start time and the age, for sentences."""
        minutes = round((now - self.begun) / 60)
        distance = f"{minutes} minutes ago" if minutes >= 0 else f"{-minutes} minutes in the future"
        return f"begun {_utc(self.begun).strftime('%Y-%m-%dT%H:%M:%SZ')}, {distance}"


def mark_of(image: Image) -> Mark | None:
    """The mark of the image; None if it has none, or one that this module never wrote.

    Release 1.0.0 wrote only the id, to images with another temporary name, whose source is unknown.
    """
    parts = image["tags"].get(MARK, "").split("/")
    if len(parts) != PARTS or parts[0] in ("", image["image_id"]) or len(parts[1]) != DIGEST_LENGTH:
        return None
    begun = _epoch(parts[2])
    return None if begun is None else Mark(parts[0], parts[1], begun)


def purpose(image: Image) -> str:
    """What an image with a mark was created for; empty for any other image."""
    mark = mark_of(image)
    if mark is None:
        return ""
    return (
        f"image {image['image_id']} is replacing image {mark.replaced_id}, and the replacement is not finished: "
        "run the task with recreate again to finish it"
    )


def replacement_in(images: t.Sequence[Image]) -> Image | None:
    """The replacement image of two usable images with the same name, which are not ambiguous; None if neither replaces
    the other."""
    for image in images:
        mark = mark_of(image)
        if mark is not None and {one["image_id"] for one in images} == {image["image_id"], mark.replaced_id}:
            return image
    return None


def digest(desired: DesiredImage) -> str:
    """The digest of everything that a new image is created from: two tasks with the same digest would create the same
    image."""
    made_from = {} if desired.source is None else desired.source.as_dict()
    # The cloud changes a license only to BYOL.
    labels = {**changes.create_only(desired), "license_type": desired.license_type}
    given = {name: value for name, value in labels.items() if value is not None}
    text = json.dumps({**made_from, **given}, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def temporary_names(image_name: str) -> tuple[str, ...]:
    """The temporary names of a replacement image for this name, in order of preference."""
    return tuple(_with_suffix(image_name, suffix) for suffix in _TEMPORARY_SUFFIXES)


def replaced_name(image_name: str, image_id: str) -> str:
    """The name of a replaced image until it is deleted; the id makes it unique."""
    return _with_suffix(image_name, image_id)


def has_replaced_name(image: Image, image_name: str) -> bool:
    """Whether the image has the name of a replaced image that is to be deleted.

    A mark is a tag that anybody can write, so it alone never causes a deletion.
    """
    return image["image_name"] == replaced_name(image_name, image["image_id"])


def is_unfinished(image: Image) -> bool:
    """Whether its mark or its name say that it takes part in a replacement that is not finished."""
    temporary = tuple(f"-{suffix}" for suffix in (*_TEMPORARY_SUFFIXES, image["image_id"]))
    return MARK in image["tags"] or (image["image_name"] or "").endswith(temporary)


def replaced_by(images: t.Iterable[Image]) -> frozenset[str]:
    """The ids of the images that are being replaced according to the marks of ``images``, of any release."""
    return frozenset(image["tags"][MARK].partition("/")[0] for image in images if MARK in image["tags"])


def _with_suffix(image_name: str, suffix: str) -> str:
    whole = f"{image_name}-{suffix}"
    if len(whole) <= LONGEST_NAME:
        return whole
    # Two long names with the same beginning must not share a temporary name.
    unique = hashlib.sha256(image_name.encode()).hexdigest()[:8]
    return f"{image_name[: LONGEST_NAME - len(suffix) - len(unique) - 2]}-{unique}-{suffix}"


def _utc(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, tz=datetime.timezone.utc)


def _epoch(text: str) -> float | None:
    try:
        return datetime.datetime.strptime(f"{text}+0000", f"{_TIME_FORMAT}%z").timestamp()
    except ValueError:
        return None
