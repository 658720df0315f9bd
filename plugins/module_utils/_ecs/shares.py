# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The actions of the API for sharing images with other accounts. CamelCase stays inside this layer."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError, PartlyDoneError
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.listing import Listing
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.mapping import compiled

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client

# Of more accounts in one call, some or all would be ignored without an error.
_ACCOUNTS_PER_CALL = 10


class Sharing(t.NamedTuple):
    """Who else may use an image. ``accounts``: their ids, sorted. ``is_public``: every account."""

    accounts: tuple[str, ...] = ()
    is_public: bool = False

    def text(self) -> str | None:
        """A part of a sentence; None if nobody else may use it."""
        if self.is_public:
            return "it is public"
        named = ", ".join(self.accounts)
        return f"it is shared with account{'s' if len(self.accounts) > 1 else ''} {named}" if named else None


class Shares:
    """The sharing of the images of one account in one region. Every method raises what Client raises."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def of(self, image_id: str) -> Sharing:
        """Raises ServiceError with the code InvalidImageId.NotFound if the account has no such image."""
        listing = Listing(
            self._client,
            "DescribeImageSharePermission",
            {"ImageId": image_id},
            "Accounts.Account",
            "AliyunId",
            lambda account: str(account["AliyunId"]),
        )
        accounts = listing.whole()
        # A public image is shared with the group of all accounts.
        groups = compiled("ShareGroups.ShareGroup[].Group").search(listing.answer)
        return Sharing(tuple(sorted(accounts)), is_public=bool(groups))

    def modify(self, image_id: str, add: t.Sequence[str] = (), remove: t.Sequence[str] = ()) -> None:
        """Shares the image with the accounts in ``add``, and no longer with those in ``remove``.

        Each call does both, so that the image never has more accounts than before or after.
        """
        for start in range(0, max(len(add), len(remove)), _ACCOUNTS_PER_CALL):
            end = start + _ACCOUNTS_PER_CALL
            part = {"AddAccount": list(add[start:end]), "RemoveAccount": list(remove[start:end])}
            try:
                self._client.call("ModifyImageSharePermission", {"ImageId": image_id, **part})
            except ApsaraStackError as error:
                if start == 0:
                    raise
                done = ", ".join([*add[:start], *remove[:start]])
                raise PartlyDoneError(error, f"The sharing with {done} was changed in an earlier call.") from error
