# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeImageFromFamily: the newest usable image of a family."""

from __future__ import annotations

import typing as t

from .. import lifecycle
from ..context import Action, Context
from ..parameters import Arguments, Parameter
from .image_shape import shape

if t.TYPE_CHECKING:
    from ..answers import Body

_SPECIFICATION = (Parameter("ImageFamily", required=True),)


def _describe_image_from_family(context: Context, arguments: Arguments) -> Body:
    """Among the caller's own images. Without one the image is empty."""
    family = arguments.required_text("ImageFamily")
    found = [
        image
        for image in context.world.images.of_owner(context.organization.id)
        if context.owns(image) and lifecycle.is_listed(image, context.now)
        if lifecycle.status(image, context.now) == lifecycle.AVAILABLE
        if lifecycle.shown(image, context.now).family == family
    ]
    if not found:
        return {"Image": {}}
    newest = max(found, key=lambda image: image.created)
    return {"Image": shape(context, newest, context.world.used_image_ids())}


ACTIONS = (Action("DescribeImageFromFamily", _SPECIFICATION, _describe_image_from_family, write=False),)
