# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The world in a file, so that it survives a restart: written whole or not at all, readable by its owner only."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import typing as t

from .world import (
    AccessKey,
    Attributes,
    Bucket,
    Disk,
    Image,
    Instance,
    KmsKey,
    Mapping,
    Organization,
    RememberedToken,
    ResourceSet,
    Snapshot,
    StoredObject,
    Task,
    World,
)

_FORMAT = 2
Document = dict[str, t.Any]


class StateError(ValueError):
    """The state file cannot be used; the text says why."""


def save(path: pathlib.Path, world: World, now: float) -> None:
    """`now`: simulated seconds, at which the clock continues. Raises OSError."""
    tokens = {key: token for key, token in world.tokens.items() if token.expires > now}
    document = {
        "format": _FORMAT,
        "now": now,
        "regions": world.regions,
        "instance_role": world.instance_role,
        "organizations": [dataclasses.asdict(item) for item in world.organizations.values()],
        "access_keys": [dataclasses.asdict(item) for item in world.access_keys.values()],
        "instances": [dataclasses.asdict(item) for item in world.instances.values()],
        "snapshots": [dataclasses.asdict(item) for item in world.snapshots.values()],
        "buckets": [dataclasses.asdict(item) for item in world.buckets.values()],
        "kms_keys": [dataclasses.asdict(item) for item in world.kms_keys.values()],
        "tasks": [dataclasses.asdict(item) for item in world.tasks.values()],
        "images": [dataclasses.asdict(item) for item in world.images],
        "tokens": {key: dataclasses.asdict(token) for key, token in tokens.items()},
    }
    _write(path, json.dumps(document, ensure_ascii=False))


def _write(path: pathlib.Path, text: str) -> None:
    """Through a second file and a rename: a crash leaves the old state or the new one."""
    draft = path.with_name(path.name + ".new")
    # The keys in it open nothing real, but nobody should learn to leave such a file open.
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def load(path: pathlib.Path) -> tuple[World, float] | None:
    """(the world, its simulated time), or None when there is no file yet. Raises StateError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != _FORMAT:
            raise StateError(f"the state file {path} is of another version of the simulator")
        return _world(document), float(document["now"])
    except FileNotFoundError:
        return None
    except StateError:
        raise
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StateError(f"the state file {path} cannot be used: {error!r}") from error


def _world(document: Document) -> World:
    world = World()
    world.regions = list(document["regions"])
    world.instance_role = document["instance_role"]
    for entry in document["organizations"]:
        groups = [ResourceSet(**group) for group in entry.pop("resource_groups")]
        world.organizations[entry["id"]] = Organization(resource_groups=groups, **entry)
    world.access_keys = {entry["id"]: AccessKey(**entry) for entry in document["access_keys"]}
    for entry in document["instances"]:
        disks = [Disk(**disk) for disk in entry.pop("disks")]
        world.instances[entry["id"]] = Instance(disks=disks, **entry)
    world.snapshots = {entry["id"]: Snapshot(**entry) for entry in document["snapshots"]}
    world.buckets = {entry["name"]: _bucket(entry) for entry in document["buckets"]}
    world.kms_keys = {entry["id"]: KmsKey(**entry) for entry in document["kms_keys"]}
    world.tasks = {entry["id"]: _task(entry) for entry in document["tasks"]}
    world.tokens = {key: RememberedToken(**token) for key, token in document["tokens"].items()}
    for entry in document["images"]:
        image = _image(entry)
        world.images.add(image)
        if image.deleted_at is not None or image.fails_as:
            world.leaving.add(image.id)
    return world


def _bucket(entry: Document) -> Bucket:
    objects = {name: StoredObject(**stored) for name, stored in entry.pop("objects").items()}
    return Bucket(objects=objects, **entry)


def _task(entry: Document) -> Task:
    delivers = [StoredObject(**made) for made in entry.pop("delivers")]
    return Task(delivers=delivers, **entry)


def _image(entry: Document) -> Image:
    attributes = Attributes(**entry.pop("attributes"))
    mappings = [Mapping(**mapping) for mapping in entry.pop("mappings")]
    stale = [(until, Attributes(**old)) for until, old in entry.pop("stale")]
    return Image(attributes=attributes, mappings=mappings, stale=stale, **entry)
