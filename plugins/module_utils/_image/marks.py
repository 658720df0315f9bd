# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a replacement image is known: its mark and its temporary name. Pure.

The mark is one tag that the replacement image carries from its first moment until the image that it replaces is gone.
It says which image that is, from what the replacement was made, and when it was begun: so a later run knows whose
unfinished work it has found.
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
# Of a mark: the replaced id, the digest, the begin.
PARTS = 3
DIGEST_LENGTH = 16
# A replacement that was begun longer ago does not answer a task that asks for a new image each time.
RECENT_SECONDS = 3 * 3600.0

_TEMPORARY = "replacement"
# Two, so that a new one can be made beside one that is of no use any more but must not be deleted before.
_TEMPORARY_SUFFIXES = (_TEMPORARY, f"{_TEMPORARY}-2")
_TIME_FORMAT = "%Y%m%dT%H%M%SZ"


class Mark(t.NamedTuple):
    """``digest``: of source and create-only attributes. ``begun``: seconds since the epoch."""

    replaced_id: str
    digest: str
    begun: float

    def text(self) -> str:
        """The value of the tag."""
        return f"{self.replaced_id}/{self.digest}/{_utc(self.begun).strftime(_TIME_FORMAT)}"

    def is_recent(self, now: float) -> bool:
        return now - self.begun <= RECENT_SECONDS

    def age(self, now: float) -> str:
        """When it was begun, for sentences."""
        minutes = max(0, round((now - self.begun) / 60))
        return f"begun {_utc(self.begun).strftime('%Y-%m-%dT%H:%M:%SZ')}, {minutes} minutes ago"


def mark_of(image: Image) -> Mark | None:
    """The mark that the image carries; None where it has none, or one that this module never wrote.

    Release 1.0.0 wrote the id alone, to images with another temporary name: nothing tells what they were made from.
    """
    parts = image["tags"].get(MARK, "").split("/")
    if len(parts) != PARTS or parts[0] in ("", image["image_id"]) or len(parts[1]) != DIGEST_LENGTH:
        return None
    begun = _epoch(parts[2])
    return None if begun is None else Mark(parts[0], parts[1], begun)


def successor_in(images: t.Sequence[Image]) -> Image | None:
    """Of two usable images of a name, the one that was made to replace the other: such a pair is no ambiguity."""
    for image in images:
        mark = mark_of(image)
        if mark is not None and {one["image_id"] for one in images} == {image["image_id"], mark.replaced_id}:
            return image
    return None


def digest(desired: DesiredImage) -> str:
    """Of all that a new image is made from: two tasks with the same one would make the same image."""
    made_from = {} if desired.source is None else desired.source.as_dict()
    labels = {name: value for name, value in changes.create_only(desired).items() if value is not None}
    text = json.dumps({**made_from, **labels}, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def temporary_names(image_name: str) -> tuple[str, ...]:
    """The names under which a replacement of the image of this name is made, in the order of preference."""
    return tuple(_with_suffix(image_name, suffix) for suffix in _TEMPORARY_SUFFIXES)


def retired_name(image_name: str, image_id: str) -> str:
    """The name under which a replaced image waits for its deletion; the id makes it unique."""
    return _with_suffix(image_name, image_id)


def has_retired_name(image: Image, image_name: str) -> bool:
    """Whether the image has the name under which a replaced one waits for its deletion.

    A mark is a tag, which anybody can write: it alone gets no image deleted.
    """
    return image["image_name"] == retired_name(image_name, image["image_id"])


def _with_suffix(image_name: str, suffix: str) -> str:
    whole = f"{image_name}-{suffix}"
    if len(whole) <= LONGEST_NAME:
        return whole
    # Two long names that begin alike must not share a temporary name.
    unique = hashlib.sha256(image_name.encode()).hexdigest()[:8]
    return f"{image_name[: LONGEST_NAME - len(suffix) - len(unique) - 2]}-{unique}-{suffix}"


def _utc(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, tz=datetime.timezone.utc)


def _epoch(text: str) -> float | None:
    try:
        return datetime.datetime.strptime(f"{text}+0000", f"{_TIME_FORMAT}%z").timestamp()
    except ValueError:
        return None
