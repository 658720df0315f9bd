# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The origin of the connection options: the task, or an environment variable. Pure.

Options of the task (including ``module_defaults``) win over the environment, even over variables of other options for
the same purpose: a task with a profile must not use the access key of the environment.
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.origins import Origins

ENVIRONMENT_PREFIXES = ("APSARASTACK_", "ALIBABACLOUDSTACK_")

_PLACE = ("endpoint", "popgw_domain", "domain")
_KEYS = ("access_key", "secret_key", "security_token")
_PROFILE = ("profile", "shared_credentials_file")
_CALLER = (*_KEYS, *_PROFILE, "ecs_role_name")
_TENANT = ("department", "resource_group", "resource_group_set_name")
# The variable of an option is not used if the task gives one of these. A profile and its file belong together; a role
# is assumed with any credentials, so a task with only a role uses the credentials of the environment.
_SILENCED_BY: t.Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys((*_PLACE, "is_center_region"), _PLACE),
    **dict.fromkeys((*_CALLER, "assume_role"), _CALLER),
    **dict.fromkeys(_PROFILE, (*_KEYS, "ecs_role_name")),
    **dict.fromkeys(_TENANT, _TENANT),
}


def origins_of(given: t.Collection[str], options: t.Iterable[str], environment: t.Mapping[str, str]) -> Origins:
    """``given``: the options of the task. ``options``: those with environment variables."""
    variables: dict[str, str] = {}
    unused: dict[str, tuple[str, str]] = {}
    for option in options:
        # AWX sets the variables of all fields of a credential, even of empty ones.
        variable = next((name for name in environment_names(option) if environment.get(name, "").strip()), None)
        if variable is None or option in given:
            continue
        rival = next((rival for rival in _SILENCED_BY.get(option, ()) if rival in given), None)
        if rival is None:
            variables[option] = variable
        else:
            unused[option] = (variable, rival)
    return Origins(variables, unused)


def environment_names(option: str) -> list[str]:
    """The environment variables of an option, in order."""
    return [f"{prefix}{option.upper()}" for prefix in ENVIRONMENT_PREFIXES]


def sources(option: str) -> str:
    """The possible origins of an option, for a message."""
    return f"option {option}, environment {' or '.join(environment_names(option))}"
