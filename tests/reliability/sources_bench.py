# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies and imports on the simulator: the tasks, and sites of all kinds."""

from __future__ import annotations

import typing as t

import pytest

from apsarastack_simulator.testing import Simulator

Document = dict[str, t.Any]
TENANT = {"organization": 37, "resource_group": 412, "created": -86400}
ELSEWHERE = "cn-wulan-env82-d01"
ORIGINAL = {"id": "m-original", "name": "golden", "region": ELSEWHERE, **TENANT}
COPY: Document = {"image_name": "web", "copy_from": {"image_name": "golden", "region": ELSEWHERE}}
FILE = {"bucket": "golden-images", "object": "ubuntu-22.04.qcow2"}
IMPORT: Document = {"image_name": "web", "import_from": [FILE]}
ABSENT = {"image_name": "web", "state": "absent"}
SOURCES = [pytest.param(COPY, "CopyImage", id="copy"), pytest.param(IMPORT, "ImportImage", id="import")]
LOOK_UPS = 61
# The differences between releases that affect copies and imports.
SITES: dict[str, Document] = {
    "of today": {},
    "without tokens": {"ignored_parameters": "CopyImage.ClientToken,ImportImage.ClientToken"},
    "of the newest release": {"newest_fields": True, "task_resource_id": True, "task_shape": "sample"},
    "of 2018": {"optional_fields": False, "task_id_field": "2018", "progress": "absent", "import_status": "Waiting"},
    "with unique names": {"names_unique": True, "ignored_parameters": "CopyImage.ClientToken,ImportImage.ClientToken"},
    "refusing a second copy": {"second_copy": "refuse", "ignored_parameters": "CopyImage.ClientToken"},
}


def site(images: t.Sequence[Document] = (ORIGINAL,), **knobs: t.Any) -> Simulator:
    seed = {"images": [{**TENANT, **one} for one in images]}
    return Simulator(speed=0, seed_changes=seed, **{"copy_time": 30, "import_time": 30, "visible_after": 3, **knobs})


def named(simulator: Simulator) -> list[Document]:
    """The images of the name in the region of the task."""
    found = simulator.state()["images"]
    return [one for one in found if one["image_name"] == "web" and one["region"] == simulator.region]


def actions(simulator: Simulator) -> list[str]:
    return [call["action"] for call in simulator.calls()]
