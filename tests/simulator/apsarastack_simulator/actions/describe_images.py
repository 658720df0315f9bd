# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeImages: lists what the caller may see; by default only what is Available."""

from __future__ import annotations

import typing as t

from .. import lifecycle, rules
from ..clock import seconds_of
from ..context import Action, Context
from ..errors import CloudError, invalid
from ..paging import page, paging
from ..parameters import Arguments, Parameter, Repeated, boolean, comma_list, one_of
from ..world import SYSTEM, Image
from .image_shape import alias, shape, shown_family

if t.TYPE_CHECKING:
    from ..answers import Body

Test = t.Callable[[Image], bool]

_SPECIFICATION = (
    Parameter("ImageId", comma_list, default=[]),
    Parameter("ImageName"),
    Parameter(
        "ImageOwnerAlias",
        one_of("InvalidImageOwnerAlias.ValueNotSupported", "self", "system", "others", "marketplace"),
    ),
    Parameter("Status", comma_list, default=["Available"]),
    Parameter("SnapshotId"),
    Parameter("ImageFamily"),
    Parameter("Usage", one_of("InvalidUsage", "instance", "none")),
    Parameter("OSType", one_of("InvalidOSType", "linux", "windows")),
    Parameter("Architecture", one_of("InvalidArchitecture", *rules.ARCHITECTURES)),
    Parameter("InstanceType"),
    Parameter("IsSupportIoOptimized", boolean),
    Parameter("IsSupportCloudinit", boolean),
    Parameter("ShowExpired", boolean),
    Parameter("ActionType", one_of("InvalidParamter", "CreateEcs", "ChangeOS")),
    Repeated("Filter", ("Key", "Value")),
    Repeated("Tag", ("Key", "Value"), maximum=20, too_many="InvalidTagCount"),
    Parameter("ResourceGroupId"),
    Parameter("IsPublic", boolean),
    Parameter("ImageOwnerId"),
    Parameter("DryRun", boolean),
    *paging(),
)
_IDS_PER_CALL = 100
_TIME_FILTERS = ("CreationStartTime", "CreationEndTime")


def _describe_images(context: Context, arguments: Arguments) -> Body:
    tests = [*_attribute_tests(context, arguments), *_filter_tests(arguments)]
    candidates = _candidates(context, arguments)
    if arguments.flag("DryRun"):
        raise CloudError("DryRunOperation")
    found = [image for image in candidates if all(test(image) for test in tests)]
    images, counts = page(context, arguments, found)
    used = context.world.used_image_ids()
    listed = [shape(context, image, used) for image in images]
    return {**counts, "RegionId": context.region, "Images": {"Image": listed}}


def _candidates(context: Context, arguments: Arguments) -> list[Image]:
    """Images that may be seen at all, by way of the best index."""
    ids = arguments.texts("ImageId")
    if len(ids) > _IDS_PER_CALL:
        raise invalid("ImageId")
    name = arguments.text("ImageName")
    images = context.world.images
    if ids:
        known = [images.get(image_id) for image_id in dict.fromkeys(ids)]
        wide = [image for image in known if image is not None]
    elif name is not None and context.knobs.name_match == "exact":
        wide = images.named(name)
    else:
        wide = _of_owners(context, arguments.text("ImageOwnerAlias"))
    owner = arguments.text("ImageOwnerAlias")
    return [image for image in wide if _is_visible(context, image) and owner in (None, alias(context, image))]


def _of_owners(context: Context, owner: str | None) -> list[Image]:
    images = context.world.images
    if owner == "self":
        return images.of_owner(context.organization.id)
    if owner == "others":
        return [image for image in images if image.organization not in (SYSTEM, context.organization.id)]
    if owner is not None:
        return images.of_owner(SYSTEM)
    mine = images.of_owner(context.organization.id)
    return mine + [image for image in images if image.organization != context.organization.id]


def _is_visible(context: Context, image: Image) -> bool:
    if not lifecycle.is_listed(image, context.now):
        return False
    if image.organization == SYSTEM:
        return True
    shared = context.organization.account in image.shared_with and image.region == context.region
    return shared or context.owns(image)


def _attribute_tests(context: Context, arguments: Arguments) -> t.Iterator[Test]:
    now = context.now
    statuses = _statuses(context, arguments)
    yield lambda image: statuses is None or lifecycle.status(image, now) in statuses
    name = arguments.text("ImageName")
    if name is not None and context.knobs.name_match == "exact":
        yield lambda image: lifecycle.shown(image, now).name == name
    elif name is not None:
        yield lambda image: str(name).lower() in lifecycle.shown(image, now).name.lower()
    snapshot_id = arguments.text("SnapshotId")
    if snapshot_id is not None:
        yield lambda image: any(mapping.snapshot_id == snapshot_id for mapping in image.mappings)
    family = arguments.text("ImageFamily")
    if family is not None:
        yield lambda image: shown_family(context, image) == family
    tags = rules.tag_filters(arguments.entries("Tag"))
    if len(tags) > context.knobs.tags_per_call:
        raise CloudError("InvalidTagCount")
    if tags:
        yield lambda image: rules.has_tags(lifecycle.shown(image, now).tags, tags)
    usage = arguments.text("Usage")
    if usage is not None:
        used = context.world.used_image_ids()
        yield lambda image: (image.id in used) == (usage == "instance")


def _statuses(context: Context, arguments: Arguments) -> set[str] | None:
    """None: every one. An older release knows fewer; what it answers to an unknown one is not documented, so: the
    generic code."""
    wanted = set(arguments.texts("Status"))
    if wanted == {"ALL"} and context.knobs.status_all:
        return None
    if not wanted <= set(context.knobs.known_statuses.split(",")):
        raise invalid("Status")
    return wanted


def _filter_tests(arguments: Arguments) -> t.Iterator[Test]:
    for name, attribute in (("OSType", "os_type"), ("Architecture", "architecture")):
        wanted = arguments.text(name)
        if wanted is not None:
            yield lambda image, attribute=attribute, wanted=wanted: getattr(image, attribute) == wanted  # type: ignore[misc]
    if arguments.given("IsPublic"):
        public = arguments.flag("IsPublic")
        yield lambda image: image.public == public
    owner_id = arguments.text("ImageOwnerId")
    if owner_id is not None:
        if arguments.text("ImageOwnerAlias") in ("self", "system", "marketplace"):
            raise CloudError("InvalidOperation.ImageOwnerIdUnsupported")
        yield lambda image: image.account == owner_id
    instance_type = arguments.text("InstanceType")
    if instance_type is not None and not instance_type.startswith("ecs."):
        raise CloudError("InvalidInstanceType.ValueNotSupported")
    for entry in arguments.entries("Filter"):
        yield _time_test(entry.get("Key", ""), entry.get("Value", ""))


def _time_test(key: str, value: str) -> Test:
    if key == "NetworkType":
        if value not in ("vpc", "classic"):
            raise CloudError("InvalidFilterValue.NetworkType")
        return lambda _image: True
    if key not in _TIME_FILTERS:
        raise CloudError("InvalidFilterKey.NotFound")
    try:
        moment = seconds_of(value)
    except ValueError:
        raise CloudError("InvalidFilterValue") from None
    if key == "CreationStartTime":
        return lambda image: image.created >= moment
    return lambda image: image.created <= moment


ACTIONS = (Action("DescribeImages", _SPECIFICATION, _describe_images, write=False),)
