# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creates the client from the options of a task."""

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

    ``values``: the parameters of the module, None for omitted options. ``hide``: called with all secrets that are not
    options. With plain keys there are no calls; a role or the name of a resource set requires some. Raises
    ApsaraStackError.
    """
    if _says_all(values):
        return Client(connection_from(values, origins=origins), deadline)
    # Imported only for other credentials, so that tasks with plain keys stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._login import credentials  # noqa: PLC0415

    return credentials.client_from(values, deadline, hide, origins)


def _says_all(values: t.Mapping[str, t.Any]) -> bool:
    """Whether neither a file nor a server must be read."""
    if values.get("assume_role") is not None:
        return False
    if values.get("resource_group_set_name") is not None and values.get("resource_group") is None:
        return False
    elsewhere = ("profile", "shared_credentials_file", "ecs_role_name")
    return has_keys(values) or all(values.get(option) is None for option in elsewhere)
