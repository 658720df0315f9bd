# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file for the container, checked without one: its steps, run in a folder and a virtual environment."""

from __future__ import annotations

import json
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import typing as t
import urllib.request

import pytest

import apsarastack_simulator
from apsarastack_simulator.server import DEFAULT_PORT

PACKAGE = pathlib.Path(__file__).resolve().parents[1]
Instruction = tuple[str, str]


def instructions() -> list[Instruction]:
    """The instructions of the file with their arguments, in order."""
    text = (PACKAGE / "Containerfile").read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _space, rest in (line.partition(" ") for line in lines)]


def arguments(name: str) -> list[str]:
    return [rest for found, rest in instructions() if found == name]


def test_the_image_serves_the_fixed_port_to_other_hosts_without_any_rights() -> None:
    last_stage = "\n".join(map(" ".join, instructions())).rpartition("FROM ")[2]
    (user,) = arguments("USER")
    assert "USER" in last_stage and re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert arguments("EXPOSE") == [str(DEFAULT_PORT)]
    assert f":{DEFAULT_PORT}/_simulator/health" in arguments("HEALTHCHECK")[0]
    (command,) = map(json.loads, arguments("ENTRYPOINT"))
    assert command[1:] == ["--host", "0.0.0.0", "--control-for", "any"]


@pytest.fixture
def built(tmp_path: pathlib.Path) -> t.Callable[[str], str]:
    """Carries out the steps of the first stage below a folder, and returns what paths of the image are there."""

    def here(text: str) -> str:
        return text.replace("/opt/simulator", str(tmp_path / "opt"))

    (source,) = (tmp_path / folder.strip("/") for folder in arguments("WORKDIR"))
    source.mkdir()
    for step in arguments("COPY"):
        *names, target = shlex.split(step)
        if names[0].startswith("--from"):
            continue
        for name in names:
            copy = shutil.copytree if (PACKAGE / name).is_dir() else shutil.copy
            t.cast("t.Any", copy)(PACKAGE / name, source / target)
    for step in " && ".join(arguments("RUN")).split(" && "):
        program, *words = shlex.split(here(step))
        prefix = [] if program == "python" else ["-m", program]
        subprocess.run([sys.executable, *prefix, *words], cwd=source, check=True)
    return here


def test_its_steps_install_a_simulator_that_starts_and_stops(built: t.Callable[[str], str]) -> None:
    (command,) = (json.loads(built(text)) for text in arguments("ENTRYPOINT"))
    told = subprocess.run([command[0], "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert told == f"apsarastack-simulator {apsarastack_simulator.__version__}\n"
    running = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True)
    line = next(line for line in t.cast("t.IO[str]", running.stdout) if "watch it at" in line)
    health = line.split()[-1] + "/health"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(health, timeout=10) as answer:
        assert json.load(answer)["ok"] is True
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=20)
    assert running.returncode == 0
