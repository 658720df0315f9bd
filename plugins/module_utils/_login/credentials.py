# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Callers that are more than plain keys, and tenants that are told by name: what has to be asked before the first call.

A task that says all itself does not import this room; see ``login``.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._login import metadata, sts, tenancy
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.caller import (
    INSTANCE_ROLE_RULE,
    Caller,
    Role,
    is_instance_role,
    role_from,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.options import connection_from, has_keys, keys_in
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.origins import sources
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.profile import caller_in_profile
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError, attempting
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.origins import FROM_TASK, Origins
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import ASCM, STS

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Connection, Keys
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline


def client_from(
    values: t.Mapping[str, t.Any], deadline: Deadline, hide: t.Callable[..., None], origins: Origins = FROM_TASK
) -> Client:
    """The client that the options describe; temporary keys that it asked for itself are renewed when they expire.

    ``hide``: is called with all secrets that are not options. Everything that can be refused is refused before the
    first request. Raises ApsaraStackError.
    """
    caller = caller_from(values, origins)

    def first_keys() -> Keys:
        if caller.instance_role is not None:
            with attempting("get the keys of the instance's role"):
                return noted(metadata.keys_of(caller.instance_role, deadline))
        return keys_in(values) if caller.keys is None else noted(caller.keys)

    def noted(keys: Keys) -> Keys:
        hide(keys.secret_key, keys.security_token)
        return keys

    def proven(place: Connection) -> Connection:
        return place if caller.role is None else place.signed_by(noted(_keys_of_role(caller.role, place, deadline)))

    def renewed() -> Connection:
        return proven(client.connection.signed_by(first_keys()))

    connection = proven(connection_from(values, None if has_keys(values) else first_keys, origins))
    is_temporary = caller.role is not None or caller.instance_role is not None
    client = Client(_located(connection, values, deadline), deadline, renew=renewed if is_temporary else None)
    return client


def caller_from(values: t.Mapping[str, t.Any], origins: Origins = FROM_TASK) -> Caller:
    """Who calls, without asking anybody but the file of a profile. Raises RefusalError."""
    caller = _first_caller(values, origins)
    if values.get("assume_role") is None:
        return caller
    named = origins.named("assume_role")
    if caller.role is not None:
        raise RefusalError(
            f"{named} is given, but the profile already assumes a role: omit assume_role, or use a profile of mode AK."
        )
    return dataclasses.replace(caller, role=role_from(named, values["assume_role"]))


def _first_caller(values: t.Mapping[str, t.Any], origins: Origins) -> Caller:
    """Before a role is assumed. Keys that are given win over a profile and over the role of the instance."""
    if has_keys(values):
        return Caller()
    profile, file, role = (values.get(option) for option in ("profile", "shared_credentials_file", "ecs_role_name"))
    if profile is None and file is None and role is None:
        # Nobody: connection_from says all that is missing.
        return Caller()
    if values.get("security_token") is not None:
        raise RefusalError(
            f"{origins.named('security_token')} requires its access key and secret key ({sources('access_key')})."
            f"{origins.note(['access_key', 'secret_key'])}",
            reason="credentials",
        )
    if role is None:
        return caller_in_profile(profile, file, origins)
    if profile is not None:
        raise RefusalError(
            f"{origins.named('profile')} and {origins.named('ecs_role_name')} are mutually exclusive: give one of them."
        )
    if not is_instance_role(role):
        raise RefusalError(f"{origins.named('ecs_role_name')} {INSTANCE_ROLE_RULE}, but is {role!r}.")
    return Caller(instance_role=role)


def _keys_of_role(role: Role, place: Connection, deadline: Deadline) -> Keys:
    with attempting(f"assume role {role.arn}"):
        return sts.keys_of(role, Client(place.to(STS), deadline, service=STS))


def _located(connection: Connection, values: t.Mapping[str, t.Any], deadline: Deadline) -> Connection:
    """The connection with the ids of the resource set that is given by name; given ids win over it."""
    name = values.get("resource_group_set_name")
    if name is None or connection.resource_group is not None:
        return connection
    with attempting(f"look up resource set {name!r}"):
        ascm = Client(connection.to(ASCM), deadline, service=ASCM)
        found = tenancy.resource_set(name, connection.department, ascm)
    return dataclasses.replace(connection, department=found.department, resource_group=found.id)
