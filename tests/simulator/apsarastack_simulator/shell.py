# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines that point a shell at the simulated cloud: for bash, zsh and every other POSIX shell.

They can be pasted more than once, also after a restart on another port, and `simulator_off` takes them back.
"""

from __future__ import annotations

import shlex
import typing as t

# Whatever else the shell knows of a cloud would be mixed with what is set here: a profile, a CA, a proxy.
_CLOUD = "(APSARASTACK|ALIBABACLOUDSTACK)_[A-Z_]+"
# What Ansible falls back to, and forgets once the variable names a folder.
_FOLDERS = {"ANSIBLE_COLLECTIONS_PATH": "$HOME/.ansible/collections:/usr/share/ansible/collections"}
# Prints commands that restore the variables that a command lists. A value may contain quotes and line breaks.
_SAVE = (
    r'for name in $({names}); do eval "value=\$$name"; '
    r"""printf "export %s='%s'\n" "$name" "$(printf %s "$value" | sed "s/'/'\\\\''/g")"; done"""
)


def lines(values: t.Mapping[str, str], folders: t.Mapping[str, str], host: str) -> list[str]:
    """`values`: the variables to set. `folders`: what to put in front of a variable that lists folders. `host`: where
    the simulated cloud listens, which no proxy has to be asked for."""
    listed = [*folders, "NO_PROXY", "no_proxy"]
    return [
        # What an earlier paste has set must not be remembered as the shell's own.
        "simulator_off 2>/dev/null || true",
        f'simulator_before="$({_SAVE.format(names=_names("|".join([_CLOUD, *listed])))})"',
        f"simulator_off() {{ {_take_back([*values, *listed])} }}",
        # Without a name zsh calls it an error.
        f"unset APSARASTACK_PROFILE $({_names(_CLOUD)})",
        *(f"export {name}={shlex.quote(folder)}{_after(name, ':')}" for name, folder in folders.items()),
        *(f"export {name}={shlex.quote(host)}{_after(name, ',')}" for name in ("NO_PROXY", "no_proxy")),
        *(f"export {name}={shlex.quote(value)}" for name, value in values.items()),
        "echo 'This terminal now uses the simulated cloud. To go back: simulator_off'",
    ]


def _names(pattern: str) -> str:
    """The command that lists the variables in the environment whose names fit."""
    return rf"env | sed -En 's/^({pattern})=.*/\1/p'"


def _take_back(names: t.Iterable[str]) -> str:
    # Without PATH nothing is found, and zsh forgets what it is for.
    unset = " ".join(name for name in names if name != "PATH")
    return f'unset {unset}; eval "$simulator_before"; unset simulator_before; unset -f simulator_off;'


def _after(name: str, separator: str) -> str:
    """What the variable has held so far, behind the separator."""
    if name in _FOLDERS:
        return f'"{separator}${{{name}:-{_FOLDERS[name]}}}"'
    return f'"${{{name}:+{separator}${name}}}"'
