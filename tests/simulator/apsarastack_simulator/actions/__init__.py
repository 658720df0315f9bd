# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations, one file a family; each file ends with its table."""

from __future__ import annotations

import typing as t

from . import (
    change_image,
    copy_image,
    create_image,
    describe_images,
    export_image,
    identity,
    image_family,
    import_image,
    instances,
    old_tags,
    share,
    snapshots,
    tags,
    tasks,
)

if t.TYPE_CHECKING:
    from ..context import Action

VERSIONS = {"Ecs": "2014-05-26", "Sts": "2015-04-01", "ascm": "2019-05-10"}
# Path -> action, for operations that have a path of their own.
PATHS = identity.PATHS
_FAMILIES = (
    create_image,
    describe_images,
    image_family,
    change_image,
    copy_image,
    share,
    import_image,
    export_image,
    tasks,
    tags,
    old_tags,
    instances,
    snapshots,
    identity,
)

REGISTRY: dict[tuple[str, str], Action] = {
    (VERSIONS[action.product], action.name): action for family in _FAMILIES for action in family.ACTIONS
}
NAMES = frozenset(name for _version, name in REGISTRY)
