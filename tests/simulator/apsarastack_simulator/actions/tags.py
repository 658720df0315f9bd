# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TagResources, UntagResources, ListTagResources: the newer generation of tag actions."""

from __future__ import annotations

import typing as t

from .. import lifecycle, rules
from ..context import Action, Context
from ..errors import CloudError
from ..parameters import Arguments, Parameter, Repeated, boolean, integer
from .change_image import changing

if t.TYPE_CHECKING:
    from ..answers import Body
    from ..world import Image, Owned, Tags

    Taggable = t.Union[Image, Owned]

_KNOWN_TYPES = frozenset(
    [
        "instance",
        "disk",
        "snapshot",
        "image",
        "securitygroup",
        "volume",
        "eni",
        "ddh",
        "keypair",
        "launchtemplate",
        "reservedinstance",
        "snapshotpolicy",
    ]
)
_LIST_PAGE = 50
_SCOPE = (
    Parameter("ResourceType", required=True, missing="MissingParameter.ResourceType"),
    Parameter("TagOwnerUid"),
    Parameter("TagOwnerBid"),
    Parameter("Scope"),
)
_IDS = Repeated(
    "ResourceId", required=True, missing="MissingParameter.ResourceIds", maximum=50, too_many="NumberExceed.ResourceIds"
)
_TAG = (
    *_SCOPE,
    _IDS,
    Repeated(
        "Tag",
        ("Key", "Value"),
        required=True,
        missing="MissingParameter.Tags",
        maximum=20,
        too_many="NumberExceed.Tags",
    ),
)
_UNTAG = (
    *_SCOPE,
    _IDS,
    Repeated("TagKey", maximum=20, too_many="NumberExceed.Tags"),
    Parameter("All", boolean, default=False),
)
_LIST = (
    *_SCOPE,
    Repeated("ResourceId", maximum=50, too_many="NumberExceed.ResourceIds"),
    Repeated("Tag", ("Key", "Value"), maximum=20, too_many="NumberExceed.Tags"),
    Repeated("TagFilter", ("TagKey", "TagValues")),
    Parameter("NextToken", integer, default=0),
)


def check_type(resource_type: str) -> None:
    if resource_type not in _KNOWN_TYPES:
        raise CloudError("InvalidResourceType.NotFound")


def resource(context: Context, resource_type: str, resource_id: str) -> Taggable:
    """Raises CloudError for what does not exist for this caller, and for what cannot be tagged."""
    if resource_type == "image":
        return _image(context, resource_id)
    known: t.Mapping[str, Owned | None] = {
        "instance": context.world.instances.get(resource_id),
        "snapshot": context.world.snapshots.get(resource_id),
    }
    found = known.get(resource_type)
    if found is None or not context.owns(found):
        raise CloudError("InvalidResourceId.NotFound")
    return found


def _image(context: Context, resource_id: str) -> Image:
    image = context.world.images.get(resource_id)
    if image is not None and image.public:
        raise CloudError("InvalidResourceId.NotSupported")
    if image is None or not context.owns(image) or not lifecycle.exists(image, context.now):
        raise CloudError("InvalidResourceId.NotFound")
    return image


def tags_of(thing: Taggable, now: float | None = None) -> Tags:
    """With a moment: as lists show them then."""
    attributes = getattr(thing, "attributes", None)
    if attributes is None:
        return t.cast("Owned", thing).tags
    if now is None:
        return t.cast("Image", thing).attributes.tags
    return lifecycle.shown(t.cast("Image", thing), now).tags


def change_tags(context: Context, thing: Taggable, wanted: Tags) -> None:
    attributes = getattr(thing, "attributes", None)
    if attributes is None:
        t.cast("Owned", thing).tags = wanted
    else:
        changing(context, t.cast("Image", thing)).tags = wanted


def _check_scope(arguments: Arguments) -> None:
    """Only the vendor's own services tag on behalf of others."""
    if arguments.text("Scope") not in (None, "public", "private"):
        raise CloudError("Invalid.Scope")
    if arguments.text("Scope") == "private":
        raise CloudError("PermissionDenied.Scope")
    if arguments.text("TagOwnerUid") is not None and arguments.text("TagOwnerBid") is None:
        raise CloudError("MissingParameter.TagOwnerBid")
    if arguments.text("TagOwnerBid") is not None and arguments.text("TagOwnerUid") is None:
        raise CloudError("MissingParameter.TagOwnerUid")
    if arguments.text("TagOwnerUid") is not None:
        raise CloudError("PermissionDenied.TagOwnerUid")


