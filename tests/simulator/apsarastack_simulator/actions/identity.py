# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AssumeRole (STS), and ListResourceGroup (ASCM): who one may be, and where."""

from __future__ import annotations

import re
import secrets
import typing as t

from ..clock import utc
from ..context import Action, Context
from ..errors import CloudError
from ..parameters import Arguments, Parameter, integer, positive
from ..wire import json_or_none
from ..world import AccessKey, new_id

if t.TYPE_CHECKING:
    from ..answers import Body
    from ..world import World

_LONGEST = 3600
_SHORTEST = 900
_ARN = re.compile(r"acs:ram::([0-9]+):role/([A-Za-z0-9.-]+)")
_SESSION = re.compile(r"[A-Za-z0-9.@_-]{2,64}")
_ASSUME = (
    Parameter("RoleArn", required=True),
    Parameter("RoleSessionName", required=True),
    Parameter("DurationSeconds", integer, default=_LONGEST),
    Parameter("Policy"),
    Parameter("ExternalId"),
    # Terraform's provider 1.0 sends it beside RegionId, of which it is another name.
    Parameter("Region"),
)
# ASCM writes its parameters with a small letter first.
_LIST = (
    Parameter("resourceGroupName"),
    Parameter("organizationId", positive),
    Parameter("id", positive),
    Parameter("pageNumber", positive, default=1),
    Parameter("pageSize", positive, default=10),
)


def issue(world: World, organization: int, expires: float) -> AccessKey:
    """A temporary key; from now on it has to come with its token."""
    key = AccessKey(
        id=new_id("STS."),
        secret=f"simulator-secret-{secrets.token_hex(8)}",
        organization=organization,
        token=f"simulator-token-{secrets.token_hex(16)}",
        expires=expires,
    )
    world.access_keys[key.id] = key
    return key


def _assume_role(context: Context, arguments: Arguments) -> Body:
    region = arguments.text("Region")
    if region and region not in context.world.regions:
        raise CloudError("InvalidRegionId.NotFound")
    if context.key.token is not None:
        raise CloudError("NoPermission", "Roles may not be assumed by temporary credentials.")
    arn = arguments.required_text("RoleArn")
    found = _ARN.fullmatch(arn)
    if found is None:
        raise CloudError("InvalidParameter.RoleArn")
    session = arguments.required_text("RoleSessionName")
    if not _SESSION.fullmatch(session):
        raise CloudError("InvalidParameter.RoleSessionName")
    seconds = arguments.number("DurationSeconds")
    if not _SHORTEST <= seconds <= _LONGEST:
        raise CloudError("InvalidParameter.DurationSeconds")
    _check_policy(arguments.text("Policy"))
    organization = context.world.organization_of_account(found.group(1))
    if organization is None or found.group(2) not in organization.roles:
        raise CloudError("EntityNotExist.Role")
    if organization.id != context.organization.id:
        raise CloudError("NoPermission")
    key = issue(context.world, organization.id, context.now + seconds)
    return {
        "AssumedRoleUser": {"Arn": f"{arn}/{session}", "AssumedRoleId": f"{organization.account}:{session}"},
        "Credentials": {
            "AccessKeyId": key.id,
            "AccessKeySecret": key.secret,
            "SecurityToken": key.token,
            "Expiration": utc(context.now + seconds),
        },
    }


def _check_policy(policy: str | None) -> None:
    if policy is not None and not isinstance(json_or_none(policy), dict):
        raise CloudError("InvalidParameter.PolicyGrammar")


def _list_resource_group(context: Context, arguments: Arguments) -> Body:
    """A part of a name finds it: the caller has to compare."""
    name = arguments.text("resourceGroupName") or ""
    groups = [
        {
            "id": group.id,
            "organizationID": context.organization.id,
            "organizationName": context.organization.name,
            "resourceGroupName": group.name,
            "rsId": group.rs_id,
            "resourceGroupType": 0,
        }
        for group in context.organization.resource_groups
        if name in group.name and arguments.text("id") in (None, str(group.id))
    ]
    number, size = arguments.number("pageNumber"), arguments.number("pageSize")
    return {
        "code": "200",
        "cost": 12,
        "data": groups[(number - 1) * size : number * size],
        "message": "success",
        "pageInfo": {
            "currentPage": number,
            "pageSize": size,
            "total": len(groups),
            "totalPage": -(-len(groups) // size),
        },
        "pureListData": False,
        "redirect": False,
        "success": True,
    }


ACTIONS = (
    Action("AssumeRole", _ASSUME, _assume_role, write=False, product="Sts", needs_region=False),
    Action("ListResourceGroup", _LIST, _list_resource_group, write=False, product="ascm", needs_region=False),
)
# On POP, ASCM is spoken to by path.
PATHS = {"/ascm/auth/resource_group/list_resource_group": "ListResourceGroup"}
