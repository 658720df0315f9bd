# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from run_simulator import exports


@pytest.mark.parametrize(
    ("before", "after"), [({}, "/home/me/.ansible/collections"), ({"ANSIBLE_COLLECTIONS_PATH": "/mine"}, "/mine")]
)
def test_what_is_pasted_puts_the_checkout_first_and_keeps_the_rest(before: dict[str, str], after: str) -> None:
    pasted = "\n".join(exports(Path("/a checkout/.venv"), Path("/a checkout/build/clean")))
    shown = subprocess.run(
        ["/bin/sh", "-c", f'{pasted}\necho "$PATH"; echo "$ANSIBLE_COLLECTIONS_PATH"'],
        env={"PATH": "/bin", "HOME": "/home/me", **before},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert shown.stdout.splitlines() == ["/a checkout/.venv/bin:/bin", f"/a checkout/build/clean:{after}"]
