# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the simulated cloud holds when a documented playbook runs: above all images that it must leave alone."""

from __future__ import annotations

import typing as t

from apsarastack_simulator import seed

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

Document = dict[str, t.Any]

TENANT = {"organization": 37, "resource_group": 412}
OTHER_TENANT = {"organization": 38, "resource_group": 500}
HOUR = 3600
# How an image can be, and what makes it so in a seed. Only a site that tells of `Usable` shows the fifth.
STATES: dict[str, Document] = {
    "failed": {"fails_as": "CreateFailed"},
    "unavailable": {"fails_as": "UnAvailable"},
    "deprecated": {"deprecated": True},
    "growing": {"ready_at": HOUR},
    "waiting": {"creating_at": HOUR, "ready_at": 2 * HOUR},
    "not-usable": {"usable_at": HOUR},
    "in-use": {},
    "shared": {"shared_with": ["1000000000000038"]},
    "unfinished-replacement": {"tags": {"apsarastack.cloud/replaces": "m-replaced"}},
    "other-tenant": OTHER_TENANT,
}


# A disk of a snapshot that the seed has.
DATA_DISK = {"device": "/dev/xvdb", "type": "data", "size": 100, "snapshot_id": "s-data"}


def seeded(name: str, age: int, *disks: Document, **more: t.Any) -> Document:
    """An image, `age` seconds old, with a system disk of its own snapshot and further disks."""
    image: Document = {"id": f"m-{name}", "name": name, "created": -age, **TENANT, **more}
    disk = {"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": f"s-{image['id'].removeprefix('m-')}"}
    return {**image, "mappings": [disk, *disks]}


def in_every_state(prefix: str, age: int, **more: t.Any) -> list[Document]:
    """An image for each of STATES."""
    found = []
    for state, made_so in STATES.items():
        tags = {**more.get("tags", {}), **made_so.get("tags", {})}
        found.append(seeded(f"{prefix}{state}", age, **{**more, **made_so, "tags": tags}))
    return found


def bystanders(names: t.Iterable[str]) -> list[Document]:
    """What tasks that name these images must leave alone: other names, and the same one of another tenant."""
    return [
        image
        for name in names
        for image in (*in_every_state(f"{name}-", age=60), seeded(name, 60, id=f"m-other-{name}", **OTHER_TENANT))
    ]


def finished_soon(image: Document) -> Document:
    """The same image, which needs seconds instead of hours to become usable."""
    times = [key for key in ("creating_at", "ready_at", "usable_at") if key in image]
    return {**image, **dict.fromkeys(times, 3)}


def populate(simulator: Simulator, images: t.Sequence[Document], **knobs: t.Any) -> None:
    """Let there be these images, with their snapshots, and an instance of each one that is called in-use."""
    used = [image["id"] for image in images if image["id"].endswith("in-use")]
    users = [{"id": f"i-of-{each}", "name": each, "status": "Running", "image_id": each, **TENANT} for each in used]
    default = seed.load()
    there = {snapshot["id"] for snapshot in default["snapshots"]}
    made = [
        _snapshot(image, disk) for image in images for disk in image["mappings"] if disk["snapshot_id"] not in there
    ]
    simulator.reset(
        seed={
            "images": images,
            "snapshots": [*default["snapshots"], *made],
            "instances": [*default["instances"], *users],
        },
        knobs={"usable_field": True, "create_time": 0.2, **knobs},
    )


def _snapshot(image: Document, disk: Document) -> Document:
    """The snapshot that the cloud has made for a disk of the image."""
    owner = {key: image[key] for key in TENANT}
    name = f"SnapshotForImage-{image['id']}-{disk['type']}"
    known = {"id": disk["snapshot_id"], "name": name, "created": image["created"]}
    return {**known, "disk_type": disk["type"], "size": disk["size"], "disk_id": "d-1", **owner}


def remembered(simulator: Simulator) -> dict[str, Document]:
    """What somebody could have changed of each image that is there, by id."""
    told = ("image_name", "description", "tags", "shared_with")
    there = [image for image in simulator.state()["images"] if not image["deleted"]]
    return {image["image_id"]: {key: image[key] for key in told} for image in there}


def snapshots(simulator: Simulator) -> set[str]:
    """The ids of those that are there."""
    return {snapshot["snapshot_id"] for snapshot in simulator.state()["snapshots"]}
