# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo: shows the lifecycle of an image, with ansible-playbook and the simulator.

Runs `playbooks/golden_image.yml` and `playbooks/import_image.yml` with `--diff`, and compares each recap and the
simulator's call log with what is expected. Exits with 1 if anything differs. Nothing is left running.
"""

from __future__ import annotations

import collections
import json
import re
import signal
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

import simulator
from workspace import BUILD, ToolError, collections_path, environment_variables, run, stage

GOLDEN, IMPORT = Path("playbooks", "golden_image.yml"), Path("playbooks", "import_image.yml")
COUNTS = ("changed", "unreachable", "failed")
RECAP = re.compile(r"(?P<host>\S+)\s+: ok=\d+ .*" + ".*".join(rf"\b{name}=(?P<{name}>\d+)" for name in COUNTS))
COLOR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Play:
    """One run of a playbook: its title and arguments, and whether it must report changes and must write."""

    title: str
    arguments: tuple[str, ...]
    changes: bool
    writes: bool
    playbook: Path = GOLDEN


def variables(**values: t.Any) -> tuple[str, str]:
    return "--extra-vars", json.dumps(values)


PLAYS = (
    Play("Check mode: what would be done", ("--check",), changes=True, writes=False),
    Play("The run: the image is created", (), changes=True, writes=True),
    Play("The run again: nothing to do", (), changes=False, writes=False),
    Play(
        "An update: description and tags",
        variables(image_description="Golden image, approved", image_tags={"stage": "approved", "team": "web"}),
        changes=True,
        writes=True,
    ),
    Play("The deletion", variables(image_state="absent"), changes=True, writes=True),
    Play("An import: a disk file becomes an image", (), changes=True, writes=True, playbook=IMPORT),
    Play("The import again: nothing to do", (), changes=False, writes=False, playbook=IMPORT),
)


def judge(play: Play, lines: t.Iterable[str], writes: int) -> list[str]:
    """The problems of a run that printed `lines` and made `writes` writing calls."""
    recaps = [match for match in (RECAP.match(COLOR.sub("", line)) for line in lines) if match]
    if not recaps:
        return ["the output has no recap"]
    problems = [
        f"{key}={match[key]} for {match['host']}"
        for match in recaps
        for key in ("failed", "unreachable")
        if match[key] != "0"
    ]
    changed = sum(int(match["changed"]) for match in recaps)
    if (changed > 0) != play.changes:
        problems.append(f"changed={changed}")
    if (writes > 0) != play.writes:
        problems.append(f"{writes} writing calls")
    return problems


def count_writes(calls: t.Iterable[t.Mapping[str, t.Any]]) -> int:
    return sum(bool(call["write"]) for call in calls)


def counted(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def summary(calls: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """One line for the call log: the number of calls of each action, and the total number of writes."""
    counts = collections.Counter(str(call["action"]) for call in calls)
    actions = ", ".join(f"{count} {action}" for action, count in counts.items())
    writes = count_writes(calls)
    return f"{counted(len(calls), 'call')} ({actions or 'none'}), {counted(writes, 'write')}"


def run_all(url: str, env: t.Mapping[str, str]) -> list[str]:
    """Runs PLAYS against the simulator at `url`, prints a summary of the call log, and returns the problems."""
    seen = 0
    report, problems = [], []
    for play in PLAYS:
        print(f"\n=== {play.title} ===", flush=True)
        lines = run(["ansible-playbook", "--diff", play.playbook, *play.arguments], env=env)
        log = simulator.calls(url)
        calls, seen = log[seen:], len(log)
        report.append(f"{play.title}: {summary(calls)}")
        problems += [f"{play.title}: {problem}" for problem in judge(play, lines, count_writes(calls))]
    print("\n=== What the simulator saw ===")
    print("\n".join(report))
    return problems


def main() -> int:
    venv = simulator.demo_venv()
    tree = stage("clean")
    with simulator.running_simulator(venv) as url:
        env = environment_variables(
            venv,
            **simulator.TENANT,
            APSARASTACK_ENDPOINT=url,
            ANSIBLE_COLLECTIONS_PATH=collections_path(tree),
            # For modules, Ansible looks up the home directory in the user database and ignores HOME.
            ANSIBLE_REMOTE_TMP=BUILD / "tmp",
            ANSIBLE_LOCALHOST_WARNING="false",
            ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
            ANSIBLE_FORCE_COLOR=str(sys.stdout.isatty()).lower(),
        )
        problems = run_all(url, env)
    for problem in problems:
        print(f"Unexpected result: {problem}")
    print("Demo failed." if problems else f"Demo finished: all {len(PLAYS)} runs behaved as expected.")
    return 1 if problems else 0


if __name__ == "__main__":
    # SIGTERM is handled like Ctrl-C: the simulator is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except ToolError as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
