# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose resources a call is about: headers first, their parameter twins second, the key's own organization last."""

from __future__ import annotations

import typing as t

from .errors import CloudError, missing
from .parameters import integer

if t.TYPE_CHECKING:
    from .knobs import Knobs
    from .wire import Parameters, Request
    from .world import AccessKey, Organization, World

_ORGANIZATION = ("x-acs-organizationid", ("OrganizationId", "Department"))
_RESOURCE_GROUP = ("x-acs-resourcegroupid", ("ResourceGroup",))
# No resource set has this id: a caller that is narrowed to it sees nothing.
_NOWHERE = -1


def tenancy_of(
    request: Request, parameters: Parameters, key: AccessKey, world: World, knobs: Knobs, notes: list[str]
) -> tuple[Organization, int | None]:
    """(organization, resource set id or None). Raises CloudError. Appends what an operator should see to `notes`."""
    organization_id = _given(request, parameters, _ORGANIZATION, notes)
    group_id = _given(request, parameters, _RESOURCE_GROUP, notes)
    own = world.organizations[key.organization]
    if group_id is not None and organization_id is None:
        raise missing("x-acs-organizationid")
    if organization_id is not None and organization_id != own.id:
        return own, _foreign(knobs, f"organization {organization_id}")
    if group_id is not None and group_id not in {group.id for group in own.resource_groups}:
        return own, _foreign(knobs, f"resource set {group_id}")
    return own, group_id


def _foreign(knobs: Knobs, what: str) -> int:
    if knobs.foreign_tenant == "forbidden":
        raise CloudError("NoPermission", f"The access key is not authorized for {what}.")
    return _NOWHERE


def _given(
    request: Request, parameters: Parameters, names: tuple[str, tuple[str, ...]], notes: list[str]
) -> int | None:
    header, twins = names
    values = [(header, request.header(header))] + [(twin, parameters.get(twin, "")) for twin in twins]
    given = [(name, value) for name, value in values if value]
    if not given:
        return None
    name, value = given[0]
    conflicts = [f"{other}={text}" for other, text in given[1:] if text != value]
    if conflicts:
        notes.append(f"{name}={value} wins over {', '.join(conflicts)}")
    return integer(name, value)


def region_of(request: Request, parameters: Parameters, world: World, unknown: str) -> str | None:
    """The RegionId parameter, else the headers of the same meaning. Raises CloudError `unknown` for a stranger."""
    region = parameters.get("RegionId") or request.header("x-acs-regionid") or request.header("regionid")
    if region and region not in world.regions:
        raise CloudError(unknown)
    return region or None
