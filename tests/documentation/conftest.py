# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures: the installed collection, a simulated cloud, and an Ansible that is configured for both."""

from __future__ import annotations

import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("simulator", "end_to_end", "reliability")]

from ansible_process import caller  # noqa: E402 - found through the line above
from own_modules import Modules  # noqa: E402
from sent import complaints  # noqa: E402
from written_playbooks import Playbooks, tool  # noqa: E402

from apsarastack_simulator.testing import Simulator  # noqa: E402


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the project, as in a fresh clone."""
    folder = tmp_path_factory.mktemp("source")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def tarball(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of `ansible-galaxy collection build`."""
    target = tmp_path_factory.mktemp("dist")
    subprocess.run([tool("ansible-galaxy"), "collection", "build", "--output-path", target], cwd=source, check=True)
    (built,) = target.glob("*.tar.gz")
    return built


@pytest.fixture(scope="session")
def collections(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for ANSIBLE_COLLECTIONS_PATH that the tarball is installed into."""
    folder = tmp_path_factory.mktemp("collections")
    command: list[str | Path] = [tool("ansible-galaxy"), "collection", "install", "--offline", "-p", folder, tarball]
    subprocess.run(command, check=True)
    return folder


@pytest.fixture(scope="session")
def installed(collections: Path) -> Path:
    """The folder of the installed collection."""
    return collections / "ansible_collections" / "apsarastack" / "cloud"


@pytest.fixture
def playbooks(installed: Path) -> Path:
    """The playbooks of the collection."""
    return installed / "playbooks"


@pytest.fixture(scope="session")
def importable(collections: Path) -> None:
    """Lets tests import the installed collection by its full name."""
    sys.path.insert(0, str(collections))


@pytest.fixture
def simulator() -> t.Iterator[Simulator]:
    with Simulator(create_time=0.2) as running:
        yield running
        assert complaints(running.calls()) == []


@pytest.fixture
def modules(simulator: Simulator, importable: None) -> Modules:
    """The modules of the installed collection."""
    return Modules(simulator)


@pytest.fixture
def ansible(simulator: Simulator, collections: Path, tmp_path: Path) -> Playbooks:
    """An Ansible whose environment points to the simulator."""
    return Playbooks(tmp_path, collections, caller(simulator))
