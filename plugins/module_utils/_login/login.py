# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of a task to a client that may call."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._login.options import connection_from, has_keys
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.origins import FROM_TASK, Origins

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline


def client_from(
    values: t.Mapping[str, t.Any], deadline: Deadline, hide: t.Callable[..., None], origins: Origins = FROM_TASK
) -> Client:
    """The client that the options describe.

    ``values``: the parameters of the module, None where an option is not given. ``secrets``: gets those that they do
    not hold. With plain keys nothing is asked; a role or the name of a resource set costs calls. Raises
    ApsaraStackError.
    """
    if _says_all(values):
        return Client(connection_from(values, origins=origins), deadline)
    # Most tasks say all themselves, and should not pay for what the others need.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._login import credentials  # noqa: PLC0415

    return credentials.client_from(values, deadline, hide, origins)


def _says_all(values: t.Mapping[str, t.Any]) -> bool:
    """Whether neither a file nor a server has to be asked."""
    if values.get("assume_role") is not None:
        return False
    if values.get("resource_group_set_name") is not None and values.get("resource_group") is None:
        return False
    elsewhere = ("profile", "shared_credentials_file", "ecs_role_name")
    return has_keys(values) or all(values.get(option) is None for option in elsewhere)
