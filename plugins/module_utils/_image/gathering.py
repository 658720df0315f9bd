# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read for each listed image. Imported only for tasks that ask for it."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError, attempting

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Shares


def with_shares(image: Image, shares: Shares) -> dict[str, t.Any]:
    """The image with ``shared_with``: the accounts, or None if the account does not own the image, or not any more."""
    accounts: list[str] | None = None
    if image["image_owner_alias"] in (None, "", "self"):
        with attempting(f"look up with whom image {image['image_id']} is shared"):
            accounts = _accounts(image["image_id"], shares)
    return {**image, "shared_with": accounts}


def _accounts(image_id: str, shares: Shares) -> list[str] | None:
    try:
        return list(shares.of(image_id).accounts)
    except ServiceError as error:
        # Somebody has deleted it since it was listed.
        if error.code != "InvalidImageId.NotFound":
            raise
        return None
