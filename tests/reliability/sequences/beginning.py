# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cloud before a story: the tenant, its snapshots and instances, images of others, and perhaps image NAME."""

from __future__ import annotations

import typing as t

from .story import NAME, OLD

Document = dict[str, t.Any]

REGION = "r-1"
ORGANIZATION = 37
RESOURCE_GROUP = 412
KEY = "key"
OTHER_ACCOUNT = "1000000000000038"
# Seconds: 2026-11-02 08:00 UTC.
EPOCH = 1793606400.0
DAY = 86400.0

# Names similar to NAME, which a site with fuzzy names lists as well.
BYSTANDERS = ("web-2", "old-web", "web-old")
# Snapshots taken by the user, each of which can be the source of an image; the old image is created from the first.
SNAPSHOTS = ("s-1", "s-2", "s-3")
INSTANCES = ("i-1", "i-2")
TAGS = {"team": "web", "stage": "golden"}


def document(made_of: str | None) -> Document:
    """The simulator's seed. ``made_of``: see Story."""
    return {
        "regions": [REGION],
        "organizations": [
            _organization(ORGANIZATION, "1000000000000037", RESOURCE_GROUP),
            _organization(38, OTHER_ACCOUNT, 500),
        ],
        "instance_role": "",
        "system_images": [],
        "access_keys": [{"id": KEY, "secret": "secret", "organization": ORGANIZATION}],
        "snapshots": [
            *(_snapshot(name, name, -2 * DAY) for name in SNAPSHOTS),
            *(_snapshot(f"s-of-{name}", name, -2 * DAY) for name in BYSTANDERS),
            *([_snapshot("s-of-old", f"SnapshotForImage-{OLD}-system", -DAY)] if made_of == "instance" else []),
        ],
        "instances": [_instance(name) for name in INSTANCES],
        "images": [
            # Lists begin with the newest image, so NAME is last: if pages are lost, it is on them.
            *([] if made_of is None else [_old(made_of)]),
            *(_image(f"m-{name}", name, f"s-of-{name}") for name in BYSTANDERS),
        ],
    }


def _old(made_of: str) -> Document:
    snapshot_id = "s-1" if made_of == "snapshot" else "s-of-old"
    return {**_image(OLD, NAME, snapshot_id), "tags": TAGS, "description": "the first one"}


def _organization(number: int, account: str, group: int) -> Document:
    groups = [{"id": group, "name": f"set-{group}", "rs_id": f"rs-{group}"}]
    return {"id": number, "name": f"organization {number}", "account": account, "resource_groups": groups}


def _owned(**known: t.Any) -> Document:
    return {"organization": ORGANIZATION, "resource_group": RESOURCE_GROUP, **known}


def _snapshot(snapshot_id: str, name: str, created: float) -> Document:
    return _owned(id=snapshot_id, name=name, created=created, disk_id=f"d-of-{snapshot_id}")


def _instance(instance_id: str) -> Document:
    disk = {"id": f"d-of-{instance_id}", "type": "system", "size": 40, "device": "/dev/xvda"}
    return _owned(id=instance_id, name=instance_id, created=-3 * DAY, disks=[disk])


def _image(image_id: str, name: str, snapshot_id: str) -> Document:
    disk = {"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": snapshot_id}
    return _owned(id=image_id, name=name, created=-DAY, mappings=[disk])
