# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo: shows the lifecycle of an image, with ansible-playbook and the simulator.

Runs `playbooks/golden_image.yml` and `playbooks/import_image.yml` with `--diff`, and compares each recap and the
simulator's call log with what is expected. Exits with 1 if anything differs. Nothing is left running.

Prints three lines for each run; with the environment variable VERBOSE=1, also what Ansible prints.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import re
import shlex
import signal
import sys
import threading
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

import simulator
from workspace import BUILD, ToolError, collections_path, environment_variables, run, stage

GOLDEN, IMPORT = Path("playbooks", "golden_image.yml"), Path("playbooks", "import_image.yml")
COUNTS = ("changed", "unreachable", "failed")
RECAP = re.compile(r"(?P<host>\S+)\s+: ok=\d+ .*" + ".*".join(rf"\b{name}=(?P<{name}>\d+)" for name in COUNTS))
COLOR = re.compile(r"\x1b\[[0-9;]*m")
# Whoever watches must see that something happens.
LONGEST_SILENCE_SECONDS = 2.0
NEXT = """
What next? Paste one of these:
  make demo VERBOSE=1   # the same, with the diffs and everything else that Ansible prints
  make simulator        # a simulated cloud for your own playbooks
  make docs             # the documentation as a site; docs/docsite/rst/guide_getting_started.rst is the first page
"""


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
    Play("Check mode says what a run would do, and writes nothing", ("--check",), changes=True, writes=False),
    Play("The run creates the image, and waits until it can be used", (), changes=True, writes=True),
    Play("The run again: the image is as desired, so there is nothing to do", (), changes=False, writes=False),
    Play(
        "Another description and another tag: the image is updated",
        variables(image_description="Golden image, approved", image_tags={"stage": "approved", "team": "web"}),
        changes=True,
        writes=True,
    ),
    Play("The image is deleted", variables(image_state="absent"), changes=True, writes=True),
    Play("A disk file in OSS is imported, and becomes an image", (), changes=True, writes=True, playbook=IMPORT),
    Play("The import again: there is nothing to do", (), changes=False, writes=False, playbook=IMPORT),
)


def recap(line: str) -> re.Match[str] | None:
    return RECAP.match(COLOR.sub("", line))


def judge(play: Play, lines: t.Iterable[str], writes: int) -> list[str]:
    """The problems of a run that printed `lines` and made `writes` writing calls."""
    recaps = [match for match in map(recap, lines) if match]
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


def shown(play: Play) -> list[str]:
    """The command of a run, as a terminal with the lines of `make simulator` also accepts it."""
    return ["ansible-playbook", "--diff", str(play.playbook), *play.arguments]


@contextlib.contextmanager
def ticking() -> t.Iterator[None]:
    """Begins a line, and prints a dot from time to time as long as something takes. The caller ends the line."""
    ended = threading.Event()

    def tick() -> None:
        dots = ""
        while not ended.wait(LONGEST_SILENCE_SECONDS):
            dots += "."
            print(".", end="", flush=True)
        print(" " if dots else "", end="", flush=True)

    print("   ", end="", flush=True)
    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        ended.set()
        ticker.join()


def show(play: Play, url: str, env: t.Mapping[str, str], verbose: bool) -> tuple[list[str], list[dict[str, t.Any]]]:
    """Carries out a run and prints what it does. The lines of Ansible, and the calls that the simulator saw."""
    seen, began = len(simulator.calls(url)), time.monotonic()
    print(f"\n{PLAYS.index(play) + 1}. {play.title}", flush=True)
    if verbose:
        lines = run(shown(play), env=env)
    else:
        print(f"   $ {shlex.join(shown(play))}", flush=True)
        with ticking():
            lines = run(shown(play), env=env, quiet=True)
    calls = simulator.calls(url)[seen:]
    print(f"{result(lines)} in {time.monotonic() - began:.0f} s. The cloud saw {summary(calls)}.", flush=True)
    return lines, calls


def result(lines: t.Iterable[str]) -> str:
    """What the recap says: `changed=1`, for example."""
    return next((f"changed={match['changed']}" for match in map(recap, lines) if match), "no result")


def run_all(url: str, env: t.Mapping[str, str], verbose: bool) -> list[str]:
    """Runs PLAYS against the simulator at `url`, and returns the problems."""
    problems = []
    for play in PLAYS:
        lines, calls = show(play, url, env, verbose)
        problems += [f"{play.title}: {problem}" for problem in judge(play, lines, count_writes(calls))]
    return problems


def main() -> int:
    verbose = os.environ.get("VERBOSE", "0") not in ("", "0")
    print("The lifecycle of a golden image, with ansible-playbook and a simulated cloud.", flush=True)
    with ticking():
        venv = simulator.demo_venv()
    print("Everything that it requires is installed in .venv.", flush=True)
    tree = stage("demo")
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
        problems = run_all(url, env, verbose)
    print()
    for problem in problems:
        print(f"Unexpected result: {problem}")
    print("Demo failed." if problems else f"Demo finished: all {len(PLAYS)} runs behaved as expected.")
    print(NEXT, end="")
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
