# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Follows the first steps of the README in a fresh clone, in a terminal with variables of proxies and other clouds.

Only the installation of Ansible is skipped: `make simulator` uses the one that runs the tests.
"""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from examples import ROOT, commands
from written_playbooks import tool

# tools/run_simulator.py, with the virtual environment that runs the tests.
SIMULATOR = """
import sys
from pathlib import Path
sys.path.insert(0, "tools")
import run_simulator, simulator
simulator.demo_venv = lambda: Path(sys.prefix)
run_simulator.main()
"""
SHELLS = {"bash": ["--norc", "-i"], "zsh": ["-f", "-i"]}
# Nothing listens there, and none of these must be used.
ELSEWHERE = {
    **dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"),
    "APSARASTACK_PROFILE": "nosuch",
    "APSARASTACK_CA_PATH": "/nowhere/ca.pem",
    "APSARASTACK_PROXY": "http://127.0.0.1:9",
    "APSARASTACK_POPGW_DOMAIN": "elsewhere.example.com",
    "APSARASTACK_ASSUME_ROLE": '{"role_arn": "acs:ram::1:role/none"}',
    "ALIBABACLOUDSTACK_ECS_ROLE_NAME": "none",
}
SECONDS = 120
PAGES = [("README.md", "zsh"), ("docs/docsite/rst/guide_getting_started.rst", "bash")]


@pytest.fixture
def clone(source: Path, tmp_path: Path) -> Path:
    """A git checkout of the project."""
    folder = tmp_path / "a clone"
    shutil.copytree(source, folder)
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture
def printed(clone: Path) -> t.Iterator[list[str]]:
    """The lines that `make simulator` prints while it is running."""
    process = subprocess.Popen(
        [sys.executable, "-c", SIMULATOR, "--port", "0"],
        cwd=clone,
        env=home(clone),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    lines: list[str] = []
    for line in t.cast("t.IO[str]", process.stdout):
        lines.append(line.rstrip("\n"))
        if line.startswith("# The simulated cloud listens on"):
            break
    yield lines
    process.send_signal(signal.SIGINT)
    assert process.wait(SECONDS) == 0


def home(clone: Path) -> dict[str, str]:
    """The environment of a terminal outside of the checkout."""
    return {"HOME": str(clone.parent), "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", **ELSEWHERE}


def type_into(shell: str, lines: t.Sequence[str], clone: Path) -> str:
    """The output of a terminal in which these lines are typed, in a folder outside of the checkout."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    answer = subprocess.run(
        [shell, *SHELLS[shell]],
        input="\n".join([*lines, ""]),
        cwd=clone.parent,
        env=home(clone),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    return answer.stdout


def changes(output: str) -> list[str]:
    return re.findall(r"changed=(\d+) .*failed=0", output)


def shown(page: str) -> tuple[str, list[str]]:
    """The playbook of a page, and the commands that run it."""
    text = (ROOT / page).read_text(encoding="utf-8")
    block = re.search(r"``` ?yaml\n(.*?)```|code-block:: yaml\n\n(.*?)\n\n\S", text, re.DOTALL)
    assert block is not None
    lines = (block[1] or block[2]).splitlines()
    indentation = len(lines[0]) - len(lines[0].lstrip())
    playbook = "\n".join(line[indentation:] for line in lines)
    return playbook, [line.strip() for line in text.splitlines() if line.strip().startswith("ansible-playbook golden")]


@pytest.mark.parametrize(
    ("page", "shell"), [("README.md", "zsh"), ("docs/docsite/rst/guide_getting_started.rst", "bash")]
)
def test_the_first_playbook_runs_as_the_page_says(page: str, shell: str, clone: Path, printed: list[str]) -> None:
    playbook, commands = shown(page)
    (clone.parent / "golden.yml").write_text(playbook, encoding="utf-8")

    output = type_into(shell, [*printed, *commands[:3]], clone)

    assert changes(output) == ["1", "1", "0"], output


def test_the_terminal_uses_the_files_of_the_checkout(clone: Path, printed: list[str]) -> None:
    module = clone / "plugins" / "modules" / "apsarastack_image_info.py"
    text = module.read_text(encoding="utf-8")
    lines = [*printed, "ansible localhost -m apsarastack.cloud.apsarastack_image_info"]
    before = type_into("bash", lines, clone)
    edited = text.replace("    main()", """    print('{"edited": true}')\n    raise SystemExit""")
    module.write_text(edited, encoding="utf-8")
    after = type_into("bash", lines, clone)

    assert '"images": [' in before and '"edited": true' not in before
    assert '"edited": true' in after
    files = subprocess.run(
        ["git", "status", "--short"], cwd=clone, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    assert {line[3:] for line in files.splitlines() if line[1] != " "} == {"plugins/modules/apsarastack_image_info.py"}


def test_documentation_and_playbooks_come_from_the_checkout(clone: Path, printed: list[str]) -> None:
    commands = ["ansible-doc -l apsarastack.cloud", "ansible-playbook apsarastack.cloud.golden_image --check"]
    output = type_into("bash", [*printed, *commands], clone)

    assert "apsarastack.cloud.apsarastack_image_info" in output
    assert changes(output) == ["1"], output


def test_the_collection_is_installed_from_the_checkout_as_the_page_says(clone: Path) -> None:
    (command,) = (line for line in commands(ROOT / "README.md") if line.startswith("ansible-galaxy "))
    program, *arguments = shlex.split(command)
    # What the tests and the demo leave behind is not shipped.
    (clone / ".venv").mkdir()
    (clone / "build").mkdir()
    own = {"ANSIBLE_HOME": str(clone.parent / "ansible"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [tool(program), *arguments], cwd=clone, env={**home(clone), **own}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    installed = clone.parent / "ansible" / "collections" / "ansible_collections" / "apsarastack" / "cloud"
    assert (installed / "plugins" / "modules" / "apsarastack_image.py").is_file()
    assert not {"tests", "build", ".venv", "tools"} & {path.name for path in installed.iterdir()}
