# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DiskMapping, Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.differing import (
    difference,
    reason,
    source_difference,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import disk
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import FROM_INSTANCE
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import old, replacing

OLD_DISKS = [disk("s-old", 40)]
SAME = Source(snapshot_id="s-old")


def disks(*some: tuple[str | None, int | None] | str) -> Source:
    return Source(disks=tuple(DiskMapping(one) if isinstance(one, str) else DiskMapping(*one) for one in some))


@pytest.mark.parametrize(
    ("source", "found", "differs"),
    [
        (None, OLD_DISKS, False),
        (FROM_INSTANCE, OLD_DISKS, False),
        (Source(snapshot_id="s-old"), OLD_DISKS, False),
        (Source(snapshot_id="s-new"), OLD_DISKS, True),
        (Source(snapshot_id="s-old"), [disk("s-old"), disk("s-2")], True),
        (Source(snapshot_id="s-new"), [], False),
        (Source(snapshot_id="s-new"), [disk(None)], False),
        (Source(snapshot_id="s-new"), [disk("")], False),
        (disks("s-old"), OLD_DISKS, False),
        (disks(("s-old", 40)), OLD_DISKS, False),
        (disks(("s-old", 50)), OLD_DISKS, True),
        (disks("s-1", ("s-2", 9)), [disk("s-2", 9), disk("s-1", 40)], False),
        (disks("s-1", ("s-1", 9)), [disk("s-1", 9), disk("s-1", 40)], False),
        (disks("s-1", ("s-1", 9)), [disk("s-1", 8), disk("s-1", 40)], True),
        (disks("s-1", (None, 20)), [disk("s-1"), disk("", 20)], False),
        (disks("s-1", (None, 20)), [disk("s-1"), disk(None, 30)], True),
        (disks("s-1"), [disk("s-1"), disk("s-2")], True),
        (disks("s-1", "s-2"), [disk("s-1")], True),
    ],
)
def test_a_source_is_compared_as_far_as_the_cloud_reports_it(
    source: Source | None, found: list[t.Any], differs: bool
) -> None:
    assert (source_difference(source, old(disk_device_mappings=found)) is not None) is differs


@pytest.mark.parametrize(
    ("options", "known", "replaces"),
    [
        ({"recreate": "never"}, {}, False),
        ({}, {}, True),
        ({}, {"status": "Creating"}, True),
        ({"source": SAME}, {}, False),
        ({"source": FROM_INSTANCE}, {}, False),
        ({"source": None}, {}, False),
        ({"source": FROM_INSTANCE, "platform": "Ubuntu"}, {"platform": "CentOS"}, True),
        ({"source": FROM_INSTANCE, "platform": "Ubuntu"}, {"platform": ""}, False),
        ({"source": FROM_INSTANCE, "platform": "ubuntu"}, {"platform": "Ubuntu"}, False),
        ({"source": FROM_INSTANCE, "architecture": "ARM64"}, {"architecture": "arm64"}, False),
        ({"source": FROM_INSTANCE, "image_version": "rc1"}, {"image_version": "RC1"}, True),
        ({"source": None, "platform": "Ubuntu"}, {"platform": "CentOS"}, False),
        ({"source": FROM_INSTANCE, "image_version": "7"}, {"image_version": "6"}, True),
        ({"source": FROM_INSTANCE, "architecture": "x86_64"}, {"architecture": "x86_64"}, False),
        ({"recreate": "always", "source": SAME}, {}, True),
        ({"recreate": "always", "source": SAME}, {"status": "UnAvailable"}, True),
        ({"recreate": "always", "source": SAME}, {"status": "Creating"}, False),
        ({"recreate": "always"}, {"status": "Creating"}, True),
        ({"recreate": "always", "source": FROM_INSTANCE}, {"status": "Available", "usable": False}, False),
    ],
)
def test_an_image_is_replaced_for_its_source_its_labels_or_always(
    options: dict[str, t.Any], known: dict[str, t.Any], replaces: bool
) -> None:
    assert (reason(replacing(**options), old(**known)) is not None) is replaces


def test_a_source_difference_names_both_sources() -> None:
    of_source = difference(replacing(), old(disk_device_mappings=[disk("s-old"), disk(None, 20)])) or ""
    assert [fact for fact in ("s-old (40 GiB)", "20 GiB", "s-new") if fact not in of_source] == []
    of_label = difference(replacing(source=SAME, platform="Ubuntu"), old(platform="CentOS")) or ""
    assert [fact for fact in ("platform", "'CentOS'", "'Ubuntu'") if fact not in of_label] == []
