# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The present state of the cloud, for people, tests and the page; without any secret."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from . import lifecycle
from .clock import utc

if t.TYPE_CHECKING:
    from .knobs import Knobs
    from .service import Service
    from .world import Bucket, Image, Instance, Snapshot, Task

State = dict[str, t.Any]


def of(service: Service, limit: int | None = None) -> State:
    """Images and tasks newest first, at most `limit` images; `image_count` counts all. `changed_knobs`: those with
    another value than the default. `armed_faults`: those that can still strike."""
    now = service.clock.now()
    lifecycle.sweep(service.world, now)
    used = service.world.used_image_ids()
    images = sorted(service.world.images, key=lambda image: image.created, reverse=True)
    return {
        "now": now,
        "time": utc(now),
        "speed": service.clock.speed,
        "image_count": len(images),
        "images": [_image(image, now, used) for image in itertools.islice(images, limit)],
        "instances": [_instance(found, now, service.knobs) for found in service.world.instances.values()],
        "snapshots": [_snapshot(found, now) for found in service.world.snapshots.values()],
        "tasks": [_task(found, now, service.knobs) for found in reversed(service.world.tasks.values())],
        "buckets": [_bucket(found) for found in service.world.buckets.values()],
        "changed_knobs": service.knobs.as_changes(),
        "armed_faults": [
            {**dataclasses.asdict(fault), "effect": fault.effect()} for fault in service.faults if fault.is_armed()
        ],
    }


def _image(image: Image, now: float, used: set[str]) -> State:
    attributes = image.attributes
    return {
        "image_id": image.id,
        "image_name": attributes.name,
        "description": attributes.description,
        "image_family": attributes.family,
        "boot_mode": attributes.boot_mode,
        "tags": attributes.tags,
        "status": lifecycle.status(image, now),
        "progress": lifecycle.progress(image, now, "linear"),
        "listed": lifecycle.is_listed(image, now),
        "usable": lifecycle.is_usable(image, now),
        "deleted": image.deleted_at is not None,
        "used": image.id in used,
        "owner": image.owner_alias,
        "organization": image.organization,
        "resource_group": image.resource_group,
        "region": image.region,
        "creation_time": utc(image.created),
        "source_instance": image.source_instance,
        "copied_from": image.copied_from,
        "encrypted": image.encrypted,
        "shared_with": image.shared_with,
        "failure": image.failure,
        "disk_device_mappings": [dataclasses.asdict(mapping) for mapping in image.mappings],
    }


def _instance(instance: Instance, now: float, knobs: Knobs) -> State:
    return {
        "instance_id": instance.id,
        "name": instance.name,
        "status": lifecycle.instance_status(instance.status, instance.created, now, knobs),
        "image_id": instance.image_id,
        "organization": instance.organization,
        "region": instance.region,
        "lock_reasons": instance.lock_reasons,
        "tags": instance.tags,
        "disks": [dataclasses.asdict(disk) for disk in instance.disks],
    }


def _snapshot(snapshot: Snapshot, now: float) -> State:
    return {
        "snapshot_id": snapshot.id,
        "name": snapshot.name,
        "status": lifecycle.snapshot_status(snapshot, now),
        "progress": lifecycle.snapshot_progress(snapshot, now),
        "disk_type": snapshot.disk_type,
        "size": snapshot.size,
        "organization": snapshot.organization,
        "region": snapshot.region,
        "tags": snapshot.tags,
        "creation_time": utc(snapshot.created),
    }


def _task(task: Task, now: float, knobs: Knobs) -> State:
    ended = lifecycle.task_end(task, now)
    return {
        "task_id": task.id,
        "action": task.action,
        "status": lifecycle.task_status(task, now, knobs),
        "progress": lifecycle.task_progress(task, now, "linear"),
        "image_id": task.image_id,
        "disks": task.disks,
        "error": task.error if ended is not None else "",
        "organization": task.organization,
        "region": task.region,
        "creation_time": utc(task.created),
        "finished_time": "" if ended is None else utc(ended),
    }


def _bucket(bucket: Bucket) -> State:
    return {**dataclasses.asdict(bucket), "objects": [dataclasses.asdict(stored) for stored in bucket.objects.values()]}
