# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies and imports on sites of all kinds: made exactly once, waited for, and their originals judged."""

from __future__ import annotations

import json
import os
import signal

import pytest
from bench import Meanwhile, call_as_colleague
from sources_bench import (
    ABSENT,
    COPY,
    ELSEWHERE,
    IMPORT,
    LOOK_UPS,
    ORIGINAL,
    SITES,
    SOURCES,
    TENANT,
    Document,
    actions,
    named,
    site,
)
from through_main import run_main

from apsarastack_simulator.testing import Simulator

# --- exactly once ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("desired", "action"), SOURCES)
@pytest.mark.parametrize("knobs", SITES.values(), ids=SITES)
@pytest.mark.parametrize("fault", [{"drop": "after"}, {"status": 500, "processed": True}], ids=json.dumps)
def test_a_lost_answer_creates_no_second_image(
    desired: Document, action: str, knobs: Document, fault: Document
) -> None:
    with site(**knobs) as simulator:
        simulator.fault(action=action, **fault)
        result = run_main(simulator, desired)
        (image,) = named(simulator)
        simulator.clear_calls()
        again = run_main(simulator, desired)
        calls = actions(simulator)
    assert (result["changed"], result["image_id"], image["status"]) == (True, image["image_id"], "Available")
    assert (again["changed"], calls) == (False, ["DescribeImages"])


@pytest.mark.parametrize(("desired", "action"), SOURCES)
def test_a_call_that_was_not_processed_is_sent_again_only_after_a_minute(desired: Document, action: str) -> None:
    with site() as simulator:
        simulator.fault(action=action, drop="before")
        result = run_main(simulator, desired)
        sent, looked = simulator.calls(action), actions(simulator)
        made = named(simulator)
    first = looked.index(action)
    assert (result["changed"], len(sent), len(made)) == (True, 2, 1)
    # With a second between them, they take the minute by which lists may lag.
    assert looked[first + 1 : looked.index(action, first + 1)] == ["DescribeImages"] * LOOK_UPS
    tokens = {call["parameters"]["ClientToken"] for call in sent}
    assert len(tokens) == 1


@pytest.mark.parametrize(("desired", "action"), SOURCES)
def test_without_time_for_the_look_ups_nothing_is_sent_again(desired: Document, action: str) -> None:
    with site() as simulator:
        simulator.fault(action=action, drop="before")
        result = run_main(simulator, {**desired, "wait_timeout": 30})
        sent = simulator.calls(action)
    assert (result["reason"], result["changed"], len(sent)) == ("timed_out", True, 1)
    assert "no image named 'web' is listed yet" in result["msg"]


@pytest.mark.parametrize(("desired", "action"), SOURCES)
def test_an_image_that_somebody_else_creates_meanwhile_is_not_adopted(desired: Document, action: str) -> None:
    with site(visible_after=0) as simulator:

        def create() -> None:
            call_as_colleague(simulator, "CreateImage", ImageName="web", InstanceId="i-web-running")

        simulator.fault(action=action, drop="before")
        result = run_main(simulator, desired, adapter=Meanwhile(action, create))
        sent, made = simulator.calls(action), named(simulator)
    assert (result["reason"], len(sent), len(made)) == ("changed_meanwhile", 1, 1)


@pytest.mark.parametrize(("desired", "action"), SOURCES)
def test_an_interrupted_task_is_resumed(desired: Document, action: str) -> None:
    with site() as simulator:
        first = run_main(
            simulator, desired, adapter=Meanwhile("DescribeImages", lambda: os.kill(os.getpid(), signal.SIGTERM), 3)
        )
        simulator.advance(60)
        last = run_main(simulator, desired)
        sent, (image,) = simulator.calls(action), named(simulator)
    assert (first["reason"], first["changed"]) == ("interrupted", True)
    assert (len(sent), last["image_id"], image["status"]) == (1, image["image_id"], "Available")


@pytest.mark.parametrize(("desired", "action"), SOURCES)
def test_a_task_is_resumed_after_a_timeout(desired: Document, action: str) -> None:
    with site(copy_time=900, import_time=900) as simulator:
        first = run_main(simulator, {**desired, "wait_timeout": 60})
        last = run_main(simulator, {**desired, "wait_timeout": None})
        sent, (image,) = simulator.calls(action), named(simulator)
    assert (first["reason"], first["image_id"], first["changed"]) == ("timed_out", image["image_id"], True)
    assert (len(sent), last["changed"], last["image_id"]) == (1, False, image["image_id"])


