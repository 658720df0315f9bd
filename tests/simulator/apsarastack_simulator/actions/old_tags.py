# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AddTags, RemoveTags, DescribeTags: the older generation, which sites without TagResources have."""

from __future__ import annotations

import typing as t

from .. import rules
from ..context import Action, Context
from ..errors import CloudError, missing
from ..paging import page, paging
from ..parameters import Arguments, Parameter, Repeated
from .tags import change_tags, check_type, everything, resource, tags_of

if t.TYPE_CHECKING:
    from ..answers import Body
    from ..world import Tags

_TAG = Repeated("Tag", ("Key", "Value"))
_CHANGE = (Parameter("ResourceType", required=True), Parameter("ResourceId", required=True), _TAG)
_DESCRIBE = (
    Parameter("ResourceType"),
    Parameter("ResourceId"),
    Parameter("Category"),
    Parameter("ResourceGroupId"),
    _TAG,
    *paging(default_size=50),
)


def _check_count(context: Context, arguments: Arguments) -> None:
    count = len(arguments.entries("Tag"))
    if count == 0:
        raise missing("Tag.1.Key")
    if count > context.knobs.tags_per_call:
        raise CloudError("InvalidTagCount")


def _add_tags(context: Context, arguments: Arguments) -> Body:
    _check_count(context, arguments)
    check_type(arguments.required_text("ResourceType"))
    if any(not entry.get("Key") and entry.get("Value") for entry in arguments.entries("Tag")):
        raise CloudError("InvalidTag.Mismatch")
    tags = rules.tags_in(arguments)
    thing = resource(context, arguments.required_text("ResourceType"), arguments.required_text("ResourceId"))
    wanted = {**tags_of(thing), **tags}
    if len(wanted) > rules.TAGS_PER_RESOURCE:
        raise CloudError("OperationDenied.QuotaExceed")
    change_tags(context, thing, wanted)
    return {}


def _remove_tags(context: Context, arguments: Arguments) -> Body:
    """A key without a value goes whatever its value is."""
    _check_count(context, arguments)
    check_type(arguments.required_text("ResourceType"))
    unwanted = rules.tag_filters(arguments.entries("Tag"))
    thing = resource(context, arguments.required_text("ResourceType"), arguments.required_text("ResourceId"))
    kept: Tags = {
        key: value
        for key, value in tags_of(thing).items()
        if not any(key == gone and text in (None, "", value) for gone, text in unwanted)
    }
    change_tags(context, thing, kept)
    return {}


def _describe_tags(context: Context, arguments: Arguments) -> Body:
    wanted_type, wanted_id = arguments.text("ResourceType"), arguments.text("ResourceId")
    if wanted_type is not None:
        check_type(wanted_type)
    filters = rules.tag_filters(arguments.entries("Tag"))
    rows = [
        {"TagKey": key, "TagValue": value, "ResourceType": resource_type, "ResourceId": thing.id}
        for resource_type in ("image", "instance", "snapshot")
        if wanted_type in (None, resource_type)
        for thing in everything(context, resource_type)
        if wanted_id in (None, thing.id)
        for key, value in tags_of(thing, context.now).items()
        if not filters or any(key == name and text in (None, value) for name, text in filters)
    ]
    listed, counts = page(context, arguments, rows)
    return {**counts, "Tags": {"Tag": list(listed)}}


ACTIONS = (
    Action("AddTags", _CHANGE, _add_tags, write=True),
    Action("RemoveTags", _CHANGE, _remove_tags, write=True),
    Action("DescribeTags", _DESCRIBE, _describe_tags, write=False),
)
