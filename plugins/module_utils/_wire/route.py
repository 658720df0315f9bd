# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a server is reached. Imported for types only."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.origins import Origins


class Route(t.Protocol):
    """How a server is reached: the part of a connection without site and keys."""

    @property
    def endpoint(self) -> str:
        """The URL, with scheme and path."""

    @property
    def verify(self) -> bool | str:
        """Whether certificates are verified, or the CA file to verify them with."""

    @property
    def proxy(self) -> str | None:
        """The URL; None leaves it to the environment, an empty string means none."""

    @property
    def connect_timeout(self) -> float:
        """In seconds."""

    @property
    def read_timeout(self) -> float:
        """In seconds."""

    @property
    def limits(self) -> tuple[str, str]:
        """The names of both timeouts in messages."""

    @property
    def origins(self) -> Origins:
        """Where these values are from."""
