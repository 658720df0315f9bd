# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading what a plan depends on, and nothing more: each look costs a call."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils import deletion, planning, replacing
from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Found
from ansible_collections.apsarastack.cloud.plugins.module_utils.sources import SourceFacts

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils.images import Images
    from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Source, Wish


def find(wish: Wish, images: Images) -> Found:
    """What is there of the wished image, and, only where the plan depends on it, what surrounds it."""
    found = _with_replacement(wish, images, Found(images=_selected(wish, images)))
    source = SourceFacts()
    if wish.source is not None and planning.needs_source(wish, found):
        source = _source_facts(wish.source, images)
    users = {
        str(image["image_id"]): images.users(str(image["image_id"])) for image in planning.needs_users(wish, found)
    }
    return dataclasses.replace(found, users=users, source=source, snapshot_users=_snapshot_users(wish, images, found))


def _selected(wish: Wish, images: Images) -> tuple[Image, ...]:
    if wish.image_id is not None:
        image = images.by_id(wish.image_id)
        return () if image is None else (image,)
    return images.by_name(str(wish.image_name))


def _with_replacement(wish: Wish, images: Images, found: Found) -> Found:
    """What an earlier run may have left of a replacement."""
    if planning.needs_stand_ins(wish, found):
        name = replacing.stand_in_name(str(wish.image_name))
        found = dataclasses.replace(found, stand_ins=images.by_name(name))
    replaced_id = planning.needs_replaced(wish, found)
    replaced = None if replaced_id is None else images.by_id(replaced_id)
    if replaced is not None and replacing.is_retired(wish, replaced):
        found = dataclasses.replace(found, replaced=replaced)
    return found


def _source_facts(source: Source, images: Images) -> SourceFacts:
    if source.instance_id is not None:
        return SourceFacts(instance=images.instance(source.instance_id))
    return SourceFacts(snapshots=images.snapshots(source.snapshot_ids()))


def _snapshot_users(wish: Wish, images: Images, found: Found) -> dict[str, tuple[str, ...]]:
    """The images that use each snapshot at stake and are not going themselves."""
    going = {image["image_id"] for image in found.images}
    return {
        snapshot_id: tuple(
            str(image["image_id"]) for image in images.by_snapshot(snapshot_id) if image["image_id"] not in going
        )
        for snapshot_id in deletion.snapshots_at_stake(wish, found.images)
    }
