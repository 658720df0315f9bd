# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contents of the simulated cloud for documented playbooks, mainly images that they must not touch."""

from __future__ import annotations

import typing as t

from apsarastack_simulator import seed

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

Document = dict[str, t.Any]

TENANT = {"organization": 37, "resource_group": 412}
OTHER_TENANT = {"organization": 38, "resource_group": 500}
HOUR = 3600
# The states of an image, and how a seed creates them. Only sites that report `Usable` show `not-usable`.
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


# A disk from a snapshot in the default seed.
DATA_DISK = {"device": "/dev/xvdb", "type": "data", "size": 100, "snapshot_id": "s-data"}


def seeded(name: str, age: int, *disks: Document, **more: t.Any) -> Document:
    """An image that is `age` seconds old, with a system disk from its own snapshot, and further disks."""
    image: Document = {"id": f"m-{name}", "name": name, "created": -age, **TENANT, **more}
    disk = {"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": f"s-{image['id'].removeprefix('m-')}"}
    return {**image, "mappings": [disk, *disks]}


def in_every_state(prefix: str, age: int, **more: t.Any) -> list[Document]:
    """One image for each of STATES."""
    images = []
    for state, changes in STATES.items():
        tags = {**more.get("tags", {}), **changes.get("tags", {})}
        images.append(seeded(f"{prefix}{state}", age, **{**more, **changes, "tags": tags}))
    return images


def bystanders(names: t.Iterable[str]) -> list[Document]:
    """Images that tasks with these names must not touch: other names, and the same name of another tenant."""
    return [
        image
        for name in names
        for image in (*in_every_state(f"{name}-", age=60), seeded(name, 60, id=f"m-other-{name}", **OTHER_TENANT))
    ]


def finished_soon(image: Document) -> Document:
    """The same image, which takes seconds instead of hours to become usable."""
    times = [key for key in ("creating_at", "ready_at", "usable_at") if key in image]
    return {**image, **dict.fromkeys(times, 3)}


def populate(simulator: Simulator, images: t.Sequence[Document], **knobs: t.Any) -> None:
    """Create these images and their snapshots, and an instance of each image that is called in-use."""
    used = [image["id"] for image in images if image["id"].endswith("in-use")]
    users = [{"id": f"i-of-{each}", "name": each, "status": "Running", "image_id": each, **TENANT} for each in used]
    default = seed.load()
    there = {snapshot["id"] for snapshot in default["snapshots"]}
    taken = [
        _snapshot(image, disk) for image in images for disk in image["mappings"] if disk["snapshot_id"] not in there
    ]
    simulator.reset(
        seed={
            "images": images,
            "snapshots": [*default["snapshots"], *taken],
            "instances": [*default["instances"], *users],
        },
        knobs={
            "usable_field": True,
            "create_time": 0.2,
            "unknown_accounts": "accept",
            "image_quota": 200,
            **knobs,
        },
    )


def _snapshot(image: Document, disk: Document) -> Document:
    """The snapshot that the cloud took for a disk of the image."""
    owner = {key: image[key] for key in TENANT}
    name = f"SnapshotForImage-{image['id']}-{disk['type']}"
    known = {"id": disk["snapshot_id"], "name": name, "created": image["created"]}
    return {**known, "disk_type": disk["type"], "size": disk["size"], "disk_id": "d-1", **owner}


def remembered(simulator: Simulator) -> dict[str, Document]:
    """The attributes of each existing image that can be changed, by id."""
    attributes = ("image_name", "description", "tags", "shared_with")
    there = [image for image in simulator.state()["images"] if not image["deleted"]]
    return {image["image_id"]: {key: image[key] for key in attributes} for image in there}


def snapshots(simulator: Simulator) -> set[str]:
    """The ids of the existing snapshots."""
    return {snapshot["snapshot_id"] for snapshot in simulator.state()["snapshots"]}
