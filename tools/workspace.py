# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folders that the commands work in, and how they are created.

All of them are in the checkout and ignored by git: `.venv`, `.nox` for what sessions of nox do not share, and `build`.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import subprocess
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from interpreters import AnsibleCore, Interpreter, find_interpreters, pairs

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
HOME = BUILD / "home"
COLLECTION = Path("ansible_collections", "apsarastack", "cloud")

# Environment variables that would make the demo and the tests use the user's own Ansible, Python or cloud.
FOREIGN = ("ANSIBLE_", "APSARASTACK_", "ALIBABACLOUDSTACK_", "PYTHON", "VIRTUAL_ENV", "PYTEST_", "COVERAGE_")
# Selects one release line, for example `2.18` or `devel`.
SELECTED_CORE = "ANSIBLE_CORE"
# Git sets these for a hook; with them, git commands in any other repository would use that of the hook.
OF_A_HOOK = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE")

LOOPBACK = "127.0.0.1"

# A command that hangs must fail before whatever runs the tests times out.
MAX_SECONDS = 40 * 60
# How many of the last lines that a failed command printed are repeated with the failure.
LAST_LINES = 12
# How long an interrupted command may take to clean up.
STOP_SECONDS = 10


class ToolError(Exception):
    """Something in the workspace failed. The message says what, and is all that a user needs to see."""


@functools.cache
def installed_interpreters() -> tuple[Interpreter, ...]:
    return tuple(find_interpreters(os.environ))


def supported_pairs() -> list[tuple[AnsibleCore, Interpreter]]:
    """The ansible-core releases that this machine supports, each with its Python; newest first, never empty.

    The environment variable ANSIBLE_CORE, for example `2.18` or `devel`, selects a single one.
    """
    series = os.environ.get(SELECTED_CORE, "")
    found = pairs(installed_interpreters(), series)
    if series and not found:
        raise ToolError(f"ANSIBLE_CORE is {series}, which is unknown or has no Python here (tools/interpreters.py).")
    if not found:
        raise ToolError(
            "No Python 3.10 or newer with the modules venv and ensurepip was found."
            " Debian and Ubuntu: apt install python3-venv. Red Hat: dnf install python3.12."
        )
    return found


def run(
    command: t.Sequence[str | Path],
    *,
    cwd: Path = ROOT,
    env: t.Mapping[str, str] | None = None,
    quiet: bool = False,
) -> list[str]:
    """Runs `command`, shows and returns the lines that it prints; ToolError unless it exits with 0.

    `quiet` shows them only if it fails.
    """
    text = [str(part) for part in command]
    lines = []
    if not quiet:
        print("$", " ".join(text), flush=True)
    with process_group(text, cwd, env) as process:
        for line in t.cast("t.IO[str]", process.stdout):
            lines.append(line)
            if not quiet:
                print(line, end="", flush=True)
    if process.returncode != 0:
        if quiet:
            print("".join(lines), flush=True)
        summary = f"{Path(text[0]).name} ended with {process.returncode}: {' '.join(text)}"
        raise ToolError("\n".join([summary, *(f"| {line.rstrip()}" for line in lines[-LAST_LINES:])]))
    return lines


