# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.selection import (
    Selection,
    newest_first,
    selection_from,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from ansible_collections.apsarastack.cloud.plugins.modules.apsarastack_image_info import ARGUMENTS
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import disk, image
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.params import params_of

WEB = image(
    "m-1",
    image_name="web-01",
    image_owner_alias="self",
    os_type="Linux",
    architecture="x86_64",
    image_family="golden",
    creation_time="2026-11-24T05:06Z",
    tags={"a": "1", "b": "2"},
    disk_device_mappings=[disk("s-1"), disk("s-2")],
)


def selected(**params: t.Any) -> Selection:
    return selection_from(params_of(ARGUMENTS, params))


@pytest.mark.parametrize(
    ("params", "matches"),
    [
        ({}, True),
        ({"image_ids": ["m-1", "m-2"]}, True),
        ({"image_ids": ["m-2"]}, False),
        ({"image_ids": []}, False),
        ({"image_name": "web-01"}, True),
        ({"image_name": "web"}, False),
        ({"name_regex": "^web-"}, True),
        ({"name_regex": "0.$"}, True),
        ({"name_regex": "^b"}, False),
        ({"status": ["Available", "Creating"]}, True),
        ({"status": ["Creating"]}, False),
        ({"status": []}, False),
        ({"owner": "all"}, True),
        ({"owner": "system"}, False),
        ({"tags": {"a": "1"}}, True),
        ({"tags": {"a": 1, "b": "2"}}, True),
        ({"tags": {"a": "2"}}, False),
        ({"tags": {"c": ""}}, False),
        ({"tags": {}}, True),
        ({"os_type": "linux"}, True),
        ({"os_type": "windows"}, False),
        ({"architecture": "x86_64"}, True),
        ({"architecture": "arm64"}, False),
        ({"image_family": "golden"}, True),
        ({"image_family": "silver"}, False),
        ({"created_after": "2026-11-24"}, True),
        ({"created_after": "2026-11-24T05:06:00Z"}, True),
        ({"created_after": "2026-11-24 05:06:01+00:00"}, False),
        ({"created_after": "2026-11-24T06:06:00+01:00"}, True),
        ({"created_before": "2026-11-24T05:06"}, False),
        ({"created_before": "2026-11-24T05:07"}, True),
        ({"created_after": "2026-11-24", "created_before": "2026-11-25"}, True),
        ({"created_after": "2026-11-25", "created_before": "2026-11-26"}, False),
        ({"usable": True}, True),
        ({"usable": False}, False),
        ({"usage": "none"}, True),
        ({"usage": "instance"}, False),
        ({"snapshot_id": "s-2"}, True),
        ({"snapshot_id": "s-3"}, False),
    ],
)
def test_an_image_must_meet_every_criterion(params: dict[str, t.Any], matches: bool) -> None:
    assert selected(**params).matches(WEB) is matches
    other = {"image_name": "db"} if matches else {}
    assert selected(**{**params, **other}).matches(WEB) is False


def test_an_image_without_an_owner_is_kept_in_a_list_of_own_images() -> None:
    assert selected(owner="self").matches(image(image_owner_alias=None))
    assert not selected(name_regex="x").matches(image(image_name=None))


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"newest": 0}, "newest must be at least 1, but is 0"),
        ({"wait_timeout": 0}, "wait_timeout must be at least 1 second, but is 0"),
        ({"image_name": ""}, "image_name is an empty string"),
        ({"name_regex": ""}, "name_regex is an empty string"),
        ({"snapshot_id": ""}, "snapshot_id is an empty string"),
        ({"name_regex": "("}, "name_regex '(' is not a valid Python regular expression (missing ), "),
        (
            {"name_regex": "*golden*"},
            "name_regex '*golden*' is not a valid Python regular expression (did you mean '.*golden.*'?)",
        ),
        ({"name_regex": "?eb-1.2*"}, "(did you mean '.eb-1\\\\.2.*'?)"),
        (
            {"name_regex": "a{99999999999}"},
            "is not a valid Python regular expression (the repetition number is too large)",
        ),
        ({"tags": {"ready": True}}, "the value of 'ready' in tags must be a string"),
    ],
)
def test_invalid_input_is_refused_with_a_sentence(params: dict[str, t.Any], told: str) -> None:
    with pytest.raises(RefusalError) as caught:
        selected(**params)
    assert told in caught.value.message
    assert caught.value.message.endswith("Nothing was sent.")


def test_the_newest_images_come_first_whatever_the_precision_of_their_times() -> None:
    images = [
        image("m-1", creation_time="2026-01-01T00:00Z"),
        image("m-2", creation_time="2026-01-01T00:00:30Z"),
        image("m-3", creation_time=None),
        image("m-4", creation_time="2026-01-01T00:01Z"),
        image("m-5", creation_time="2026-01-01T00:01:00Z"),
    ]
    assert [one["image_id"] for one in newest_first(images)] == ["m-5", "m-4", "m-2", "m-1", "m-3"]
    assert [one["image_id"] for one in newest_first(images, 2)] == ["m-5", "m-4"]


@pytest.mark.parametrize(
    ("known", "usable"),
    [
        ({}, True),
        ({"usable": True}, True),
        ({"usable": False}, False),
        ({"status": "Deprecated"}, False),
        ({"status": "Creating"}, False),
        ({"status": "CreateFailed"}, False),
    ],
)
def test_usable_images_are_available_and_not_reported_as_unusable(known: dict[str, t.Any], usable: bool) -> None:
    listed = image(image_owner_alias="self", **known)
    assert (selected(usable=True).matches(listed), selected(usable=False).matches(listed)) == (usable, not usable)


@pytest.mark.parametrize("option", ["created_after", "created_before"])
def test_an_image_without_a_creation_time_is_of_no_time(option: str) -> None:
    assert not selected(**{option: "2026-11-24"}).matches(image(image_owner_alias="self", creation_time=None))


@pytest.mark.parametrize("text", ["yesterday", "24.11.2026", "30d", "2026-13-01"])
def test_a_time_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(RefusalError, match=f"created_after must be a date or a time .* but is '{text}'. Nothing"):
        selected(created_after=text)


@pytest.mark.parametrize("option", ["image_family", "created_after", "created_before"])
def test_an_empty_filter_is_refused(option: str) -> None:
    with pytest.raises(RefusalError, match=f"{option} is an empty string"):
        selected(**{option: ""})
