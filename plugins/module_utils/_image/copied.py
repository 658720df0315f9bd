# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The source copy_from: an image of this or another region, which the cloud copies. Pure, given a reader."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import is_failed
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import originals
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import inserted

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.reader import Reader
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.sources import Judged


@dataclass(frozen=True)
class CopySource:
    """``region``: of the original. ``is_elsewhere``: whether that is another region than that of the copy. ``options``:
    those of copy_from, as the task gives them. ``image_name``: of the copy, if the task gives it. ``original``: once it
    has been looked up."""

    kind: t.ClassVar[t.Literal["copy"]] = "copy"

    region: str | None
    is_elsewhere: bool
    options: t.Mapping[str, t.Any] = field(default_factory=dict)
    image_name: str | None = None
    original: Image | None = field(default=None, compare=False)

    @property
    def encrypted(self) -> bool:
        return bool(self.options.get("encrypted"))

    def text(self) -> str:
        if self.original is not None:
            named = f"image {self.original['image_id']} ({self.original['image_name']!r})"
        else:
            image_id, image_name = self.options.get("image_id"), self.options.get("image_name")
            named = f"image {inserted(image_name)}" if image_id is None else f"image {image_id}"
        where = f" of region {self.region}" if self.is_elsewhere else ""
        return f"{named}{where}, encrypted" if self.encrypted else f"{named}{where}"

    def as_dict(self) -> dict[str, t.Any]:
        """The option of the task by name, as a diff shows the source. The endpoint says nothing about the image."""
        return {"copy_from": {name: value for name, value in self.options.items() if name != "endpoint"}}

    def snapshot_ids(self) -> tuple[str, ...]:
        """The task names none."""
        return ()

    def difference(self, image: Image) -> str | None:
        """How the image differs from a copy; None if it does not, as far as the cloud reports it, which is never the
        original. Raises RefusalError if it is the original."""
        if self.is_original(image):
            raise originals.is_itself(image)
        wanted = self.options.get("encrypted")
        if wanted is None or all(disk["encrypted"] in (None, wanted) for disk in image["disk_device_mappings"]):
            return None
        found = "not encrypted" if wanted else "encrypted"
        return f"its disks are {found}, but the task sets copy_from.encrypted={str(wanted).lower()}"

    def uncompared(self, image: Image) -> t.Iterator[str]:
        """A warning if the task requires what cannot be compared."""
        disks = image["disk_device_mappings"]
        if self.encrypted and not (disks and all(disk["encrypted"] for disk in disks)):
            yield (
                f"image {image['image_id']}: copy_from.encrypted is true, but this release does not report whether the "
                "image is encrypted: check in the console whether its disks or their snapshots are encrypted"
            )

    def is_original(self, image: Image) -> bool:
        """Whether copy_from names this image of the region of the task."""
        named = (self.options.get("image_id"), self.options.get("image_name"))
        return not self.is_elsewhere and any(
            name is not None and name in (image["image_id"], image["image_name"]) for name in named
        )

    def judge_deleted(self, images: t.Iterable[Image]) -> None:
        """Raises RefusalError if the original is among these images, which the task would delete."""
        for image in images:
            if self.is_original(image):
                raise originals.would_be_deleted(image)

    def has_made(self, image: Image) -> bool | None:
        """Whether a call whose answer was lost has created the image; None if the release does not report it."""
        return image["is_copied"]

    def judge(self, reader: Reader) -> Judged:
        """Looks the original up in its region. Raises RefusalError if it cannot be copied."""
        from ansible_collections.apsarastack.cloud.plugins.module_utils._image.sources import Judged  # noqa: PLC0415

        options = self.options
        found = reader.originals(options.get("image_id"), options.get("image_name"), self.region)
        # A failed image of the name does not make it ambiguous.
        named = [one for one in found if not is_failed(one)] if len(found) > 1 else found
        original = originals.only_one(self, named)
        if not self.is_elsewhere and original["image_name"] == self.image_name:
            # One that another account shares: an own image of the name would have been found before.
            raise originals.is_itself(original)
        originals.judge(self, original)
        if not self.encrypted and reader.is_encrypted(original, self.region):
            raise originals.encrypted(self, original)
        encrypted = options.get("encrypted")
        disks = [{**disk, "encrypted": encrypted, "snapshot_id": None} for disk in _copied(original)]
        return Judged(replace(self, original=original), known={"is_copied": True, "disk_device_mappings": disks})


def _copied(original: Image) -> t.Iterator[dict[str, t.Any]]:
    """The disks as far as a copy has the same."""
    for disk in original["disk_device_mappings"]:
        yield {**disk, "format": None, "progress": None, "import_bucket": None, "import_object": None}
