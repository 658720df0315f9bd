# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Families and deprecation: on sites that ignore them, and what a family resolves to at any moment."""

from __future__ import annotations

import typing as t

import pytest
from bench import Meanwhile, call_as_colleague, run_task
from replaced import REPLACE, Document, cloud, image, names, own, reason
from requests.adapters import HTTPAdapter
from through_main import run_main

if t.TYPE_CHECKING:
    import requests

WEB = image("m-web", "web", family="golden")
COPY = {"image_name": "web", "copy_from": {"image_name": "original"}}


def family_of(simulator: t.Any, family: str = "golden") -> list[str]:
    """The usable images of the family, the newest last."""
    found = [one for one in own(simulator).values() if one["image_family"] == family and one["status"] == "Available"]
    return [one["image_id"] for one in sorted(found, key=lambda one: str(one["creation_time"]))]


class Watching(HTTPAdapter):
    """``seen``: what ``look`` returned right before each call."""

    def __init__(self, look: t.Callable[[], int]) -> None:
        super().__init__()
        self._look = look
        self.seen: list[int] = []

    def send(self, request: requests.PreparedRequest, *arguments: t.Any, **options: t.Any) -> requests.Response:
        self.seen.append(self._look())
        return super().send(request, *arguments, **options)


# --- a site that ignores a parameter ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameter", "desired", "option"),
    [
        ("ModifyImageAttribute.ImageFamily", {"image_family": "silver"}, "image_family"),
        ("ModifyImageAttribute.BootMode", {"boot_mode": "uefi"}, "boot_mode"),
        ("ModifyImageAttribute.Status", {"deprecated": True}, "deprecated"),
        ("ModifyImageAttribute.Status", {"deprecated": True, "wait": False}, "deprecated"),
    ],
)
def test_an_ignored_change_is_a_failure(parameter: str, desired: Document, option: str) -> None:
    with cloud(WEB, ignored_parameters=parameter) as simulator:
        run = run_task(simulator, {"image_name": "web", **desired})
    assert reason(run) == "not_supported_by_site"
    assert f"does not show it after a minute: {option}." in run.result["msg"]


def test_an_ignored_end_of_a_deprecation_is_a_failure() -> None:
    with cloud(image("m-web", "web", deprecated=True), ignored_parameters="ModifyImageAttribute.Status") as simulator:
        run = run_task(simulator, {"image_name": "web", "deprecated": False})
    assert reason(run) == "not_supported_by_site"
    assert run.result["image"]["status"] == "Deprecated"


def test_an_ignored_family_of_a_new_image_is_set_by_the_next_run() -> None:
    desired = {"image_name": "api", "instance_id": "i-web-running", "image_family": "golden"}
    with cloud(ignored_parameters="CreateImage.ImageFamily") as simulator:
        first, second = run_task(simulator, desired), run_task(simulator, desired)
        third = run_task(simulator, desired)
    assert reason(first) == "not_supported_by_site"
    assert second.result["actions"] == [f"set the image family of image {first.result['image_id']} to 'golden'"]
    assert not third.result["changed"]


def test_a_replacement_on_a_site_that_ignores_families_keeps_the_old_image() -> None:
    with cloud(ignored_parameters="CreateImage.ImageFamily,ModifyImageAttribute.ImageFamily") as simulator:
        runs = [run_task(simulator, {**REPLACE, "image_family": "golden"}, wait_timeout=3600) for _number in range(2)]
        left, deleted = names(simulator), simulator.calls("DeleteImage")
    assert [reason(run) for run in runs] == ["not_supported_by_site"] * 2
    assert left["m-old"] == "web"
    assert deleted == []


@pytest.mark.parametrize("option", [{"boot_mode": "bios"}, {"license_type": "BYOL"}])
def test_an_attribute_that_the_site_does_not_report_is_refused(option: Document) -> None:
    with cloud(WEB, optional_fields=False) as simulator:
        run = run_task(simulator, {"image_name": "web", **option})
        writes = [call for call in simulator.calls() if call["write"]]
    assert reason(run) == "not_supported_by_site"
    assert f"does not report the {next(iter(option))}" in run.result["msg"]
    assert writes == []


