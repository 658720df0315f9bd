# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever fails at any call of a retention, on any site, exactly the older images are removed, in the end."""

from __future__ import annotations

import os
import signal
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.modules import apsarastack_image_retention
from bench import Detour, Meanwhile, call_as_colleague
from breakages import BREAKAGES, LONG, Breakage
from through_main import run_main

from apsarastack_simulator.testing import Simulator

Document = dict[str, t.Any]
TENANT = {"organization": 37, "resource_group": 412}
DAY = 86400
KEEP_TWO = {"name_regex": "^web-", "keep": 2, "delete_snapshots": True}
DEPRECATE = {"name_regex": "^web-", "keep": 2, "action": "deprecate"}


def image(name: str, days: float, **known: t.Any) -> Document:
    disk = {"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": f"s-{name}"}
    return {"id": f"m-{name}", "name": name, "created": -days * DAY, "mappings": [disk], **TENANT, **known}


GOOD = [image(f"web-{days}", days) for days in (1, 2, 3, 4)]
# No task may touch these.
BYSTANDERS = [
    image("web-in-use", 20),
    image("web-shared", 21, shared_with=["1000000000000038"]),
    image("web-protected", 22, tags={"apsarastack.cloud/keep": ""}),
    image("web-growing", 0.01, ready_at=DAY),
    image("web-failed", 23, fails_as="CreateFailed"),
    image("web-unavailable", 24, fails_as="UnAvailable"),
    image("web-deprecated", 25, deprecated=True),
    image("web-replacement", 26, tags={"apsarastack.cloud/replaces": "m-web-replaced"}),
    image("web-replaced", 27),
    image("db-1", 28),
    image("web-foreign", 29, organization=38, resource_group=500),
]
IMAGES = [*GOOD, *BYSTANDERS]
SNAPSHOTS = [
    {
        "id": f"s-{one['name']}",
        "name": f"SnapshotForImage-{one['id']}-system",
        "created": one["created"],
        "disk_type": "system",
        "size": 40,
        "disk_id": "d-1",
        **TENANT,
    }
    for one in IMAGES
]
USER = {"id": "i-user", "name": "user", "status": "Running", "image_id": "m-web-in-use", **TENANT}
OLD, STAYING = {"m-web-3", "m-web-4"}, {one["id"] for one in IMAGES} - {"m-web-3", "m-web-4"}
# The differences between releases that affect retentions.
SITES: dict[str, Document] = {
    "of today": {},
    "that lags": {"delete_latency": 5, "modify_latency": 2},
    "that answers deletions of missing images": {"delete_unknown": "200", "body": "asapi200"},
}
# Slow answers are tested for all modules elsewhere.
GENERAL = [one for one in BREAKAGES if one.action == "*" and one.read_timeout == LONG]
# Each fault affects every fourth call, starting at another call for each fault.
EVERY = 4


def site(images: t.Sequence[Document] = IMAGES, **knobs: t.Any) -> Simulator:
    changes = {"images": list(images), "snapshots": SNAPSHOTS, "instances": [USER]}
    return Simulator(speed=0, seed_changes=changes, **knobs)


def run(simulator: Simulator, desired: Document, **more: t.Any) -> Document:
    return run_main(simulator, desired, apsarastack_image_retention, **more)


def present(simulator: Simulator) -> dict[str, Document]:
    """The images of the seed that are not deleted, without those of the platform."""
    there = [one for one in simulator.state()["images"] if not one["deleted"]]
    return {one["image_id"]: one for one in there if one["image_id"].startswith("m-")}


def usable(simulator: Simulator) -> set[str]:
    return {image_id for image_id, one in present(simulator).items() if one["status"] == "Available"}


def ids(entries: t.Iterable[Document]) -> set[str]:
    return {each["image_id"] for each in entries}


def broken_run(simulator: Simulator, desired: Document, breakage: Breakage, call: int) -> Document:
    if breakage.is_refused:
        return run(simulator, desired, adapter=Detour(call, float("inf") if breakage.lasts else 1))
    simulator.fault(skip=call, **breakage.script)
    return run(simulator, desired)


def calls_of(desired: Document, knobs: Document) -> int:
    with site(**knobs) as simulator:
        assert run(simulator, desired)["changed"]
        return len(simulator.calls())


