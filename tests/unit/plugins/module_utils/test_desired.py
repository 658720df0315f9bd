# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import (
    DesiredImage,
    DiskMapping,
    Source,
    desired_from,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from ansible_collections.apsarastack.cloud.plugins.modules.apsarastack_image import ARGUMENTS
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.params import params_of

DISK: dict[str, t.Any] = {"snapshot_id": "s-1"}


def desired(**params: t.Any) -> DesiredImage:
    return desired_from(params_of(ARGUMENTS, {"image_name": "web", **params}))


def refused(**params: t.Any) -> str:
    with pytest.raises(RefusalError) as caught:
        desired(**params)
    return caught.value.message


def test_every_option_is_part_of_the_desired_image() -> None:
    assert desired(
        state="absent",
        image_id="m-1",
        description="d",
        tags={"a": 1},
        purge_tags=False,
        force=True,
        instance_id="i-1",
        image_version="v",
        platform="p",
        architecture="a",
        wait=False,
        recreate="always",
        delete_snapshots=True,
    ) == DesiredImage(
        state="absent",
        image_id="m-1",
        image_name="web",
        description="d",
        tags={"a": "1"},
        purge_tags=False,
        force=True,
        source=Source(instance_id="i-1"),
        image_version="v",
        platform="p",
        architecture="a",
        wait=False,
        recreate="always",
        delete_snapshots=True,
    )


def test_an_omitted_option_is_none() -> None:
    assert desired() == DesiredImage(image_name="web")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"image_name": "x"}, "image_name must have 2 to 128 characters, start with a letter"),
        ({"image_name": "x" * 129}, "...' (129 characters)"),
        ({"image_name": "web golden"}, "but is 'web golden'"),
        ({"image_name": "web/golden"}, "but is 'web/golden'"),
        ({"image_name": "1web"}, "but is '1web'"),
        ({"image_name": "web\n"}, "but is 'web\\n'"),
        ({"image_name": "http://x"}, "but is 'http://x'"),
        ({"image_name": "HTTPS://x"}, "but is 'HTTPS://x'"),
        ({"description": "x" * 257}, "description must have at most 256 characters and must not start with http"),
        ({"description": "https://x"}, "but is 'https://x'"),
        ({"image_version": "1" * 41}, "image_version must have 1 to 40 printable ASCII characters, but is '1111"),
        ({"tags": {f"k{number}": "" for number in range(21)}}, "at most 20 tags, but these would be 21"),
        ({"tags": {"ready": True}}, "the value of 'ready' in tags must be a string, but is True (bool)"),
        ({"disk_device_mapping": []}, "disk_device_mapping must have 1 to 17 entries, but has 0"),
        (
            {"disk_device_mapping": [{**DISK} for _number in range(18)]},
            "disk_device_mapping must have 1 to 17 entries, but has 18",
        ),
        (
            {"disk_device_mapping": [{**DISK, "size": 4}]},
            "disk_device_mapping[0].size must be 5 to 32768 GiB (2000 on older releases), but is 4",
        ),
        (
            {"disk_device_mapping": [DISK, {**DISK, "size": 32769}]},
            "disk_device_mapping[1].size must be 5 to 32768 GiB",
        ),
        (
            {"disk_device_mapping": [DISK, {**DISK, "snapshot_id": None}]},
            "disk_device_mapping[1] requires a snapshot_id",
        ),
        (
            {"disk_device_mapping": [{**DISK, "snapshot_id": None, "size": 20}]},
            "disk_device_mapping requires a snapshot_id, since",
        ),
        ({"image_name": ""}, "image_name is an empty string"),
        ({"image_id": ""}, "image_id is an empty string"),
        ({"instance_id": ""}, "instance_id is an empty string"),
        ({"snapshot_id": ""}, "snapshot_id is an empty string"),
        ({"platform": ""}, "platform is an empty string: give a value, or omit the option (in a template: `default("),
        ({"state": "absent", "image_name": ""}, "image_name is an empty string"),
        ({"wait_timeout": 0}, "wait_timeout must be at least 1 second, but is 0"),
        ({"image_id": "m-1", "recreate": "always", "instance_id": "i-1"}, "requires image_name without image_id"),
        ({"image_id": "m-1", "recreate": "on_source_change"}, "requires image_name without image_id"),
        ({"recreate": "always"}, "recreate=always requires one of instance_id"),
    ],
)
def test_invalid_input_is_refused_with_a_sentence(params: dict[str, t.Any], message: str) -> None:
    text = refused(**params)
    assert message in text
    assert text.endswith("Nothing was sent.")


