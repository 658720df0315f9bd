# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An in-memory fake of ``Images``, and a clock that only moves during a sleep."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Disk, Image, image_stub
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.sources import Instance, Snapshot
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import imports
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.lookups import PatientLookups
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.deadline import Deadline
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils import fake_rules
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fake_shares import FakeShares
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fake_sources import FakeCopies, FakeTasks

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Sharing
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import Task


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def deadline(self, seconds: float = 600) -> Deadline:
        return Deadline(seconds, clock=self, sleep=self.sleep)


def image(image_id: str = "m-1", **known: t.Any) -> Image:
    """A usable image as the cloud returns it, with the values that matter to the test."""
    defaults = {
        "image_name": "web",
        "description": "",
        "status": "Available",
        "progress": 100,
        "usage": "none",
        "creation_time": "2026-11-24T05:06:07Z",
    }
    return t.cast("Image", image_stub(image_id=image_id, **{**defaults, **known}))


READS = (
    *("by_id", "by_ids", "by_name", "by_snapshot", "users", "instance", "snapshots"),
    *("originals", "is_encrypted", "imports", "task", "sharing", "owned"),
)
# What somebody else does right before a call is answered. If it raises, the exception is the answer.
Intervention = t.Callable[["FakeImages"], t.Any]


class FakeImages:
    """``build_time``, ``removal_time``, ``listed_after``: in seconds. ``outcome``: the final status of a new image.

    ``ignored``: attributes that the site silently ignores. ``meanwhile``: what happens once, right before the call of
    that method with that number (from 1).
    """

    def __init__(self, *images: Image, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.images: dict[str, Image] = {str(one["image_id"]): one for one in images}
        # The sources of new images.
        self.instances = {"i-1": Instance("i-1", "Running")}
        # The snapshots of the initial images were created for these images.
        self.known_snapshots = {
            "s-new": backup("s-new"),
            # The first image that uses a snapshot is the one that it was created for.
            **{
                key: made_for_an_image(key, one["image_id"])
                for one in reversed(images)
                for key in snapshot_ids(one)
                if key
            },
        }
        self.users_of: dict[str, tuple[str, ...]] = {}
        self.build_time = 0.0
        self.removal_time = 0.0
        self.listed_after = 0.0
        self.read_lag = 0.0
        self.names_unique = False
        self.deleted_snapshots: list[str] = []
        self.outcome = "Available"
        self.calls: list[tuple[t.Any, ...]] = []
        self.ignored: set[str] = set()
        self.meanwhile: dict[tuple[str, int], Intervention] = {}
        self._made = 0
        self._listed_at: dict[str, float] = {}
        self._ready_at: dict[str, float] = {}
        self._becomes: dict[str, str] = {}
        self._gone_at: dict[str, float] = {}
        self._stale: dict[str, tuple[float, Image]] = {}
        self.copies = FakeCopies(self)
        self.tasks = FakeTasks(self)
        self.shares = FakeShares(self)

    def writable(self) -> FakeImages:
        return self

    def __repr__(self) -> str:
        return f"FakeImages(*{list(self.images.values())})"

    def _note(self, verb: str, *arguments: t.Any) -> None:
        self.calls.append((verb, *arguments))
        happens = self.meanwhile.pop((verb, sum(call[0] == verb for call in self.calls)), None)
        if happens is not None:
            happens(self)

    def note(self, verb: str, *arguments: t.Any) -> None:
        """A call of an action of ``fake_sources``."""
        self._note(verb, *arguments)

    @property
    def writes(self) -> list[tuple[t.Any, ...]]:
        return [call for call in self.calls if call[0] not in READS]

    def _check_name(self, image_name: str | None, image_id: str | None) -> None:
        self._pass_time()
        taken = [key for key, one in self.images.items() if one["image_name"] == image_name and key != image_id]
        if self.names_unique and taken:
            raise ServiceError("InvalidImageName.Duplicated")

    def _pass_time(self) -> None:
        for image_id, ready_at in list(self._ready_at.items()):
            if self.clock.now >= ready_at:
                del self._ready_at[image_id]
                status = self._becomes.get(image_id, self.outcome)
                self.images[image_id] = {**self.images[image_id], "status": status, "progress": 100}
        for image_id, gone_at in list(self._gone_at.items()):
            if self.clock.now >= gone_at:
                del self._gone_at[image_id]
                del self.images[image_id]

    def _shown(self) -> list[Image]:
        self._pass_time()
        return [
            self._stale[image_id][1] if self._stale.get(image_id, (0.0,))[0] > self.clock.now else one
            for image_id, one in self.images.items()
            if self.clock.now >= self._listed_at.get(image_id, 0.0)
        ]

    def by_id(self, image_id: str) -> Image | None:
        self._note("by_id", image_id)
        return next((one for one in self._shown() if one["image_id"] == image_id), None)

    def listed(self, image_id: str, *, is_slow: bool) -> Image | None:
        return PatientLookups(t.cast("t.Any", self), self.clock.deadline()).listed(image_id, is_slow=is_slow)

    def by_ids(self, image_ids: t.Sequence[str]) -> dict[str, Image]:
        self._note("by_ids", tuple(image_ids))
        return {str(one["image_id"]): one for one in self._shown() if one["image_id"] in image_ids}

    def by_name(self, image_name: str) -> tuple[Image, ...]:
        self._note("by_name", image_name)
        return tuple(one for one in self._shown() if one["image_name"] == image_name)

    def by_snapshot(self, snapshot_id: str) -> tuple[Image, ...]:
        self._note("by_snapshot", snapshot_id)
        return tuple(one for one in self._shown() if snapshot_id in snapshot_ids(one))

    def users(self, image_id: str) -> tuple[str, ...]:
        self._note("users", image_id)
        return self.users_of.get(image_id, ())

    def instance(self, instance_id: str) -> Instance | None:
        self._note("instance", instance_id)
        return self.instances.get(instance_id)

    def snapshots(self, snapshot_ids: t.Sequence[str]) -> dict[str, Snapshot]:
        self._note("snapshots", tuple(snapshot_ids))
        return {key: value for key, value in self._snapshots().items() if key in snapshot_ids}

    def originals(self, image_id: str | None, image_name: str | None, region: str | None) -> list[Image]:
        return self.copies.originals(image_id, image_name)

    def is_encrypted(self, original: Image, region: str | None) -> bool:
        return self.copies.is_encrypted(original)

    def import_task(self, one: Image, *, running: bool) -> Task | None:
        return imports.task_of(one, t.cast("t.Any", self.tasks), running=running)

    def sharing(self, image_id: str) -> Sharing:
        return self.shares.of(image_id)

    def _snapshots(self) -> dict[str, Snapshot]:
        return {key: value for key, value in self.known_snapshots.items() if key not in self.deleted_snapshots}

    def create(self, image_name: str, *, disks: t.Sequence[t.Mapping[str, t.Any]] = (), **given: t.Any) -> str:
        self._note("create", image_name)
        given.pop("look_again", None)
        snapshot_id, instance_id = given.pop("snapshot_id", None), given.pop("instance_id", None)
        fake_rules.check_instance(instance_id, self.instances)
        fake_rules.check_snapshots([snapshot_id, *(one.get("snapshot_id") for one in disks)], self._snapshots())
        return self.add(image_name, lambda image_id: disks_of(image_id, snapshot_id, disks), **given)

    def add(self, image_name: str, disks: t.Callable[[str], list[Disk]], **given: t.Any) -> str:
        """A new image, as all sources create it. ``disks``: of the image with this id."""
        self._check_name(image_name, None)
        fake_rules.check_tags(given.get("tags") or {})
        self._made += 1
        image_id = f"m-new-{self._made}"
        texts = {name: given.get(name) or "" for name in ("description", "image_family")}
        known = {**given, **texts, "tags": dict(given.get("tags") or {})}
        self.images[image_id] = image(
            image_id,
            image_name=image_name,
            status="Creating",
            progress=0,
            disk_device_mappings=disks(image_id),
            **{key: value for key, value in known.items() if key not in self.ignored},
        )
        self.known_snapshots.setdefault(f"s-of-{image_id}", made_for_an_image(f"s-of-{image_id}", image_id))
        self.finish(image_id, after=self.build_time)
        self._listed_at[image_id] = self.clock.now + self.listed_after
        return image_id

    def modify(self, image_id: str, image_name: str | None, description: str | None, **attributes: str) -> None:
        self._note("modify", image_id, image_name, description, *attributes.items())
        self._check_name(image_name, image_id)
        # An empty description leaves the old one.
        changes = {"image_name": image_name, "description": description or None, **attributes}
        self._write(image_id, **{key: value for key, value in changes.items() if value is not None})

    def set_deprecated(self, image_id: str, _look_again: t.Any = None) -> None:
        self._note("deprecate", image_id)
        one, accounts = self._existing(image_id), self.shares.accounts(image_id)
        fake_rules.check_status(one, "Available", "ImageStatus.NotAvailable", accounts)
        self._write(image_id, status="Deprecated")

    def restore(self, image_id: str) -> None:
        self._note("restore", image_id)
        fake_rules.check_status(self._existing(image_id), "Deprecated", "ImageStatus.NotDeprecated")
        self._write(image_id, status="Available")

    def set_tags(self, image_id: str, tags: t.Mapping[str, str]) -> None:
        self._note("set_tags", image_id, dict(tags))
        wanted = {**self._existing(image_id, "InvalidResourceId.NotFound")["tags"], **tags}
        fake_rules.check_tags(wanted)
        self._write(image_id, tags=wanted)

    def unset_tags(self, image_id: str, keys: t.Sequence[str]) -> None:
        self._note("unset_tags", image_id, tuple(keys))
        tags = self._existing(image_id, "InvalidResourceId.NotFound")["tags"]
        self._write(image_id, tags={key: value for key, value in tags.items() if key not in keys})

    def _existing(self, image_id: str, otherwise: str = "InvalidImageId.NotFound") -> Image:
        if image_id not in self.images:
            raise ServiceError(otherwise, http_status=404)
        return self.images[image_id]

    def _write(self, image_id: str, **changes: t.Any) -> None:
        self._stale.setdefault(image_id, (self.clock.now + self.read_lag, self._existing(image_id)))
        self.change(image_id, **{key: value for key, value in changes.items() if key not in self.ignored})

    # Changes that the code under test does not make.

    def change(self, image_id: str, **changes: t.Any) -> None:
        self.images[image_id] = t.cast("Image", {**self.images[image_id], **changes})

    def remove(self, image_id: str) -> None:
        for known in (self.images, self._ready_at, self._gone_at):
            known.pop(image_id, None)

    def finish(self, image_id: str, after: float, status: str | None = None) -> None:
        """``status``: of the finished image; ``outcome`` if omitted."""
        self._ready_at[image_id] = self.clock.now + after
        self._becomes[image_id] = status or self.outcome

    def present(self) -> dict[str, Image]:
        """The images that are neither deleted nor being deleted."""
        self._pass_time()
        return {key: one for key, one in self.images.items() if key not in self._gone_at}

    def delete(self, image_id: str, force: bool, **_more: t.Any) -> bool:
        self._note("delete", image_id, force)
        # The client retries the call while the cloud is creating the image (ImageIsCreating).
        self.clock.now = max(self.clock.now, self._ready_at.get(image_id, 0.0))
        self._pass_time()
        one = self.images.get(image_id)
        if one is not None:
            fake_rules.check_deletion(one, force, self.shares.accounts(image_id))
            self._gone_at[image_id] = self.clock.now + self.removal_time
        return one is not None

    def delete_snapshot(self, snapshot_id: str, _look_again: t.Any = None) -> bool:
        self._note("delete_snapshot", snapshot_id)
        is_used = any(snapshot_id in snapshot_ids(one) for one in self._shown())
        fake_rules.check_snapshot_deletion(self.known_snapshots.get(snapshot_id), is_used)
        was_there = snapshot_id in self._snapshots()
        self.deleted_snapshots.append(snapshot_id)
        return was_there


# --- concurrent changes ----------------------------------------------------------------------------------------------


def changing(image_id: str, **known: t.Any) -> Intervention:
    return lambda cloud: cloud.change(image_id, **known)


def removing(image_id: str) -> Intervention:
    return lambda cloud: cloud.remove(image_id)


def passing(seconds: float) -> Intervention:
    return lambda cloud: cloud.clock.sleep(seconds)


def refusing(error: Exception) -> Intervention:
    def refuse(_cloud: FakeImages) -> t.NoReturn:
        raise error

    return refuse


# --- snapshots and disks ---------------------------------------------------------------------------------------------


def made_for_an_image(snapshot_id: str, image_id: str = "m-1") -> Snapshot:
    """A snapshot as the cloud creates it together with an image."""
    name = f"SnapshotForImage-{image_id}-system"
    return Snapshot(snapshot_id, "accomplished", 40, "system", name, "2026-11-24T05:06:07Z", "image")


def backup(snapshot_id: str, status: str = "accomplished", disk_type: str = "system") -> Snapshot:
    """A user's own snapshot, from which images may have been created."""
    return Snapshot(snapshot_id, status, 40, disk_type, "backup", "2026-11-01T05:06:07Z", "image")


def snapshot_ids(one: Image) -> list[str | None]:
    return [disk["snapshot_id"] for disk in one["disk_device_mappings"]]


def disk(snapshot_id: str | None, size: int | None = 40) -> Disk:
    return t.cast("Disk", {**dict.fromkeys(Disk.__annotations__), "size": size, "snapshot_id": snapshot_id})


def disks_of(image_id: str, snapshot_id: str | None, disks: t.Sequence[t.Mapping[str, t.Any]]) -> list[Disk]:
    """The disks of an image as the cloud reports them. From an instance, they are snapshots created for the image."""
    if disks:
        return [disk(one.get("snapshot_id"), one.get("size") or 40) for one in disks]
    return [disk(snapshot_id or f"s-of-{image_id}")]
