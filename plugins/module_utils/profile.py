# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Profiles in the file of the vendor's command line tool: JSON, with a list ``profiles`` and the name ``current``.

No message quotes a value of the file: it holds secrets.
"""

from __future__ import annotations

import dataclasses
import json
import os
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils.caller import Caller, role_from
from ansible_collections.apsarastack.cloud.plugins.module_utils.connection import Keys, sources
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import RefusalError

DEFAULT_FILES = ("~/.aliyun/config.json", "~/.apsarastack/config.json")
DEFAULT_PROFILE = "default"


@dataclasses.dataclass(frozen=True)
class _Profile:
    """``where``: file and name, for messages."""

    where: str
    entry: t.Mapping[str, t.Any] = dataclasses.field(repr=False)

    def needed(self, key: str) -> str:
        """Raises RefusalError where the key is missing, empty or no text."""
        value = self.optional(key)
        if value is None:
            raise RefusalError(f"{self.where} has no {key}, which its mode {self.entry.get('mode')} needs.")
        return value

    def optional(self, key: str) -> str | None:
        value = self.entry.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise RefusalError(f"{self.where}: {key} is no text.")
        return value

    def seconds(self, key: str) -> int | None:
        # The tool writes 0 where nothing was said.
        value = self.entry.get(key) or None
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise RefusalError(f"{self.where}: {key} is no whole number.")
        return value


def caller_in_profile(name: str | None, file: str | None) -> Caller:
    """The caller that a profile describes.

    ``name``: without it the file's current profile. ``file``: without it the first of DEFAULT_FILES that exists.
    Raises RefusalError, which tells the file, the profile and the key that are in the way.
    """
    path = _existing(name) if file is None else file
    document = _read(path)
    profile = _profile_in(path, document, _current(document) if name is None else name)
    mode = profile.optional("mode")
    if mode is None or mode not in _MODES:
        raise RefusalError(f"{profile.where}: mode is {mode!r}; supported are {', '.join(_MODES)}.")
    return _MODES[mode](profile)


def _existing(name: str | None) -> str:
    for file in DEFAULT_FILES:
        path = os.path.expanduser(file)
        if os.path.exists(path):
            return path
    raise RefusalError(
        f"profile is {name!r}, but there is neither {' nor '.join(DEFAULT_FILES)}"
        f" on the host that runs the task; another file is named by {sources('shared_credentials_file')}."
    )


def _read(path: str) -> dict[str, t.Any]:
    where = f"The credentials file {path!r} (option shared_credentials_file)"
    try:
        # Editors on Windows begin a file with a mark.
        with open(path, encoding="utf-8-sig") as file:
            document = json.load(file)
    except OSError as error:
        raise RefusalError(f"{where} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise RefusalError(f"{where} is no UTF-8 text.") from error
    except json.JSONDecodeError as error:
        raise RefusalError(f"{where} is no JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise RefusalError(f"{where} is nested too deeply.") from error
    if not isinstance(document, dict) or not isinstance(document.get("profiles"), list):
        raise RefusalError(f"{where} has no list of profiles: its key profiles is missing or no list.")
    return document


def _current(document: t.Mapping[str, t.Any]) -> str:
    current = document.get("current")
    return current if isinstance(current, str) and current else DEFAULT_PROFILE


def _profile_in(path: str, document: t.Mapping[str, t.Any], name: str) -> _Profile:
    entries = [entry for entry in document["profiles"] if isinstance(entry, dict)]
    found = [entry for entry in entries if entry.get("name") == name]
    if len(found) == 1:
        return _Profile(f"Profile {name!r} in {path}", found[0])
    if found:
        raise RefusalError(f"{path} has {len(found)} profiles named {name!r}: give each a name of its own.")
    names = ", ".join(sorted(str(entry.get("name")) for entry in entries)) or "none at all"
    raise RefusalError(f"{path} has no profile {name!r}; it has {names}. Check {sources('profile')}.")


def _of_key(profile: _Profile) -> Caller:
    return Caller(keys=Keys(profile.needed("access_key_id"), profile.needed("access_key_secret")))


def _of_token(profile: _Profile) -> Caller:
    keys = Keys(profile.needed("access_key_id"), profile.needed("access_key_secret"), profile.needed("sts_token"))
    return Caller(keys=keys)


_ROLE_KEYS = {
    "role_arn": "ram_role_arn",
    "session_name": "ram_session_name",
    "session_expiration": "expired_seconds",
}


def _of_role(profile: _Profile) -> Caller:
    keys = Keys(profile.needed("access_key_id"), profile.needed("access_key_secret"), profile.optional("sts_token"))
    options = {
        "role_arn": profile.needed("ram_role_arn"),
        "session_name": profile.optional("ram_session_name"),
        "policy": profile.optional("policy"),
        "session_expiration": profile.seconds("expired_seconds"),
    }
    return Caller(keys=keys, role=role_from(profile.where, options, _ROLE_KEYS))


def _of_instance(profile: _Profile) -> Caller:
    return Caller(instance_role=profile.optional("ram_role_name") or "")


_MODES: t.Mapping[str, t.Callable[[_Profile], Caller]] = {
    "AK": _of_key,
    "StsToken": _of_token,
    "RamRoleArn": _of_role,
    "EcsRamRole": _of_instance,
}
