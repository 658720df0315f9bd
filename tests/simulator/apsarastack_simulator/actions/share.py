# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ModifyImageSharePermission and DescribeImageSharePermission."""

from __future__ import annotations

import typing as t

from .. import lifecycle
from ..context import Action, Context
from ..errors import CloudError, missing
from ..paging import page, paging
from ..parameters import Arguments, Parameter, Repeated, boolean

if t.TYPE_CHECKING:
    from ..answers import Body
    from ..world import Image

_MODIFY = (
    Parameter("ImageId", required=True),
    Repeated("AddAccount"),
    Repeated("RemoveAccount"),
    Parameter("LaunchPermission"),
    Parameter("IsPublic", boolean),
    Parameter("DryRun", boolean),
)
_DESCRIBE = (Parameter("ImageId", required=True), *paging())
# More accounts in one call are no error.
_ACCOUNTS_PER_CALL = 10


def _modify_image_share_permission(context: Context, arguments: Arguments) -> Body:
    image = context.own_image(arguments.required_text("ImageId"))
    if not any(arguments.texts(name) for name in ("AddAccount", "RemoveAccount")) and not arguments.given("IsPublic"):
        raise missing("AddAccount.1")
    if arguments.text("LaunchPermission") not in (None, "all", "HIDDEN"):
        raise CloudError("InvalidGroup.Malformed")
    if arguments.flag("IsPublic"):
        raise CloudError("CurrentRegion.NotSupportPublicImage")
    added, removed = (_accounts(context, arguments, name) for name in ("AddAccount", "RemoveAccount"))
    if added:
        _check_sharable(context, image)
    shared = [account for account in dict.fromkeys([*image.shared_with, *added]) if account not in removed]
    if len(shared) > context.knobs.share_quota:
        raise CloudError("QuotaExceed.ShareImageUser")
    if arguments.flag("DryRun"):
        raise CloudError("DryRunOperation")
    image.shared_with = shared
    return {}


def _accounts(context: Context, arguments: Arguments, name: str) -> list[str]:
    """Of too many, none or the first ones count, by release."""
    given = arguments.texts(name)
    if len(given) > _ACCOUNTS_PER_CALL:
        given = [] if context.knobs.too_many_accounts == "none" else given[:_ACCOUNTS_PER_CALL]
    for account in given:
        _check_account(context, account)
    return given


def _check_sharable(context: Context, image: Image) -> None:
    if image.encrypted:
        raise CloudError("OperationDeined.EncryptedSnapshot")
    status = lifecycle.status(image, context.now)
    if status == lifecycle.DEPRECATED:
        raise CloudError("OperationDenied.InvalidImageStatus")
    if status != lifecycle.AVAILABLE:
        raise CloudError("IncorrectImageStatus")


def _check_account(context: Context, account: str) -> None:
    if account == context.organization.account:
        raise CloudError("InvalidAccount.Forbbiden")
    made_up = context.world.organization_of_account(account) is None
    if not account.isdecimal() or (made_up and context.knobs.unknown_accounts == "refuse"):
        raise CloudError("InvalidAccount.NotFound")


def _describe_image_share_permission(context: Context, arguments: Arguments) -> Body:
    image = context.own_image(arguments.required_text("ImageId"))
    accounts, counts = page(context, arguments, image.shared_with)
    return {
        **counts,
        "ImageId": image.id,
        "RegionId": context.region,
        "Accounts": {"Account": [{"AliyunId": account} for account in accounts]},
        "ShareGroups": {"ShareGroup": [{"Group": "all"}] if image.public else []},
    }


ACTIONS = (
    Action("ModifyImageSharePermission", _MODIFY, _modify_image_share_permission, write=True),
    Action("DescribeImageSharePermission", _DESCRIBE, _describe_image_share_permission, write=False),
)
