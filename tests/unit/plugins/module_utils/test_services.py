# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import (
    ASCM,
    ECS,
    STS,
    Service,
    endpoint_in,
    endpoint_of,
)

CENTER = "https://ecs-internal.env30.example.com/"
OTHER = "https://ecs-internal.cn-wulan-env82-d01.env30.example.com/"


@pytest.mark.parametrize(
    ("service", "ecs", "endpoint"),
    [
        (ECS, CENTER, CENTER),
        (STS, CENTER, "https://sts.env30.example.com/"),
        (ASCM, OTHER, "https://ascm.cn-wulan-env82-d01.env30.example.com/"),
        (ASCM, "http://ecs-internal.env30.example.com:8080/", "http://ascm.env30.example.com:8080/"),
        (STS, "https://ECS-internal.env30.example.com:8443/", "https://sts.env30.example.com:8443/"),
    ],
)
def test_the_services_of_a_pop_gateway_differ_in_the_first_label(service: Service, ecs: str, endpoint: str) -> None:
    assert endpoint_of(service, ecs) == endpoint


@pytest.mark.parametrize("port", ["", ":8080"])
def test_sts_of_a_pop_gateway_is_never_called_without_tls(port: str) -> None:
    assert endpoint_of(STS, f"http://ecs-internal.env30.example.com{port}/") == "https://sts.env30.example.com/"


@pytest.mark.parametrize(
    "endpoint",
    ["http://127.0.0.1:18999/", "https://cloud.example.com/", "https://ecs-internal/", "https://ecs-internal-2.a.b/"],
)
def test_a_host_of_another_name_serves_all_products(endpoint: str) -> None:
    assert endpoint_of(STS, endpoint) == endpoint


@pytest.mark.parametrize(
    ("endpoint", "other"),
    [
        ("https://ecs-internal.cn-a.example.com/", "https://ecs-internal.cn-b.example.com/"),
        ("https://ECS.CN-A.example.com:8443/", "https://ECS.cn-b.example.com:8443/"),
        ("https://public.asapi.cn-a.example.com/asapi/v3", "https://public.asapi.cn-b.example.com/asapi/v3"),
        ("https://ecs-internal.example.com/", "https://ecs-internal.example.com/"),
        ("https://ecs-cn-a.example.com/", "https://ecs-cn-a.example.com/"),
        ("http://127.0.0.1:8080/cn-a", "http://127.0.0.1:8080/cn-a"),
    ],
)
def test_the_endpoint_of_another_region_has_its_name_where_the_host_names_the_region(endpoint: str, other: str) -> None:
    assert endpoint_in("cn-b", endpoint, "cn-a") == other