def test_an_import_is_idempotent_where_boot_modes_are_not_reported() -> None:
    desired = {
        "image_name": "web",
        "import_from": [{"bucket": "golden-images", "object": "data.raw"}],
        "boot_mode": "uefi",
        "license_type": "Auto",
    }
    with cloud(image("m-other", "other"), optional_fields=False) as simulator:
        first, second = run_task(simulator, desired, wait_timeout=3600), run_task(simulator, desired)
    assert first.error is None
    assert (second.error, second.result["changed"]) == (None, False)


@pytest.mark.parametrize(
    "desired",
    [
        {"image_name": "web", "image_family": "silver", "share_with": ["1000000000000038"]},
        {"image_name": "web", "image_family": "silver", "deprecated": True},
        {"image_name": "api", "instance_id": "i-web-running", "image_family": "silver", "deprecated": True},
        {
            "image_name": "api",
            "instance_id": "i-web-running",
            "image_family": "silver",
            "share_with": ["1000000000000038"],
        },
    ],
)
def test_check_mode_predicts_the_family_the_accounts_and_the_deprecation(desired: Document) -> None:
    with cloud(WEB, unknown_accounts="accept") as simulator:
        predicted = run_main(simulator, {**desired, "_ansible_check_mode": True})
        writes = [call for call in simulator.calls() if call["write"]]
        result = run_main(simulator, desired)
    assert writes == []
    assert predicted.get("shared_with") == result.get("shared_with")
    assert [predicted["image"][key] for key in ("image_family", "status")] == [
        result["image"][key] for key in ("image_family", "status")
    ]


# --- licenses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "wanted", "changes", "warns"),
    [
        ("", "BYOL", True, False),
        ("BYOL", "BYOL", False, False),
        ("BYOL", "Aliyun", False, True),
        ("", "Auto", False, False),
        ("", "Aliyun", False, False),
    ],
)
def test_a_license_is_changed_only_to_an_own_one(told: str, wanted: str, changes: bool, warns: bool) -> None:
    web = image("m-web", "web", os_type="windows", license_type=told)
    with cloud(web, newest_fields=True) as simulator:
        run = run_task(simulator, {"image_name": "web", "license_type": wanted})
        again = run_task(simulator, {"image_name": "web", "license_type": wanted})
    assert (run.error, run.result["changed"], again.result["changed"]) == (None, changes, False)
    assert any("changes it only to BYOL" in warning for warning in run.result["warnings"]) is warns


# --- what a family promises -------------------------------------------------------------------------------------------


def test_a_family_is_never_empty_while_its_image_is_replaced() -> None:
    with cloud(WEB) as simulator:
        watching = Watching(lambda: len(family_of(simulator)))
        run = run_task(simulator, REPLACE, adapter=watching, wait_timeout=3600)
        last = family_of(simulator)
    assert run.error is None
    assert set(watching.seen) == {1, 2}
    assert last == [run.result["image_id"]]


def test_a_replaced_image_that_must_be_kept_is_no_longer_the_newest_of_its_family() -> None:
    with cloud(WEB) as simulator:
        simulator.fault(action="DeleteImage", code="ImageUsingByInstance", status=403, times=0)
        run = run_task(simulator, REPLACE, wait_timeout=3600)
        found = family_of(simulator)
    assert run.error is None
    assert found == ["m-web", run.result["image_id"]]


def test_somebody_else_moving_the_image_to_another_family_stops_its_replacement() -> None:
    with cloud(WEB) as simulator:
        change = {"ImageId": "m-web", "ImageFamily": "theirs"}
        adapter = Meanwhile("CreateImage", lambda: call_as_colleague(simulator, "ModifyImageAttribute", **change))
        run = run_task(simulator, REPLACE, adapter=adapter, wait_timeout=3600)
        left = names(simulator)
    assert reason(run) == "changed_meanwhile"
    assert left["m-web"] == "web"


def test_a_copy_whose_family_was_not_set_joins_it_in_the_next_run() -> None:
    original = image("m-original", "original", family="of-the-original")
    with cloud(original) as simulator:
        simulator.fault(action="ModifyImageAttribute", code="Forbidden.RAM", status=403, times=1)
        first = run_task(simulator, {**COPY, "image_family": "golden"}, wait_timeout=3600)
        second = run_task(simulator, {**COPY, "image_family": "golden"}, wait_timeout=3600)
        found = family_of(simulator)
    assert reason(first) == "access_denied"
    assert second.error is None
    assert found == [first.result["image_id"]]
