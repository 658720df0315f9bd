# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import listing
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    DeadlineError,
    NoAnswerError,
    ServiceError,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.listing import ATTEMPTS, PAGE_SIZE, Listing
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.client_bench import Bench
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.scripted import Exchange

Body = dict[str, t.Any]


def ids(first: int, count: int, **rest: t.Any) -> Body:
    listed = [{"ImageId": f"m-{number}"} for number in range(first, first + count)]
    return {"Images": {"Image": listed}, **rest}


def page(number: int, body: Body) -> Exchange:
    return Exchange(
        "DescribeImages", body, form={"PageNumber": str(number), "PageSize": "50", "ImageOwnerAlias": "self"}
    )


def pages(*bodies: Body) -> list[Exchange]:
    return [page(number, body) for number, body in enumerate(bodies, start=1)]


def whole(bench: Bench, shape: t.Callable[[Body], t.Any] = lambda item: item.get("ImageId")) -> list[t.Any]:
    parameters = {"ImageOwnerAlias": "self"}
    return Listing(bench.client, "DescribeImages", parameters, "Images.Image", "ImageId", shape).whole()


def listed(*exchanges: Exchange) -> list[t.Any]:
    bench = Bench(*exchanges)
    found = whole(bench)
    bench.finished()
    return found


FULL = PAGE_SIZE
ALL_OF_60 = [f"m-{number}" for number in range(60)]


@pytest.mark.parametrize(
    ("bodies", "count"),
    [
        ([ids(0, 0, TotalCount=0)], 0),
        ([{"TotalCount": 0}], 0),
        ([{"Images": {}, "TotalCount": "0"}], 0),
        ([ids(0, 1, TotalCount=1)], 1),
        ([ids(0, FULL, TotalCount=FULL)], FULL),
        ([ids(0, FULL, TotalCount=str(FULL))], FULL),
        ([ids(0, FULL, TotalCount=51), ids(FULL, 1, TotalCount=51)], 51),
        # A short page is not the last one if the total is larger.
        ([ids(0, 10, TotalCount=12), ids(10, 2, TotalCount=12)], 12),
        # Without a total, it is the last one.
        ([ids(0, FULL), ids(FULL, FULL), ids(2 * FULL, 3)], 103),
        ([ids(0, FULL), ids(FULL, 0)], FULL),
        ([ids(0, 10, PageSize=10), ids(10, 2, PageSize=10)], 12),
        ([ids(0, 7, PageSize=0, TotalCount=-1)], 7),
        ([ids(0, FULL, TotalCount=None), ids(FULL, 0, TotalCount=[1])], FULL),
    ],
)
def test_a_list_is_read_until_its_end(bodies: list[Body], count: int) -> None:
    assert listed(*pages(*bodies)) == [f"m-{number}" for number in range(count)]


@pytest.mark.parametrize("entry", [{}, {"ImageId": None}, {"ImageId": ""}, {"ImageId": 7}])
def test_an_item_without_an_id_is_ignored(entry: Body) -> None:
    bench = Bench(page(1, {"Images": {"Image": [entry]}, "TotalCount": 1}))
    with pytest.raises(NoAnswerError, match="without ImageId"):
        whole(bench)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param([ids(0, FULL, TotalCount=60), ids(FULL - 1, 11, TotalCount=60)], id="an item is listed twice"),
        pytest.param([ids(0, FULL, TotalCount=61), ids(FULL + 1, 10, TotalCount=60)], id="the total differs"),
        pytest.param([ids(0, FULL, TotalCount=60), ids(0, 0, TotalCount=60)], id="it ends before its total"),
    ],
)
def test_a_list_that_changes_while_it_is_read_is_read_again(changed: list[Body]) -> None:
    right = [ids(0, FULL, TotalCount=60), ids(FULL, 10, TotalCount=60)]
    assert listed(*pages(*changed), *pages(*right)) == ALL_OF_60


def test_a_list_that_stays_incomplete_is_an_error() -> None:
    bench = Bench(*[page(1, ids(0, 3, TotalCount=9)), page(2, ids(0, 0, TotalCount=9))] * ATTEMPTS)
    with pytest.raises(NoAnswerError) as caught:
        whole(bench)
    bench.finished()
    assert caught.value.permanent
    assert (caught.value.action, caught.value.reason) == ("DescribeImages", "unexpected_answer")
    assert bench.clock.now <= 2 * ATTEMPTS


def test_the_container_of_a_list_may_be_wrapped_in_a_list() -> None:
    assert listed(*pages({"Images": [ids(0, 2)["Images"]], "TotalCount": 2})) == ["m-0", "m-1"]


@pytest.mark.parametrize(
    "body",
    [
        {"RequestId": "R"},
        {"Images": {}},
        {"Images": None},
        {"Images": {"Image": None}},
        {"Images": {}, "TotalCount": 1},
        {"Images": []},
        {"Images": "none"},
        {"Images": {"Image": {}}},
        {"Images": {"Image": "m-1"}},
        {"Images": {"Image": ["m-1"]}},
    ],
)
def test_an_answer_without_the_list_is_an_error(body: Body) -> None:
    bench = Bench(page(1, body))
    with pytest.raises(NoAnswerError) as caught:
        whole(bench)
    assert (caught.value.permanent, caught.value.hint) == (True, "unusable_list")
    assert "Images.Image" in caught.value.message


def test_a_list_without_an_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_ITEMS", 120)
    bench = Bench(*pages(*(ids(number * FULL, FULL, TotalCount=10**9) for number in range(3))))
    with pytest.raises(NoAnswerError, match="120 items"):
        whole(bench)
    bench.finished()


def test_the_deadline_applies_while_a_list_is_mapped() -> None:
    bench = Bench(page(1, ids(0, FULL, TotalCount=FULL)), seconds=10)
    with pytest.raises(DeadlineError):
        whole(bench, lambda _item: bench.clock.sleep(1))
    assert bench.clock.now <= 11


def test_an_error_of_the_cloud_is_raised_unchanged() -> None:
    refused = {"Code": "Forbidden.RAM", "Message": "no"}
    with pytest.raises(ServiceError, match=r"Forbidden\.RAM"):
        whole(Bench(Exchange("DescribeImages", refused, status=403)))
