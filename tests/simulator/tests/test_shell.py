# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines to paste, pasted into each shell that is installed here."""

from __future__ import annotations

import shutil
import subprocess
import typing as t

import pytest

from apsarastack_simulator import shell

FOLDERS = {"PATH": "/a checkout/bin", "ANSIBLE_COLLECTIONS_PATH": "/a checkout"}
LINES = shell.lines({"APSARASTACK_ENDPOINT": "http://127.0.0.1:1"}, FOLDERS, "127.0.0.1")
ELSEWHERE = shell.lines({"APSARASTACK_ENDPOINT": "http://127.0.0.1:2"}, FOLDERS, "127.0.0.1")
# What a shell may hold: of another cloud, with whatever a shell could stumble over, and of a company's network.
EARLIER = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/home/me",
    "APSARASTACK_ENDPOINT": "https://ecs.example.com",
    "APSARASTACK_PROFILE": 'o\'ne "two" $HOME `id`\nAPSARASTACK \\ !',
    "ALIBABACLOUDSTACK_CA_PATH": "/nowhere",
    "NO_PROXY": "example.com",
    "HTTP_PROXY": "http://proxy.example.com:3128",
}
# As a terminal starts them, less what the user has configured.
SHELLS = {"sh": ["-i"], "bash": ["--norc", "-i"], "zsh": ["-f", "-i"], "dash": []}
# Shells set these themselves.
OWN = {"_", "PWD", "OLDPWD", "SHLVL", "PS1", "LOGNAME"}


@pytest.fixture(params=SHELLS)
def paste(request: pytest.FixtureRequest) -> t.Callable[..., dict[str, str]]:
    """Types lines into a shell, and returns the environment of what is started there afterwards."""
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")

    def into(lines: t.Sequence[str], environment: t.Mapping[str, str]) -> dict[str, str]:
        typed = "\n".join([*lines, "printf '\\0\\0'", "env -0", ""])
        shown = subprocess.run(
            [name, *SHELLS[name]], input=typed, env=environment, stdout=subprocess.PIPE, encoding="utf-8", check=True
        ).stdout
        variables = dict(line.split("=", 1) for line in shown.split("\0\0", 1)[1].split("\0") if "=" in line)
        return {name: value for name, value in variables.items() if name not in OWN}

    return into


Paste = t.Callable[[t.Sequence[str], t.Mapping[str, str]], dict[str, str]]


def test_the_simulated_cloud_is_all_that_is_left_of_any_cloud(paste: Paste) -> None:
    assert paste(LINES, EARLIER) == {
        "PATH": "/a checkout/bin:/usr/bin:/bin",
        "HOME": "/home/me",
        "ANSIBLE_COLLECTIONS_PATH": "/a checkout:/home/me/.ansible/collections:/usr/share/ansible/collections",
        "APSARASTACK_ENDPOINT": "http://127.0.0.1:1",
        "NO_PROXY": "127.0.0.1,example.com",
        "no_proxy": "127.0.0.1",
        "HTTP_PROXY": "http://proxy.example.com:3128",
    }


def test_folders_that_the_shell_lists_stay_behind_those_of_the_checkout(paste: Paste) -> None:
    environment = paste(LINES, {**EARLIER, "ANSIBLE_COLLECTIONS_PATH": "/mine"})
    assert environment["ANSIBLE_COLLECTIONS_PATH"] == "/a checkout:/mine"


def test_pasting_the_lines_again_changes_nothing(paste: Paste) -> None:
    assert paste([*LINES, *LINES], EARLIER) == paste(LINES, EARLIER)


def test_simulator_off_restores_the_environment(paste: Paste) -> None:
    assert paste([*LINES, "simulator_off"], EARLIER) == EARLIER


def test_it_also_takes_back_those_of_a_simulator_that_was_started_again(paste: Paste) -> None:
    assert paste([*LINES, *ELSEWHERE, "simulator_off"], EARLIER) == EARLIER
