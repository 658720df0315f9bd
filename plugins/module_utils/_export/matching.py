# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a task of the cloud is the desired export, as far as the cloud reports it. Pure."""

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
    UNREPORTED = enum.auto()
    """This image; the task does not report the place."""
    UNKNOWN = enum.auto()
    """The task reports neither."""


# What counts as the desired export once it has succeeded.
ACCEPTED = (Fit.SAME, Fit.UNREPORTED)
# An image has one export at a time, so these prevent another one.
BLOCKING = (Fit.ELSEWHERE, Fit.UNREPORTED)


def fit(desired: DesiredExport, image_id: str, task: Task) -> Fit:
    """``image_id``: of the image that the task selects."""
    has_image = task["image_id"] is not None
    if has_image and task["image_id"] != image_id:
        return Fit.FOREIGN
    if not task["objects"]:
        return Fit.UNREPORTED if has_image else Fit.UNKNOWN
    prefixes = {_prefix(each["object"], image_id) for each in task["objects"]}
    if None in prefixes:
        # A site that reports the image may name its objects in another way.
        return Fit.UNREPORTED if has_image else Fit.FOREIGN
    is_here = desired.is_any_prefix or prefixes == {desired.prefix or ""}
    return Fit.SAME if is_here and all(_fits(desired, each) for each in task["objects"]) else Fit.ELSEWHERE


def _prefix(name: str, image_id: str) -> str | None:
    """The prefix of an object, whose name is ``[prefix_]<image id>_...``. Empty without one, None for another image."""
    if name.startswith(f"{image_id}_"):
        return ""
    # A prefix has no underscore.
    prefix, _underscore, rest = name.partition("_")
    return prefix if rest.startswith(f"{image_id}_") else None


def _fits(desired: DesiredExport, stored: StoredObject) -> bool:
    pairs = ((desired.bucket, stored["bucket"]), (desired.image_format, stored["format"]))
    # A value that is not reported cannot be compared.
    return all(wanted == found or None in (wanted, found) for wanted, found in pairs)