def side_by_side(jobs: t.Iterable[t.Callable[[], t.Any]]) -> None:
    """Runs the jobs two at a time, and all of them even if one fails. Each job runs commands."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        futures = [pool.submit(job) for job in jobs]
        try:
            wait(futures)
        except BaseException:
            # Only this thread gets the KeyboardInterrupt, and the pool waits for the others.
            pool.shutdown(wait=False, cancel_futures=True)
            for process in tuple(RUNNING):
                send(process, signal.SIGINT)
            raise
    for future in futures:
        future.result()


# The processes of `process_group` that have not ended.
RUNNING: set[subprocess.Popen[str]] = set()


@contextlib.contextmanager
def process_group(
    command: t.Sequence[str], cwd: Path, env: t.Mapping[str, str] | None, seconds: float = MAX_SECONDS
) -> t.Iterator[subprocess.Popen[str]]:
    """Runs `command` and its children as one process group, which ends with this block or after so many `seconds`."""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    watchdog = threading.Timer(seconds, send, (process, signal.SIGKILL))
    watchdog.start()
    RUNNING.add(process)
    try:
        yield process
        process.wait()
    except BaseException:
        # The group does not get the Ctrl-C of the terminal, so it is passed on; what does not exit is killed.
        send(process, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        send(process, signal.SIGKILL)
        raise
    finally:
        RUNNING.discard(process)
        watchdog.cancel()


def send(process: subprocess.Popen[str], number: signal.Signals) -> None:
    # The group has already ended.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def environment_variables(venv: Path | None = None, *, home: str | Path = HOME, **more: str | Path) -> dict[str, str]:
    """The environment of everything that runs in `venv`: its tools first, then all Pythons, without shims, without the
    user's settings, and without a proxy to the simulator.

    HOME is in the build folder, so that Ansible and its tools do not write to the user's home, and nothing in the
    user's home can hide a missing step.
    """
    folders = [str(venv / "bin")] if venv else []
    folders += [str(each.executable.parent) for each in reversed(installed_interpreters())]
    folders += [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if not entry.endswith("shims")]
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == SELECTED_CORE or not name.startswith(FOREIGN + OF_A_HOOK)
    }
    # Ansible requires a UTF-8 locale, which an empty environment does not have.
    locale = {} if {"LANG", "LC_ALL", "LC_CTYPE"} & kept.keys() else {"LC_ALL": "C.UTF-8"}
    own = {
        "PATH": listed(folders, os.pathsep),
        "HOME": str(make_home(Path(home))),
        "ANSIBLE_CONFIG": str(Path(home, "ansible.cfg")),
        # The Pythons of pyenv are found in the user's home unless this says where they are.
        "PYENV_ROOT": os.environ.get("PYENV_ROOT") or str(Path.home() / ".pyenv"),
        # Otherwise uv, unlike pip, only knows the public authorities.
        "UV_SYSTEM_CERTS": os.environ.get("UV_SYSTEM_CERTS", "true"),
        **{name: listed([LOOPBACK, *kept.get(name, "").split(",")], ",") for name in ("NO_PROXY", "no_proxy")},
    }
    return {**kept, **locale, **own, **{name: str(value) for name, value in more.items()}}


def listed(entries: t.Iterable[str], separator: str) -> str:
    """The entries, each once: what runs in this environment may make one of its own."""
    return separator.join(dict.fromkeys(filter(None, entries)))


@functools.cache
def make_home(home: Path) -> Path:
    """A home that shares only the settings and the caches of pip and uv with the user's home."""
    for shared in (".config/pip", ".pip", ".cache/pip", ".config/uv", ".cache/uv"):
        link, original = home / shared, Path.home() / shared
        link.parent.mkdir(parents=True, exist_ok=True)
        if original.is_dir() and not link.exists():
            # Another process may create it at the same time.
            with contextlib.suppress(FileExistsError):
                link.symlink_to(original, target_is_directory=True)
    # Used as ANSIBLE_CONFIG, so that Ansible does not search for another one.
    (home / "ansible.cfg").touch()
    return home


def source_files() -> list[Path]:
    """Every file of the project, relative to ROOT: committed or new, except those that git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\0")
    return [Path(name) for name in names if name and (ROOT / name).is_file()]


def stage(name: str | Path) -> Path:
    """Copies the project to `build/NAME/ansible_collections/apsarastack/cloud`, and returns that folder. NAME may be an
    absolute path.

    It is a copy, since ansible-test refuses symbolic links, and a git repository, since the tools ask git for the list
    of files: in a folder that the outer checkout ignores, they would find none and pass. `tests/output` is kept for the
    virtual environments of ansible-test.
    """
    tree = BUILD / name / COLLECTION
    tree.mkdir(parents=True, exist_ok=True)
    for entry in [*tree.iterdir(), *(tree / "tests").glob("*")]:
        if entry.relative_to(tree) in (Path(".git"), Path("tests"), Path("tests/output")):
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    for file in source_files():
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, tree / file)
    env = {name: value for name, value in os.environ.items() if name not in OF_A_HOOK}
    run(["git", "init", "--quiet"], cwd=tree, env=env, quiet=True)
    return tree


def linked() -> Path:
    """A link to the checkout at `build/linked/ansible_collections/apsarastack/cloud`, so that edited files are used."""
    link = BUILD / "linked" / COLLECTION
    link.parent.mkdir(parents=True, exist_ok=True)
    # The checkout may have been moved.
    link.unlink(missing_ok=True)
    link.symlink_to(ROOT, target_is_directory=True)
    return link


def collections_path(tree: Path) -> Path:
    """The folder for ANSIBLE_COLLECTIONS_PATH that contains the collection in `tree`."""
    return tree.parents[2]