def test_a_copy_may_stay_unlisted_for_long() -> None:
    with site(copy_visible_after=1500, copy_time=1200) as simulator:
        result = run_main(simulator, {**COPY, "wait_timeout": None})
        (image,) = named(simulator)
    assert (result["changed"], result["image"]["status"]) == (True, "Available")
    assert result["image_id"] == image["image_id"]


@pytest.mark.parametrize("source", ["copy_from", "import_from"])
def test_check_mode_writes_nothing_and_predicts_the_run(source: str) -> None:
    desired = COPY if source == "copy_from" else IMPORT
    with site() as simulator:
        checked = run_main(simulator, {**desired, "_ansible_check_mode": True})
        writes = [call for call in simulator.calls() if call["write"]]
        done = run_main(simulator, desired)
    assert (writes, checked["changed"]) == ([], True)
    assert {name: checked[name] for name in ("actions", "diff")} == {name: done[name] for name in ("actions", "diff")}
    assert source in checked["diff"]["after"]


@pytest.mark.parametrize("path", ["/", "/asapi/v3"])
@pytest.mark.parametrize(("desired", "action"), SOURCES)
def test_both_gateways_create_and_cancel(desired: Document, action: str, path: str) -> None:
    with site() as simulator:
        endpoint = {"endpoint": f"{simulator.endpoint}{path}"}
        created = run_main(simulator, {**desired, **endpoint})
        simulator.clear_calls()
        again = run_main(simulator, {**desired, **endpoint})
        calls = actions(simulator)
        simulator.knobs(copy_time=9000, import_time=9000)
        run_main(simulator, {**desired, **endpoint, "image_name": "other", "wait": False})
        canceled = run_main(simulator, {**ABSENT, **endpoint, "image_name": "other"})
        paths = {call["path"] for call in simulator.calls()}
        left = [one for one in simulator.state()["images"] if one["image_name"] == "other"]
    assert (created["changed"], again["changed"], calls) == (True, False, ["DescribeImages"])
    assert (canceled["changed"], left, paths) == (True, [], {path})
    assert canceled["actions"][0].startswith("cancel the ")


# --- the other region ------------------------------------------------------------------------------------------------


def test_the_endpoint_of_the_other_region_is_given() -> None:
    with site(region_hosts="own") as simulator:
        endpoint = simulator.endpoint_of(ELSEWHERE)
        desired = {**COPY, "copy_from": {**COPY["copy_from"], "endpoint": endpoint}}
        result = run_main(simulator, desired)
        (copied,) = simulator.calls("CopyImage")
        looked = simulator.calls("DescribeImages")
    assert result["changed"]
    assert copied["parameters"]["RegionId"] == ELSEWHERE
    assert [call["parameters"]["RegionId"] for call in looked[:3]] == [simulator.region, ELSEWHERE, simulator.region]


def test_a_region_that_the_endpoint_does_not_serve_is_explained() -> None:
    with site(region_hosts="own") as simulator:
        result = run_main(simulator, COPY)
    assert result["reason"] == "invalid_input"
    assert f"Could not look up image 'golden', the original, in region {ELSEWHERE}" in result["msg"]
    assert "set copy_from.endpoint" in result["msg"]


@pytest.mark.parametrize("region", ["cn wulan", "cn-wulan\n"])
def test_an_unusable_region_is_refused(region: str) -> None:
    with site() as simulator:
        result = run_main(simulator, {"image_name": "web", "copy_from": {"image_id": "m-1", "region": region}})
        calls = actions(simulator)
    assert (result["reason"], calls) == ("invalid_input", [])
    assert "copy_from.region" in result["msg"]
    assert "Nothing was sent." in result["msg"]


def test_an_unusable_endpoint_is_refused() -> None:
    with site() as simulator:
        copy_from = {**COPY["copy_from"], "endpoint": "ftp://ecs.example.com"}
        result = run_main(simulator, {**COPY, "copy_from": copy_from})
        calls = actions(simulator)
    assert (result["reason"], calls) == ("invalid_input", [])
    assert "copy_from.endpoint must be a host, host:port, or an http or https URL" in result["msg"]
    assert "Nothing was sent." in result["msg"]


