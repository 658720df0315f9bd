# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports that fail or are refused: the reason is explained."""

from __future__ import annotations

import pytest
from sources_bench import FILE, IMPORT, SITES, Document, actions, named, site
from through_main import run_main


@pytest.mark.parametrize("knobs", [*SITES.values(), {"failed_task": "Finished"}, {"failed_status": "UnAvailable"}])
def test_the_reason_of_a_failed_import_is_in_the_failure(knobs: Document) -> None:
    with site(**knobs) as simulator:
        result = run_main(simulator, {**IMPORT, "import_from": [{**FILE, "object": "broken.qcow2"}]})
        (task,) = simulator.state()["tasks"]
    assert (result["reason"], result["task_id"], result["changed"]) == ("creation_failed", task["task_id"], True)
    assert (
        f"its import failed (task {task['task_id']}): ImportImageFailed: The disk file cannot be read" in result["msg"]
    )


def test_the_reason_of_a_failed_import_is_in_the_warning_of_the_next_run() -> None:
    with site() as simulator:
        run_main(simulator, {**IMPORT, "import_from": [{**FILE, "object": "broken.qcow2"}]})
        last = run_main(simulator, IMPORT)
        (image,) = named(simulator)
    assert (last["changed"], image["status"]) == (True, "Available")
    assert "The disk file cannot be read" in str(last["warnings"])


def test_a_failed_import_that_vanishes_is_not_waited_for() -> None:
    with site(failed_status="gone", visible_after=600) as simulator:
        result = run_main(simulator, {**IMPORT, "import_from": [{**FILE, "object": "broken.qcow2"}]})
        calls = actions(simulator)
    assert result["reason"] == "creation_failed"
    assert "The disk file cannot be read" in result["msg"]
    assert len(calls) < 100


@pytest.mark.parametrize("code", ["NoSetRoletoECSServiceAcount", "NoSetRoletoECSServiceAccount"])
def test_a_missing_role_is_explained_in_both_spellings(code: str) -> None:
    with site(missing_role_code=code) as simulator:
        result = run_main(simulator, {**IMPORT, "role_name": "nobody"})
    assert (result["reason"], result["error"]["code"]) == ("bucket_not_authorized", code)
    assert "ECS is not allowed to read bucket 'golden-images': have the role nobody created in ASCM" in result["msg"]
    assert "or have ECS granted read access to the bucket" in result["msg"]


@pytest.mark.parametrize(
    ("file", "more", "reason", "message"),
    [
        ({"bucket": "nowhere"}, {}, "not_found", "Check bucket 'nowhere' in import_from"),
        ({"bucket": "exports-wulan"}, {}, "invalid_input", "it must be a bucket of this account in region"),
        ({"bucket": "encrypted-exports"}, {}, "invalid_input", "a bucket without encryption"),
        ({"object": "nowhere.raw"}, {}, "not_found", "Check object 'nowhere.raw' in import_from"),
        ({"object": "archived.raw"}, {}, "source_not_usable", "The object is archived"),
        ({"size": 1}, {}, "invalid_input", "size in import_from must be at least the size of the disk in the file"),
        ({"size": 9999}, {}, "invalid_input", "500 GiB for a system disk"),
        (
            {},
            {"boot_mode": "uefi", "os_type": "windows"},
            "invalid_input",
            "requires os_type=windows, and no other one",
        ),
        ({}, {"platform": "Windows Server 2019", "architecture": "arm64"}, "invalid_input", "no Windows for arm64"),
        ({}, {"platform": "Plan 9"}, "invalid_input", "platform must be a name that the site knows"),
    ],
)
def test_what_a_site_refuses_of_an_import_is_explained(
    file: Document, more: Document, reason: str, message: str
) -> None:
    with site() as simulator:
        result = run_main(simulator, {"image_name": "web", "import_from": [{**FILE, **file}], **more})
        made = named(simulator)
    assert (result["reason"], result["changed"], made) == (reason, False, [])
    assert message in result["msg"]
    assert result["msg"].startswith("Could not create image 'web' from disk file ")


def test_a_format_that_the_site_does_not_import_is_explained() -> None:
    with site(import_formats="raw,vhd") as simulator:
        result = run_main(simulator, {"image_name": "web", "import_from": [{**FILE, "format": "qcow2"}]})
    assert result["reason"] == "not_supported_by_site"
    assert "convert the file, for example to raw with qemu-img" in result["msg"]


def test_a_format_that_no_release_takes_is_refused() -> None:
    with site() as simulator:
        result = run_main(simulator, {"image_name": "web", "import_from": [{**FILE, "format": "iso"}]})
        calls = actions(simulator)
    assert (result["reason"], calls) == ("invalid_input", [])
    assert "raw, vhd, qcow2, vmdk" in result["msg"]


def test_a_license_that_the_site_requires_is_explained() -> None:
    windows = {"platform": "Windows Server 2019", "os_type": "windows"}
    file = {**FILE, "object": "windows-2019.vhd"}
    with site(windows_license="required") as simulator:
        refused = run_main(simulator, {"image_name": "web", "import_from": [file], **windows})
        done = run_main(simulator, {"image_name": "web", "import_from": [file], **windows, "license_type": "BYOL"})
    assert (refused["reason"], refused["changed"], done["changed"]) == ("invalid_input", False, True)
    assert "license_type must be one that this site accepts" in refused["msg"]
