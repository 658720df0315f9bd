# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each knob by its effect. Those that decide between errors are in test_error_table.py, others beside their action."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import pytest

from apsarastack_simulator.knobs import CHOICES, Knobs

from .rpc import Caller
from .test_actions import METADATA, metadata

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

HERE = pathlib.Path(__file__).parent


def test_every_knob_has_a_test() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("*.py"))
    assert [name for name in Knobs().as_dict() if f"{name}=" not in tests and f'"{name}":' not in tests] == []


def test_every_knob_has_a_line_in_the_readme() -> None:
    readme = (HERE.parent / "README.md").read_text(encoding="utf-8")
    assert [name for name in Knobs().as_dict() if f"`{name}`" not in readme] == []


def test_the_first_of_the_choices_is_the_default() -> None:
    defaults = Knobs().as_dict()
    assert {name: choices[0] for name, choices in CHOICES.items()} == {name: defaults[name] for name in CHOICES}


def test_knobs_are_read_from_text_and_from_values() -> None:
    knobs = Knobs().changed({"create_time": "2", "names_unique": "Yes", "image_quota": "7", "fail_next_create": 3})
    assert (knobs.create_time, knobs.names_unique, knobs.image_quota, knobs.fail_next_create) == (2.0, True, 7, "3")
    assert Knobs().changed({"names_unique": False, "delete_unknown": 200}).delete_unknown == "200"


def status_of(caller: Caller, image_id: str) -> str:
    image = caller.image(image_id)
    return "" if image is None else str(image["Status"])