# --- originals -------------------------------------------------------------------------------------------------------


def test_a_shared_original_is_copied_within_its_region() -> None:
    shared = {**ORIGINAL, "organization": 38, "resource_group": 500, "shared_with": ["1000000000000037"]}
    same, other = {"image_id": "m-original"}, {"image_id": "m-original", "region": ELSEWHERE}
    with site([{**shared, "region": Simulator.region}]) as simulator:
        assert run_main(simulator, {"image_name": "web", "copy_from": same})["changed"]
    with site([shared]) as simulator:
        refused = run_main(simulator, {"image_name": "web", "copy_from": other})
        writes = [call for call in simulator.calls() if call["write"]]
    assert (refused["reason"], writes) == ("source_not_usable", [])
    assert "a shared image can only be copied within its region" in refused["msg"]


def test_a_system_image_is_not_copied() -> None:
    with site() as simulator:
        name = next(one for one in simulator.state()["images"] if one["owner"] == "system")
        result = run_main(simulator, {"image_name": "web", "copy_from": {"image_id": name["image_id"]}})
    assert result["reason"] == "source_not_usable"
    assert "Only custom images can be copied" in result["msg"]


@pytest.mark.parametrize("newest", [True, False])
def test_an_encrypted_original_requires_an_encrypted_copy(newest: bool) -> None:
    disk = {"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": "s-of-original"}
    original = {"id": "m-original", "name": "golden", "encrypted": True, "mappings": [disk]}
    snapshot = {"id": "s-of-original", "disk_type": "system", "size": 40, "encrypted": True, **TENANT}
    seed = {"images": [{**TENANT, **original}], "snapshots": [snapshot]}
    with Simulator(speed=0, seed_changes=seed, newest_fields=newest) as simulator:
        refused = run_main(simulator, {"image_name": "web", "copy_from": {"image_id": "m-original"}})
        writes = [call for call in simulator.calls() if call["write"]]
        copied = run_main(simulator, {"image_name": "web", "copy_from": {"image_id": "m-original", "encrypted": True}})
    assert (refused["reason"], writes) == ("source_not_usable", [])
    assert "Set copy_from.encrypted to true" in refused["msg"]
    assert copied["image"]["disk_device_mappings"][0]["encrypted"] is (True if newest else None)


def test_a_copy_does_not_require_the_permission_to_list_snapshots() -> None:
    with site(denied_actions="DescribeSnapshots") as simulator:
        assert run_main(simulator, COPY)["changed"]


@pytest.mark.parametrize(
    ("knobs", "key", "reason", "message"),
    [
        ({"kms": False}, "key-neimeng", "not_supported_by_site", "This site cannot encrypt images"),
        ({}, "key-nowhere", "not_found", "Check copy_from.kms_key_id 'key-nowhere'"),
        ({"same_region_copy": "refuse"}, None, "not_supported_by_site", "does not copy within one region"),
    ],
)
def test_what_a_site_refuses_of_a_copy_is_explained(
    knobs: Document, key: str | None, reason: str, message: str
) -> None:
    with site([{**ORIGINAL, "region": Simulator.region}], **knobs) as simulator:
        copy_from = {"image_name": "golden", "encrypted": True, "kms_key_id": key}
        result = run_main(simulator, {"image_name": "web", "copy_from": copy_from})
    assert result["reason"] == reason
    assert message in result["msg"]


def test_a_site_that_ignores_the_encryption_is_reported() -> None:
    image = {**ORIGINAL, "region": Simulator.region}
    with site([image], newest_fields=True, ignored_parameters="CopyImage.Encrypted") as simulator:
        task = {"image_name": "web", "copy_from": {"image_name": "golden", "encrypted": True}}
        result, again = run_main(simulator, task), run_main(simulator, task)
        kept = run_main(simulator, {**task, "copy_from": {"image_name": "golden"}})
    assert result["reason"] == "not_supported_by_site"
    assert "does not show it after a minute: copy_from.encrypted." in result["msg"]
    assert (
        "No later run changes copy_from.encrypted, since that is only set when an image is created. To keep the image "
        "as it is, omit copy_from.encrypted. Otherwise ask the operators of the site, delete the image with "
        f"state=absent and image_id={result['image_id']}, and run the task again." in result["msg"]
    )
    assert "what can still be changed" not in result["msg"]
    assert (again["reason"], kept["changed"]) == ("source_differs", False)


