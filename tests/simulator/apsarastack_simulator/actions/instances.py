# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeInstances and DescribeRegions: as much of them as work with images needs."""

from __future__ import annotations

import typing as t

from .. import lifecycle, rules
from ..clock import utc_minutes
from ..context import Action, Context
from ..errors import invalid
from ..paging import page, paging
from ..parameters import Arguments, Parameter, Repeated, boolean, id_array

if t.TYPE_CHECKING:
    from ..answers import Body
    from ..world import Instance

_IDS_PER_CALL = 100
_SPECIFICATION = (
    Parameter("InstanceIds", id_array),
    Parameter("ImageId"),
    Parameter("Status"),
    Parameter("InstanceName"),
    Parameter("ZoneId"),
    Parameter("VpcId"),
    Parameter("VSwitchId"),
    Parameter("SecurityGroupId"),
    Parameter("InstanceType"),
    Parameter("InstanceChargeType"),
    Parameter("InstanceNetworkType"),
    Parameter("LockReason"),
    Parameter("ResourceGroupId"),
    Parameter("DryRun", boolean),
    Repeated("Tag", ("Key", "Value"), maximum=20, too_many="InvalidTagCount"),
    *paging(),
)


def _describe_instances(context: Context, arguments: Arguments) -> Body:
    ids = arguments.texts("InstanceIds")
    if len(ids) > _IDS_PER_CALL:
        raise invalid("InstanceIds")
    # An empty array is a filter that lets nothing through; only its absence lets everything.
    wanted = set(ids) if arguments.given("InstanceIds") else None
    tags = rules.tag_filters(arguments.entries("Tag"))
    found = [
        instance
        for instance in context.world.instances.values()
        if context.owns(instance)
        and (wanted is None or instance.id in wanted)
        and rules.has_tags(instance.tags, tags)
        and _matches(context, arguments, instance)
    ]
    instances, counts = page(context, arguments, found)
    return {**counts, "Instances": {"Instance": [_answer(context, instance) for instance in instances]}}


def _matches(context: Context, arguments: Arguments, instance: Instance) -> bool:
    values = {
        "ImageId": instance.image_id,
        "Status": _status(context, instance),
        "ZoneId": instance.zone,
        "InstanceType": instance.instance_type,
    }
    if any(arguments.text(name) not in (None, value) for name, value in values.items()):
        return False
    reason, name = arguments.text("LockReason"), arguments.text("InstanceName")
    if reason is not None and reason not in instance.lock_reasons:
        return False
    return name is None or _name_matches(name, instance.name)


def _name_matches(pattern: str, name: str) -> bool:
    """A star at the end or the beginning is a wildcard here, unlike with images."""
    if pattern.startswith("*") or pattern.endswith("*"):
        return pattern.strip("*") in name
    return pattern == name


def _status(context: Context, instance: Instance) -> str:
    return lifecycle.instance_status(instance.status, instance.created, context.now, context.knobs)


def _answer(context: Context, instance: Instance) -> Body:
    return {
        "InstanceId": instance.id,
        "InstanceName": instance.name,
        "Status": _status(context, instance),
        "ImageId": instance.image_id,
        "RegionId": instance.region,
        "ZoneId": instance.zone or f"{instance.region}-amtest30001-a",
        "InstanceType": instance.instance_type,
        "OSType": instance.os_type,
        "OSName": instance.os_name,
        "CreationTime": utc_minutes(instance.created),
        "OperationLocks": {"LockReason": [{"LockReason": reason} for reason in instance.lock_reasons]},
        "Tags": {"Tag": [{"TagKey": key, "TagValue": value} for key, value in instance.tags.items()]},
    }


def _describe_regions(context: Context, _arguments: Arguments) -> Body:
    regions = [
        {"RegionId": region, "LocalName": region, "RegionEndpoint": f"ecs-internal.{region}.example.internal"}
        for region in context.world.regions
    ]
    return {"Regions": {"Region": regions}}


ACTIONS = (
    Action("DescribeInstances", _SPECIFICATION, _describe_instances, write=False),
    Action(
        "DescribeRegions",
        (Parameter("InstanceChargeType"), Parameter("ResourceType")),
        _describe_regions,
        write=False,
        needs_region=False,
    ),
)
