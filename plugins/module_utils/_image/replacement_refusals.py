# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The refusals of a replacement, before anything is written. Each message names the images and the solution."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.obstacles import listed, named, refusal

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError


def temporary_name_taken(desired: DesiredImage, image: Image) -> RefusalError:
    return refusal(
        f"Replacing {desired.image_name!r} requires the temporary name {image['image_name']!r}, which is already used "
        f"by image {image['image_id']}. This module did not create that image, or the site has ignored the tag {MARK} "
        "that it set. Rename or delete that image.",
        "name_taken",
    )


def unfinished_replacement(desired: DesiredImage, image: Image, age: str) -> RefusalError:
    return refusal(
        f"{named(image)} is still being created to replace {desired.image_name!r} ({age}), not by this task or from "
        "another source, and that run may still be active. Wait until it has ended and run the task again, or delete "
        f"the image with state=absent and image_id={image['image_id']}.",
        "unfinished_replacement",
        image,
    )


def temporary_names_used(desired: DesiredImage, images: t.Sequence[Image]) -> RefusalError:
    return refusal(
        f"Replacing {desired.image_name!r} requires a temporary name, but unfinished replacements that do not match "
        f"this task use all of them: {listed(images)}. Delete those no longer required with state=absent and "
        "image_id.",
        "unfinished_replacement",
    )


def still_being_created(image: Image, difference: str) -> RefusalError:
    return refusal(
        f"{named(image)} is still being created ({image['status']}) and would have to be replaced, because "
        f"{difference}. Another run may still be creating it: run the task again when the image is finished, or delete "
        "it with state=absent, which cancels a copy or an import that is still running.",
        "source_differs",
        image,
    )


def replacement_not_usable(image: Image, old: Image) -> RefusalError:
    return refusal(
        f"{named(image)} was created to replace image {old['image_id']} ({old['image_name']!r}), but it is "
        f"{image['status']}, so the old image is kept. Make it usable again, or delete it with state=absent and "
        f"image_id={image['image_id']} and rename the old one back with image_id={old['image_id']}.",
        "unavailable",
        image,
    )


def too_many_tags_for_a_mark(image: Image) -> RefusalError:
    return refusal(
        f"{named(image)} would have 20 tags, but a replacement image requires one more until the replacement is "
        "finished. Use at most 19 tags.",
        "invalid_input",
        image,
    )
