# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sources of ``fakes`` that have actions of their own: copies and imports."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Disk, Image
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import StoredObject, Task
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.tasks import Begun
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages


class FakeCopies:
    """``elsewhere``: the images of the region of the originals, if it is another one. ``loses``: the number of copies
    whose answers are lost."""

    def __init__(self, cloud: FakeImages) -> None:
        self._cloud = cloud
        self.elsewhere: list[Image] | None = None
        self.loses = 0

    def originals(self, image_id: str | None, image_name: str | None) -> list[Image]:
        self._cloud.note("originals", image_id, image_name)
        listed = self.elsewhere if self.elsewhere is not None else list(self._cloud.present().values())
        return [
            one for one in listed if image_id in (None, one["image_id"]) and image_name in (None, one["image_name"])
        ]

    def is_encrypted(self, original: Image) -> bool:
        told = [disk["encrypted"] for disk in original["disk_device_mappings"]]
        if None in told or not told:
            self._cloud.note("is_encrypted", original["image_id"])
        return True in told

    def copy(self, original_id: str, image_name: str, token: str, **given: t.Any) -> str:
        self._cloud.note("copy", original_id, image_name, token)
        encrypted, given["is_copied"] = given.pop("encrypted"), True
        del given["kms_key_id"]

        def disks(image_id: str) -> list[Disk]:
            return [_disk(snapshot_id=f"s-of-{image_id}", encrypted=encrypted)]

        image_id = self._cloud.add(image_name, disks, **given)
        if self.loses:
            self.loses -= 1
            raise ServiceError("InternalError", action="CopyImage", http_status=500)
        return image_id

    def cancel(self, image_id: str) -> None:
        self._cloud.note("cancel_copy", image_id)
        self._cloud.remove(image_id)


class FakeTasks:
    """``failures``: of the next imports. ``leaves``: whether a canceled import leaves a failed image."""

    def __init__(self, cloud: FakeImages) -> None:
        self._cloud = cloud
        self._tasks: dict[str, Task] = {}
        self.failures: list[str] = []
        self.leaves = False
        self.loses = 0

    def import_image(
        self, image_name: str, token: str, disks: t.Sequence[t.Mapping[str, t.Any]], **given: t.Any
    ) -> Begun:
        self._cloud.note("import_image", image_name, token)
        known = {key: value for key, value in given.items() if key != "role_name"}
        stored = [_disk(import_bucket=one["bucket"], import_object=one["object"], type="system") for one in disks]
        image_id = self._cloud.add(image_name, lambda _image_id: stored, is_copied=False, **known)
        if self.failures:
            self._cloud.finish(image_id, after=self._cloud.build_time, status="CreateFailed")
        task = self.begin(self._cloud.present()[image_id], [self.failures.pop(0)] if self.failures else [])
        if self.loses:
            self.loses -= 1
            raise ServiceError("InternalError", action="ImportImage", http_status=500)
        return Begun(image_id, task)

    def begin(self, one: Image, failures: t.Sequence[str] = (), task_id: str | None = None) -> str:
        """The task that imports the image."""
        task_id = task_id or f"t-{len(self._tasks) + 1}"
        files = [(disk["import_bucket"], str(disk["import_object"])) for disk in one["disk_device_mappings"]]
        self._tasks[task_id] = Task(
            task_id=task_id,
            action="ImportImage",
            status="Processing",
            progress=0,
            image_id=one["image_id"],
            creation_time=one["creation_time"],
            finished_time=None,
            failed_count=len(failures),
            objects=[StoredObject(bucket=bucket, object=name, format=None) for bucket, name in files],
            failures=list(failures),
        )
        return task_id

    def imports(self, image_id: str) -> tuple[Task, ...]:
        self._cloud.note("imports", image_id)
        return tuple(self._shown(one) for one in self._tasks.values() if one["image_id"] == image_id)

    def task(self, task_id: str) -> Task | None:
        self._cloud.note("task", task_id)
        return self._shown(self._tasks[task_id]) if task_id in self._tasks else None

    def _shown(self, task: Task) -> Task:
        one = self._cloud.present().get(str(task["image_id"]))
        if task["status"] != "Processing" or (one is not None and one["status"] in ("Creating", "Waiting")):
            return task
        return {**task, "status": "Failed" if task["failures"] else "Finished"}

    def cancel(self, task_id: str) -> None:
        self._cloud.note("cancel_import", task_id)
        task = self._tasks[task_id]
        task["status"] = "Canceled"
        if self.leaves:
            self._cloud.finish(str(task["image_id"]), after=0.0, status="CreateFailed")
        else:
            self._cloud.remove(str(task["image_id"]))


def _disk(**known: t.Any) -> Disk:
    return t.cast("Disk", {**dict.fromkeys(Disk.__annotations__), "size": 40, **known})
