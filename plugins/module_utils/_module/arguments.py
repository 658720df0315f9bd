# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that all modules share: the address of the site, the credentials and the tenant.

They are documented in ``plugins/doc_fragments/connection.py``; a test compares the two.
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._login.options import SESSION_NAME

_ROLE_OPTIONS: t.Mapping[str, t.Mapping[str, t.Any]] = {
    "role_arn": {"type": "str", "required": True},
    "session_name": {"type": "str", "default": SESSION_NAME},
    # Ansible turns a string that looks like a dictionary into one; this type turns it back into a string.
    "policy": {"type": "json"},
    "session_expiration": {"type": "int"},
}
_OPTIONS: t.Mapping[str, t.Mapping[str, t.Any]] = {
    # no_log is set for every option whose name would otherwise cause a warning of Ansible. An access key is not secret,
    # unless it was swapped with the secret key.
    "access_key": {"type": "str", "no_log": True},
    "secret_key": {"type": "str", "no_log": True},
    "security_token": {"type": "str", "no_log": True},
    "profile": {"type": "str"},
    "shared_credentials_file": {"type": "path", "no_log": False},
    "assume_role": {"type": "dict", "options": _ROLE_OPTIONS},
    "ecs_role_name": {"type": "str"},
    "region": {"type": "str", "aliases": ["region_id"]},
    "department": {"type": "str", "aliases": ["organization_id"]},
    "resource_group": {"type": "str"},
    "resource_group_set_name": {"type": "str"},
    "endpoint": {"type": "str"},
    "popgw_domain": {"type": "str"},
    "is_center_region": {"type": "bool", "default": True},
    "domain": {"type": "str"},
    "protocol": {"type": "str", "choices": ["https", "http"], "default": "https"},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    # Its URL may contain a password.
    "proxy": {"type": "str", "no_log": True},
    "connect_timeout": {"type": "int", "default": 10},
    "read_timeout": {"type": "int", "default": 60},
}


def connection_spec() -> dict[str, dict[str, t.Any]]:
    """The argument spec of the connection options. Their environment variables are read in ``origins``."""
    return {name: dict(option) for name, option in _OPTIONS.items()}
