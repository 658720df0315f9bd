# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Expected, expected
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import image

WEB = image(description="d", tags={"a": "1"}, is_self_shared=False)


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"progress": 50, "size": 40, "platform": "CentOS", "image_family": "f", "creation_time": None},
        # Releases differ in how they tell that there is nothing to tell.
        {"is_self_shared": None},
    ],
)
def test_what_nobody_else_changes_is_no_change(known: dict[str, t.Any]) -> None:
    assert expected(WEB).changes({**WEB, **known}) == {}  # type: ignore[typeddict-item]


def test_an_empty_description_is_as_good_as_none() -> None:
    assert expected(image(description=None)).changes(image(description="")) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("image_name", "keep"),
        ("description", "keep"),
        ("tags", {"a": "1", "keep": "1"}),
        ("tags", {"a": "2"}),
        ("status", "Deprecated"),
        ("usage", "instance"),
        ("is_self_shared", True),
    ],
)
def test_what_somebody_changed_is_told_with_what_it_is_now(name: str, value: t.Any) -> None:
    changed = expected(WEB).changes({**WEB, name: value})  # type: ignore[misc]
    assert list(changed) == [name]
    assert repr(value) in changed[name]


@pytest.mark.parametrize("name", ["web", "web-m-1"])
def test_an_image_may_have_any_of_the_names_that_the_plan_gives_it(name: str) -> None:
    assert Expected(WEB, ("web", "web-m-1")).changes({**WEB, "image_name": name}) == {}


def test_a_status_is_compared_only_where_it_had_settled() -> None:
    growing, finished = image(status="Creating"), image()
    assert expected(growing, settles=True).changes(finished) == {}
    assert list(expected(growing).changes(finished)) == ["status"]


def test_an_image_may_come_into_use_where_the_task_forces_its_deletion() -> None:
    used = image(usage="instance")
    assert Expected(image(), ("web",), may_be_in_use=True).changes(used) == {}
    assert list(Expected(image(), ("web",), may_be_in_use=True).changes({**used, "is_self_shared": True})) == [
        "is_self_shared"
    ]
