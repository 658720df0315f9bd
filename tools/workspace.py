# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folders that the commands of the Makefile work in, and how they are filled.

Everything lies in the checkout, in folders that git ignores: `.venv`, and `build` for the rest.
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
COLLECTION = Path("ansible_collections", "apsarastack", "cloud")

# Environment variables that would let the user's own Ansible, Python or cloud into the demo and the tests.
FOREIGN = ("ANSIBLE_", "APSARASTACK_", "ALIBABACLOUDSTACK_", "PYTHON", "VIRTUAL_ENV", "PYTEST_", "COVERAGE_")
# What git tells a hook of the repository it belongs to: every other repository would be taken for that one.
OF_A_HOOK = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE")

LOOPBACK = "127.0.0.1"

# A command that hangs has to fail before whatever waits for the tests loses its patience.
MAX_SECONDS = 40 * 60
# Of what a command printed that failed, so many of the last lines are told again with the failure.
TOLD_LINES = 12
# What a command that is interrupted gets to clean up.
STOP_SECONDS = 10


class ToolError(Exception):
    """Something in the workspace cannot be done; the text says what, and is all that a user has to see."""


@functools.cache
def installed_interpreters() -> tuple[Interpreter, ...]:
    return tuple(find_interpreters(os.environ))


def supported_pairs() -> list[tuple[AnsibleCore, Interpreter]]:
    """The ansible-core releases that can be had here, each with its Python; newest first, never empty."""
    found = pairs(installed_interpreters())
    if not found:
        raise ToolError("No Python 3.10 or newer with the modules venv and ensurepip was found (Debian: python3-venv).")
    return found


def run(
    command: t.Sequence[str | Path],
    *,
    cwd: Path = ROOT,
    env: t.Mapping[str, str] | None = None,
    quiet: bool = False,
) -> list[str]:
    """Runs `command`, shows and returns the lines it prints; ToolError unless it exits with 0.

    `quiet` shows them only when it fails.
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
        told = f"{Path(text[0]).name} ended with {process.returncode}: {' '.join(text)}"
        raise ToolError("\n".join([told, *(f"| {line.rstrip()}" for line in lines[-TOLD_LINES:])]))
    return lines


def side_by_side(jobs: t.Iterable[t.Callable[[], t.Any]]) -> None:
    """Does the jobs, each of which runs commands, two at a time, and all of them also after one failed."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        futures = [pool.submit(job) for job in jobs]
        try:
            wait(futures)
        except BaseException:
            # Only this thread hears of a Ctrl-C, and the pool waits for the others.
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
    command: t.Sequence[str], cwd: Path, env: t.Mapping[str, str] | None
) -> t.Iterator[subprocess.Popen[str]]:
    """Runs `command` with all that it starts as one group, which ends with this block, or after MAX_SECONDS."""
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
    watchdog = threading.Timer(MAX_SECONDS, send, (process, signal.SIGKILL))
    watchdog.start()
    RUNNING.add(process)
    try:
        yield process
        process.wait()
    except BaseException:
        # The group does not get the Ctrl-C of the terminal: it is handed on, and what does not heed it is killed.
        send(process, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        send(process, signal.SIGKILL)
        raise
    finally:
        RUNNING.discard(process)
        watchdog.cancel()


def send(process: subprocess.Popen[str], number: signal.Signals) -> None:
    # Ended already, with everything it started.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def environment_variables(venv: Path, **more: str | Path) -> dict[str, str]:
    """The environment of everything that runs in `venv`: its tools first, then every Python found, no shims, no user,
    and no proxy between it and the simulator.

    HOME lies in the build folder: what Ansible and its tools leave in a home does not reach the user's,
    and what lies in the user's cannot hide a step that is missing here.
    """
    folders = [str(venv / "bin")]
    folders += [str(each.executable.parent) for each in reversed(installed_interpreters())]
    folders += [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if not entry.endswith("shims")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN + OF_A_HOOK)}
    # Ansible refuses to start where the locale is not UTF-8, as in an empty environment.
    locale = {} if {"LANG", "LC_ALL", "LC_CTYPE"} & kept.keys() else {"LC_ALL": "C.UTF-8"}
    own = {
        "PATH": os.pathsep.join(folders),
        "HOME": str(make_home()),
        "ANSIBLE_CONFIG": str(make_home() / "ansible.cfg"),
        **{name: ",".join(filter(None, (LOOPBACK, kept.get(name)))) for name in ("NO_PROXY", "no_proxy")},
    }
    return {**kept, **locale, **own, **{name: str(value) for name, value in more.items()}}


@functools.cache
def make_home() -> Path:
    """A home in the build folder that shares nothing with the user's but the settings and the cache of pip."""
    home = BUILD / "home"
    for shared in (".config/pip", ".pip", ".cache/pip"):
        link, original = home / shared, Path.home() / shared
        link.parent.mkdir(parents=True, exist_ok=True)
        if original.is_dir() and not link.exists():
            link.symlink_to(original, target_is_directory=True)
    # Named as ANSIBLE_CONFIG, so that no other is looked for.
    (home / "ansible.cfg").touch()
    return home


def make_venv(folder: Path, interpreter: Interpreter, requirements: t.Sequence[str | Path]) -> Path:
    """A virtual environment in `folder` with `requirements`, files or single ones; made anew only if these changed."""
    texts = [each.read_text(encoding="utf-8") if isinstance(each, Path) else each for each in requirements]
    stamp = folder / "requirements.stamp"
    wanted = "\n".join([str(interpreter.executable), *texts])
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return folder
    print(f"Installing {folder.relative_to(ROOT)} for Python {interpreter.name}", flush=True)
    run([interpreter.executable, "-m", "venv", "--clear", folder], quiet=True)
    arguments: list[str | Path] = []
    for each in requirements:
        arguments += ["-r", each] if isinstance(each, Path) else [each]
    run([folder / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check", *arguments], quiet=True)
    stamp.write_text(wanted, encoding="utf-8")
    return folder


def source_files() -> list[Path]:
    """Every file of the project, relative to ROOT: committed or new, but nothing that git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\0")
    return [Path(name) for name in names if name and (ROOT / name).is_file()]


def stage(name: str) -> Path:
    """Copies the project to `build/NAME/ansible_collections/apsarastack/cloud`, and returns that folder.

    A copy, since ansible-test refuses symbolic links, and a git checkout of its own, since the tools ask git
    which files there are: in a folder that the outer checkout ignores they would find none and pass.
    `tests/output` is kept, where ansible-test has its virtual environments.
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
    """The checkout itself as `build/linked/ansible_collections/apsarastack/cloud`: what is edited is what runs."""
    link = BUILD / "linked" / COLLECTION
    link.parent.mkdir(parents=True, exist_ok=True)
    # The checkout may have been moved since.
    link.unlink(missing_ok=True)
    link.symlink_to(ROOT, target_is_directory=True)
    return link


def collections_path(tree: Path) -> Path:
    """The folder that ANSIBLE_COLLECTIONS_PATH has to name for the collection in `tree`."""
    return tree.parents[2]
