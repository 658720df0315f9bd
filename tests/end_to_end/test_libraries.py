# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A missing library is reported with Ansible's standard message."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

if t.TYPE_CHECKING:
    from ansible_process import Ansible

    from apsarastack_simulator.testing import Simulator


@pytest.mark.parametrize("library", ["requests", "jmespath"])
def test_a_missing_library_gives_the_standard_message(
    ansible: Ansible, simulator: Simulator, tmp_path: Path, library: str
) -> None:
    hiding = tmp_path / "hiding"
    hiding.mkdir()
    # Found before the real one.
    (hiding / f"{library}.py").write_text(f"raise ImportError('No module named {library}')\n", encoding="utf-8")
    ansible.environment["PYTHONPATH"] = str(hiding)

    run = ansible.image(image_name="web", instance_id="i-web-running")

    assert run.code != 0
    assert run.result["msg"].startswith(f"Failed to import the required Python library ({library}) on ")
    assert "Traceback" not in run.output
    assert simulator.calls() == []
