# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address of a site, how it is reached, and the keys, as plain values."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.origins import FROM_TASK, Origins
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import endpoint_in, endpoint_of

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import Service


class Keys(t.NamedTuple):
    """The keys that sign calls. A temporary access key has a token."""

    access_key: str
    secret_key: str
    security_token: str | None = None

    def __repr__(self) -> str:
        """Without the access key as well: somebody may have swapped it with the secret key."""
        return "Keys()"


class Connection(t.NamedTuple):
    """``endpoint``: URL with scheme and path. ``is_asapi``: whether it is the gateway that all products share.
    ``verify``: whether certificates are verified, or the CA file to verify them with. ``proxy``: URL; None stands for
    the proxy of the environment, an empty string for no proxy. Timeouts are in seconds. ``origins``: where these values
    come from."""

    endpoint: str
    region: str
    access_key: str
    secret_key: str
    security_token: str | None = None
    department: str | None = None
    resource_group: str | None = None
    verify: bool | str = True
    proxy: str | None = None
    connect_timeout: float = 10
    read_timeout: float = 60
    is_asapi: bool = False
    origins: Origins = FROM_TASK

    def __repr__(self) -> str:
        """Without the secrets: the URL of a proxy may contain a password, too."""
        return f"Connection(endpoint={self.endpoint!r})"

    @property
    def limits(self) -> tuple[str, str]:
        """The names of both timeouts in messages."""
        return "connect_timeout", "read_timeout"

    def signed_by(self, keys: Keys) -> Connection:
        """The same connection with other keys."""
        return self._replace(**keys._asdict())

    def in_region(self, region: str, endpoint: str | None = None, *, is_asapi: bool = False) -> Connection:
        """The same connection to another region. ``endpoint``: by default, it follows from that of this region, and
        ``is_asapi`` is ignored."""
        if endpoint is None:
            endpoint, is_asapi = endpoint_in(region, self.endpoint, self.region), self.is_asapi
        return self._replace(region=region, endpoint=endpoint, is_asapi=is_asapi)

    def to(self, service: Service) -> Connection:
        """The same connection to another service of the site; ``endpoint`` is that of ECS."""
        return self if self.is_asapi else self._replace(endpoint=endpoint_of(service, self.endpoint))
