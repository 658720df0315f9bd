# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Temporary keys of an assumed role, from the security token service of the site."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Keys

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._login.caller import Role
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client


def keys_of(role: Role, sts: Client) -> Keys:
    """Raises ServiceError, NoAnswerError or DeadlineError. ``sts``: a client with keys that may assume the role."""
    body = sts.call(
        "AssumeRole",
        {
            "RoleArn": role.arn,
            "RoleSessionName": role.session_name,
            "Policy": role.policy,
            "DurationSeconds": role.seconds,
        },
    )
    keys = keys_in(body.get("Credentials"))
    if keys is None:
        # The answer is not quoted, since it may contain the secret.
        raise sts.unusable("AssumeRole", "its answer does not contain complete credentials")
    return keys


def keys_in(document: t.Any) -> Keys | None:
    """The keys in an answer of STS or of the metadata server, which use the same names; None if one is missing."""
    if not isinstance(document, dict):
        return None
    values = [document.get(name) for name in ("AccessKeyId", "AccessKeySecret", "SecurityToken")]
    if not all(isinstance(value, str) and value for value in values):
        return None
    access_key, secret_key, security_token = values
    return Keys(str(access_key), str(secret_key), str(security_token))
