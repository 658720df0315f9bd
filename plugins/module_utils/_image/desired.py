# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired state of a task: immutable, and validated before the first request."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import tags as tag_rules
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.validation import (
    blank_problems,
    entries,
    id_problems,
    refuse,
    signed_problems,
    timeout_problems,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import texts

# 5 is the smallest disk on every release. The largest is 2000 on older ones and 32768 on newer ones; the cloud checks
# the values in between.
DISK_SIZE_GIB = (5, 32768)
MAXIMUM_DISKS = 17

# Seconds. The cloud copies an image to another region, or imports one, in up to an hour.
DEFAULT_TIMEOUT, LONG_TIMEOUT = 600, 3600
_LONG_SOURCES = ("copy_from", "import_from")
_WITH_SOME_SOURCES = ("os_type", "boot_mode", "license_type", "role_name")

_IDS = ("image_id", "instance_id", "snapshot_id")
_NEVER_BLANK = ("image_id", "image_name", "instance_id", "snapshot_id", "image_version", "platform", "architecture")
_AS_GIVEN = (
    *("state", "image_id", "image_name", "description", "purge_tags", "force", "image_version", "platform"),
    *("architecture", "os_type", "boot_mode", "license_type", "image_family", "deprecated", "purge_shares", "unshare"),
    *("recreate", "delete_snapshots", "wait"),
)


class DiskMapping(t.NamedTuple):
    """One disk of an image that is created from disks; ``size`` is in GiB."""

    snapshot_id: str | None = None
    size: int | None = None
    device: str | None = None
    disk_type: str | None = None

    def text(self) -> str:
        origin = f"snapshot {self.snapshot_id}" if self.snapshot_id else "blank"
        return f"{origin} ({self.size} GiB)" if self.size is not None else origin

    def as_dict(self) -> dict[str, t.Any]:
        """The options of the task by name."""
        return {key: value for key, value in self._asdict().items() if value is not None}


class Source(t.NamedTuple):
    """What the cloud creates an image from: exactly one of the three is given. ``copied`` and ``imported`` have the
    other sources."""

    instance_id: str | None = None
    snapshot_id: str | None = None
    disks: tuple[DiskMapping, ...] = ()
    kind: t.Literal["create"] = "create"

    def text(self) -> str:
        if self.instance_id is not None:
            return f"instance {self.instance_id}"
        if self.snapshot_id is not None:
            return f"snapshot {self.snapshot_id}"
        return "disks: " + ", ".join(disk.text() for disk in self.disks)

    def as_dict(self) -> dict[str, t.Any]:
        """The option of the task by name, as a diff shows the source."""
        if self.instance_id is not None:
            return {"instance_id": self.instance_id}
        if self.snapshot_id is not None:
            return {"snapshot_id": self.snapshot_id}
        return {"disk_device_mapping": [disk.as_dict() for disk in self.disks]}

    def parts(self) -> dict[str, t.Any]:
        """The arguments for ``Images.create``."""
        disks = [disk.as_dict() for disk in self.disks]
        return {"instance_id": self.instance_id, "snapshot_id": self.snapshot_id, "disks": disks}

    def snapshot_ids(self) -> tuple[str, ...]:
        """The snapshots that the task names, in the same order."""
        named = [self.snapshot_id, *(disk.snapshot_id for disk in self.disks)]
        return tuple(snapshot_id for snapshot_id in named if snapshot_id is not None)


if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.copied import CopySource
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.imported import ImportSource

    AnySource = t.Union[Source, CopySource, ImportSource]


class DesiredImage(t.NamedTuple):
    """The desired state of an image. None means unchanged; an empty description or tag set means empty."""

    state: str = "present"
    image_id: str | None = None
    image_name: str | None = None
    description: str | None = None
    source: AnySource | None = None
    tags: t.Mapping[str, str] | None = None
    purge_tags: bool = True
    force: bool = False
    image_version: str | None = None
    platform: str | None = None
    architecture: str | None = None
    os_type: str | None = None
    boot_mode: str | None = None
    license_type: str | None = None
    image_family: str | None = None
    deprecated: bool | None = None
    share_with: tuple[str, ...] | None = None
    purge_shares: bool = False
    unshare: bool = False
    recreate: str = "never"
    delete_snapshots: bool = False
    wait: bool = True
    # The sources that are null in the task, for messages; see ``texts.null_sources``.
    null_sources: str = ""

    @property
    def may_replace(self) -> bool:
        """Whether the task may replace an image, or finish an interrupted replacement."""
        return self.state == "present" and self.recreate != "never"

    @property
    def waits_for_image(self) -> bool:
        """Whether the task waits until the image is usable."""
        return self.state == "present" and self.wait

    @property
    def is_slow(self) -> bool:
        """Whether the image is one that may stay unlisted for longer than a minute."""
        return self.source is not None and self.source.kind != "create"

    @property
    def sets_attributes(self) -> bool:
        """Whether it sets what not every site knows, except when it creates an image."""
        return any(one is not None for one in (self.image_family, self.boot_mode, self.license_type, self.deprecated))

    @property
    def may_share(self) -> bool:
        """Whether the task may change with whom the resulting image is shared."""
        is_carried_over = self.unshare and self.may_replace
        return self.state == "present" and (self.share_with is not None or is_carried_over)

    @property
    def withdraws_from_all(self) -> bool:
        return self.share_with == () and self.purge_shares

    @property
    def name(self) -> str:
        """``image_name``, for a task that sets it."""
        return t.cast("str", self.image_name)

    def handle(self) -> str:
        """The image as sentences name it."""
        return f"image {self.image_id}" if self.image_id is not None else f"image {self.image_name!r}"


def timeout_of(params: t.Mapping[str, t.Any]) -> int:
    """How many seconds the task may take."""
    if params["wait_timeout"] is not None:
        return int(params["wait_timeout"])
    is_long = any(params[option] is not None for option in _LONG_SOURCES)
    return LONG_TIMEOUT if is_long else DEFAULT_TIMEOUT


def desired_from(params: t.Mapping[str, t.Any], nulls: t.Collection[str] = ()) -> DesiredImage:
    """The desired state from the parameters of a task, whose types the argument spec has checked.

    ``nulls``: the options that are null in the task. Raises RefusalError with a sentence for each value that the API
    would reject or that is likely a mistake.
    """
    named = {option: params[option] for option in _NEVER_BLANK}
    ids = {option: named[option] for option in _IDS}
    problems = [*blank_problems({**named, **_disk_texts(params)}), *id_problems(ids), *timeout_problems(params)]
    problems += signed_problems({"image_name": params["image_name"]})
    null_sources = texts.null_sources(nulls)
    if params["image_id"] is None and params["image_name"] is None:
        problems.append("image_id or image_name is required")
    tag_problems: list[str] = []
    tags = tag_rules.read(params["tags"], tag_problems)
    if params["state"] == "present":
        # With state=absent none of these values is sent: an invalid name may still be looked up and deleted.
        problems += [
            *_text_problems(params),
            *texts.family_problems("image_family", params["image_family"]),
            *tag_problems,
            *tag_rules.problems(tags or {}),
            *_disk_problems(params["disk_device_mapping"]),
            *_other_source_problems(params),
            *_recreate_problems(params, null_sources),
            *_share_problems(params),
        ]
    refuse(problems)
    share_with = None if params["share_with"] is None else tuple(sorted({*params["share_with"]}))
    return DesiredImage(
        **{option: params[option] for option in _AS_GIVEN},
        source=_source(params),
        tags=tags,
        share_with=share_with,
        null_sources=null_sources,
    )


def _recreate_problems(params: t.Mapping[str, t.Any], null_sources: str) -> list[str]:
    recreate = params["recreate"]
    if recreate == "never":
        return []
    if params["deprecated"]:
        return [f"recreate={recreate} creates a usable image, but deprecated is true: omit one of them"]
    if params["image_id"] is not None:
        return [f"recreate={recreate} requires image_name without image_id, since the replacement image has another id"]
    if recreate == "always" and _source(params) is None:
        return [
            "recreate=always requires one of instance_id, snapshot_id, disk_device_mapping, copy_from and import_from"
            f"{null_sources}"
        ]
    return []


def _share_problems(params: t.Mapping[str, t.Any]) -> list[str]:
    if not params["share_with"]:
        return []
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import sharing  # noqa: PLC0415

    return sharing.problems(params)


def _text_problems(params: t.Mapping[str, t.Any]) -> list[str]:
    rules = {
        "image_name": texts.name_problem,
        "description": texts.description_problem,
        "image_version": texts.version_problem,
    }
    # An empty string is reported elsewhere, or empties the description.
    found = [rule(option, params[option]) for option, rule in rules.items() if (params[option] or "").strip()]
    return [problem for problem in found if problem is not None]


def _disk_texts(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        f"{entry}.{option}": disk[option]
        for entry, disk in entries("disk_device_mapping", params["disk_device_mapping"]).items()
        for option in ("snapshot_id", "device")
    }


def _disk_problems(disks: t.Sequence[t.Mapping[str, t.Any]] | None) -> list[str]:
    if disks is None:
        return []
    if not 1 <= len(disks) <= MAXIMUM_DISKS:
        return [f"disk_device_mapping must have 1 to {MAXIMUM_DISKS} entries, but has {len(disks)}"]
    found = [_disk_problem(entry, disk) for entry, disk in entries("disk_device_mapping", disks).items()]
    if not any(disk["snapshot_id"] for disk in disks):
        found.append("disk_device_mapping requires a snapshot_id, since the system disk is created from a snapshot")
    return [problem for problem in found if problem is not None]


def _disk_problem(entry: str, disk: t.Mapping[str, t.Any]) -> str | None:
    smallest, largest = DISK_SIZE_GIB
    if disk["size"] is not None and not smallest <= disk["size"] <= largest:
        return f"{entry}.size must be {smallest} to {largest} GiB (2000 on older releases), but is {disk['size']}"
    if disk["size"] is None and not disk["snapshot_id"]:
        return f"{entry} requires a snapshot_id, a size (GiB), or both"
    return None


def _other_source_problems(params: t.Mapping[str, t.Any]) -> list[str]:
    if all(params[option] is None for option in (*_LONG_SOURCES, *_WITH_SOME_SOURCES)):
        return []
    # Imported only for tasks that give one of them, so that the others stay fast.
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image import given_sources  # noqa: PLC0415

    return given_sources.problems(params)


def _source(params: t.Mapping[str, t.Any]) -> AnySource | None:
    if any(params[option] is not None for option in _LONG_SOURCES):
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image import given_sources  # noqa: PLC0415

        return given_sources.source_from(params)
    disks = tuple(
        DiskMapping(**{key: disk[key] for key in ("snapshot_id", "size", "device", "disk_type")})
        for disk in params["disk_device_mapping"] or ()
    )
    source = Source(instance_id=params["instance_id"], snapshot_id=params["snapshot_id"], disks=disks)
    return None if source == Source() else source
