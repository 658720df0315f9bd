# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What exists in the simulated cloud: plain records of text, numbers and lists, so that a state file is plain too."""

from __future__ import annotations

import dataclasses
import random
import string
import typing as t

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
    """`ready_at`: progressing until then. `fails`: ends failed instead of accomplished."""

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


@dataclasses.dataclass
class Mapping:
    device: str
    type: str
    size: int
    snapshot_id: str = ""


@dataclasses.dataclass
class Attributes:
    """What ModifyImageAttribute and the tag actions change."""

    name: str
    description: str = ""
    family: str = ""
    boot_mode: str = "BIOS"
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
    image_id: str
    expires: float


class Images:
    """All images, with indexes: a look-up by name among 10,000 takes a fraction of a millisecond."""

    def __init__(self) -> None:
        self._by_id: dict[str, Image] = {}
        self._by_name: dict[str, dict[str, None]] = {}
        self._by_owner: dict[int, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> t.Iterator[Image]:
        return iter(self._by_id.values())

    def get(self, image_id: str) -> Image | None:
        return self._by_id.get(image_id)

    def add(self, image: Image) -> None:
        self._by_id[image.id] = image
        self._by_owner.setdefault(image.organization, {})[image.id] = None
        self.note_name(image, image.attributes.name)
        for _until, attributes in image.stale:
            self.note_name(image, attributes.name)

    def note_name(self, image: Image, name: str) -> None:
        """An image stays findable by each name it ever had: lists may show the old one for a while."""
        self._by_name.setdefault(name, {})[image.id] = None

    def remove(self, image: Image) -> None:
        self._by_id.pop(image.id, None)
        self._by_owner.get(image.organization, {}).pop(image.id, None)
        for name in {image.attributes.name, *(attributes.name for _until, attributes in image.stale)}:
            self._by_name.get(name, {}).pop(image.id, None)

    def count_of_owner(self, organization: int) -> int:
        """In all regions, and with those that are about to vanish."""
        return len(self._by_owner.get(organization, {}))

    def of_owner(self, organization: int) -> list[Image]:
        """Newest first."""
        return [self._by_id[image_id] for image_id in reversed(list(self._by_owner.get(organization, {})))]

    def named(self, name: str) -> list[Image]:
        """Every image that has or had this name, newest first; the caller compares with what is shown."""
        ids = self._by_name.get(name, {})
        return [self._by_id[image_id] for image_id in reversed(list(ids)) if image_id in self._by_id]


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
