# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import is_usable
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine.tags import MARK
from ansible_collections.apsarastack.cloud.plugins.module_utils._image import verifying
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.expectations import Replacement, expected
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import Swap
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import ApsaraStackError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import disk, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import mark, old, replacement

if t.TYPE_CHECKING:
    from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import Image

SUCCESSOR = Replacement("m-new", "web", mark())
SWAP = Swap(SUCCESSOR, replacement(platform="CentOS"), expected(old()), "web-m-old")


def reason(judge: t.Callable[[], None]) -> str | None:
    """The reason for which the task is stopped; None if it continues."""
    try:
        judge()
    except ApsaraStackError as error:
        return error.reason
    return None


@pytest.mark.parametrize(
    ("known", "usable"),
    [
        ({}, True),
        ({"usable": True}, True),
        ({"usable": False}, False),
        ({"status": "Deprecated"}, False),
        ({"status": "Creating"}, False),
        ({"status": "UnAvailable"}, False),
        ({"status": "CreateFailed"}, False),
        ({"status": None}, False),
    ],
)
def test_an_image_is_usable_if_instances_can_be_created_from_it(known: dict[str, t.Any], usable: bool) -> None:
    assert is_usable(image(**known)) is usable


@pytest.mark.parametrize(
    ("known", "stops"),
    [
        ({}, None),
        ({"tags": {"keep": "1"}}, "changed_meanwhile"),
        ({"usage": "instance"}, "in_use"),
        ({"is_self_shared": True}, "shared"),
        ({"usage": "instance", "tags": {"keep": "1"}}, "in_use"),
    ],
)
def test_an_image_that_somebody_else_changed_stops_the_task(known: dict[str, t.Any], stops: str | None) -> None:
    assert reason(lambda: verifying.judge_unchanged(expected(old()), old(**known))) == stops


@pytest.mark.parametrize(
    ("known", "stops"),
    [
        pytest.param({}, None, id="as it was made"),
        pytest.param({"image_name": "web"}, None, id="another run has given it the name"),
        pytest.param({"description": None, "platform": None}, None, id="on a release that reports less"),
        pytest.param({"image_name": "mine"}, "changed_meanwhile", id="renamed"),
        pytest.param({"status": "Deprecated"}, "changed_meanwhile", id="deprecated"),
        pytest.param({"usable": False}, "changed_meanwhile", id="not usable"),
        pytest.param({"tags": {MARK: mark()}}, "not_supported_by_site", id="without its tags"),
        pytest.param({"tags": {"a": "1"}}, "changed_meanwhile", id="without its mark"),
        pytest.param({"tags": {"a": "2", MARK: mark()}}, "changed_meanwhile", id="with another tag"),
        pytest.param({"description": "mine"}, "changed_meanwhile", id="with another description"),
        pytest.param({"description": ""}, "not_supported_by_site", id="without its description"),
        pytest.param({"platform": "Ubuntu"}, "not_supported_by_site", id="with another platform"),
    ],
)
def test_a_changed_replacement_image_stops_the_task(known: dict[str, t.Any], stops: str | None) -> None:
    found = {**SWAP.made, **known}
    assert reason(lambda: verifying.judge_replacement(SWAP, t.cast("t.Any", found), is_complete=False)) == stops


def test_a_replacement_image_may_have_lost_its_mark_once_the_replaced_image_is_deleted() -> None:
    unmarked = replacement(image_name="web", tags={"a": "1"})
    assert reason(lambda: verifying.judge_replacement(SWAP, unmarked, is_complete=True)) is None


@pytest.mark.parametrize(
    ("found", "stops"),
    [
        pytest.param(replacement(image_name="web"), None, id="there"),
        pytest.param(None, "changed_meanwhile", id="deleted or renamed"),
        pytest.param(replacement(status="Deprecated"), "changed_meanwhile", id="deprecated"),
        pytest.param(replacement(tags={"a": "1"}), "changed_meanwhile", id="without its mark"),
        pytest.param(replacement(marked="m-old"), "changed_meanwhile", id="made by another replacement"),
    ],
)
def test_an_image_is_deleted_only_if_the_usable_replacement_image_has_its_name(
    found: Image | None, stops: str | None
) -> None:
    assert reason(lambda: verifying.judge_named_replacement(SUCCESSOR, "m-new", found)) == stops


@pytest.mark.parametrize(
    ("known", "missing"),
    [
        ({}, []),
        ({"tags": {"a": "1", "ascm:set": "412", MARK: "m-1"}}, []),
        ({"image_version": "", "platform": None, "architecture": "x86_64"}, []),
        ({"description": None}, []),
        ({"description": ""}, ["description"]),
        ({"tags": {}}, ["tags"]),
        ({"tags": {"a": "1", "b": "2"}}, ["tags"]),
        ({"image_version": "8", "platform": "Ubuntu"}, ["image_version", "platform"]),
    ],
)
def test_properties_that_an_image_does_not_show_are_named_by_their_options(
    known: dict[str, t.Any], missing: list[str]
) -> None:
    wanted = image(description="d", tags={"a": "1"}, image_version="7", platform="CentOS")
    found = t.cast("t.Any", {**wanted, **known})
    assert verifying.not_shown(found, wanted) == missing


@pytest.mark.parametrize(
    ("wanted", "found", "is_missing"),
    [
        ([True], [True], False),
        ([True], [False], True),
        ([True, True], [True, False], True),
        ([True], [None], False),
        ([False], [True], True),
        ([False], [False], False),
        ([None], [True], False),
        # An image of another source, as it is after a rename.
        ([True, False], [True, False], False),
    ],
)
def test_a_copy_must_be_encrypted_exactly_as_the_task_says(
    wanted: list[bool | None], found: list[bool | None], is_missing: bool
) -> None:
    def of(disks: list[bool | None]) -> Image:
        return image(disk_device_mappings=[{**disk("s-1"), "encrypted": one} for one in disks])

    assert verifying.not_shown(of(found), of(wanted)) == (["copy_from.encrypted"] if is_missing else [])
