# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CreateImage: asynchronous, and exactly once per ClientToken."""

from __future__ import annotations

import typing as t

from .. import lifecycle, rules
from ..context import Action, Context, new_home
from ..errors import CloudError, invalid
from ..parameters import Arguments, Parameter, Repeated, boolean, one_of
from ..world import Attributes, Image, Mapping, RememberedToken, Snapshot
from .sources import Source, source_of

if t.TYPE_CHECKING:
    from ..answers import Body

_SPECIFICATION = (
    Parameter("InstanceId"),
    Parameter("SnapshotId"),
    Repeated("DiskDeviceMapping", ("SnapshotId", "Size", "Device", "DiskType"), maximum=17),
    Parameter("ImageName"),
    Parameter("Description"),
    Parameter("ImageVersion"),
    Parameter("ImageFamily"),
    Parameter("Platform"),
    Parameter("Architecture"),
    Parameter("BootMode"),
    Parameter("ClientToken"),
    Repeated("Tag", ("Key", "Value")),
    Parameter("ResourceGroupId"),
    Parameter("DetectionStrategy"),
    Parameter("Features.ImdsSupport", one_of("InvalidParameter.FeaturesImdsSupport", "v1", "v2"), default="v1"),
    Parameter("DryRun", boolean),
    Parameter("StorageLocationArn"),
)


def _create_image(context: Context, arguments: Arguments) -> Body:
    token = arguments.text("ClientToken")
    remembered = recall(context, token, arguments)
    if remembered is not None:
        return {"ImageId": remembered}
    _check_values(context, arguments)
    tags = rules.tags_in(arguments)
    if len(tags) > rules.TAGS_PER_RESOURCE:
        raise CloudError("QuotaExceed.Tags")
    source = source_of(context, arguments)
    check_room(context, arguments.text("ImageName"))
    check_family(context, arguments.text("ImageFamily"), ("ImageFamilyQuotaExceed", "ImageQuotaExceed.ImageFamily"))
    if arguments.flag("DryRun"):
        raise CloudError("DryRunOperation")
    image = _new_image(context, arguments, source)
    image.attributes.tags = tags
    for mapping, disk in zip(image.mappings, source.disks):
        rest_on_snapshot(context, image, mapping, disk_id=disk.id)
    context.world.images.add(image)
    remember(context, token, arguments, image.id)
    return {"ImageId": image.id}


def _check_values(context: Context, arguments: Arguments) -> None:
    rules.check_image_name(arguments.text("ImageName"), context.knobs.image_names)
    rules.check_description(arguments.text("Description"), context.knobs.description_minimum)
    rules.check_version(arguments.text("ImageVersion"))
    rules.check_image_family(arguments.text("ImageFamily"))
    rules.check_member(arguments.text("Platform"), rules.PLATFORMS, "InvalidPlatform.Malformed")
    rules.check_member(arguments.text("Architecture"), rules.ARCHITECTURES, "InvalidArchitecture.Malformed")
    rules.check_member(arguments.text("BootMode"), rules.BOOT_MODES, "InvalidBootMode.NotSupport")
    check_resource_group(context, arguments.text("ResourceGroupId"))


def check_resource_group(context: Context, group: str | None) -> None:
    if group is not None and group not in {item.rs_id for item in context.organization.resource_groups}:
        raise CloudError("InvalidResourceGroup.NotFound")


def check_room(context: Context, name: str | None) -> None:
    """Raises CloudError when the quota is used up or, where names are unique, the name is taken."""
    quota = context.knobs.image_quota
    # Counting costs milliseconds in a full account, so only where it can matter.
    if context.world.images.count_of_owner(context.organization.id) >= quota and _count(context) >= quota:
        raise CloudError("QuotaExceed.Image")
    if context.knobs.names_unique and name is not None:
        check_name_is_free(context, name)


def check_family(context: Context, family: str | None, full: tuple[str, str], besides: str = "") -> None:
    """`full`: the codes for too many families, and for too many images in one. Raises CloudError."""
    if family is None:
        return
    images = [
        image
        for image in context.world.images.of_owner(context.organization.id)
        if image.region == context.region and image.id != besides and lifecycle.exists(image, context.now)
    ]
    families = {image.attributes.family for image in images if image.attributes.family}
    if len(families | {family}) > context.knobs.family_quota:
        raise CloudError(full[0])
    if sum(1 for image in images if image.attributes.family == family) >= context.knobs.images_per_family:
        raise CloudError(full[1])


