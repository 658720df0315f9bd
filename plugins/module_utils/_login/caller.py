# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credentials that the options or a profile describe: values, checked before the first request."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._login.options import SESSION_NAME
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError, shown

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Keys

# The limits of the vendor's STS API reference, action AssumeRole.
SHORTEST_SESSION_SECONDS = 900
LONGEST_SESSION_SECONDS = 3600
_SESSION_NAME = re.compile(r"[A-Za-z0-9.@_-]{2,64}")
_INSTANCE_ROLE = re.compile(r"[A-Za-z0-9._-]+")
INSTANCE_ROLE_RULE = "must contain only letters, digits, '.', '_' and '-'"


@dataclasses.dataclass(frozen=True)
class Role:
    """A role to assume. ``policy``: a JSON string that restricts its permissions. ``seconds``: the validity of the
    keys."""

    arn: str
    session_name: str = SESSION_NAME
    policy: str | None = None
    seconds: int | None = None


@dataclasses.dataclass(frozen=True)
class Caller:
    """Either ``keys``, or the name of the role of the instance that this runs on, which may be empty to use its only
    role. If both are None, the keys are options. ``role``: assumed with these credentials."""

    keys: Keys | None = None
    instance_role: str | None = None
    role: Role | None = None


def role_from(where: str, options: t.Mapping[str, t.Any], names: t.Mapping[str, str] | None = None) -> Role:
    """The role of the option assume_role, or of a profile.

    ``where``: the start of messages. ``options``: role_arn, session_name, policy, session_expiration; None and an empty
    string stand for omitted. ``names``: their names in messages, if different. Raises RefusalError.
    """
    values = {name: value for name, value in options.items() if value is not None and value != ""}
    for option, is_good, wanted in _RULES:
        value = values.get(option)
        if not is_good(value):
            problem = "is missing" if value is None else f"must be {wanted}"
            # A file of profiles contains secrets, so it is never quoted.
            found = f", but is {_found(option, value)}" if names is None and value is not None else ""
            raise RefusalError(f"{where}: {(names or {}).get(option, option)} {problem}{found}.")
    return Role(
        arn=values["role_arn"],
        session_name=values.get("session_name", SESSION_NAME),
        policy=values.get("policy"),
        seconds=values.get("session_expiration"),
    )


def _found(option: str, value: t.Any) -> str:
    if option != "policy":
        return shown(value)
    # Of a long text, the place of the mistake says more than a quote.
    try:
        return f"JSON of the type {type(json.loads(value)).__name__}"
    except (RecursionError, ValueError) as error:
        return f"not valid JSON: {error}"


def is_instance_role(name: str) -> bool:
    """Whether it can be the name of a role, which becomes a part of a path at the metadata server."""
    return _INSTANCE_ROLE.fullmatch(name) is not None


def _is_session_name(value: t.Any) -> bool:
    return value is None or _SESSION_NAME.fullmatch(value) is not None


def _is_duration(value: t.Any) -> bool:
    return value is None or SHORTEST_SESSION_SECONDS <= value <= LONGEST_SESSION_SECONDS


def _is_policy(value: t.Any) -> bool:
    if value is None:
        return True
    try:
        return isinstance(json.loads(value), dict)
    except (RecursionError, ValueError):
        return False


_RULES: t.Sequence[tuple[str, t.Callable[[t.Any], bool], str]] = (
    ("role_arn", lambda value: value is not None, "the ARN of a role"),
    ("session_name", _is_session_name, "2 to 64 letters, digits, '.', '@', '_' and '-'"),
    (
        "session_expiration",
        _is_duration,
        f"{SHORTEST_SESSION_SECONDS} to {LONGEST_SESSION_SECONDS} seconds",
    ),
    ("policy", _is_policy, "a JSON object"),
)
