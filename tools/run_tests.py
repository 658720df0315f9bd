# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Installs nox into `build/nox` and runs its sessions: `python3 tools/run_tests.py [SESSION ...]`; without names, all.

Two sessions run at a time, since most use hardly more than one processor. Nox prints what a session prints when it
ends. The last screen shows how each session ended, and what those that failed printed last. The exit code is 1 if any
session failed.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import typing as t
from pathlib import Path

from environments import make_venv
from workspace import BUILD, LAST_LINES, ROOT, ToolError, process_group, supported_pairs

# All sessions may take longer than a single command.
MAX_SECONDS = 80 * 60
# How often the sessions that are running are named.
SECONDS_OF_SILENCE = 60
STARTED = re.compile(r"Starting session (\S+)\.\.\.$")
SUMMARY = re.compile(r"nox > Ran \d+ sessions")
# An entry of the report of nox.
Session = dict[str, t.Any]
ENDED = re.compile(r"=+ \S+ (?P<name>\S+): \w+(?:, .*)? =+$")


def nox_venv() -> Path:
    """Nox, on the newest Python that an ansible-core supports. Its sessions run on the same Python."""
    text = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    (dependencies,) = re.findall(r"^# dependencies = (\[.+\])$", text, re.MULTILINE)
    _core, interpreter = supported_pairs()[0]
    return make_venv(BUILD / "nox", interpreter, json.loads(dependencies))


class Lines:
    """What nox printed, by session."""

    def __init__(self) -> None:
        self.running: dict[str, float] = {}
        self.printed: dict[str, list[str]] = {}
        self._current: list[str] = []

    def add(self, line: str) -> None:
        started, ended = STARTED.match(line), ENDED.match(line)
        if started:
            self.running[started[1]] = time.monotonic()
        elif ended:
            self.running.pop(ended["name"], None)
            self._current = self.printed.setdefault(ended["name"], [])
        elif SUMMARY.match(line):
            self._current = []
        else:
            self._current.append(line)

    def tell(self, ended: threading.Event) -> None:
        """Names the sessions that are running once a minute, until `ended` is set."""
        while not ended.wait(SECONDS_OF_SILENCE):
            now = time.monotonic()
            running = [f"{name} ({now - start:.0f} s)" for name, start in self.running.copy().items()]
            # A single session prints while it runs.
            if running:
                print(f"... still running: {', '.join(running)}", flush=True)


def index_for_uv(python: Path) -> dict[str, str]:
    """The package index that pip is configured to use: uv does not read this configuration."""
    command = [str(python), "-m", "pip", "config", "list"]
    settings = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    indexes = re.findall(r"\.index-url='(.+)'$", settings, re.MULTILINE)
    return {"UV_DEFAULT_INDEX": os.environ.get("UV_DEFAULT_INDEX", indexes[-1])} if indexes else {}


def settings(venv: Path) -> dict[str, str]:
    """The environment variables of nox."""
    # In CI, nox checks the format of files rather than corrects it.
    env = {**os.environ, **index_for_uv(venv / "bin" / "python"), "CI": "true"}
    if "NOX_DEFAULT_VENV_BACKEND" not in env and not reaches_index(venv / "bin" / "uv", env):
        print("uv does not reach the package index, so virtualenv and pip install everything.", flush=True)
        env["NOX_DEFAULT_VENV_BACKEND"] = "virtualenv"
    return env


def reaches_index(uv: Path, env: t.Mapping[str, str]) -> bool:
    """Whether uv finds a package: it has certificates and settings of its own, so pip may where uv does not."""
    command = [str(uv), "pip", "compile", "--quiet", "--no-cache", "-"]
    return subprocess.run(command, input=b"pip", env=env, capture_output=True, check=False).returncode == 0


def run_nox(venv: Path, *arguments: str) -> Lines:
    """Runs nox, and prints what it prints, with paths that start at the checkout."""
    lines, ended = Lines(), threading.Event()
    # A URL stays whole, so that a browser can open it.
    below_root = re.compile(rf"(?<!//){re.escape(str(ROOT))}/")
    threading.Thread(target=lines.tell, args=(ended,), daemon=True).start()
    try:
        with process_group([str(venv / "bin" / "nox"), *arguments], ROOT, settings(venv), MAX_SECONDS) as process:
            for printed in t.cast("t.IO[str]", process.stdout):
                line = below_root.sub("", printed)
                lines.add(line)
                print(line, end="", flush=True)
    finally:
        ended.set()
    return lines


def summary(sessions: t.Sequence[Session], lines: Lines) -> list[str]:
    """The last screen: what each failed session printed last, how each session ended, and how many passed."""
    shown, ended = [], []
    names: dict[str, list[str]] = {"passed": [], "skipped": [], "failed": []}
    for session in sessions:
        name, outcome = str(session["signatures"][0]), outcome_of(session)
        names[outcome].append(name)
        reason = f": {session['reason']}" if session["reason"] else ""
        ended.append(f"{outcome} {name} {session['duration']:.1f}{reason}")
        if outcome == "failed":
            last = [line.rstrip() for line in lines.printed.get(name, ())][-LAST_LINES:]
            shown += ["", f"=== {name} {session['result']}; above is all that it printed ===", *last]
    failed = f": {' '.join(names['failed'])}" if names["failed"] else ""
    counts = f"{len(names['passed'])} passed, {len(names['failed'])} failed"
    return [*shown, "", *ended, "", f"steps: {counts}{failed}"]


def outcome_of(session: Session) -> str:
    return {"success": "passed", "skipped": "skipped"}.get(session["result"], "failed")


def main(names: t.Sequence[str]) -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Another run must not replace it.
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        jobs = "1" if len(names) == 1 else "2"
        chosen = ["--sessions", *names] if names else []
        lines = run_nox(nox_venv(), "--parallel", jobs, "--report", str(report), *chosen)
        if not report.is_file():
            raise ToolError("nox did not run to its end.")
        sessions = json.loads(report.read_text(encoding="utf-8"))["sessions"]
    print("\n".join(summary(sessions, lines)), flush=True)
    return 1 if "failed" in map(outcome_of, sessions) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ToolError as error:
        sys.exit(str(error))
