# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The image ``web``, which tests replace, in a cloud whose clock advances only while a task sleeps."""

from __future__ import annotations

import typing as t

from bench import Run, run_task

from apsarastack_simulator.testing import Simulator

if t.TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

Document = dict[str, t.Any]

TENANT = {"organization": 37, "resource_group": 412, "created": -86400}
BUILD = 300.0

REPLACE = {"image_name": "web", "snapshot_id": "s-system", "recreate": "on_source_change", "wait_timeout": 3600}
WITH_OTHER_SOURCE = {**REPLACE, "snapshot_id": "s-other"}
ALWAYS = {"image_name": "web", "instance_id": "i-web-running", "recreate": "always", "wait_timeout": 3600}


def image(image_id: str, name: str, **known: t.Any) -> Document:
    disk = {"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": "s-old"}
    return {"id": image_id, "name": name, "mappings": [disk], **TENANT, **known}


OLD = image("m-old", "web", description="unchanged", tags={"team": "web"})
SNAPSHOTS = [
    {"id": one, "name": one, "disk_type": "system", "size": 40, **TENANT} for one in ("s-system", "s-other", "s-old")
]


def cloud(*images: Document, **knobs: t.Any) -> Simulator:
    seed = {"images": list(images) or [OLD], "snapshots": SNAPSHOTS}
    return Simulator(speed=0, seed_changes=seed, **{"create_time": BUILD, **knobs})


def own(simulator: Simulator) -> dict[str, Document]:
    """The images of the account by id."""
    images = simulator.state()["images"]
    return {one["image_id"]: one for one in images if one["organization"] == 37 and not one["deleted"]}


def names(simulator: Simulator) -> dict[str, str]:
    return {image_id: one["image_name"] for image_id, one in own(simulator).items()}


def replacement_of(simulator: Simulator, name: str = "web-replacement") -> str:
    (found,) = (image_id for image_id, one in names(simulator).items() if one == name)
    return found


def reason(run: Run) -> str | None:
    return run.result.get("reason")


def replaced(simulator: Simulator, adapter: HTTPAdapter | None = None, **options: t.Any) -> Run:
    return run_task(simulator, {**REPLACE, **options}, adapter=adapter, wait_timeout=3600)
