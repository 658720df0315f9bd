# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual environments that processes share, and folders that they do not."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import sys
import typing as t
from pathlib import Path

from workspace import BUILD, ROOT, run

if t.TYPE_CHECKING:
    from interpreters import Interpreter


def make_venv(folder: Path, interpreter: Interpreter, requirements: t.Sequence[str | Path]) -> Path:
    """A virtual environment in `folder` with `requirements` (files or strings); replaced only if these changed.

    Processes can share it: whoever wants to replace it waits until those that use it have ended.
    """
    texts = [each.read_text(encoding="utf-8") if isinstance(each, Path) else each for each in requirements]
    stamp = folder / "requirements.stamp"
    wanted = "\n".join([str(interpreter.executable), *texts])
    deciding, used = (BUILD / f"{folder.name}.{what}" for what in ("deciding", "used"))
    lock(deciding, fcntl.LOCK_EX)
    try:
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
            if not lock(used, fcntl.LOCK_EX | fcntl.LOCK_NB):
                print(f"Waiting for another process that uses {folder.relative_to(ROOT)}", flush=True)
                lock(used, fcntl.LOCK_EX)
            print(f"Installing {folder.relative_to(ROOT)} for Python {interpreter.name}", flush=True)
            install(folder, interpreter, requirements)
            stamp.write_text(wanted, encoding="utf-8")
        lock(used, fcntl.LOCK_SH)
    finally:
        lock(deciding, fcntl.LOCK_UN)
    return folder


def install(folder: Path, interpreter: Interpreter, requirements: t.Sequence[str | Path]) -> None:
    """Replaces `folder` by a virtual environment with `requirements`: with uv, if there is one, since it is faster."""
    arguments: list[str | Path] = []
    for each in requirements:
        arguments += ["-r", each] if isinstance(each, Path) else [each]
    uv = find_uv()
    if uv:
        run([uv, "venv", "--clear", "--seed", "--python", interpreter.executable, folder], quiet=True)
        run([uv, "pip", "install", "--python", folder, *arguments], quiet=True)
    else:
        run([interpreter.executable, "-m", "venv", "--clear", folder], quiet=True)
        run([folder / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check", *arguments], quiet=True)


def find_uv() -> str | None:
    """The uv that is installed with nox, or on PATH; None if nox is told to use another tool."""
    if not os.environ.get("NOX_DEFAULT_VENV_BACKEND", "uv").startswith("uv"):
        return None
    return shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))


# The lock files of this process. Python closes them when it ends, and does not pass them on to its children.
LOCKS: dict[Path, t.IO[bytes]] = {}


def lock(file: Path, mode: int) -> bool:
    """Locks `file` in a `mode` of `flock` until this process ends or changes the mode; False if it may not wait."""
    if file not in LOCKS:
        file.parent.mkdir(parents=True, exist_ok=True)
        LOCKS[file] = file.open("ab")
    try:
        fcntl.flock(LOCKS[file], mode)
    except BlockingIOError:
        return False
    return True


def free_folder(parent: Path) -> Path:
    """The first of the folders `parent/1`, `parent/2`, ... that no other process uses; no other gets it meanwhile."""
    numbers = itertools.count(1)
    return next(
        parent / str(number) for number in numbers if lock(parent / f"{number}.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
    )
