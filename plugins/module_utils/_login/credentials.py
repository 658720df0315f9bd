# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials other than plain keys, and resource sets by name, which require calls before the first call of the task.

Not imported for tasks with plain keys and ids; see ``login``.
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
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    RefusalError,
    attempting,
    inserted,
    shown,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.origins import FROM_TASK, Origins
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import ASCM, STS

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Connection, Keys
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline


def client_from(
    values: t.Mapping[str, t.Any], deadline: Deadline, hide: t.Callable[..., None], origins: Origins = FROM_TASK
) -> Client:
    """The client that the options describe; it renews temporary keys that it obtained itself when they expire.

    ``hide``: called with all secrets that are not options. All invalid options are refused before the first request.
    Raises ApsaraStackError.
    """
    caller = caller_from(values, origins)

    def first_keys() -> Keys:
        if caller.instance_role is not None:
            with attempting("get the keys of the instance's role"):
                return noted(metadata.keys_of(caller.instance_role, deadline))
        return keys_in(values) if caller.keys is None else noted(caller.keys)

    def noted(keys: Keys) -> Keys:
        hide(keys.access_key, keys.secret_key, keys.security_token)
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
    """The credentials, without any request. Raises RefusalError."""
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
    """The credentials before a role is assumed. Keys win over a profile and over the role of the instance."""
    if has_keys(values):
        return Caller()
    profile, file, role = (values.get(option) for option in ("profile", "shared_credentials_file", "ecs_role_name"))
    if profile is None and file is None and role is None:
        # No credentials: connection_from reports everything that is missing.
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
        raise RefusalError(f"{origins.named('ecs_role_name')} {INSTANCE_ROLE_RULE}, but is {shown(role)}.")
    return Caller(instance_role=role)


def _keys_of_role(role: Role, place: Connection, deadline: Deadline) -> Keys:
    with attempting(f"assume role {inserted(role.arn, str)}"):
        return sts.keys_of(role, Client(place.to(STS), deadline, service=STS))


def _located(connection: Connection, values: t.Mapping[str, t.Any], deadline: Deadline) -> Connection:
    """The connection with the ids of the resource set with the given name; ids win over the name."""
    name = values.get("resource_group_set_name")
    if name is None or connection.resource_group is not None:
        return connection
    with attempting(f"look up resource set {inserted(name)}"):
        ascm = Client(connection.to(ASCM), deadline, service=ASCM)
        found = tenancy.resource_set(name, connection.department, ascm)
    return connection._replace(department=found.department, resource_group=found.id)
