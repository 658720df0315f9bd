# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures everything in the tables of `docs/speed.md`, and writes the tables there.

`python tests/bench/measure.py docs/speed.md COLLECTIONS`, where COLLECTIONS is a folder for ANSIBLE_COLLECTIONS_PATH.
A missed target is shown in the table and is not an error.
"""

from __future__ import annotations

import datetime
import functools
import os
import platform
import sys
import typing as t
from importlib import metadata
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.append(str(TESTS / "reliability"))

from importing import make_importable  # noqa: E402 - found through the line above

make_importable()

import connections  # noqa: E402
import fifty  # noqa: E402
import hosts  # noqa: E402
import operations  # noqa: E402
import polls  # noqa: E402
from realtime import real_waits  # noqa: E402
from table import written_into  # noqa: E402


def tables(collections: Path) -> dict[str, t.Callable[[], str]]:
    """The function for each table, by the name of its markers."""
    measured = functools.cache(lambda: hosts.measure(collections))
    return {
        "conditions": conditions,
        "calls": operations.table,
        "connections": connections.table,
        "time": lambda: hosts.time_table(measured()),
        "payload": lambda: hosts.payload_table(collections),
        "memory": lambda: hosts.memory_table(measured()),
        "polls": lambda: polls.table(real_waits()),
        "fifty": lambda: fifty.table(collections),
    }


def conditions() -> str:
    """When and on which machine."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("ansible-core", "requests", "jmespath"))
    return (
        f"Measured on {today}: {versions}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
        f"load {os.getloadavg()[0]:.1f} before the first run."
    )


def main(page: Path, collections: Path) -> None:
    # A proxy in the user's environment cannot reach this machine's loopback interface.
    os.environ.update(NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
    text = page.read_text(encoding="utf-8")
    for name, make in tables(collections).items():
        written = make()
        print(f"\n{written}", flush=True)
        text = written_into(text, name, written)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
