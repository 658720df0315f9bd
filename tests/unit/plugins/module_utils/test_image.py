# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._ecs.image import (
    Image,
    image_stub,
    is_settled,
    to_boolean,
    to_image,
    to_integer,
)

WIRE: dict[str, t.Any] = {
    "ImageId": "m-1",
    "ImageName": "web",
    "ImageVersion": "",
    "Description": "golden",
    "ImageFamily": "",
    "ImageOwnerAlias": "self",
    "ImageOwnerId": 1234567890123456,
    "Status": "Available",
    "Progress": "100%",
    "Usage": "none",
    "CreationTime": "2025-03-04T05:06:10Z",
    "Size": 40,
    "Architecture": "x86_64",
    "OSType": "linux",
    "Platform": "CentOS",
    "OSName": "CentOS  7.9 64 bit",
    "ProductCode": "",
    "IsSelfShared": "True",
    "IsCopied": False,
    "BootMode": "UEFI",
    "LicenseType": "Auto",
    "IsSubscribed": False,
    "Tags": {"Tag": [{"TagKey": "env", "TagValue": "dev"}]},
    "DiskDeviceMappings": {
        "DiskDeviceMapping": [
            {
                "Device": "/dev/xvda",
                "Type": "system",
                "Size": "40",
                "SnapshotId": "s-1",
                "Format": "QCOW2",
                "Progress": "",
                "ImportOSSBucket": "golden",
                "ImportOSSObject": "web.qcow2",
                "Encrypted": False,
            },
        ]
    },
}
SHAPED: Image = {
    "image_id": "m-1",
    "image_name": "web",
    "image_version": "",
    "description": "golden",
    "image_family": "",
    "image_owner_alias": "self",
    "status": "Available",
    "progress": 100,
    "usage": "none",
    "usable": None,
    "creation_time": "2025-03-04T05:06:10Z",
    "size": 40,
    "architecture": "x86_64",
    "os_type": "linux",
    "platform": "CentOS",
    "os_name": "CentOS  7.9 64 bit",
    "product_code": "",
    "is_self_shared": True,
    "is_copied": False,
    "boot_mode": "uefi",
    "license_type": "Auto",
    "is_subscribed": False,
    "tags": {"env": "dev"},
    "disk_device_mappings": [
        {
            "device": "/dev/xvda",
            "size": 40,
            "snapshot_id": "s-1",
            "type": "system",
            "format": "QCOW2",
            "progress": None,
            "import_bucket": "golden",
            "import_object": "web.qcow2",
            "encrypted": False,
        }
    ],
    "region": "cn-1",
}


def test_an_answer_is_mapped_to_the_documented_image() -> None:
    assert to_image(WIRE, "cn-1") == SHAPED


def test_values_that_the_cloud_omits_are_null_or_empty() -> None:
    assert to_image({"ImageId": "m-1"}, "cn-1") == image_stub(image_id="m-1", region="cn-1")
    assert image_stub().keys() == SHAPED.keys()


@pytest.mark.parametrize(
    "wire",
    [
        {"Tags": None, "DiskDeviceMappings": None},
        {"Tags": {"Tag": []}, "DiskDeviceMappings": {"DiskDeviceMapping": []}},
        {"Tags": "no", "DiskDeviceMappings": 7},
        {"Tags": {"Tag": {"TagKey": "x"}}, "DiskDeviceMappings": {"DiskDeviceMapping": "x"}},
    ],
)
def test_lists_are_always_lists(wire: dict[str, t.Any]) -> None:
    image = to_image(wire, None)
    assert (image["tags"], image["disk_device_mappings"]) == ({}, [])


def test_a_tag_without_a_value_has_an_empty_value() -> None:
    assert to_image({"Tags": {"Tag": [{"TagKey": "a"}, {"TagValue": "lost"}]}}, None)["tags"] == {"a": ""}


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (40, 40),
        ("40", 40),
        ("40%", 40),
        (" 7 % ", 7),
        ("", None),
        (None, None),
        ("x", None),
        ([], None),
        (1.5, None),
    ],
)
def test_numbers_are_read_in_several_spellings(value: t.Any, number: int | None) -> None:
    assert to_integer(value) == number


@pytest.mark.parametrize(
    ("value", "truth"),
    [
        (True, True),
        ("True", True),
        ("TRUE", True),
        ("false", False),
        (False, False),
        ("", None),
        (None, None),
        (1, None),
    ],
)
def test_booleans_are_read_in_several_spellings(value: t.Any, truth: bool | None) -> None:
    assert to_boolean(value) is truth


@pytest.mark.parametrize(
    ("status", "usable", "settled"),
    [
        ("Available", None, True),
        ("Available", True, True),
        ("Available", False, False),
        ("Deprecated", False, True),
        ("CreateFailed", None, True),
        ("UnAvailable", None, True),
        ("Creating", None, False),
        ("Waiting", None, False),
        ("", None, False),
        (None, None, False),
        ("Sleeping", None, False),
    ],
)
def test_an_image_is_settled_once_the_cloud_has_stopped_processing_it(
    status: str | None, usable: bool | None, settled: bool
) -> None:
    assert is_settled(t.cast("t.Any", image_stub(status=status, usable=usable))) is settled
