# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a step that deletes or renames something expects: facts are read again right before it. Pure.

A plan can be half an hour older than its last step. An image that somebody has changed meanwhile is not deleted.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import own_tags

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Sharing

# What somebody else can change in an image. A status that the cloud changes itself is compared only if it was settled.
_COMPARED = ("description", "image_family", "tags", "status", "usage", "is_self_shared")


@dataclass(frozen=True)
class Expected:
    """``image``: as the plan read it. ``names``: those that it may have by then. ``settles``: the cloud was still
    processing it, so its status may differ. ``may_be_in_use``: the task sets force. ``sharing``: with whom it is shared
    by then, which is read again as well; None if that is not necessary."""

    image: Image
    names: tuple[str | None, ...]
    settles: bool = False
    may_be_in_use: bool = False
    sharing: Sharing | None = None

    def changes(self, found: Image) -> dict[str, str]:
        """The changed attributes, each with a part of a sentence. Empty if nothing has changed."""
        before, after = _compared(self.image), _compared(found)
        changed = {
            name: f"its {name} was {before[name]!r} and is now {after[name]!r}"
            for name in _COMPARED
            if (before[name] or None) != (after[name] or None) and not self._is_allowed(name)
        }
        if found["image_name"] not in self.names:
            changed["image_name"] = f"its name is now {found['image_name']!r}"
        return changed

    def _is_allowed(self, name: str) -> bool:
        allowed = {"status": self.settles, "usage": self.may_be_in_use, "is_self_shared": self.sharing is not None}
        return allowed.get(name, False)


def _compared(image: Image) -> dict[str, t.Any]:
    """Without the tags of the platform and of this module, which do not count as changes."""
    return {**image, "tags": own_tags(image["tags"])}


def expected(image: Image, *, settles: bool = False) -> Expected:
    """The image exactly as it was read."""
    return Expected(image, (image["image_name"],), settles)


@dataclass(frozen=True)
class Replacement:
    """The image that must have the name before the image that it replaces is deleted, since a successful answer proves
    nothing. ``image_id``: None stands for the image that the plan creates. ``mark``: the value of its tag, None
    if it has none."""

    image_id: str | None
    image_name: str
    mark: str | None