@pytest.mark.parametrize(
    "options",
    [
        {"image_id": "bob:simulator-secret@m 1"},
        {"image_name": "https://bob:simulator-secret@web"},
        {"image_name": "/web?token=simulator-secret"},
        {"instance_id": "https://i-1/?token=simulator-secret&x=a,b"},
        {"import_from": [{"bucket": "bob:simulator-secret@golden-images", "object": "web.qcow2"}]},
        {"import_from": [{"bucket": "https://golden-images/?Signature=simulator-secret", "object": "web.qcow2"}]},
        {"import_from": [{"bucket": "golden-images", "object": "/web.qcow2?Expires=1&Signature=simulator-secret"}]},
        {"tags": {"url": "https://bob:simulator-secret@x.invalid"}},
        {"tags": {"url": "bob:simulator-secret@{{ host }}"}},
    ],
)
def test_no_refusal_shows_a_url_with_a_password(options: dict[str, t.Any]) -> None:
    text = refused(**options)
    assert " is a URL with a password or a token, which is not shown" in text
    assert "simulator-secret" not in text


def test_all_problems_are_reported_at_once() -> None:
    text = refused(image_name="x", description="y" * 257)
    assert "image_name" in text
    assert "description" in text


@pytest.mark.parametrize(
    "params",
    [
        {"image_name": "ab"},
        {"image_name": "镜" * 128},
        {"description": ""},
        {"description": "x"},
        {"description": "x" * 256},
        {"image_version": "1" * 40},
        {"tags": {}},
        {"disk_device_mapping": [{**DISK, "size": 5}]},
        {"disk_device_mapping": [{**DISK} for _number in range(17)]},
        {"disk_device_mapping": [{**DISK, "size": 32768}]},
        {"wait_timeout": 1},
    ],
)
def test_values_at_the_limits_are_accepted(params: dict[str, t.Any]) -> None:
    assert isinstance(desired(**params), DesiredImage)


@pytest.mark.parametrize(
    "params",
    [
        {"image_name": "x"},
        {"image_name": "http://x"},
        {"description": "x" * 300},
        {"tags": {f"k{n}": "" for n in range(30)}},
    ],
)
def test_an_image_with_invalid_properties_can_be_deleted(params: dict[str, t.Any]) -> None:
    assert desired(state="absent", **params).state == "absent"


@pytest.mark.parametrize(
    ("params", "source", "text", "shown"),
    [
        ({"instance_id": "i-1"}, Source(instance_id="i-1"), "instance i-1", {"instance_id": "i-1"}),
        ({"snapshot_id": "s-1"}, Source(snapshot_id="s-1"), "snapshot s-1", {"snapshot_id": "s-1"}),
        (
            {
                "disk_device_mapping": [
                    {**DISK, "size": 20, "device": "/dev/xvda"},
                    {**DISK, "snapshot_id": None, "size": 5},
                ]
            },
            Source(disks=(DiskMapping("s-1", 20, "/dev/xvda"), DiskMapping(size=5))),
            "disks: snapshot s-1 (20 GiB), blank (5 GiB)",
            {"disk_device_mapping": [{"snapshot_id": "s-1", "size": 20, "device": "/dev/xvda"}, {"size": 5}]},
        ),
    ],
)
def test_the_source_is_described_as_the_task_gave_it(
    params: dict[str, t.Any], source: Source, text: str, shown: dict[str, t.Any]
) -> None:
    made = desired(**params).source
    assert made == source
    assert made is not None
    assert (made.text(), made.as_dict()) == (text, shown)


def test_an_image_is_described_by_what_selects_it() -> None:
    assert desired().handle() == "image 'web'"
    assert desired(image_id="m-1").handle() == "image m-1"
