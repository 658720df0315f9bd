# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sharing of the images of ``fakes``."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Sharing
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ServiceError

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages

QUOTA, PER_CALL = 50, 10
SOMEBODY = "1000000000000038"


class FakeShares:
    """``with_all``: the accounts of each image. ``ignores``: changes are accepted, but not made. ``lag``: seconds for
    which the accounts are shown as they were before a change. ``reports``: whether the images show it as well."""

    def __init__(self, cloud: FakeImages) -> None:
        self._cloud = cloud
        self.with_all: dict[str, set[str]] = {}
        self.public: set[str] = set()
        self.ignores = False
        self.lag = 0.0
        self.reports = True
        self._stale: dict[str, tuple[float, set[str]]] = {}

    def accounts(self, image_id: str) -> set[str]:
        """As they are. An image of which only is_self_shared is known is shared with somebody."""
        one = self._cloud.images.get(image_id)
        if one is None:
            raise ServiceError("InvalidImageId.NotFound", http_status=404)
        return set(self.with_all.get(image_id, {SOMEBODY} if one["is_self_shared"] else set()))

    def of(self, image_id: str) -> Sharing:
        self._cloud.note("sharing", image_id)
        shown = self.accounts(image_id)
        until, before = self._stale.get(image_id, (0.0, shown))
        is_stale = until > self._cloud.clock.now
        return Sharing(tuple(sorted(before if is_stale else shown)), is_public=image_id in self.public)

    def modify(self, image_id: str, add: t.Sequence[str] = (), remove: t.Sequence[str] = ()) -> None:
        for start in range(0, max(len(add), len(remove)), PER_CALL):
            part = slice(start, start + PER_CALL)
            self._cloud.note("share", image_id, tuple(add[part]), tuple(remove[part]))
        before = self.accounts(image_id)
        after = (before | set(add)) - set(remove)
        if add and self._cloud.images[image_id]["status"] != "Available":
            raise ServiceError("OperationDenied.InvalidImageStatus", http_status=403)
        if len(after) > QUOTA:
            raise ServiceError("QuotaExceed.ShareImageUser", http_status=403)
        if not self.ignores:
            self._stale[image_id] = (self._cloud.clock.now + self.lag, before)
            self.share(image_id, after)

    def share(self, image_id: str, accounts: t.Collection[str]) -> None:
        """With exactly these, by somebody else."""
        self.with_all[image_id] = set(accounts)
        if self.reports:
            self._cloud.change(image_id, is_self_shared=bool(accounts))
