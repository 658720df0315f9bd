# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading what a plan depends on, and nothing more: each look costs a call."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils import planning
from ansible_collections.apsarastack.cloud.plugins.module_utils.planning import Found
from ansible_collections.apsarastack.cloud.plugins.module_utils.sources import SourceFacts

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils.images import Images
    from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import Source, Wish


def find(wish: Wish, images: Images) -> Found:
    """What is there of the wished image, and, only where the plan depends on it, its source and its users."""
    selected = _selected(wish, images)
    users = {
        str(image["image_id"]): images.users(str(image["image_id"]))
        for image in selected
        if planning.needs_users(wish, image)
    }
    source = SourceFacts()
    if wish.source is not None and planning.needs_source(wish, selected):
        source = _source_facts(wish.source, images)
    return Found(images=selected, users=users, source=source)


def _selected(wish: Wish, images: Images) -> tuple[Image, ...]:
    if wish.image_id is not None:
        image = images.by_id(wish.image_id)
        return () if image is None else (image,)
    return images.by_name(str(wish.image_name))


def _source_facts(source: Source, images: Images) -> SourceFacts:
    if source.instance_id is not None:
        return SourceFacts(instance=images.instance(source.instance_id))
    return SourceFacts(snapshots=images.snapshots(source.snapshot_ids()))
