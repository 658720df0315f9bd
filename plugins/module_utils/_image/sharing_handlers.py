# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the steps that share an image, or stop that, are carried out."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Sharing
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import waiter
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.running import LONGEST_LAG
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import obstacles
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.sharing_steps import accounts_text
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.running import ImageRunning
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.sharing_steps import (
        ReadSharing,
        Share,
        StopSharing,
    )


def share(step: Share, run: ImageRunning) -> None:
    run.images.shares.modify(run.id_of(step.image_id), add=step.accounts)


def stop_sharing(step: StopSharing, run: ImageRunning) -> None:
    run.images.shares.modify(run.id_of(step.image_id), remove=step.accounts)


def judge_unchanged(step: StopSharing, run: ImageRunning) -> None:
    """Raises ApsaraStackError if somebody has shared the image with others since the plan."""
    image_id = run.id_of(step.image_id)
    changed = changes(image_id, step.expected, run)
    if changed:
        told = " and ".join(changed.values())
        raise obstacles.sharing_changed(image_id, told, ", so it was not withdrawn from any account")


def changes(image_id: str, expected: Sharing | None, run: ImageRunning) -> dict[str, str]:
    """As ``Expected.changes``. ``expected``: None if it is not compared.

    A withdrawal by somebody else from one of these accounts is not an obstacle to a withdrawal or a deletion.
    """
    if expected is None:
        return {}
    found = Sharing()

    def look() -> bool | None:
        nonlocal found
        found = run.images.shares.of(image_id)
        return (not found.is_public and {*found.accounts} <= {*expected.accounts}) or None

    try:
        # A list may lag behind the withdrawal.
        if run.seen(look, waiter.VANISHED_AFTER):
            return {}
    except ServiceError as error:
        if error.code != "InvalidImageId.NotFound":
            raise
        # Somebody has deleted it since it was read.
        return {}
    return {"is_self_shared": str(found.text())}


def read_sharing(step: ReadSharing, run: ImageRunning) -> None:
    """Raises ApsaraStackError if the cloud never reports what was written, or if somebody else has changed it."""
    image_id, started = run.id_of(step.image_id), run.deadline.elapsed()
    seen = Sharing()

    def look() -> Sharing | None:
        nonlocal seen
        seen = run.images.shares.of(image_id)
        run.outcome.accounts = list(seen.accounts)
        return None if _missing(step, seen) or _is_changed(step, seen) else seen

    # A list may lag behind an earlier withdrawal as well.
    found = run.seen(look, LONGEST_LAG)
    if found is None and _is_changed(step, seen):
        raise obstacles.sharing_changed(image_id, seen.text() or "it is shared with nobody else")
    if found is None and run.deadline.elapsed() - started < LONGEST_LAG:
        raise obstacles.not_shown_yet(image_id, _missing(step, seen), run.deadline.seconds)
    if found is None:
        raise obstacles.not_supported(image_id, _missing(step, seen))
    image = run.outcome.image
    if image is not None and image["image_id"] == image_id:
        run.outcome.know_image({**image, "is_self_shared": bool(found.accounts)})


def _is_changed(step: ReadSharing, found: Sharing) -> bool:
    """Whether somebody else has shared the image with other accounts, or withdrawn it from one of the task."""
    lost = {*step.kept} - {*found.accounts}
    foreign = {*found.accounts} - {*step.wanted, *step.unwanted, *step.kept}
    return bool(lost or (step.is_exact and foreign))


def _missing(step: ReadSharing, found: Sharing) -> list[str]:
    lacking = [one for one in step.wanted if one not in found.accounts]
    surplus = [one for one in step.unwanted if one in found.accounts]
    not_yet = [f"share_with ({accounts_text(lacking)})"] if lacking else []
    return [*not_yet, f"purge_shares ({accounts_text(surplus)})"] if surplus else not_yet
