# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What planning takes and gives: the found state and the plan. Values only."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.apsarastack.cloud.plugins.module_utils.sources import SourceFacts

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils.steps import Step


@dataclass(frozen=True)
class Found:
    """What was read before planning.

    ``images``: those that the wish selects, in every status. ``stand_ins``: those that have the name of a stand-in for
    them. ``replaced``: the image that an unfinished replacement names. ``users``: the instances of each image that is
    to go. ``snapshot_users``: the other images that use each snapshot that is to go.
    """

    images: tuple[Image, ...] = ()
    stand_ins: tuple[Image, ...] = ()
    replaced: Image | None = None
    users: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)
    snapshot_users: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)
    source: SourceFacts = field(default_factory=SourceFacts)


@dataclass(frozen=True)
class Plan:
    """``before`` and ``after`` are the image as it is and as it will be; None stands for no image."""

    before: Image | None
    after: Image | None
    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()
    replaced_image_id: str | None = None

    @property
    def actions(self) -> list[str]:
        return texts(self.steps)


def texts(some: t.Iterable[Step]) -> list[str]:
    """What is listed of these steps; those that change nothing are not."""
    return [text for text in (step.text() for step in some) if text is not None]
