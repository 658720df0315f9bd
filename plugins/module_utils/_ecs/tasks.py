# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The actions of the API that start, list and cancel tasks. CamelCase stays inside this layer."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.images import new_image_id, tag_list
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import Task, to_task
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.listing import Listing

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client, LookAgain

_EXPORT, _IMPORT = "ExportImage", "ImportImage"
# An image has one export at a time.
BEING_EXPORTED = ("ImageIsExporting", "OperationDenied.ImageExporting")
# The task has ended.
NOT_CANCELABLE = "InvalidTaskId.IncorrectTaskStatus"


# Left: our key. Right: the parameter of ImportImage.
_IMPORTED = {
    "description": "Description",
    "os_type": "OSType",
    "platform": "Platform",
    "architecture": "Architecture",
    "license_type": "LicenseType",
    "role_name": "RoleName",
}


class Begun(t.NamedTuple):
    """``task_id``: of the import; None if the release does not return it."""

    image_id: str
    task_id: str | None = None


class Tasks:
    """The tasks of one account in one region. Every method raises what Client raises."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def exports(self, image_id: str) -> tuple[Task, ...]:
        """The export tasks that may belong to the image, in any status, newest first, without their objects."""
        return self._listed(_EXPORT, image_id)

    def imports(self, image_id: str) -> tuple[Task, ...]:
        """The import tasks that may belong to the image, likewise."""
        return self._listed(_IMPORT, image_id)

    def _listed(self, action: str, image_id: str) -> tuple[Task, ...]:
        # The site may ignore the filters, so compare here. Releases without ResourceIds do not report the image of a
        # task either.
        narrowed = {"TaskAction": action, "ResourceIds": [image_id]}
        found = Listing(self._client, "DescribeTasks", narrowed, "TaskSet.Task", "TaskId", to_task).whole()
        mine = [task for task in found if task["action"] == action and task["image_id"] in (None, image_id)]
        return tuple(sorted(mine, key=lambda task: task["creation_time"] or "", reverse=True))

    def task(self, task_id: str) -> Task | None:
        """The task with its objects; None if it does not exist."""
        try:
            body = self._client.call("DescribeTaskAttribute", {"TaskId": task_id})
        except ServiceError as error:
            if error.code != "InvalidTaskId.NotFound":
                raise
            return None
        # Some releases return an empty answer.
        return to_task(body) if body.get("TaskId") else None

    def export(
        self,
        image_id: str,
        bucket: str,
        *,
        prefix: str | None = None,
        image_format: str | None = None,
        role_name: str | None = None,
        look_again: LookAgain | None = None,
    ) -> str:
        """Starts the export of an image and returns the id of the task.

        It has no ClientToken: newer releases do not document one, and would export twice after a lost answer. So it is
        not retried after a lost answer or a code of BEING_EXPORTED: the caller must read the tasks first.
        ``look_again``: see ``Client.call``.
        """
        parameters = {
            "ImageId": image_id,
            "OSSBucket": bucket,
            "OSSPrefix": prefix,
            "ImageFormat": image_format,
            "RoleName": role_name,
        }
        body = self._client.call(_EXPORT, parameters, handled=BEING_EXPORTED, look_again=look_again)
        task_id = _task_id(body, "ExportTaskId")
        if task_id is None:
            problem = "the request was accepted, but the response does not contain the id of the task"
            raise self._client.unusable(_EXPORT, problem)
        return task_id

    def import_image(
        self, image_name: str, token: str, disks: t.Sequence[t.Mapping[str, t.Any]], **more: t.Any
    ) -> Begun:
        """Starts the import of an image.

        ``disks``: each with bucket and object, and with format and size (GiB) if they are given. ``more``: the keys of
        ``_IMPORTED``, ``boot_mode`` and ``tags``. Not every release knows the ClientToken, so it is not
        retried after a lost answer: the caller must look for the name first. ``token``: the same for all calls of an
        import.
        """
        parameters = {
            "ImageName": image_name,
            "DiskDeviceMapping": [_stored(disk) for disk in disks],
            **{parameter: more[key] for key, parameter in _IMPORTED.items()},
            "BootMode": _upper(more["boot_mode"]),
            "Tag": tag_list(more["tags"]),
            "ClientToken": token,
        }
        body = self._client.call(_IMPORT, parameters)
        return Begun(new_image_id(body, _IMPORT, self._client), _task_id(body, "ImportTaskId"))

    def cancel(self, task_id: str) -> None:
        """Raises ServiceError with the code NOT_CANCELABLE if the task has ended, even by an earlier attempt."""
        self._client.call("CancelTask", {"TaskId": task_id})


def _task_id(body: t.Mapping[str, t.Any], old_name: str) -> str | None:
    """``old_name``: the field in the samples of older releases."""
    found = body.get("TaskId") or body.get(old_name)
    return str(found) if found else None


def _stored(disk: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        "OSSBucket": disk["bucket"],
        "OSSObject": disk["object"],
        "Format": _upper(disk.get("format")),
        "DiskImageSize": disk.get("size"),
    }


def _upper(text: str | None) -> str | None:
    """As the API documents formats and boot modes."""
    return None if text is None else text.upper()
