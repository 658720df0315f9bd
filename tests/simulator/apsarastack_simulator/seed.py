# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The world at the beginning, from a readable YAML file or from the same shape in JSON."""

from __future__ import annotations

import pathlib
import typing as t

import yaml

from .clock import seconds_of
from .world import (
    SYSTEM,
    AccessKey,
    Attributes,
    Bucket,
    Disk,
    Image,
    Instance,
    KmsKey,
    Mapping,
    Organization,
    Owned,
    ResourceSet,
    Snapshot,
    StoredObject,
    Task,
    World,
)

DEFAULT = pathlib.Path(__file__).with_name("seed.yml")
Document = dict[str, t.Any]
_SECTIONS = frozenset(
    [
        "regions",
        "organizations",
        "access_keys",
        "instance_role",
        "instances",
        "snapshots",
        "buckets",
        "kms_keys",
        "tasks",
        "system_images",
        "images",
        "generated_images",
    ]
)


class SeedError(ValueError):
    """The seed cannot be used; the text says where."""


def load(path: pathlib.Path = DEFAULT) -> Document:
    """Raises SeedError for a file that cannot be read or holds something else than a mapping."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SeedError(f"the seed {path} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise SeedError(f"the seed {path} is not a mapping of sections")
    return document


def merged(document: Document, changes: t.Mapping[str, t.Any]) -> Document:
    """A section in `changes` takes the place of the whole section."""
    return {**document, **changes}


def build(document: Document, now: float) -> World:
    """Raises SeedError naming the section that does not fit."""
    unknown = sorted(set(document) - _SECTIONS)
    if unknown:
        raise SeedError(f"unknown section {', '.join(unknown)}; there are {', '.join(sorted(_SECTIONS))}")
    world = World()
    world.regions = [str(region) for region in document.get("regions", [])]
    if not world.regions:
        raise SeedError("seed section regions is empty: everything lives in a region")
    world.instance_role = str(document.get("instance_role") or "")
    readers: tuple[tuple[str, t.Callable[[World, Document, float], None]], ...] = (
        ("organizations", _organization),
        ("access_keys", _access_key),
        ("instances", _instance),
        ("snapshots", _snapshot),
        ("system_images", _system_image),
        ("images", _image),
        ("buckets", _bucket),
        ("kms_keys", _kms_key),
        ("tasks", _task),
    )
    for section, reader in readers:
        for entry in document.get(section) or []:
            try:
                reader(world, dict(entry), now)
            except (TypeError, ValueError, KeyError) as error:
                raise SeedError(f"seed section {section}, entry {entry!r}: {error!r}") from error
    _check(world)
    _generate(world, int(document.get("generated_images") or 0), now)
    return world


def _check(world: World) -> None:
    """What would otherwise be noticed by the first call only."""
    if not world.organizations or not world.access_keys:
        raise SeedError("the seed needs at least one organization and one access key")
    for organization in world.organizations.values():
        if not organization.resource_groups:
            raise SeedError(f"seed section organizations: {organization.id} has no resource set")
    for key in world.access_keys.values():
        if key.organization not in world.organizations:
            raise SeedError(f"seed section access_keys: {key.id} is of an organization that does not exist")
    for thing in (*world.instances.values(), *world.snapshots.values(), *world.tasks.values(), *world.images):
        _check_home(world, thing)
    if world.instance_role and not any(world.instance_role in item.roles for item in world.organizations.values()):
        raise SeedError(f"seed section instance_role: no organization has the role {world.instance_role}")


def _check_home(world: World, thing: Owned | Image) -> None:
    """What is nowhere is seen by nobody, and looks like a failure of the playbook."""
    organization = world.organizations.get(thing.organization)
    groups = {group.id for group in organization.resource_groups} if organization is not None else set()
    if organization is None and thing.organization != SYSTEM:
        raise SeedError(f"{thing.id} is of organization {thing.organization}, which does not exist")
    if thing.resource_group is not None and thing.resource_group not in groups:
        raise SeedError(f"{thing.id} is of resource set {thing.resource_group}, which its organization does not have")
    if thing.region not in world.regions:
        raise SeedError(f"{thing.id} is in region {thing.region}, which does not exist")


def _time(value: t.Any, now: float) -> float:
    """A moment as text, or seconds relative to the start."""
    if value is None:
        return now
    return now + value if isinstance(value, (int, float)) else seconds_of(str(value))


def _organization(world: World, entry: Document, _now: float) -> None:
    groups = [ResourceSet(**group) for group in entry.pop("resource_groups", [])]
    organization = Organization(resource_groups=groups, **entry)
    world.organizations[organization.id] = organization


def _access_key(world: World, entry: Document, now: float) -> None:
    if "expires" in entry:
        entry["expires"] = _time(entry["expires"], now)
    key = AccessKey(**entry)
    world.access_keys[key.id] = key


def _instance(world: World, entry: Document, now: float) -> None:
    disks = [Disk(**disk) for disk in entry.pop("disks", [])]
    created = _time(entry.pop("created", None), now)
    instance = Instance(created=created, disks=disks, **_owned(world, entry))
    world.instances[instance.id] = instance


def _snapshot(world: World, entry: Document, now: float) -> None:
    created = _time(entry.pop("created", None), now)
    ready_at = _time(entry.pop("ready_at", created - now), now)
    snapshot = Snapshot(created=created, ready_at=ready_at, **_owned(world, entry))
    world.snapshots[snapshot.id] = snapshot


def _bucket(world: World, entry: Document, _now: float) -> None:
    objects = [StoredObject(**stored) for stored in entry.pop("objects", [])]
    bucket = Bucket(objects={stored.name: stored for stored in objects}, **{"region": world.regions[0], **entry})
    world.buckets[bucket.name] = bucket


def _kms_key(world: World, entry: Document, _now: float) -> None:
    key = KmsKey(**{"region": world.regions[0], **entry})
    world.kms_keys[key.id] = key


def _task(world: World, entry: Document, now: float) -> None:
    """One that ended when it began, unless `ends_at` says otherwise."""
    created = _time(entry.pop("created", None), now)
    ends_at = _time(entry.pop("ends_at", created - now), now)
    task = Task(created=created, begins_at=created, ends_at=ends_at, **_owned(world, entry))
    world.tasks[task.id] = task


def _system_image(world: World, entry: Document, now: float) -> None:
    _image(
        world, {"organization": SYSTEM, "resource_group": None, "owner_alias": "system", "public": True, **entry}, now
    )


def _image(world: World, entry: Document, now: float) -> None:
    created = _time(entry.pop("created", None), now)
    creating_at = _time(entry.pop("creating_at", created - now), now)
    ready_at = _time(entry.pop("ready_at", created - now), now)
    usable_at = _time(entry.pop("usable_at", ready_at - now), now)
    size = entry.pop("size", 40)
    mappings = [Mapping(**mapping) for mapping in entry.pop("mappings", [])] or [Mapping("/dev/xvda", "system", size)]
    names = ("name", "description", "family", "boot_mode", "license_type", "imds_support", "deprecated", "tags")
    entry = _owned(world, entry)
    attributes = Attributes(**{name: entry.pop(name) for name in names if name in entry})
    organization = world.organizations.get(entry["organization"])
    image = Image(
        created=created,
        ready_at=ready_at,
        creating_at=creating_at,
        usable_at=usable_at,
        visible_at=created,
        attributes=attributes,
        mappings=mappings,
        account=organization.account if organization else "",
        **entry,
    )
    world.images.add(image)


def _owned(world: World, entry: Document) -> Document:
    tags = {str(key): str(value) for key, value in (entry.get("tags") or {}).items()}
    return {"region": world.regions[0], "resource_group": None, **entry, "tags": tags}


def _generate(world: World, count: int, now: float) -> None:
    """Own images of the first tenant, for load: `generated-00001` and so on, a second apart."""
    organization = next(iter(world.organizations.values()), None)
    for number in range(1, count + 1 if organization is not None else 0):
        entry = {
            "id": f"m-generated{number:011d}",
            "name": f"generated-{number:05d}",
            "organization": organization.id if organization else SYSTEM,
            "resource_group": organization.resource_groups[0].id if organization else None,
            "created": number - count - 3600,
            "tags": {"generated": "yes", "number": str(number)},
        }
        _image(world, entry, now)