def problems_of(first: Document, last: Document, breakage: Breakage, removed: set[str]) -> t.Iterator[str]:
    if breakage.is_transient and first.get("failed"):
        yield f"the run fails because of a transient fault: {first['msg']}"
    if last.get("failed"):
        yield f"the last run fails: {last['msg']}"
    if removed and not first.get("changed"):
        yield f"the first run has removed {removed} and does not say so: {first.get('msg')}"
    uncertain = {one["image_id"] for one in first.get("skipped_images", ()) if one["reason"] == "uncertain"}
    if not ids(first.get("removed", ())) <= removed <= ids(first.get("removed", ())) | uncertain:
        yield f"the first run has removed {removed}, but reports {first.get('removed')}"


def swept(desired: Document, knobs: Document) -> t.Iterator[tuple[str, Document, Document]]:
    """The case with its problems, the images of the cloud at the end, and the first result."""
    calls = calls_of(desired, knobs)
    with site(**knobs) as simulator:
        for number, breakage in enumerate(GENERAL):
            for call in range(number % EVERY, calls, EVERY):
                simulator.reset()
                before = usable(simulator)
                first = last = broken_run(simulator, desired, breakage, call)
                removed = before - usable(simulator)
                simulator.clear_faults()
                # A refusal of one image is reported without a failure.
                if first.get("failed") or OLD & ids(first["skipped_images"]):
                    simulator.advance(60)
                    last = run(simulator, desired)
                wrong = list(problems_of(first, last, breakage, removed))
                left, snapshots = present(simulator), simulator.state()["snapshots"]
                orphans = {one["snapshot_id"] for one in snapshots} & {"s-web-3", "s-web-4"}
                told = {one["snapshot_id"] for one in first.get("snapshots_failed", ())}
                if desired is KEEP_TWO and not orphans <= told:
                    wrong.append(f"snapshots {orphans} are left, but {told} are reported")
                yield f"{breakage.title}, call {call}: {wrong}" if wrong else "", left, first


@pytest.mark.parametrize("knobs", SITES.values(), ids=SITES)
def test_whatever_fails_exactly_the_older_images_are_deleted_in_the_end(knobs: Document) -> None:
    found = list(swept(KEEP_TWO, knobs))
    assert [wrong for wrong, _left, _first in found if wrong] == []
    for _wrong, left, _first in found:
        assert left.keys() == STAYING


def test_whatever_fails_exactly_the_older_images_are_deprecated_in_the_end() -> None:
    found = list(swept(DEPRECATE, {}))
    assert [wrong for wrong, _left, _first in found if wrong] == []
    for _wrong, left, _first in found:
        deprecated = {image_id for image_id, one in left.items() if one["status"] == "Deprecated"}
        assert (deprecated, set(left)) == ({*OLD, "m-web-deprecated"}, {*STAYING, *OLD})


# What a colleague does between the list and the deletion of m-web-4.
DEEDS: dict[str, tuple[str, Document, str]] = {
    "protects": (
        "TagResources",
        {
            "ResourceType": "image",
            "ResourceId": ["m-web-4"],
            "Tag": [{"Key": "apsarastack.cloud/keep", "Value": "yes"}],
        },
        "protected",
    ),
    "shares": (
        "ModifyImageSharePermission",
        {"ImageId": "m-web-4", "AddAccount": ["1000000000000038"]},
        "shared",
    ),
    "renames": ("ModifyImageAttribute", {"ImageId": "m-web-4", "ImageName": "web-4-good"}, "changed_meanwhile"),
    "deprecates": ("ModifyImageAttribute", {"ImageId": "m-web-4", "Status": "Deprecated"}, "changed_meanwhile"),
    "deletes": ("DeleteImage", {"ImageId": "m-web-4"}, "vanished"),
}


@pytest.mark.parametrize(("action", "parameters", "reason"), DEEDS.values(), ids=DEEDS)
def test_an_image_that_a_colleague_changes_stays_unchanged_and_the_others_go(
    action: str, parameters: Document, reason: str
) -> None:
    with site() as simulator:
        # The plan reads with whom two images are shared; then the run does so for the first one.
        adapter = Meanwhile(
            "DescribeImageSharePermission", lambda: call_as_colleague(simulator, action, **parameters), skip=2
        )
        result = run(simulator, KEEP_TWO, adapter=adapter)
        left = present(simulator)
    assert ids(result["removed"]) == {"m-web-3"}
    assert {one["image_id"]: one["reason"] for one in result["skipped_images"]}["m-web-4"] == reason
    assert ("m-web-4" in left) is (reason != "vanished")
    assert "did not delete image m-web-4 'web-4'" in str(result["warnings"])


