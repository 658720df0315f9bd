# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All refusals of the plan: the current state, the problem, and the option that resolves it."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError, inserted

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._export.desired import DesiredExport

_MEANWHILE = "Wait until it is Available; apsarastack_image does so if wait is true."
_ADVICE = {
    "Creating": _MEANWHILE,
    "Waiting": _MEANWHILE,
    # The status of an image that is reported as not yet usable.
    "Available": _MEANWHILE,
    "Deprecated": "Set deprecated=false in a task of apsarastack_image for it first.",
}


def unknown_image(desired: DesiredExport) -> RefusalError:
    image = f"named {inserted(desired.image_name)}" if desired.image_id is None else desired.image_id
    return RefusalError(
        f"no image {image} owned by this account was found, so there is nothing to export",
        "not_found",
        hint="InvalidImageId.NotFound",
    )


def not_exportable(image: Image) -> RefusalError:
    status = image["status"]
    shown = "Available, but not usable yet" if status == "Available" else status
    return RefusalError(
        f"Image {image['image_id']} ({image['image_name']!r}) cannot be exported, because it is {shown}",
        "source_not_usable",
        advice=_ADVICE.get(str(status), "Only an image that is Available can be exported."),
        facts={"image_id": image["image_id"], "image": image},
    )


def perhaps_running(desired: DesiredExport, image: Image, task_ids: t.Sequence[str]) -> RefusalError:
    narrowed = desired.place()
    return RefusalError(
        f"while an export is running, this site does not report what it exports (task {', '.join(task_ids)}), so it is "
        f"not certain that it is the {desired.handle()}. Nothing was canceled",
        "not_supported_by_site",
        advice=f"Omit {' and '.join(narrowed)} to cancel any export of the image, or wait until it has ended."
        if narrowed
        else "Wait until it has ended, or cancel it in the console.",
        facts={"image_id": image["image_id"], "image": image},
    )