def _resources(context: Context, arguments: Arguments) -> list[Taggable]:
    resource_type = arguments.required_text("ResourceType")
    check_type(resource_type)
    return [resource(context, resource_type, resource_id) for resource_id in arguments.texts("ResourceId")]


def _tag_resources(context: Context, arguments: Arguments) -> Body:
    _check_scope(arguments)
    tags = rules.tags_in(arguments)
    things = _resources(context, arguments)
    # All or nothing: no source says that a part may be done.
    wanted = [{**tags_of(thing), **tags} for thing in things]
    if any(len(merged) > rules.TAGS_PER_RESOURCE for merged in wanted):
        raise CloudError("QuotaExceed.Tags")
    for thing, merged in zip(things, wanted):
        change_tags(context, thing, merged)
    return {}


def _untag_resources(context: Context, arguments: Arguments) -> Body:
    _check_scope(arguments)
    keys = arguments.texts("TagKey")
    if not keys and not arguments.flag("All"):
        raise CloudError("MissingParameter.Tags")
    for thing in _resources(context, arguments):
        kept = {key: value for key, value in tags_of(thing).items() if keys and key not in keys}
        change_tags(context, thing, kept)
    return {}


def _list_tag_resources(context: Context, arguments: Arguments) -> Body:
    _check_scope(arguments)
    for entry in arguments.entries("Tag"):
        if not entry.get("Key"):
            raise CloudError("InvalidParameter.TagValue")
    resource_type = arguments.required_text("ResourceType")
    check_type(resource_type)
    filters = rules.tag_filters(arguments.entries("Tag"))
    rows = [
        {"ResourceId": thing.id, "ResourceType": resource_type, "TagKey": key, "TagValue": value}
        for thing in _listed(context, arguments, resource_type)
        for key, value in tags_of(thing, context.now - context.knobs.tag_list_lag).items()
        if _matches(tags_of(thing), key, filters, arguments)
    ]
    start = arguments.number("NextToken")
    following = str(start + _LIST_PAGE) if len(rows) > start + _LIST_PAGE else ""
    return {"NextToken": following, "TagResources": {"TagResource": rows[start : start + _LIST_PAGE]}}


def _listed(context: Context, arguments: Arguments, resource_type: str) -> list[Taggable]:
    """Ids that do not exist are omitted from a list."""
    ids = arguments.texts("ResourceId")
    if ids:
        found = []
        for resource_id in ids:
            try:
                found.append(resource(context, resource_type, resource_id))
            except CloudError:
                continue
        return found
    return everything(context, resource_type)


def everything(context: Context, resource_type: str) -> list[Taggable]:
    """All of a type that the caller owns; nothing for types that are not simulated."""
    things: dict[str, t.Iterable[Taggable]] = {
        "image": [image for image in context.world.images if lifecycle.exists(image, context.now)],
        "instance": context.world.instances.values(),
        "snapshot": context.world.snapshots.values(),
    }
    return [thing for thing in things.get(resource_type, ()) if context.owns(thing)]


def _matches(tags: Tags, key: str, filters: list[tuple[str, str | None]], arguments: Arguments) -> bool:
    if not rules.has_tags(tags, filters):
        return False
    for entry in arguments.entries("TagFilter"):
        values = [value for member, value in entry.items() if member.startswith("TagValues")]
        if key != entry.get("TagKey") or (values and not any(value in tags[key] for value in values)):
            return False
    return True


ACTIONS = (
    Action("TagResources", _TAG, _tag_resources, write=True, region_missing="MissingParameter.RegionId"),
    Action("UntagResources", _UNTAG, _untag_resources, write=True, region_missing="MissingParameter.RegionId"),
    Action("ListTagResources", _LIST, _list_tag_resources, write=False, region_missing="MissingParameter.RegionId"),
)
NAMES = frozenset(action.name for action in ACTIONS)
