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
        {"progress": 50, "size": 40, "platform": "CentOS", "boot_mode": "uefi", "creation_time": None},
        # Releases represent a missing value in different ways.
        {"is_self_shared": None},
    ],
)
def test_values_that_only_the_cloud_changes_do_not_count_as_changes(known: dict[str, t.Any]) -> None:
    assert expected(WEB).changes({**WEB, **known}) == {}  # type: ignore[typeddict-item]


def test_an_empty_description_equals_a_missing_one() -> None:
    assert expected(image(description=None)).changes(image(description="")) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("image_name", "keep"),
        ("description", "keep"),
        ("tags", {"a": "1", "keep": "1"}),
        ("tags", {"a": "2"}),
        ("image_family", "another"),
        ("status", "Deprecated"),
        ("usage", "instance"),
        ("is_self_shared", True),
    ],
)
def test_a_change_by_somebody_else_is_reported_with_its_current_value(name: str, value: t.Any) -> None:
    changed = expected(WEB).changes({**WEB, name: value})  # type: ignore[misc]
    assert list(changed) == [name]
    assert repr(value) in changed[name]


@pytest.mark.parametrize("name", ["web", "web-m-1"])
def test_every_name_that_the_plan_gives_an_image_is_expected(name: str) -> None:
    assert Expected(WEB, ("web", "web-m-1")).changes({**WEB, "image_name": name}) == {}


def test_a_status_is_compared_only_if_it_was_settled() -> None:
    growing, finished = image(status="Creating"), image()
    assert expected(growing, settles=True).changes(finished) == {}
    assert list(expected(growing).changes(finished)) == ["status"]


def test_with_force_an_image_may_come_into_use() -> None:
    used = image(usage="instance")
    assert Expected(image(), ("web",), may_be_in_use=True).changes(used) == {}
    assert list(Expected(image(), ("web",), may_be_in_use=True).changes({**used, "is_self_shared": True})) == [
        "is_self_shared"
    ]