def _count(context: Context) -> int:
    images = context.world.images.of_owner(context.organization.id)
    return sum(1 for image in images if image.region == context.region and lifecycle.exists(image, context.now))


def check_name_is_free(context: Context, name: str, besides: str = "") -> None:
    if any(image.id != besides for image in own_named(context, name)):
        raise CloudError("InvalidImageName.Duplicated")


def own_named(context: Context, name: str) -> list[Image]:
    """The caller's images that have the very name now, listed already or not, newest first."""
    return [
        image
        for image in context.world.images.named(name)
        if image.attributes.name == name and image.region == context.region
        if image.organization == context.organization.id and lifecycle.exists(image, context.now)
    ]


def _new_image(context: Context, arguments: Arguments, source: Source) -> Image:
    image_id = context.world.new_id("m-")
    platform = arguments.text("Platform") or source.platform or "Others Linux"
    image = Image(
        id=image_id,
        organization=context.organization.id,
        resource_group=new_home(context),
        region=context.region,
        account=context.organization.account,
        created=context.now,
        # What a nameless image is called is not documented; its id is a name that nobody else has.
        attributes=Attributes(
            name=arguments.text("ImageName") or image_id,
            description=arguments.text("Description") or "",
            family=arguments.text("ImageFamily") or "",
            boot_mode=arguments.text("BootMode") or "BIOS",
            imds_support=arguments.required_text("Features.ImdsSupport"),
        ),
        version=arguments.text("ImageVersion") or "",
        platform=platform,
        architecture=arguments.text("Architecture") or "x86_64",
        os_type="windows" if platform.startswith("Windows") else source.os_type,
        os_name=source.os_name or platform,
        mappings=source.mappings,
        source_instance=source.instance_id,
    )
    lifecycle.start(image, context.knobs, context.now)
    _fail_if_told(context, image)
    return image


def _fail_if_told(context: Context, image: Image) -> None:
    image.failure = context.knobs.next_failure("fail_next_create")
    if image.failure:
        lifecycle.doom(context.world, image, context.knobs.failed_status)


def rest_on_snapshot(context: Context, image: Image, mapping: Mapping, **more: t.Any) -> None:
    """A disk of a new image rests on a new snapshot, which outlives the image."""
    purposes = {"image_id": image.id, "image_name": image.attributes.name, "other": str(round(context.now))}
    values = {
        "name": f"SnapshotForImage-{purposes[context.knobs.snapshot_names]}-{mapping.type}",
        "ready_at": image.ready_at,
        "fails": bool(image.fails_as),
        "disk_type": mapping.type,
        "size": mapping.size,
        "encrypted": image.encrypted,
        "platform": image.platform,
        "os_type": image.os_type,
    }
    snapshot = Snapshot(
        id=context.world.new_id("s-"),
        organization=image.organization,
        resource_group=image.resource_group,
        region=image.region,
        created=context.now,
        **{**values, **more},
    )
    context.world.snapshots[snapshot.id] = snapshot
    mapping.snapshot_id = snapshot.id


def recall(context: Context, token: str | None, arguments: Arguments) -> str | None:
    """The id of what this ClientToken made before. Raises CloudError when it was for other parameters."""
    if token is None:
        return None
    if len(token) > 64 or not token.isascii():
        raise invalid("ClientToken")
    remembered = context.world.tokens.get(_token_key(context, token))
    if remembered is None or context.now >= remembered.expires:
        return None
    if remembered.fingerprint != _fingerprint(context, arguments):
        raise CloudError(context.knobs.token_mismatch_code)
    image = context.world.images.get(remembered.made)
    growing = image is not None and lifecycle.is_growing(image, context.now)
    if growing and context.knobs.token_in_progress != "first_result":
        raise CloudError(context.knobs.token_in_progress)
    return remembered.made


def remember(context: Context, token: str | None, arguments: Arguments, made: str) -> None:
    if token is not None:
        expires = context.now + context.knobs.token_ttl
        known = RememberedToken(_fingerprint(context, arguments), made, expires)
        context.world.tokens[_token_key(context, token)] = known


def _token_key(context: Context, token: str) -> str:
    return f"{context.organization.id}/{context.action}/{token}"


def _fingerprint(context: Context, arguments: Arguments) -> str:
    return f"{context.region} {context.resource_group} {arguments.fingerprint()}"


ACTIONS = (Action("CreateImage", _SPECIFICATION, _create_image, write=True),)
