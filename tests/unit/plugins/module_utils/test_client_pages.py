# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils import client
from ansible_collections.apsarastack.cloud.plugins.module_utils.errors import (
    DeadlineError,
    NoAnswerError,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils.failures import message_of
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.client_bench import Bench
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.scripted import (
    Exchange,
)


def images(count: int, **rest: t.Any) -> dict[str, t.Any]:
    return {"Images": {"Image": [{"ImageId": f"m-{number}"} for number in range(count)]}, **rest}


def page(number: int, body: dict[str, t.Any]) -> Exchange:
    return Exchange(
        "DescribeImages", body, form={"PageNumber": str(number), "PageSize": "50", "ImageOwnerAlias": "self"}
    )


@pytest.mark.parametrize(
    ("bodies", "found"),
    [
        ([images(0, TotalCount=0)], 0),
        ([images(1, TotalCount=1)], 1),
        ([images(50, TotalCount=50)], 50),
        ([images(50, TotalCount="50")], 50),
        ([images(50, TotalCount=51), images(1, TotalCount=51)], 51),
        ([images(50), images(50), images(3)], 103),
        ([images(50, TotalCount=100), images(50, TotalCount=100)], 100),
        ([images(50), images(0)], 50),
        ([images(50, TotalCount=120), images(20, TotalCount=120)], 70),
        ([images(10, PageSize=10, TotalCount=12), images(2, PageSize=10, TotalCount=12)], 12),
        ([images(7, PageSize=0, TotalCount=-1)], 7),
        ([images(50, TotalCount=None), images(0, TotalCount=[1])], 50),
        ([{"RequestId": "R"}], 0),
        ([{"Images": {}}], 0),
        ([{"Images": None}], 0),
        ([{"Images": {"Image": None}}], 0),
    ],
)
def test_pages_are_followed_to_the_end_and_no_further(bodies: list[dict[str, t.Any]], found: int) -> None:
    bench = Bench(*[page(number, body) for number, body in enumerate(bodies, start=1)])
    items = list(bench.client.pages("DescribeImages", {"ImageOwnerAlias": "self"}, "Images.Image"))
    bench.finished()
    assert len(items) == found


def test_pages_are_read_when_they_are_needed() -> None:
    bench = Bench(page(1, images(50, TotalCount=100)))
    items = bench.client.pages("DescribeImages", {"ImageOwnerAlias": "self"}, "Images.Image")
    assert next(items) == {"ImageId": "m-0"}
    bench.finished()


def test_a_list_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_ITEMS", 120)
    bench = Bench(*[page(number, images(50, TotalCount=10**9)) for number in (1, 2, 3)])
    with pytest.raises(NoAnswerError, match=r"Images\.Image has more than 120 items"):
        list(bench.client.pages("DescribeImages", {"ImageOwnerAlias": "self"}, "Images.Image"))
    bench.finished()


def test_the_deadline_holds_while_a_list_is_read() -> None:
    bench = Bench(page(1, images(50, TotalCount=50)), seconds=10)
    items = bench.client.pages("DescribeImages", {"ImageOwnerAlias": "self"}, "Images.Image")
    next(items)
    bench.clock.sleep(11)
    with pytest.raises(DeadlineError, match="timed out while the list of DescribeImages was being read"):
        next(items)


@pytest.mark.parametrize(
    "body",
    [
        {"Images": []},
        {"Images": "none"},
        {"Images": {"Image": {}}},
        {"Images": {"Image": "m-1"}},
        {"Images": {"Image": ["m-1"]}},
    ],
)
def test_a_list_that_is_none_is_no_answer(body: dict[str, t.Any]) -> None:
    bench = Bench(Exchange("DescribeImages", body))
    with pytest.raises(NoAnswerError, match=r"Images\.Image is not a list of objects") as raised:
        list(bench.client.pages("DescribeImages", {}, "Images.Image"))
    assert raised.value.permanent
    assert raised.value.reason == "unexpected_answer"
    assert "endpoint, popgw_domain" in message_of(raised.value)
