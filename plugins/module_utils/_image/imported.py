# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The source import_from: disk files in OSS, which the cloud imports. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import is_settled
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import unsigned

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.reader import Reader
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.sources import Judged


def place(bucket: str | None, name: str) -> str:
    """A disk file, for messages. Another tool may have imported an object that was named with a signature."""
    return f"{bucket}/{unsigned(name)}"


@dataclass(frozen=True)
class StoredDisk:
    """A disk file; ``size`` is in GiB."""

    bucket: str
    object: str
    format: str | None = None
    size: int | None = None

    def text(self) -> str:
        more = [*([self.format] if self.format else []), *([f"{self.size} GiB"] if self.size else [])]
        return place(self.bucket, self.object) + (f" ({', '.join(more)})" if more else "")

    def as_dict(self) -> dict[str, t.Any]:
        """The options of the task by name."""
        return {key: value for key, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class ImportSource:
    """``disks``: the system disk first. ``role_name``: how ECS reads the files, which says nothing about the image."""

    kind: t.ClassVar[t.Literal["import"]] = "import"

    disks: tuple[StoredDisk, ...]
    role_name: str | None = None

    def text(self) -> str:
        files = "disk file" if len(self.disks) == 1 else "disk files"
        return f"{files} {', '.join(disk.text() for disk in self.disks)}"

    def as_dict(self) -> dict[str, t.Any]:
        """The option of the task by name, as a diff shows the source."""
        return {"import_from": [disk.as_dict() for disk in self.disks]}

    def snapshot_ids(self) -> tuple[str, ...]:
        """The task names none."""
        return ()

    def difference(self, image: Image) -> str | None:
        """How the disk files of the image differ from these, as a sentence; None if they do not, or if the release does
        not report them. A size or a format does not count: the cloud may have changed both."""
        disks = image["disk_device_mappings"]
        # The order of a list is not documented, except that the first imported file is the system disk.
        ordered = sorted(disks, key=lambda disk: disk["type"] == "data")
        told = [(disk["import_bucket"], disk["import_object"]) for disk in ordered if disk["import_object"]]
        wanted = [(disk.bucket, disk.object) for disk in self.disks]
        if not told or (told[0] == wanted[0] and sorted(map(str, told)) == sorted(map(str, wanted))):
            return None
        files = ", ".join(place(bucket, name) for bucket, name in told)
        return f"it was imported from {files}, but the task names {self.text()}"

    def has_made(self, image: Image) -> bool | None:
        """Whether a call whose answer was lost has created the image; None if the release does not report it, or not
        yet."""
        told = [disk["import_object"] for disk in image["disk_device_mappings"]]
        if any(told):
            return self.difference(image) is None
        return False if is_settled(image) and any(one is not None for one in told) else None

    def judge(self, _reader: Reader) -> Judged:
        """The files can only be judged by the cloud: the module reads no bucket."""
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image.sources import Judged  # noqa: PLC0415

        return Judged(self)
