# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a task of the cloud is the export that is asked for, as far as it tells. Pure."""

from __future__ import annotations

import enum
import typing as t

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.task import StoredObject, Task
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export.desired import DesiredExport


class Fit(enum.Enum):
    SAME = enum.auto()
    """This image, to this place."""
    ELSEWHERE = enum.auto()
    """This image, to another bucket or prefix, or in another format."""
    FOREIGN = enum.auto()
    """Another image."""
    UNTOLD = enum.auto()
    """This image; the task does not tell where to."""
    UNKNOWN = enum.auto()
    """The task tells neither."""


# What counts as the export once it has ended well.
ACCEPTED = (Fit.SAME, Fit.UNTOLD)
# An image has one export at a time, so these keep it from another one.
BLOCKING = (Fit.ELSEWHERE, Fit.UNTOLD)


def fit(desired: DesiredExport, image_id: str, task: Task) -> Fit:
    """``image_id``: of the image that the task selects."""
    is_told = task["image_id"] is not None
    if is_told and task["image_id"] != image_id:
        return Fit.FOREIGN
    if not task["objects"]:
        return Fit.UNTOLD if is_told else Fit.UNKNOWN
    prefixes = {_prefix(each["object"], image_id) for each in task["objects"]}
    if None in prefixes:
        # A site that tells the image may name its objects in another way.
        return Fit.UNTOLD if is_told else Fit.FOREIGN
    is_here = desired.is_any_prefix or prefixes == {desired.prefix or ""}
    return Fit.SAME if is_here and all(_fits(desired, each) for each in task["objects"]) else Fit.ELSEWHERE


def _prefix(name: str, image_id: str) -> str | None:
    """That of an object: its name is ``[prefix_]<image id>_...``. Empty without one, None for another image."""
    if name.startswith(f"{image_id}_"):
        return ""
    # A prefix has no underscore.
    prefix, _underscore, rest = name.partition("_")
    return prefix if rest.startswith(f"{image_id}_") else None


def _fits(desired: DesiredExport, stored: StoredObject) -> bool:
    pairs = ((desired.bucket, stored["bucket"]), (desired.image_format, stored["format"]))
    # What is not told cannot be compared.
    return all(wanted == told or None in (wanted, told) for wanted, told in pairs)
