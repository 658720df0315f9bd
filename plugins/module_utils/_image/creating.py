# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans the creation of an image. Pure, given a reader."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import AVAILABLE, DEPRECATED, image_stub
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.plans import Plan
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import attributes as attribute_rules
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import (
    changes,
    imports,
    marks,
    refusals,
    sources,
    steps,
    writing,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.deletion import (
    Leaving,
    Removal,
    removal,
    why_useless,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Replacement

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Step
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.plans import ImagePlan
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.reader import Reader


def plan_creation(
    desired: DesiredImage, reader: Reader, failed: t.Sequence[Image], outdated: t.Sequence[Image] = ()
) -> ImagePlan:
    """Creates the image.

    ``failed``: failed images of its name, which are deleted before. ``outdated``: usable replacement images of a
    deleted image, which are deleted once the new one is usable. Raises RefusalError.
    """
    if desired.image_id is not None:
        raise refusals.unknown_id(desired)
    if desired.source is None or desired.image_name is None:
        raise refusals.no_source(desired)
    attribute_rules.judge_new(desired)
    labels, attributes = changes.create_only(desired), changes.attributes(desired)
    judged = sources.judge(desired.source, reader)
    again = [made_again(one, reader) for one in failed]
    # If names must be unique, a new image can only be created once the name is free.
    cleared = removal(desired, reader, [Leaving(one, why_useless(one)) for one in failed], until_gone=True)
    # Without a wait, the task does not know whether the new image becomes usable, so it deletes nothing usable.
    new = Replacement(None, desired.name, None)
    why = "it is an outdated replacement"
    leaving = [Leaving(one, why, replacement=new, may_stay=True) for one in outdated if desired.wait]
    afterwards = removal(desired, reader, leaving) if leaving else Removal()
    create = steps.Create(
        desired.image_name,
        judged.source,
        desired.description or None,
        desired.tags or {},
        **labels,
        boot_mode=desired.boot_mode,
        license_type=desired.license_type,
        image_family=desired.image_family,
    )
    joining = writing.joining(judged.source, desired.image_family)
    if joining and not desired.wait:
        attributes["image_family"] = None
    deprecating = [steps.SetDeprecated(None, True)] if desired.deprecated else []
    reading = steps.ReadBack(None, name=desired.name)
    usable = [steps.WaitUntilUsable(None, desired.name), *joining, *deprecating, reading]
    listed = [steps.WaitUntilListed(desired.name)]
    return Plan(
        before=failed[0] if failed else None,
        after=image_stub(
            image_name=desired.image_name,
            description=desired.description or "",
            tags=dict(desired.tags or {}),
            status=(DEPRECATED if deprecating else AVAILABLE) if desired.wait else "Creating",
            **labels,
            **attributes,
            **judged.known,
        ),
        steps=(*cleared.steps, create, *(usable if desired.wait else listed), *afterwards.steps),
        warnings=(*again, *judged.warnings, *_joins_later(desired, joining), *cleared.warnings, *afterwards.warnings),
    )


def _joins_later(desired: DesiredImage, joining: t.Sequence[Step]) -> t.Iterator[str]:
    if joining and not desired.wait:
        yield (f"the new image is still being created: image_family is {attribute_rules.CHANGED_LATER}")


def made_again(image: Image, reader: Reader) -> str:
    mark = marks.mark_of(image)
    replacing = "" if mark is None else f", which an earlier run created to replace image {mark.replaced_id},"
    named = f"image {image['image_id']} ({image['image_name']!r}){replacing}"
    why = imports.why_failed(image, reader) or refusals.failure(image)
    return f"{named} is deleted and created again: {why}"
