# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address of a site, how it is reached, and the keys, as plain values."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.origins import FROM_TASK, Origins
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import endpoint_of

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import Service


@dataclasses.dataclass(frozen=True)
class Keys:
    """The keys that sign calls. A temporary access key has a token."""

    access_key: str
    secret_key: str = dataclasses.field(repr=False)
    security_token: str | None = dataclasses.field(default=None, repr=False)


@dataclasses.dataclass(frozen=True)
class Connection:
    """``endpoint``: URL with scheme and path. ``is_asapi``: whether it is the gateway that all products share.
    ``verify``: whether certificates are verified, or the CA file to verify them with. ``proxy``: URL; None stands for
    the proxy of the environment, an empty string for no proxy. Timeouts are in seconds. ``origins``: where these values
    come from."""

    endpoint: str
    region: str
    access_key: str
    secret_key: str = dataclasses.field(repr=False)
    security_token: str | None = dataclasses.field(default=None, repr=False)
    department: str | None = None
    resource_group: str | None = None
    verify: bool | str = True
    # The URL of a proxy may contain a password.
    proxy: str | None = dataclasses.field(default=None, repr=False)
    connect_timeout: float = 10
    read_timeout: float = 60
    is_asapi: bool = False
    origins: Origins = FROM_TASK

    limits: t.ClassVar = ("connect_timeout", "read_timeout")

    def signed_by(self, keys: Keys) -> Connection:
        """The same connection with other keys."""
        return dataclasses.replace(
            self, access_key=keys.access_key, secret_key=keys.secret_key, security_token=keys.security_token
        )

    def to(self, service: Service) -> Connection:
        """The same connection to another service of the site; ``endpoint`` is that of ECS."""
        return self if self.is_asapi else dataclasses.replace(self, endpoint=endpoint_of(service, self.endpoint))
