# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources of the simulated cloud: plain records of strings, numbers and lists, which a state file can hold."""

from __future__ import annotations

import dataclasses
import random
import string
import typing as t

from .index import Images

Tags = dict[str, str]
_ALPHABET = string.ascii_lowercase + string.digits


@dataclasses.dataclass
class AccessKey:
    """`token` and `expires` (simulated seconds) are set on temporary credentials only."""

    id: str
    secret: str
    organization: int
    active: bool = True
    token: str | None = None
    expires: float | None = None


@dataclasses.dataclass
class ResourceSet:
    id: int
    name: str
    rs_id: str


@dataclasses.dataclass
class Organization:
    """`account` is the number that images are shared with. `roles` are the names that may be assumed. `org_id` is its
    id as text, which works as the number does."""

    id: int
    name: str
    account: str
    resource_groups: list[ResourceSet] = dataclasses.field(default_factory=list)
    roles: list[str] = dataclasses.field(default_factory=list)
    org_id: str = ""


@dataclasses.dataclass
class Disk:
    """`category` local or flash cannot be imaged; `status` other than In_use stops an image too."""

    id: str
    type: str
    size: int
    device: str
    category: str = "cloud"
    status: str = "In_use"
    encrypted: bool = False


@dataclasses.dataclass
class Owned:
    """What belongs to a resource set of an organization, in a region."""

    id: str
    organization: int
    resource_group: int | None
    region: str
    created: float
    name: str = ""
    tags: Tags = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Instance(Owned):
    status: str = "Running"
    image_id: str = ""
    zone: str = ""
    instance_type: str = "ecs.n4.small"
    platform: str = "CentOS"
    os_type: str = "linux"
    os_name: str = "CentOS  7.9 64 bit"
    lock_reasons: list[str] = dataclasses.field(default_factory=list)
    disks: list[Disk] = dataclasses.field(default_factory=list)
    imageable: bool = True
    needs_restart: bool = False


@dataclasses.dataclass
class Snapshot(Owned):
    """`ready_at`: progressing until then, or failed where it is `imported`. `fails`: ends failed, not accomplished."""

    disk_id: str = ""
    disk_type: str = "system"
    size: int = 40
    ready_at: float = 0.0
    fails: bool = False
    encrypted: bool = False
    category: str = "standard"
    description: str = ""
    platform: str = "Others Linux"
    os_type: str = "linux"
    used_by_disk: bool = False
    imported: bool = False


@dataclasses.dataclass
class Mapping:
    device: str
    type: str
    size: int
    snapshot_id: str = ""
    # Where an imported disk was read from.
    format: str = ""
    bucket: str = ""
    object: str = ""


@dataclasses.dataclass
class Attributes:
    """What ModifyImageAttribute and the tag actions change."""

    name: str
    description: str = ""
    family: str = ""
    boot_mode: str = "BIOS"
    license_type: str = ""
    nvme_support: str = "unsupported"
    imds_support: str = "v1"
    deprecated: bool = False
    tags: Tags = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Image:
    """Times are simulated seconds. `stale` holds (until, attributes) that lists still show: modify_latency."""

    id: str
    organization: int
    resource_group: int | None
    region: str
    account: str
    created: float
    attributes: Attributes
    owner_alias: str = "self"
    version: str = ""
    platform: str = "Others Linux"
    architecture: str = "x86_64"
    os_type: str = "linux"
    os_name: str = ""
    mappings: list[Mapping] = dataclasses.field(default_factory=list)
    source_instance: str = ""
    copied_from: str = ""
    encrypted: bool = False
    public: bool = False
    shared_with: list[str] = dataclasses.field(default_factory=list)
    stale: list[tuple[float, Attributes]] = dataclasses.field(default_factory=list)
    visible_at: float = 0.0
    creating_at: float = 0.0
    ready_at: float = 0.0
    usable_at: float = 0.0
    fails_as: str = ""
    failure: str = ""
    deleted_at: float | None = None
    gone_at: float | None = None


@dataclasses.dataclass
class RememberedToken:
    """A ClientToken: what it was used for, what came of it, and until when it is remembered."""

    fingerprint: str
    made: str
    expires: float


@dataclasses.dataclass
class KmsKey:
    """A key for encrypted copies. `authorized`: ECS may use it."""

    id: str
    organization: int
    region: str
    enabled: bool = True
    authorized: bool = True


@dataclasses.dataclass
class StoredObject:
    """A disk file in a bucket. `size`: GiB of the disk in it. `broken`: why an import of it fails."""

    name: str
    format: str = "RAW"
    size: int = 40
    archived: bool = False
    broken: str = ""


@dataclasses.dataclass
class Bucket:
    """Of an account and a region. `open`: anybody may read and write, so that no role is required."""

    name: str
    organization: int
    region: str
    open: bool = False
    encrypted: bool = False
    objects: dict[str, StoredObject] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Task(Owned):
    """Work that outlasts its call. `disks`: what it tells of each, by name. `delivers`: what it puts into the bucket
    when it is done. `error`: why it will fail."""

    action: str = ""
    image_id: str = ""
    begins_at: float = 0.0
    ends_at: float = 0.0
    disks: list[dict[str, str]] = dataclasses.field(default_factory=list)
    bucket: str = ""
    delivers: list[StoredObject] = dataclasses.field(default_factory=list)
    error: str = ""
    canceled_at: float | None = None
    settled: bool = False


# Images of the vendor belong to no tenant.
SYSTEM = 0


class World:
    """Everything that exists. Only the actions and the control interface change it."""

    def __init__(self) -> None:
        self.regions: list[str] = []
        self.organizations: dict[int, Organization] = {}
        self.access_keys: dict[str, AccessKey] = {}
        self.instances: dict[str, Instance] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self.images = Images()
        self.buckets: dict[str, Bucket] = {}
        self.kms_keys: dict[str, KmsKey] = {}
        self.tasks: dict[str, Task] = {}
        self.tokens: dict[str, RememberedToken] = {}
        self.instance_role: str = ""
        # Images that are deleted, or fail by vanishing: to be forgotten when their time has come.
        self.leaving: set[str] = set()
        # From a prefix to an id that nothing else has. Tests that compare two worlds count instead.
        self.new_id: t.Callable[[str], str] = new_id

    def used_image_ids(self) -> set[str]:
        return {instance.image_id for instance in self.instances.values()}

    def organization_of_account(self, account: str) -> Organization | None:
        return next((found for found in self.organizations.values() if found.account == account), None)

    def secrets(self) -> set[str]:
        """Every secret and token: none of them may stand in a log."""
        keys = self.access_keys.values()
        return {key.secret for key in keys} | {key.token for key in keys if key.token}


def new_id(prefix: str) -> str:
    """`m-8vb0a1b2c3d4e5f6g7h8`: the shape of the vendor's ids."""
    return prefix + "".join(random.choices(_ALPHABET, k=20))
