# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures: the collection as it is shipped, a simulated cloud, and an Ansible that is configured for both."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_process import Ansible, caller
from sent import complaints

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "simulator"))

from apsarastack_simulator.testing import Simulator  # noqa: E402 - found through the line above

COLLECTION = Path("ansible_collections", "apsarastack", "cloud")


@pytest.fixture(scope="session")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for ANSIBLE_COLLECTIONS_PATH; if that variable is set to one with the collection, it is used."""
    given = Path(os.environ.get("ANSIBLE_COLLECTIONS_PATH", ""))
    if given != Path() and (given / COLLECTION).is_dir():
        return given
    folder = tmp_path_factory.mktemp("collections")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "plugins", "meta", "galaxy.yml"]
    names = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        target = folder / COLLECTION / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return folder


@pytest.fixture
def simulator() -> t.Iterator[Simulator]:
    with Simulator(create_time=0.5) as running:
        yield running
        assert complaints(running.calls()) == []


@pytest.fixture
def ansible(simulator: Simulator, collections: Path, tmp_path: Path) -> Ansible:
    """An Ansible whose environment points to the simulator."""
    return Ansible(tmp_path, collections, caller(simulator))