@pytest.mark.parametrize(("desired", "action"), SOURCES)
def test_a_site_without_the_action_is_reported(desired: Document, action: str) -> None:
    with site(missing_actions=action) as simulator:
        result = run_main(simulator, desired)
        made = named(simulator)
    assert (result["reason"], result["changed"], made) == ("not_supported_by_site", False, [])
    assert f"This site does not offer {action}" in result["msg"]


@pytest.mark.parametrize(("desired", "action"), SOURCES)
def test_a_site_that_ignores_tags_is_reported(desired: Document, action: str) -> None:
    with site(ignored_parameters=f"{action}.Tag") as simulator:
        result = run_main(simulator, {**desired, "tags": {"team": "web"}})
        (image,) = named(simulator)
    assert (result["reason"], result["image_id"]) == ("not_supported_by_site", image["image_id"])


# --- replaced by another import --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "knobs", [{"optional_fields": False}, {"ignored_parameters": "*.Tag"}], ids=["2018", "ignored"]
)
@pytest.mark.parametrize("desired", [COPY, IMPORT, {"image_name": "web", "instance_id": "i-web-running"}])
def test_a_site_that_does_not_show_the_mark_is_reported_with_what_may_be_the_cause(
    desired: Document, knobs: Document
) -> None:
    with site([ORIGINAL, {"id": "m-old", "name": "web"}], **knobs) as simulator:
        result = run_main(simulator, {**desired, "recreate": "always"})
        images = named(simulator)
    assert (result["reason"], [one["image_id"] for one in images]) == ("not_supported_by_site", ["m-old"])
    assert (
        "the site ignores the tags that this task creates an image with, or does not report the tags" in result["msg"]
    )
    # No call that another source needs.
    assert "CreateImage" not in result["msg"]


# The others do not report the mark of a replacement image, and replace none.
@pytest.mark.parametrize("knobs", [one for one in SITES.values() if "optional_fields" not in one])
def test_a_replacement_by_import_keeps_what_the_task_omits(knobs: Document) -> None:
    known = {"boot_mode": "uefi", "platform": "Ubuntu", "architecture": "i386", "os_type": "linux"}
    second = {**IMPORT, "import_from": [{"bucket": "golden-images", "object": "data.raw"}], "recreate": "always"}
    with site(**knobs) as simulator:
        first = run_main(simulator, {**IMPORT, **known})
        checked = run_main(simulator, {**second, "_ansible_check_mode": True})
        done = run_main(simulator, second)
        (image,) = named(simulator)
    names = ("platform", "architecture", "os_type", "boot_mode")
    assert (done["changed"], done["replaced_image_id"]) == (True, first["image_id"])
    assert {name: done["image"][name] for name in names} == {name: first["image"][name] for name in names}
    assert (image["boot_mode"], checked.get("warnings"), done.get("warnings")) == ("UEFI", None, None)
    assert "boot_mode" not in {**done["diff"]["before"], **done["diff"]["after"]}


def test_a_replacement_by_import_shows_no_change_of_a_license_that_stays() -> None:
    task = {**IMPORT, "os_type": "windows", "platform": "Windows Server 2019", "license_type": "BYOL"}
    with site(newest_fields=True) as simulator:
        created = run_main(simulator, task)
        replaced = run_main(simulator, {**task, "recreate": "always"})
    assert created["diff"]["after"]["license_type"] == "BYOL"
    assert (replaced["replaced_image_id"], replaced["image"]["license_type"]) == (created["image_id"], "BYOL")
    assert "license_type" not in {**replaced["diff"]["before"], **replaced["diff"]["after"]}


@pytest.mark.parametrize("desired", [COPY, IMPORT, {"image_name": "web", "instance_id": "i-web-running"}])
def test_the_next_run_resumes_an_interrupted_creation_with_recreate_always(desired: Document) -> None:
    task = {**desired, "recreate": "always"}
    with site(create_time=30) as simulator:
        first = run_main(simulator, {**task, "wait_timeout": 15})
        second = run_main(simulator, task)
        images = named(simulator)
    assert (first["reason"], second["changed"], second["image_id"]) == ("timed_out", False, first["image_id"])
    assert [(one["image_id"], one["status"]) for one in images] == [(first["image_id"], "Available")]
