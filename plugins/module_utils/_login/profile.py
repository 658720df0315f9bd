# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Profiles in the file of the vendor's command line tool: JSON, with a list ``profiles`` and the name ``current``.

Messages never quote values of the file, since it contains secrets.
"""

from __future__ import annotations

import dataclasses
import json
import os
import time
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._login.caller import (
    INSTANCE_ROLE_RULE,
    Caller,
    is_instance_role,
    role_from,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.options import KEY_RULE, is_header_text
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.origins import sources
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Keys
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError, inserted, shown
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.origins import FROM_TASK, Origins

DEFAULT_FILES = ("~/.aliyun/config.json", "~/.apsarastack/config.json")
DEFAULT_PROFILE = "default"


def _refusal(message: str) -> RefusalError:
    return RefusalError(message, reason="credentials")


@dataclasses.dataclass(frozen=True)
class _Profile:
    """``where``: file and name, for messages."""

    where: str
    entry: t.Mapping[str, t.Any] = dataclasses.field(repr=False)

    def needed(self, key: str) -> str:
        """Raises RefusalError if the key is missing, empty or not a string."""
        value = self.optional(key)
        if value is None:
            raise _refusal(f"{self.where} has no {key}, which its mode {self.entry.get('mode')} requires.")
        return value

    def optional(self, key: str) -> str | None:
        value = self.entry.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise _refusal(f"{self.where}: {key} must be a string.")
        return value

    def seconds(self, key: str) -> int | None:
        # The tool writes 0 for an unset value.
        value = self.entry.get(key) or None
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise _refusal(f"{self.where}: {key} must be an integer.")
        return value

    def keys(self, token: str | None) -> Keys:
        """The keys with this token."""
        keys = Keys(self.needed("access_key_id"), self.needed("access_key_secret"), token)
        for key, value in zip(("access_key_id", "access_key_secret", "sts_token"), keys):
            if not is_header_text(value):
                raise _refusal(f"{self.where}: {key} {KEY_RULE}.")
        return keys


def caller_in_profile(name: str | None, file: str | None, origins: Origins = FROM_TASK) -> Caller:
    """The credentials that a profile describes.

    ``name``: by default the current profile of the file. ``file``: by default the first existing one of DEFAULT_FILES.
    Raises RefusalError, which names the file, the profile and the key.
    """
    path = _existing(name, origins) if file is None else file
    where = f"The credentials file {inserted(path)}"
    if file is not None:
        where = f"{origins.named('shared_credentials_file')} is {inserted(path)}, which"
    profile = _profile_in(inserted(path, str), _read(path, where), name, origins)
    mode = profile.optional("mode")
    if mode is None or mode not in _MODES:
        raise _refusal(f"{profile.where}: mode must be one of {', '.join(_MODES)}.")
    return _MODES[mode](profile)


def _existing(name: str | None, origins: Origins) -> str:
    for file in DEFAULT_FILES:
        path = os.path.expanduser(file)
        if os.path.exists(path):
            return path
    raise _refusal(
        f"{origins.named('profile')} is {shown(name)}, but neither {' nor '.join(DEFAULT_FILES)} exists on the host "
        f"that runs the module. Name the file with {sources('shared_credentials_file')}."
        f"{origins.note(['shared_credentials_file'])}"
    )


def _read(path: str, where: str) -> dict[str, t.Any]:
    """``where``: the start of messages."""
    try:
        # Editors on Windows write a byte order mark.
        with open(path, encoding="utf-8-sig") as file:
            document = json.load(file)
    except OSError as error:
        raise _refusal(f"{where} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise _refusal(f"{where} is not valid UTF-8.") from error
    except json.JSONDecodeError as error:
        raise _refusal(
            f"{where} is not valid JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise _refusal(f"{where} is nested too deeply.") from error
    except ValueError as error:
        # The path has a null character, or a number has too many digits.
        raise _refusal(f"{where} cannot be read: {error}.") from error
    if not isinstance(document, dict) or not isinstance(document.get("profiles"), list):
        raise _refusal(f"{where} has no list of profiles: its key profiles is missing or not a list.")
    return document


def _current(document: t.Mapping[str, t.Any]) -> str:
    current = document.get("current")
    return current if isinstance(current, str) and current else DEFAULT_PROFILE


def _profile_in(path: str, document: t.Mapping[str, t.Any], name: str | None, origins: Origins) -> _Profile:
    """``path``: for messages. ``name``: None for the current profile."""
    wanted = _current(document) if name is None else name
    entries = [entry for entry in document["profiles"] if isinstance(entry, dict)]
    found = [entry for entry in entries if entry.get("name") == wanted]
    if len(found) == 1:
        return _Profile(f"Profile {inserted(wanted)} in {path}", found[0])
    if found:
        raise _refusal(f"{path} has {len(found)} profiles named {inserted(wanted)}: give each a name of its own.")
    # In an entry with another mode, the values may be mixed up, and its name may be a secret.
    usable = sorted(_name(entry) for entry in entries if entry.get("mode") in tuple(_MODES))
    others = f"Its profiles with a supported mode: {', '.join(usable) or 'none'}."
    if name is None and wanted != DEFAULT_PROFILE:
        raise _refusal(f"{path} has no profile of the name in its key current. {others} Give one of them as profile.")
    raise _refusal(f"{origins.named('profile')} is {shown(wanted)}, but {path} has no such profile. {others}")


def _name(entry: t.Mapping[str, t.Any]) -> str:
    return inserted(str(entry.get("name")), str)


def _of_key(profile: _Profile) -> Caller:
    return Caller(keys=profile.keys(None))


def _of_token(profile: _Profile) -> Caller:
    return Caller(keys=profile.keys(profile.needed("sts_token")))


def _of_sign_in(profile: _Profile) -> Caller:
    """The keys that the tool stored at the last sign-in; only the tool can sign in again."""
    expires = profile.seconds("sts_expiration")
    if expires is not None and expires <= time.time():
        raise _refusal(
            f"The temporary access key of {profile.where} has expired: sign in again with the command line tool."
        )
    return _of_token(profile)


_ROLE_KEYS = {
    "role_arn": "ram_role_arn",
    "session_name": "ram_session_name",
    "session_expiration": "expired_seconds",
}


def _of_role(profile: _Profile) -> Caller:
    keys = profile.keys(profile.optional("sts_token"))
    options = {
        "role_arn": profile.needed("ram_role_arn"),
        "session_name": profile.optional("ram_session_name"),
        "policy": profile.optional("policy"),
        "session_expiration": profile.seconds("expired_seconds"),
    }
    return Caller(keys=keys, role=role_from(profile.where, options, _ROLE_KEYS))


def _of_instance(profile: _Profile) -> Caller:
    role = profile.optional("ram_role_name") or ""
    if role and not is_instance_role(role):
        raise RefusalError(f"{profile.where}: ram_role_name {INSTANCE_ROLE_RULE}.")
    return Caller(instance_role=role)


_MODES: t.Mapping[str, t.Callable[[_Profile], Caller]] = {
    "AK": _of_key,
    "StsToken": _of_token,
    "RamRoleArn": _of_role,
    "EcsRamRole": _of_instance,
    "CloudSSO": _of_sign_in,
    "OAuth": _of_sign_in,
}
