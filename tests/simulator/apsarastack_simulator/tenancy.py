# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tenant of a call: from headers, then from the equivalent parameters, then from the organization of the key."""

from __future__ import annotations

import typing as t

from .errors import CloudError, missing
from .parameters import integer

if t.TYPE_CHECKING:
    from .knobs import Knobs
    from .wire import Parameters, Request
    from .world import AccessKey, Organization, World


class _Names(t.NamedTuple):
    """Where an id may stand, and how it begins where it is text."""

    header: str
    parameters: tuple[str, ...]
    prefix: str


_ORGANIZATION = _Names("x-acs-organizationid", ("OrganizationId", "Department"), "org-")
_RESOURCE_GROUP = _Names("x-acs-resourcegroupid", ("ResourceGroup",), "rs-")
# No resource set has this id: a caller that is narrowed to it sees nothing.
NOWHERE = -1


def tenancy_of(
    request: Request, parameters: Parameters, key: AccessKey, world: World, knobs: Knobs, notes: list[str]
) -> tuple[Organization, int | None]:
    """(organization, resource set id or None). Raises CloudError. Appends what an operator should see to `notes`."""
    organization_id = _given(request, parameters, _ORGANIZATION, notes)
    group_id = _given(request, parameters, _RESOURCE_GROUP, notes)
    own = world.organizations[key.organization]
    if group_id and not organization_id:
        raise missing("x-acs-organizationid")
    if organization_id and _key(_ORGANIZATION, organization_id) not in (own.id, own.org_id):
        return own, _foreign(knobs, f"organization {organization_id}")
    if not group_id:
        return own, None
    wanted = _key(_RESOURCE_GROUP, group_id)
    found = next((group.id for group in own.resource_groups if wanted in (group.id, group.rs_id)), None)
    return own, _foreign(knobs, f"resource set {group_id}") if found is None else found


def _key(names: _Names, value: str) -> int | str:
    """A number, or the id as text. Raises CloudError for what can be neither."""
    return value if value.startswith(names.prefix) else integer(names.header, value)


def _foreign(knobs: Knobs, what: str) -> int:
    if knobs.foreign_tenant == "forbidden":
        raise CloudError("NoPermission", f"The access key is not authorized for {what}.")
    return NOWHERE


def _given(request: Request, parameters: Parameters, names: _Names, notes: list[str]) -> str:
    values = [(names.header, request.header(names.header))] + [
        (parameter, parameters.get(parameter, "")) for parameter in names.parameters
    ]
    given = [(name, value) for name, value in values if value]
    if not given:
        return ""
    name, value = given[0]
    conflicts = [f"{other}={text}" for other, text in given[1:] if text != value]
    if conflicts:
        notes.append(f"{name}={value} wins over {', '.join(conflicts)}")
    return value


def region_of(request: Request, parameters: Parameters, world: World, unknown: str) -> str | None:
    """The RegionId parameter, else the headers of the same meaning. Raises CloudError `unknown` for a stranger."""
    region = parameters.get("RegionId") or request.header("x-acs-regionid") or request.header("regionid")
    if region and region not in world.regions:
        raise CloudError(unknown)
    return region or None