def test_waiting_time_puts_an_image_into_a_queue_first(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(waiting_time=100, create_time=100)
    image_id = caller.create()
    assert status_of(caller, image_id) == "Waiting"
    simulator.advance(101)
    assert status_of(caller, image_id) == "Creating"
    simulator.advance(100)
    assert status_of(caller, image_id) == "Available"


def test_visible_after_hides_a_new_image_from_lists_only(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(visible_after=5, create_time=1)
    image_id = caller.create()
    simulator.advance(2)
    assert caller.image(image_id) is None
    assert caller.call("ModifyImageAttribute", ImageId=image_id, ImageName="renamed").status == 200
    simulator.advance(4)
    assert status_of(caller, image_id) == "Available"


@pytest.mark.parametrize(
    ("release", "taken"),
    [("strict", []), ("2018", ["acs:web", "aliyun-web"]), ("2021", ["web-1.2", "Web.Server"])],
)
def test_image_names_decides_which_names_a_release_takes(
    simulator: Simulator, caller: Caller, release: str, taken: list[str]
) -> None:
    simulator.knobs(image_names=release, create_time=0)
    names = ["acs:web", "aliyun-web", "web-1.2", "Web.Server", "web golden", "1web", "web/golden"]
    image_id = caller.create()
    calls = {name: caller.call("ModifyImageAttribute", ImageId=image_id, ImageName=name) for name in names}
    assert [name for name, call in calls.items() if call.status == 200] == taken
    assert {call.code for call in calls.values() if call.status != 200} == {"InvalidImageName.Malformed"}


def test_delete_latency_keeps_a_deleted_image_listed(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(delete_latency=5)
    image_id = caller.create()
    simulator.advance(4)
    assert caller.call("DeleteImage", ImageId=image_id).status == 200
    assert status_of(caller, image_id) == "Available"
    assert caller.call("DeleteImage", ImageId=image_id).code == "InvalidImageId.NotFound"
    simulator.advance(6)
    assert status_of(caller, image_id) == ""


def test_modify_latency_shows_the_old_attributes_for_a_while(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create("old-name")
    simulator.advance(4)
    simulator.knobs(modify_latency=5)
    caller.call("ModifyImageAttribute", ImageId=image_id, ImageName="new-name")
    simulator.advance(1)
    caller.call("ModifyImageAttribute", ImageId=image_id, Description="described")
    assert [image["ImageId"] for image in caller.find(ImageName="old-name")] == [image_id]
    assert caller.find(ImageName="new-name") == []
    simulator.advance(4.5)
    (image,) = caller.find(ImageName="new-name")
    assert image["Description"] == ""
    simulator.advance(1)
    (image,) = caller.find(ImageName="new-name")
    assert image["Description"] == "described"
    assert caller.find(ImageName="old-name") == []


def test_tag_list_lag_delays_the_list_of_tags_only(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(tag_list_lag=2)
    scope = {"ResourceType": "image", "ResourceId.1": "m-in-use"}
    caller.call("TagResources", {**scope, "Tag.1.Key": "env", "Tag.1.Value": "dev"})
    assert caller.call("ListTagResources", scope).body["TagResources"]["TagResource"] == []
    image = caller.image("m-in-use")
    assert image is not None
    assert image["Tags"] == {"Tag": [{"TagKey": "env", "TagValue": "dev"}]}
    simulator.advance(3)
    assert len(caller.call("ListTagResources", scope).body["TagResources"]["TagResource"]) == 1


def test_an_available_image_may_not_be_usable_yet(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(available_but_not_usable=100)
    image_id = caller.create()
    simulator.advance(4)
    image = caller.image(image_id)
    assert image is not None
    assert (image["Status"], image["Usable"]) == ("Available", False)
    simulator.advance(100)
    image = caller.image(image_id)
    assert image is not None
    assert image["Usable"] is True


def test_usable_is_reported_if_the_release_has_it(simulator: Simulator, caller: Caller) -> None:
    image = caller.image("m-in-use")
    assert image is not None
    assert "Usable" not in image
    simulator.knobs(usable_field=True)
    image = caller.image("m-in-use")
    assert image is not None
    assert image["Usable"] is True


def test_a_pending_instance_runs_after_its_time(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(pending_time=60)
    wanted = {"InstanceId": "i-web-pending", "ImageName": "web-01"}
    assert caller.call("CreateImage", wanted).code == "IncorrectInstanceStatus"
    simulator.advance(61)
    assert caller.call("CreateImage", wanted).status == 200


@pytest.mark.parametrize(("outcome", "told"), [("CreateFailed", "CreateFailed"), ("UnAvailable", "UnAvailable")])
def test_the_next_creations_may_fail(simulator: Simulator, caller: Caller, outcome: str, told: str) -> None:
    simulator.knobs(fail_next_create=2, failed_status=outcome)
    ids = [caller.create(f"web-{number}") for number in range(3)]
    assert {status_of(caller, image_id) for image_id in ids} == {"Creating"}
    simulator.advance(4)
    assert [status_of(caller, image_id) for image_id in ids] == [told, told, "Available"]


def test_a_failing_image_may_vanish(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(fail_next_create=1, failed_status="gone")
    image_id = caller.create()
    assert status_of(caller, image_id) == "Creating"
    simulator.advance(4)
    assert status_of(caller, image_id) == ""
    assert caller.call("DeleteImage", ImageId=image_id).code == "InvalidImageId.NotFound"


def test_a_creation_may_fail_for_a_reason(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(fail_next_create="the disk is broken")
    image_id = caller.create()
    state = simulator.image(image_id)
    assert state is not None
    assert state["failure"] == "the disk is broken"
    simulator.advance(4)
    assert status_of(caller, image_id) == "CreateFailed"
    image = caller.image(image_id)
    assert image is not None
    assert image["Progress"] == "99%"
    second = caller.create("web-02")
    simulator.advance(4)
    assert status_of(caller, second) == "Available"


@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        ({"progress": "linear"}, ["20%", "80%"]),
        ({"progress": "stalling"}, ["36%", "90%"]),
        ({"progress": "absent"}, [None, None]),
        ({"progress_sign": False}, ["20", "80"]),
    ],
)
def test_progress_is_reported_in_different_ways(
    simulator: Simulator, caller: Caller, knobs: dict[str, t.Any], expected: list[str | None]
) -> None:
    simulator.knobs(create_time=100, **knobs)
    image_id = caller.create()
    told = []
    for seconds in (20, 60):
        simulator.advance(seconds)
        image = caller.image(image_id)
        assert image is not None
        told.append(image.get("Progress"))
    assert told == expected


def test_an_image_that_is_being_created_may_be_deleted_if_the_site_allows_it(
    simulator: Simulator, caller: Caller
) -> None:
    simulator.knobs(delete_creating="200")
    image_id = caller.create()
    assert caller.call("DeleteImage", ImageId=image_id).status == 200
    assert status_of(caller, image_id) == ""


def test_short_descriptions_are_allowed_by_older_releases(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(description_minimum=0)
    image = caller.image(caller.create(Description="x"))
    assert image is not None
    assert image["Description"] == "x"


def test_devices_and_systems_are_spelt_in_the_ways_of_sites(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(device_prefix="vd", os_type_case="title")
    image = caller.image("m-in-use")
    assert image is not None
    assert image["DiskDeviceMappings"]["DiskDeviceMapping"][0]["Device"] == "/dev/vda"
    assert image["OSType"] == "Linux"


@pytest.mark.parametrize(
    ("naming", "purpose"), [("image_id", "{image_id}"), ("image_name", "web"), ("other", "[0-9]+")]
)
def test_snapshots_of_images_are_named_in_the_ways_of_sites(
    simulator: Simulator, caller: Caller, naming: str, purpose: str
) -> None:
    simulator.knobs(snapshot_names=naming)
    image_id = caller.create(ImageName="web")
    image = caller.image(image_id)
    assert image is not None
    snapshot_id = image["DiskDeviceMappings"]["DiskDeviceMapping"][0]["SnapshotId"]
    found = caller.call("DescribeSnapshots", SnapshotIds=json.dumps([snapshot_id])).body["Snapshots"]["Snapshot"]
    assert re.fullmatch(f"SnapshotForImage-{purpose}-system".format(image_id=image_id), found[0]["SnapshotName"])


def test_optional_fields_may_be_missing_altogether(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(optional_fields=False)
    image = caller.image("m-in-use")
    assert image is not None
    assert not {"Description", "Tags", "ProductCode", "IsSupportCloudinit"} & set(image)
    assert image["DiskDeviceMappings"]["DiskDeviceMapping"] == [{"Device": "/dev/xvda", "Size": "40"}]


@pytest.mark.parametrize(
    ("code", "status"), [("InvalidAction.NotFound", 404), ("InvalidAction", 403), ("InvalidApi.NotFound", 404)]
)
def test_an_unknown_action_has_the_code_of_the_site(
    simulator: Simulator, caller: Caller, code: str, status: int
) -> None:
    simulator.knobs(unknown_action=code)
    reply = caller.call("DescribePets")
    assert (reply.status, reply.code) == (status, code)


def test_credentials_of_the_instance_role_live_for_role_seconds(simulator: Simulator) -> None:
    simulator.knobs(role_seconds=900)
    _status, first = metadata(simulator.port, "GET", f"{METADATA}instance-role")
    simulator.advance(460)
    _status, second = metadata(simulator.port, "GET", f"{METADATA}instance-role")
    assert first != second


DECORATION = {"asapiSuccess", "asapiRequestId", "eagleEyeTraceId"}


def test_a_plain_body_is_not_decorated(simulator: Simulator, caller: Caller) -> None:
    assert set(caller.call("DeleteImage", ImageId="m-in-use", Force="true").body) == {"RequestId"} | DECORATION
    failed = caller.call("DeleteImage", ImageId="m-unknown").body
    assert (failed["asapiSuccess"], failed["asapiErrorCode"]) == (False, "InvalidImageId.NotFound")
    simulator.knobs(body="plain")
    failed = caller.call("DeleteImage", ImageId="m-unknown").body
    assert set(failed) == {"RequestId", "HostId", "Code", "Message", "Recommend"}
    assert not DECORATION & set(caller.call("DescribeImages").body)


def test_a_gateway_may_tell_every_error_with_status_200(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(body="asapi200")
    reply = caller.call("DeleteImage", ImageId="m-unknown")
    assert (reply.status, reply.body["asapiSuccess"]) == (200, False)
    assert (reply.body["asapiErrorCode"], reply.body["Code"]) == ("InvalidImageId.NotFound", "InvalidImageId.NotFound")
    assert caller.call("DescribeImages").body["asapiSuccess"] is True


@pytest.mark.parametrize(("gateway", "statuses"), [("both", (200, 200)), ("pop", (200, 404)), ("asapi", (404, 200))])
def test_a_site_may_serve_one_gateway_only(simulator: Simulator, gateway: str, statuses: tuple[int, int]) -> None:
    simulator.knobs(gateway=gateway)
    for path, status in zip(("/", "/asapi/v3"), statuses):
        with Caller(simulator.port, path=path) as caller:
            reply = caller.call("DescribeImages", Product="Ecs")
            assert reply.status == status
            assert reply.headers["Content-Type"].startswith("application/json" if status == 200 else "text/html")


def test_a_site_without_acs3_sees_a_call_without_parameters(simulator: Simulator, caller: Caller) -> None:
    headers = {"Authorization": "ACS3-HMAC-SHA256 Credential=x,SignedHeaders=host,Signature=00"}
    with_acs3 = caller.request("POST", "/?Format=JSON", None, headers)
    assert with_acs3.body["Message"].find('"x-acs-action"') > 0
    simulator.knobs(acs3=False)
    without = caller.request("POST", "/?Format=JSON", None, headers)
    assert without.body["Message"].find('"Action"') > 0