def test_nothing_more_is_removed_once_a_colleague_deletes_an_image_that_is_kept() -> None:
    with site() as simulator:
        adapter = Meanwhile(
            "DescribeImageSharePermission",
            lambda: call_as_colleague(simulator, "DeleteImage", ImageId="m-web-2"),
            skip=2,
        )
        result = run(simulator, KEEP_TWO, adapter=adapter)
        left = present(simulator)
    assert (result["changed"], set(left)) == (False, {*STAYING, *OLD} - {"m-web-2"})


def test_two_retentions_at_once_remove_the_older_images_once() -> None:
    with site() as simulator:
        same = Meanwhile("DeleteImage", lambda: call_as_colleague(simulator, "DeleteImage", ImageId="m-web-4"))
        result = run(simulator, KEEP_TWO, adapter=same)
        left, snapshots = present(simulator), simulator.state()["snapshots"]
    assert (result.get("failed", False), set(left)) == (False, STAYING)
    assert not {one["snapshot_id"] for one in snapshots} & {"s-web-3", "s-web-4"}


@pytest.mark.parametrize("action", ["DeleteImage", "DeleteSnapshot", "DescribeImageSharePermission"])
def test_an_interrupted_task_reports_what_it_has_done_and_is_resumed(action: str) -> None:
    with site() as simulator:
        first = run(simulator, KEEP_TWO, adapter=Meanwhile(action, lambda: os.kill(os.getpid(), signal.SIGTERM)))
        last = run(simulator, KEEP_TWO)
        left = present(simulator)
    assert (first["reason"], last.get("failed", False), set(left)) == ("interrupted", False, STAYING)
    if action == "DeleteSnapshot":
        assert [one["snapshot_id"] for one in first["snapshots_failed"]] == ["s-web-4"]
        assert "s-web-4 may be left" in first["msg"]


def test_an_image_that_is_being_exported_stays_and_the_others_go_at_once() -> None:
    with site() as simulator:
        call_as_colleague(simulator, "ExportImage", ImageId="m-web-4", OSSBucket="exports")
        simulator.knobs(export_time=3600)
        result = run(simulator, KEEP_TWO)
        calls = [call["action"] for call in simulator.calls()]
    assert (result["changed"], ids(result["removed"])) == (True, {"m-web-3"})
    assert "ImageIsExporting" in str(result["warnings"])
    assert calls.count("DeleteImage") == 2


def test_an_image_that_is_being_created_or_copied_is_not_touched() -> None:
    with site(copy_time=DAY) as simulator:
        call_as_colleague(
            simulator,
            "CopyImage",
            ImageId="m-web-4",
            DestinationRegionId=simulator.region,
            DestinationImageName="web-c",
        )
        result = run(simulator, KEEP_TWO)
    skipped = {one["image_name"]: one["reason"] for one in result["skipped_images"]}
    assert (skipped["web-4"], skipped["web-c"]) == ("refused", "being_created")
    assert ids(result["removed"]) == {"m-web-3"}


@pytest.mark.parametrize("action", ["DescribeImageSharePermission", "DeleteImage", "ModifyImageAttribute"])
def test_a_site_without_an_action_is_reported(action: str) -> None:
    with site(missing_actions=action) as simulator:
        result = run(simulator, DEPRECATE if action == "ModifyImageAttribute" else KEEP_TWO)
        left = present(simulator)
    assert (result["reason"], result["error"]["action"], len(left)) == ("not_supported_by_site", action, len(IMAGES))


def test_a_site_that_ignores_the_status_is_reported() -> None:
    with site(ignored_parameters="ModifyImageAttribute.Status") as simulator:
        result = run(simulator, DEPRECATE)
        writes = [call for call in simulator.calls() if call["write"]]
    assert (result["reason"], len(writes)) == ("not_supported_by_site", 1)
    assert "This site does not support action=deprecate" in result["msg"]
    reasons = {one["image_id"]: one["reason"] for one in result["skipped_images"]}
    assert (reasons["m-web-4"], reasons["m-web-3"]) == ("ignored", "not_reached")


def test_a_site_that_does_not_know_deprecated_images_deletes_the_older_ones() -> None:
    images = [one for one in IMAGES if not one.get("deprecated")]
    with site(images, known_statuses="Creating,Available,UnAvailable,CreateFailed") as simulator:
        result = run(simulator, KEEP_TWO)
    assert ids(result["removed"]) == OLD


def test_nothing_is_selected_by_tags_on_a_site_that_does_not_report_them() -> None:
    with site(optional_fields=False) as simulator:
        by_tags = run(simulator, {"tags": {"team": "web"}, "keep": 1})
    assert (by_tags["changed"], by_tags["kept"], by_tags["removed"]) == (False, [], [])
