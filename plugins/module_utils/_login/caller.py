# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls, as the options or a profile say it: values, checked before anybody is asked."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._login.options import SESSION_NAME
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Keys

# The bounds are those of the vendor's STS API reference, action AssumeRole.
SHORTEST_SESSION_SECONDS = 900
LONGEST_SESSION_SECONDS = 3600
_SESSION_NAME = re.compile(r"[A-Za-z0-9.@_-]{2,64}")
_INSTANCE_ROLE = re.compile(r"[A-Za-z0-9._-]+")
INSTANCE_ROLE_RULE = "must contain only letters, digits, '.', '_' and '-'"


@dataclasses.dataclass(frozen=True)
class Role:
    """A role to assume. ``policy``: JSON text that narrows what it may do. ``seconds``: how long the keys live."""

    arn: str
    session_name: str = SESSION_NAME
    policy: str | None = None
    seconds: int | None = None


@dataclasses.dataclass(frozen=True)
class Caller:
    """Either ``keys``, or the name of the role of the instance that this runs on: an empty one stands for the role that
    it has, whatever its name. Neither: the keys are options. ``role``: assumed with all of these."""

    keys: Keys | None = None
    instance_role: str | None = None
    role: Role | None = None


def role_from(where: str, options: t.Mapping[str, t.Any], names: t.Mapping[str, str] | None = None) -> Role:
    """The role of the option assume_role, or of a profile.

    ``where``: begins the messages. ``options``: role_arn, session_name, policy, session_expiration; None and an empty
    string leave one out. ``names``: what these are called in the messages, where it is something else. Raises
    RefusalError.
    """
    values = {name: value for name, value in options.items() if value is not None and value != ""}
    for option, is_good, wanted in _RULES:
        value = values.get(option)
        if not is_good(value):
            problem = "is missing" if value is None else f"must be {wanted}"
            # A file of profiles holds secrets, so nothing of it is quoted.
            told = f", but is {value!r}" if names is None and value is not None else ""
            raise RefusalError(f"{where}: {(names or {}).get(option, option)} {problem}{told}.")
    return Role(
        arn=values["role_arn"],
        session_name=values.get("session_name", SESSION_NAME),
        policy=values.get("policy"),
        seconds=values.get("session_expiration"),
    )


def is_instance_role(name: str) -> bool:
    """Whether it can be the name of a role: it becomes a part of the path at the metadata server."""
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
    except ValueError:
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
