# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The services of a site that the collection calls, and their endpoints."""

from __future__ import annotations

import typing as t
import urllib.parse

_ECS_HOST = "ecs-internal"


class Service(t.NamedTuple):
    """``product``: its name at the gateways. ``host``: the first label of its host on the POP gateway. ``paths``: the
    paths of the actions that the POP gateway calls by path rather than by name."""

    product: str
    version: str
    host: str
    paths: t.Mapping[str, str] = {}
    needs_https: bool = False


ECS = Service(product="Ecs", version="2014-05-26", host=_ECS_HOST)
# The answer of STS contains a secret key.
STS = Service(product="Sts", version="2015-04-01", host="sts", needs_https=True)
ASCM = Service(
    product="ascm",
    version="2019-05-10",
    host="ascm",
    paths={"ListResourceGroup": "/ascm/auth/resource_group/list_resource_group"},
)


def endpoint_of(service: Service, ecs_endpoint: str) -> str:
    """The endpoint of another service of the site with this ECS endpoint.

    The hosts of a POP gateway differ only in their first label. Any other host is assumed to serve all products, as the
    ASAPI gateway does.
    """
    parts = urllib.parse.urlsplit(ecs_endpoint)
    label, dot, domain = parts.netloc.partition(".")
    if label.lower() != _ECS_HOST or not dot:
        return ecs_endpoint
    if service.needs_https and parts.scheme == "http":
        # A port for plain HTTP does not support TLS.
        return f"https://{service.host}.{domain.partition(':')[0]}{parts.path}"
    return f"{parts.scheme}://{service.host}.{domain}{parts.path}"


def endpoint_in(region: str, endpoint: str, own_region: str) -> str:
    """The endpoint of another region of the site.

    A host that names its region, such as ecs-internal.cn-a.example.com, is that of the other region with its name. Any
    other host is assumed to serve all regions.
    """
    parts = urllib.parse.urlsplit(endpoint)
    labels = [region if label.lower() == own_region.lower() else label for label in parts.netloc.split(".")]
    return parts._replace(netloc=".".join(labels)).geturl()
