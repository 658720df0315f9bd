# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a replacement image takes over from the image being replaced."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DiskMapping, Source
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.imported import ImportSource, StoredDisk
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.steps import Create, Modify
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import FakeImages, disk
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.following import (
    FROM_INSTANCE,
    followed,
    planned,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.replacements import (
    mark,
    old,
    replacement,
    replacing,
)

IMPORT = ImportSource((StoredDisk("golden", "new.raw"),))
FILE = [{**disk(None), "import_bucket": "golden", "import_object": "old.raw"}]
LINUX = {"platform": "Ubuntu", "os_type": "linux", "architecture": "x86_64", "boot_mode": "uefi"}
WINDOWS = {**LINUX, "platform": "Windows Server 2019", "os_type": "windows"}
ARM = {**LINUX, "architecture": "arm64"}


def plan_of(known: t.Mapping[str, t.Any], **options: t.Any) -> t.Any:
    return planned(
        replacing(**{"source": IMPORT, **options}), FakeImages(old(**{"disk_device_mappings": FILE, **known}))
    )


def created(made: t.Any) -> dict[str, t.Any]:
    (step,) = [step for step in made.steps if isinstance(step, Create)]
    return vars(step)


@pytest.mark.parametrize("recreate", ["always", "on_source_change"])
@pytest.mark.parametrize("known", [LINUX, WINDOWS, ARM, {**LINUX, "boot_mode": "bios"}])
def test_an_import_takes_over_what_the_task_omits(known: dict[str, t.Any], recreate: str) -> None:
    made = plan_of(known, recreate=recreate)
    assert {name: created(made)[name] for name in known} == known
    assert {name: made.after[name] for name in known} == known


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"boot_mode": "bios"}, {"boot_mode": "bios", "platform": "Ubuntu"}),
        ({"architecture": "i386"}, {"architecture": "i386", "boot_mode": "uefi"}),
        ({"platform": "Debian"}, {"platform": "Debian", "os_type": "linux"}),
        ({"platform": "Windows Server 2019"}, {"platform": "Windows Server 2019", "os_type": None}),
        ({"os_type": "windows"}, {"platform": None, "os_type": "windows"}),
        ({"os_type": "linux"}, {"platform": "Ubuntu", "os_type": "linux"}),
    ],
)
def test_what_the_task_gives_wins_and_nothing_is_taken_over_that_contradicts_it(
    given: dict[str, t.Any], expected: dict[str, t.Any]
) -> None:
    step = created(plan_of(LINUX, **given))
    assert {name: step[name] for name in expected} == expected


@pytest.mark.parametrize("architecture", ["arm64", "ARM64"])
def test_the_bios_of_an_image_is_not_given_to_one_for_arm64(architecture: str) -> None:
    step = created(plan_of({**LINUX, "boot_mode": "bios"}, architecture=architecture))
    assert (step["architecture"], step["boot_mode"]) == (architecture, None)


def test_an_older_release_writes_the_system_with_a_capital() -> None:
    assert created(plan_of({**LINUX, "os_type": "Linux"}))["os_type"] == "linux"


def test_a_license_is_taken_over_where_it_is_reported() -> None:
    made = plan_of({**WINDOWS, "license_type": "BYOL"})
    assert (created(made)["license_type"], list(made.warnings)) == ("BYOL", [])
    assert created(plan_of({**WINDOWS, "license_type": "Auto"}))["license_type"] is None


@pytest.mark.parametrize(
    ("known", "options", "warned"),
    [
        (LINUX, {}, []),
        (WINDOWS, {}, ["license_type"]),
        (WINDOWS, {"license_type": "BYOL"}, []),
        ({**LINUX, "boot_mode": None}, {}, ["boot_mode"]),
        ({**LINUX, "boot_mode": None}, {"boot_mode": "uefi"}, []),
        ({**LINUX, "boot_mode": "uefi-preferred"}, {}, ["boot_mode"]),
        ({**LINUX, "architecture": "riscv64"}, {}, ["architecture"]),
        ({"boot_mode": None, "disk_device_mappings": [disk("s-old")]}, {"source": FROM_INSTANCE}, None),
    ],
)
def test_a_warning_names_what_cannot_be_taken_over(
    known: dict[str, t.Any], options: dict[str, t.Any], warned: list[str] | None
) -> None:
    made = plan_of(known, recreate="always", **options)
    assert [f"set {name}" in text for name, text in zip(warned or [], made.warnings)] == [True] * len(made.warnings)
    assert len(made.warnings) == len(warned or [])


def test_the_license_is_sent_with_the_import() -> None:
    cloud = FakeImages(old(**WINDOWS, license_type="BYOL", disk_device_mappings=FILE))
    assert followed(replacing(source=IMPORT), cloud).image["license_type"] == "BYOL"


# --- other sources ---------------------------------------------------------------------------------------------------


SNAPSHOT = {"disk_device_mappings": [disk("s-old")], **ARM, "image_version": "1"}


@pytest.mark.parametrize(("boot_mode", "sets"), [("uefi", ["uefi"]), ("bios", []), (None, [])])
def test_the_image_of_a_snapshot_gets_another_boot_mode_than_the_default_afterwards(
    boot_mode: str | None, sets: list[str]
) -> None:
    made = planned(replacing(), FakeImages(old(boot_mode=boot_mode)))
    assert [step.boot_mode for step in made.steps if isinstance(step, Modify)] == sets


@pytest.mark.parametrize("source", [FROM_INSTANCE, Source(snapshot_id="s-new"), Source(disks=(DiskMapping("s-new"),))])
def test_an_instance_or_a_snapshot_says_what_system_is_on_it(source: Source) -> None:
    step = created(plan_of(SNAPSHOT, source=source, recreate="always"))
    assert (step["image_version"], step["platform"], step["architecture"]) == ("1", None, None)


def test_a_snapshot_of_a_data_disk_does_not_say_what_system_is_on_it() -> None:
    cloud = FakeImages(old(**SNAPSHOT))
    cloud.known_snapshots["s-new"] = dataclasses.replace(cloud.known_snapshots["s-new"], disk_type="data")
    source = Source(disks=(DiskMapping("s-new", disk_type="system"),))
    step = created(planned(replacing(source=source), cloud))
    assert (step["platform"], step["architecture"]) == ("Ubuntu", "arm64")


def test_the_boot_mode_of_an_instance_is_that_of_the_new_image() -> None:
    made = plan_of(SNAPSHOT, source=FROM_INSTANCE, recreate="always")
    assert created(made)["boot_mode"] is None
    assert not any(isinstance(step, Modify) for step in made.steps)


@pytest.mark.parametrize(
    ("source", "sets"), [(IMPORT, ["uefi"]), (Source(snapshot_id="s-new"), ["uefi"]), (FROM_INSTANCE, [])]
)
def test_a_replacement_of_an_interrupted_run_gets_the_boot_mode_before_the_swap(source: t.Any, sets: list[str]) -> None:
    disks = FILE if source is IMPORT else [disk("s-old")]
    new = (
        [{**disk(None), "import_bucket": "golden", "import_object": "new.raw"}] if source is IMPORT else [disk("s-new")]
    )
    unfinished = replacement(marked=mark(source), boot_mode="bios", disk_device_mappings=new)
    cloud = FakeImages(old(boot_mode="uefi", disk_device_mappings=disks), unfinished)
    made = planned(replacing(source=source, recreate="always"), cloud)
    assert [step.boot_mode for step in made.steps if isinstance(step, Modify)] == sets
