# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan for a retention decides about each selected image."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import Plan

    RetentionPlan = Plan["Division", "Division"]

# Why an image is not removed. The values are documented in RETURN of the module.
Why = t.Literal[
    "being_created",
    "changed_meanwhile",
    "creation_failed",
    "deprecated",
    "ignored",
    "in_use",
    "not_reached",
    "protected",
    "refused",
    "shared",
    "too_few_usable",
    "too_recent",
    "unavailable",
    "uncertain",
    "unfinished_replacement",
    "unknown_age",
    "vanished",
]


class Obstacle(t.NamedTuple):
    """``text``: a part of a sentence."""

    reason: Why
    text: str


class Skipped(t.NamedTuple):
    image: Image
    obstacle: Obstacle


@dataclass(frozen=True)
class Division:
    """The selected images, the newest first. Each is in one of three groups.

    ``kept``: usable ones that are to stay. ``going``: those to remove. ``skipped``: those that are not touched for
    another reason. ``guards``: the ids of the newest of ``kept``, without which nothing may be removed.
    """

    selected: tuple[Image, ...] = ()
    kept: tuple[Image, ...] = ()
    going: tuple[Image, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    guards: tuple[str, ...] = ()
