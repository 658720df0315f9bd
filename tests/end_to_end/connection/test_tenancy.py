# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The resource set by its name, with real sockets and on both gateways."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from sites import KEYS, REGION, client, own_images, proxy

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

PLACE = {"region": REGION, **KEYS}
ASCM_PATH = "/ascm/auth/resource_group/list_resource_group"
each_gateway = pytest.mark.parametrize(
    ("gateway", "path", "ascm_path"), [("pop", "/", ASCM_PATH), ("asapi", "/asapi/v3", "/asapi/v3")]
)


@each_gateway
def test_a_resource_set_is_found_by_its_name(simulator: Simulator, gateway: str, path: str, ascm_path: str) -> None:
    simulator.knobs(gateway=gateway)
    calling = client(**PLACE, resource_group_set_name="ops", endpoint=simulator.endpoint + path)
    assert (calling.connection.department, calling.connection.resource_group) == ("37", "412")
    assert own_images(calling) == ["in-use"]
    assert [(call["action"], call["path"]) for call in simulator.calls()] == [
        ("ListResourceGroup", ascm_path),
        ("DescribeImages", path),
    ]


def test_the_lookup_uses_its_own_host_on_the_pop_gateway(simulator: Simulator, tmp_path: Path) -> None:
    simulator.knobs(gateway="pop")
    with proxy(tmp_path, simulator.port) as leading:
        where = {"popgw_domain": "env30.example.com", "protocol": "http", "proxy": leading.url}
        assert own_images(client(**PLACE, **where, resource_group_set_name="lab")) == []
        # The connection to the proxy is reused; the calls show where they went.
        assert leading.requested()[0] == "POST ascm.env30.example.com:80"
    assert simulator.calls("DescribeImages")[0]["headers"]["x-acs-resourcegroupid"] == "413"


@each_gateway
def test_an_unknown_name_is_refused_with_the_existing_names(
    simulator: Simulator, gateway: str, path: str, ascm_path: str
) -> None:
    simulator.knobs(gateway=gateway)
    with pytest.raises(RefusalError) as raised:
        client(**PLACE, resource_group_set_name="op", endpoint=simulator.endpoint + path)
    assert raised.value.message == (
        "resource_group_set_name (set in the task) is 'op', but there is no such resource set. There are: "
        "'lab' (department 37, resource_group 413), 'ops' (department 37, resource_group 412)."
    )


@each_gateway
def test_an_ambiguous_name_is_refused_with_the_ids_of_all(
    simulator: Simulator, gateway: str, path: str, ascm_path: str
) -> None:
    groups = [{"id": number, "name": "ops", "rs_id": f"rs-{number}"} for number in (412, 413)]
    organization: dict[str, t.Any] = {
        "id": 37,
        "name": "operations",
        "account": "1000000000000037",
        "roles": ["imager", "instance-role"],
        "resource_groups": groups,
    }
    other = {
        "id": 38,
        "name": "research",
        "account": "1000000000000038",
        "roles": [],
        "resource_groups": [{"id": 500, "name": "research", "rs_id": "rs-research"}],
    }
    simulator.reset(seed={"organizations": [organization, other]}, knobs={"gateway": gateway})
    with pytest.raises(RefusalError, match=r"several .*resource_group 412\), .*resource_group 413\)\. Give department"):
        client(**PLACE, resource_group_set_name="ops", endpoint=simulator.endpoint + path)


def test_given_ids_have_priority_and_cost_no_call(simulator: Simulator) -> None:
    ids = {"department": "37", "resource_group": "412"}
    own_images(client(**PLACE, **ids, resource_group_set_name="lab", endpoint=simulator.endpoint))
    assert [call["action"] for call in simulator.calls()] == ["DescribeImages"]


def test_the_lookup_is_signed_by_the_assumed_role(simulator: Simulator) -> None:
    role = {"role_arn": "acs:ram::1000000000000037:role/imager"}
    calling = client(**PLACE, assume_role=role, resource_group_set_name="ops", endpoint=simulator.endpoint)
    assert own_images(calling) == ["in-use"]
    assert [(call["action"], call["access_key"][:4]) for call in simulator.calls()] == [
        ("AssumeRole", "LTAI"),
        ("ListResourceGroup", "STS."),
        ("DescribeImages", "STS."),
    ]
