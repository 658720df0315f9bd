# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is sent to a host for a task. Ansible sends everything that a module imports anywhere, even if unused."""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

import pytest

if t.TYPE_CHECKING:
    from ansible_process import Ansible

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from payload import payload_of


@pytest.mark.parametrize("module", ["apsarastack_image", "apsarastack_image_info"])
def test_no_more_of_ansible_is_sent_than_for_a_ping(ansible: Ansible, module: str) -> None:
    least = payload_of("ansible.builtin.ping", ansible.environment)
    ours = payload_of(f"apsarastack.cloud.{module}", ansible.environment)
    more = [path for path in ours.files if path not in least.files and not path.startswith("ansible_collections/")]
    assert more == []
    assert f"ansible_collections/apsarastack/cloud/plugins/modules/{module}.py" in ours.files
