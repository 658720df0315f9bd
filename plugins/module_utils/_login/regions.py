# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client of another region of the site, with the same credentials."""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._login.endpoints import endpoint_in
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.options import HEADER_RULE, is_header_text
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError, shown

if t.TYPE_CHECKING:  # pragma: no cover
    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client

# As every refusal of an option that is not one of the connection ends.
_NOTHING_SENT = "Nothing was sent."


class Place(t.NamedTuple):
    """``url`` and ``is_asapi``: of the endpoint; None if it follows from that of the task's region."""

    region: str
    url: str | None = None
    is_asapi: bool = False


def place_in(option: str, values: t.Mapping[str, t.Any], protocol: str) -> Place | None:
    """The other region that a dictionary option names; None if it names none.

    ``values``: its region and endpoint. ``protocol``: of an endpoint without a scheme. Raises RefusalError for an
    unusable value.
    """
    region, endpoint = values.get("region"), values.get("endpoint")
    if region is None:
        return None
    if not is_header_text(region):
        # It is sent as an HTTP header.
        raise RefusalError(f"{option}.region {HEADER_RULE}, but is {shown(region)}", advice=_NOTHING_SENT)
    if endpoint is None:
        return Place(region)
    try:
        found = endpoint_in(f"{option}.endpoint", endpoint, protocol)
    except RefusalError as error:
        error.advice = _NOTHING_SENT
        raise
    return Place(region, found.url, found.is_asapi)


def client_in(place: Place, client: Client) -> Client:
    """``client``: of the task's region."""
    return client if place.region == client.connection.region else client.elsewhere(*place[:2], is_asapi=place.is_asapi)
