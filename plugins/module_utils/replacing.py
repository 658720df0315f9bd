# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replacing an image without a gap: why, who plays which part, and in which steps. Pure.

A stand-in is made under a name of its own and waited for; then it takes over the name, and the old image goes. The
stand-in carries a tag with the id of the image that it replaces from its first moment until that image is gone: so
whatever call was the last one of an interrupted run, the next run sees how far it came.
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils import changes, deletion, refusals, sources, steps
from ansible_collections.apsarastack.cloud.plugins.module_utils.image import (
    UNAVAILABLE,
    Image,
    image_stub,
    is_failed,
    is_settled,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.plans import Found, Plan
from ansible_collections.apsarastack.cloud.plugins.module_utils.tags import MARK, MAXIMUM_TAGS, own_tags

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils.image import Disk
    from ansible_collections.apsarastack.cloud.plugins.module_utils.wish import DiskMapping, Source, Wish

LONGEST_NAME = 128
_STAND_IN = "stand-in"


def stand_in_name(image_name: str) -> str:
    """The name under which a successor of the image of this name is made."""
    return _with_suffix(image_name, _STAND_IN)


def retired_name(image_name: str, image_id: str) -> str:
    """The name under which a replaced image waits for its deletion; the id makes it unique."""
    return _with_suffix(image_name, image_id)


def _with_suffix(image_name: str, suffix: str) -> str:
    whole = f"{image_name}-{suffix}"
    if len(whole) <= LONGEST_NAME:
        return whole
    # Two long names that begin alike must not share a stand-in.
    digest = hashlib.sha256(image_name.encode()).hexdigest()[:8]
    return f"{image_name[: LONGEST_NAME - len(suffix) - len(digest) - 2]}-{digest}-{suffix}"


def replaced_id(image: Image) -> str | None:
    """The id of the image that this one is to replace; None when it is no unfinished replacement."""
    return image["tags"].get(MARK)


def is_retired(wish: Wish, image: Image) -> bool:
    """Whether the image has the name under which a replaced one waits for its deletion.

    A mark is a tag, which anybody can write: it alone gets no image deleted.
    """
    return image["image_name"] == retired_name(str(wish.image_name), str(image["image_id"]))


# --- why -------------------------------------------------------------------------------------------------------------


def source_difference(source: Source | None, image: Image) -> str | None:
    """What the cloud tells of the image's disks that does not fit the source, as a sentence; None when all fits.

    Only snapshots and sizes are told, and not by every release. Nothing is told of an instance: its snapshots are
    made for the image.
    """
    if source is None or source.instance_id is not None:
        return None
    found = [disk for disk in image["disk_device_mappings"] if disk["snapshot_id"]]
    if not found:
        return None
    if source.snapshot_id is not None:
        fits = [disk["snapshot_id"] for disk in found] == [source.snapshot_id]
    else:
        fits = _fit(source.disks, image["disk_device_mappings"])
    return None if fits else f"it was made of {_disks_text(image)}, and the task names {source.text()}"


def _fit(wished: t.Sequence[DiskMapping], found: t.Sequence[Disk]) -> bool:
    """Whether each wished disk has its own found one, in any order; an omitted size fits every size."""
    rest = list(found)
    # Those with a size are pickier, so they choose first.
    for disk in sorted(wished, key=lambda one: one.size is None):
        match = next((one for one in rest if _is_made_from(disk, one)), None)
        if match is None:
            return False
        rest.remove(match)
    return not rest


def _is_made_from(wished: DiskMapping, found: Disk) -> bool:
    same_snapshot = (wished.snapshot_id or None) == (found["snapshot_id"] or None)
    return same_snapshot and wished.size in (None, found["size"])


def _disks_text(image: Image) -> str:
    return ", ".join(
        f"{disk['snapshot_id'] or 'a blank disk'} ({disk['size']} GiB)" for disk in image["disk_device_mappings"]
    )


def difference(wish: Wish, image: Image) -> str | None:
    """What keeps the image from being the one that the task would make, as a sentence; None when nothing does."""
    return source_difference(wish.source, image) or next(iter(changes.create_only_differences(wish, image)), None)


def reason(wish: Wish, image: Image) -> str | None:
    """Why the image has to be replaced; None when it has not."""
    if wish.recreate == "never" or wish.source is None:
        return None
    if wish.recreate == "always" and is_settled(image):
        return "recreate is always"
    return difference(wish, image)


# --- who -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Making:
    """``old`` has to be replaced by an image that has still to be made; ``spoiled`` is a stand-in that is of no use."""

    old: Image
    source: Source
    spoiled: Image | None = None


@dataclass(frozen=True)
class Adopting:
    """``new`` was made by an earlier run to replace ``old``, which may be gone already."""

    new: Image
    old: Image | None


def cast(wish: Wish, good: Image | None, found: Found) -> Making | Adopting | None:
    """Who plays which part, when an image has to be replaced or an earlier run has begun to replace it; else None.

    ``good`` has the wished name. Raises RefusalError when the name of the stand-in is somebody else's.
    """
    if not wish.may_replace:
        return None
    if good is not None and replaced_id(good) is not None:
        return Adopting(good, found.replaced)
    if good is not None and reason(wish, good) is None:
        return None
    old = found.replaced if good is None else good
    stand_in = _stand_in(wish, found)
    if stand_in is not None and is_useful(wish, stand_in):
        return Adopting(stand_in, old)
    return None if old is None or wish.source is None else Making(old, wish.source, stand_in)


def is_useful(wish: Wish, stand_in: Image) -> bool:
    """Whether an earlier run's stand-in can become the new image of this one."""
    is_lost = is_failed(stand_in) or stand_in["status"] == UNAVAILABLE
    return not is_lost and difference(wish, stand_in) is None


def _stand_in(wish: Wish, found: Found) -> Image | None:
    if len(found.stand_ins) > 1:
        raise refusals.ambiguous(stand_in_name(str(wish.image_name)), found.stand_ins)
    for image in found.stand_ins:
        if replaced_id(image) is None:
            raise refusals.stand_in_name_taken(wish, image)
        return image
    return None


# --- in which steps --------------------------------------------------------------------------------------------------


def plan_replacement(wish: Wish, found: Found, parts: Making | Adopting) -> Plan:
    """Make, wait, swap the names, delete the old one: whatever of it is still to be done."""
    base = _base(parts)
    carried: Image = {**base, "tags": own_tags(base["tags"])}
    wanted = changes.target(wish, carried)
    making, new = _making(wish, parts, wanted) if isinstance(parts, Making) else _adopting(parts.new)
    if parts.old is not None:
        deletion.judge_deletion(wish, found, parts.old)
    swapping = [*_retiring(wish, parts.old), changes.modify(new, wanted)]
    removing = [] if parts.old is None else deletion.removal(wish, parts.old, "it is replaced")
    tagging = changes.tagging(new["image_id"], {**own_tags(new["tags"]), MARK: new["tags"][MARK]}, wanted["tags"])
    reading = [steps.ReadBack(new["image_id"])] if wish.wait else []
    return Plan(
        before=base,
        after={**new, "image_name": wanted["image_name"], "description": wanted["description"], "tags": wanted["tags"]},
        steps=tuple(step for step in (*making, *swapping, *removing, *tagging, *reading) if step is not None),
        warnings=_warnings(wish, found, parts),
        replaced_image_id=new["tags"][MARK],
    )


def _base(parts: Making | Adopting) -> Image:
    """The image from which the new one takes over what the task leaves out."""
    if isinstance(parts, Making):
        return parts.old
    return parts.new if parts.old is None else parts.old


def _warnings(wish: Wish, found: Found, parts: Making | Adopting) -> tuple[str, ...]:
    if isinstance(parts, Making):
        return sources.judge(parts.source, found.source)
    differs = difference(wish, parts.new)
    if differs is None:
        return ()
    return (
        f"image {parts.new['image_id']}: a replacement that was interrupted is finished first; "
        f"{differs}, so run the task again to replace it",
    )


def _making(wish: Wish, parts: Making, wanted: Image) -> tuple[list[steps.Step], Image]:
    """The steps that make the stand-in, and the stand-in as it will be then."""
    name = stand_in_name(str(wish.image_name))
    # The mark takes the place of one tag; the tags that did not fit are set when it is gone.
    fitting = dict(list(wanted["tags"].items())[: MAXIMUM_TAGS - 1])
    tags = {**fitting, MARK: str(parts.old["image_id"])}
    labels = changes.create_only(wish)
    create = steps.Create(name, parts.source, wanted["description"] or None, tags, **labels)
    spoiled = parts.spoiled
    clearance = [] if spoiled is None else deletion.removal(wish, spoiled, "it is of no use", until_gone=True)
    stand_in = image_stub(image_name=name, description=wanted["description"], tags=tags, status="Available", **labels)
    return [*clearance, create, steps.WaitUntilUsable(None)], stand_in


def _adopting(new: Image) -> tuple[list[steps.Step], Image]:
    if new["status"] == UNAVAILABLE:  # the old one must not go for it
        raise refusals.unavailable(new)
    return ([] if is_settled(new) else [steps.WaitUntilUsable(new["image_id"])]), {**new, "status": "Available"}


def _retiring(wish: Wish, old: Image | None) -> list[steps.Step]:
    """The old image gives up the name first: where names are unique, two cannot have it at once."""
    if old is None or old["image_name"] != wish.image_name:
        return []
    image_id = str(old["image_id"])
    return [steps.Modify(image_id, retired_name(str(wish.image_name), image_id), None)]
