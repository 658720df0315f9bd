# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that share an image with other accounts, or stop that. See ``steps``."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.step import Change, ReadOnly
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import OfAnImage, image_text

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.shares import Sharing
    from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import Delete


@dataclass(frozen=True)
class StopSharing(Change, OfAnImage):
    """``accounts``: those that it is withdrawn from. ``expected``: with whom it is shared before. ``deletion``: what it
    is withdrawn for; what that expects must hold before."""

    accounts: tuple[str, ...]
    expected: Sharing
    deletion: Delete | None = None

    def text(self) -> str:
        return f"stop sharing {image_text(self.image_id)} with {accounts_text(self.accounts)}"


@dataclass(frozen=True)
class Share(Change, OfAnImage):
    accounts: tuple[str, ...]

    def text(self) -> str:
        return f"share {image_text(self.image_id)} with {accounts_text(self.accounts)}"


@dataclass(frozen=True)
class ReadSharing(ReadOnly, OfAnImage):
    """Waits until the cloud reports what was written. ``wanted``: the accounts that the image was shared with.
    ``unwanted``: those that it was withdrawn from. ``kept``: those of the task that had the image before.
    ``is_exact``: no other account may have it."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]
    kept: tuple[str, ...] = ()
    is_exact: bool = False

    def attempt(self) -> str:
        return f"read with whom {image_text(self.image_id)} is shared after the change"


def accounts_text(accounts: t.Sequence[str]) -> str:
    return f"account{'s' if len(accounts) > 1 else ''} {', '.join(accounts)}"
