# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.tenancy import (
    PAGE_SIZE,
    ResourceSet,
    resource_set,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NoAnswerError, RefusalError
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.services import ASCM
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.scripted import Exchange, Script, connection

PATH = "/ascm/auth/resource_group/list_resource_group"
OPS = {"id": 412, "organizationID": 37, "resourceGroupName": "ops"}
OPS_LAB = {"id": 413, "organizationID": 37, "resourceGroupName": "ops-lab"}
OTHER_OPS = {"id": 500, "organizationID": 38, "resourceGroupName": "ops"}


def page(*items: t.Any, number: int = 1, total: int | None = None, name: str | None = "ops") -> Exchange:
    body: dict[str, t.Any] = {"code": "200", "success": True, "data": list(items)}
    if total is not None:
        body["pageInfo"] = {"total": total}
    form = {"pageNumber": str(number), "pageSize": str(PAGE_SIZE)}
    return Exchange(PATH, body, form=form if name is None else {**form, "resourceGroupName": name})


def find(*exchanges: Exchange, name: str = "ops", department: str | None = None) -> ResourceSet:
    script = Script(*exchanges)
    client = Client(connection(), Clock().deadline(), script.session(), service=ASCM)
    try:
        return resource_set(name, department, client)
    finally:
        assert script.expected == []


def refusal(*exchanges: Exchange, **what: t.Any) -> str:
    with pytest.raises(RefusalError) as raised:
        find(*exchanges, **what)
    return message_of(raised.value)


def test_the_name_is_compared_exactly() -> None:
    assert find(page(OPS_LAB, OPS)) == ResourceSet(name="ops", id="412", department="37")


def test_an_organization_narrows_the_search() -> None:
    assert find(page(OPS, OTHER_OPS), department="38") == ResourceSet(name="ops", id="500", department="38")


def test_an_unknown_name_is_refused_with_the_existing_ones() -> None:
    assert refusal(page(OPS_LAB), page(OPS_LAB, OTHER_OPS, name=None)) == (
        "resource_group_set_name (set in the task) is 'ops', but there is no such resource set. There are: "
        "'ops' (department 38, resource_group 500), 'ops-lab' (department 37, resource_group 413)."
    )


def test_only_resource_sets_of_the_organization_are_named() -> None:
    message = refusal(page(OPS), page(OPS, OTHER_OPS, name=None), department="99")
    assert message.endswith("no such resource set in department 99. There are: none that this access key sees.")


def test_a_message_does_not_list_all_the_sets_of_a_large_site() -> None:
    many = [{"id": 100 + n, "organizationID": 37, "resourceGroupName": f"set-{n:02}"} for n in range(21)]
    message = refusal(page(), page(*many, name=None))
    assert "'set-19'" in message
    assert "'set-20'" not in message
    assert message.endswith("and 1 more.")
    assert message.count("set-") == 20
    assert " more" not in refusal(page(), page(*many[:20], name=None))


def test_an_ambiguous_name_is_refused_with_the_ids() -> None:
    assert refusal(page(OTHER_OPS, OPS)) == (
        "resource_group_set_name (set in the task) is 'ops', but several resource sets have that name: "
        "'ops' (department 37, resource_group 412), 'ops' (department 38, resource_group 500)."
        " Give department, or department and resource_group."
    )


def test_all_pages_are_read_even_if_the_site_makes_them_shorter() -> None:
    assert find(page(OPS_LAB, total=2), page(OPS, number=2, total=2)).id == "412"


def test_without_a_total_a_full_page_is_followed_by_another() -> None:
    full = [{**OPS_LAB, "id": number} for number in range(PAGE_SIZE)]
    assert find(page(*full), page(OPS, number=2)).id == "412"


def test_an_empty_page_ends_the_list_whatever_the_total() -> None:
    assert find(page(OPS, total=9), page(number=2, total=9)).id == "412"


def test_an_endless_list_is_an_error() -> None:
    with pytest.raises(NoAnswerError, match="its list has more than 100 pages"):
        find(*(page(OPS_LAB, number=number, total=1000) for number in range(1, 101)))


def test_an_answer_without_data_has_no_resource_sets() -> None:
    empty = Exchange(PATH, {"code": "200", "data": None})
    assert "none that this access key sees" in refusal(empty, empty)


@pytest.mark.parametrize(
    "data",
    [{"id": 1}, ["text"], [{**OPS, "id": None}], [{"id": 1, "organizationID": 2}], [{**OPS, "organizationID": None}]],
)
def test_an_answer_of_another_format_is_an_error(data: t.Any) -> None:
    with pytest.raises(NoAnswerError) as raised:
        find(Exchange(PATH, {"data": data}))
    assert raised.value.permanent
    assert message_of(raised.value) == (
        "No usable response from https://ecs-internal.example.com/: data is not a list of resource sets with"
        " resourceGroupName, id and organizationID. Give department and resource_group instead of"
        " resource_group_set_name. (ListResourceGroup at https://ecs-internal.example.com/)"
    )
