# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reading half of ``Images`` and ``Tasks``, for planning: a failure says what was read."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._image import lookups
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import attempting

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import Task


class Lookups(lookups.Lookups):
    """See the methods of ``Images`` and ``Tasks``."""

    def exports(self, image_id: str) -> tuple[Task, ...]:
        with attempting(f"list the export tasks of image {image_id}"):
            return self._images.tasks.exports(image_id)

    def task(self, task_id: str) -> Task | None:
        with attempting(f"read export task {task_id}"):
            return self._images.tasks.task(task_id)
