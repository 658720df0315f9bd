# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each scripted fault, by its effect on a client."""

from __future__ import annotations

import dataclasses
import http.client
import pathlib
import time
import typing as t

import pytest

from apsarastack_simulator.faults import Fault

if t.TYPE_CHECKING:
    from apsarastack_simulator.testing import Simulator

    from .rpc import Caller

CONNECTION_LOST = (ConnectionResetError, http.client.RemoteDisconnected, http.client.BadStatusLine)


def test_every_key_of_a_fault_has_a_test_and_a_line_in_the_readme() -> None:
    here = pathlib.Path(__file__)
    tests, readme = here.read_text(encoding="utf-8"), (here.parents[1] / "README.md").read_text(encoding="utf-8")
    words = {field.name for field in dataclasses.fields(Fault)} - {"id", "seen", "hits"}
    assert {word for word in words if f"{word}=" not in tests and f'"{word}":' not in tests} == set()
    assert {word for word in words if f"`{word}`" not in readme} == set()


def test_an_error_is_returned_once_and_the_call_is_not_carried_out(simulator: Simulator, caller: Caller) -> None:
    simulator.fault(action="CreateImage", code="ServiceUnavailable")
    reply = caller.call("CreateImage", ImageName="web-01", InstanceId="i-web-running")
    assert (reply.status, reply.code) == (503, "ServiceUnavailable")
    assert caller.find(ImageName="web-01") == []
    call = simulator.calls()[0]
    assert (call["processed"], call["fault"], call["code"]) == (False, "ServiceUnavailable", "ServiceUnavailable")
    caller.create("web-01")


def test_an_error_may_be_returned_although_the_call_was_carried_out(simulator: Simulator, caller: Caller) -> None:
    simulator.fault(action="CreateImage", status=500, processed=True)
    reply = caller.call("CreateImage", ImageName="web-01", InstanceId="i-web-running")
    assert (reply.status, reply.code) == (500, "InternalError")
    assert len(caller.find(ImageName="web-01")) == 1
    assert simulator.calls()[0]["processed"] is True


@pytest.mark.parametrize(
    ("fault", "headers"),
    [
        ({}, {}),
        ({"retry_after": 2}, {"Retry-After": "2"}),
        ({"x_acs_retry_after": 1500}, {"x-acs-retry-after": "1500"}),
    ],
)
def test_throttling_may_have_a_retry_time(
    simulator: Simulator, caller: Caller, fault: dict[str, t.Any], headers: dict[str, str]
) -> None:
    simulator.fault(action="DescribeImages", code="Throttling.User", times=2, **fault)
    for _time in range(2):
        reply = caller.call("DescribeImages")
        assert (reply.status, reply.code) == (400, "Throttling.User")
        given = {name: reply.headers[name] for name in ("Retry-After", "x-acs-retry-after") if name in reply.headers}
        assert given == headers
    assert caller.call("DescribeImages").status == 200


def test_an_error_may_have_a_message_of_its_own(simulator: Simulator, caller: Caller) -> None:
    simulator.fault(code="OperationConflict", message="please retry again.")
    assert caller.call("DescribeImages").body["Message"] == "please retry again."


def test_the_status_of_throttling_is_a_knob(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(throttling_status=429)
    simulator.fault(code="Throttling")
    assert caller.call("DescribeImages").status == 429


def test_a_drop_before_leaves_nothing_behind(simulator: Simulator, caller: Caller) -> None:
    simulator.fault(action="CreateImage", drop="before")
    parameters = caller.signed("CreateImage", {"ImageName": "web-01", "InstanceId": "i-web-running"})
    with pytest.raises(CONNECTION_LOST):
        caller.send(parameters)
    assert caller.find() == caller.find(ImageName="in-use")
    assert (simulator.calls()[0]["processed"], simulator.calls()[0]["status"]) == (False, 0)
    # It never arrived, so not even its nonce is used.
    assert caller.send(parameters).status == 200


def test_a_drop_after_leaves_the_image_and_its_token_finds_it(simulator: Simulator, caller: Caller) -> None:
    simulator.fault(action="CreateImage", drop="after")
    with pytest.raises(CONNECTION_LOST):
        caller.create(ClientToken="token-1")
    (image,) = caller.find(ImageName="web-01")
    assert caller.create(ClientToken="token-1") == image["ImageId"]


def test_a_delay_delays(simulator: Simulator, caller: Caller) -> None:
    simulator.fault(action="DescribeImages", delay=0.2)
    started = time.monotonic()
    assert caller.call("DescribeImages").status == 200
    assert time.monotonic() - started >= 0.2


def test_a_trickle_comes_byte_by_byte_and_whole(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(body="plain")
    simulator.fault(action="DeleteImage", trickle=0.002)
    started = time.monotonic()
    reply = caller.call("DeleteImage", ImageId="m-in-use", Force="true")
    assert list(reply.body) == ["RequestId"]
    assert time.monotonic() - started >= 0.002 * len(reply.text)


@pytest.mark.parametrize(("size", "expected"), [(0, 0), (7, 7), (-1, None)])
def test_a_truncated_body_ends_early(simulator: Simulator, caller: Caller, size: int, expected: int | None) -> None:
    simulator.fault(action="DescribeImages", truncate=size)
    with pytest.raises(http.client.IncompleteRead) as caught:
        caller.call("DescribeImages")
    read, missing = len(caught.value.partial), caught.value.expected or 0
    assert read == (missing + read) // 2 if expected is None else read == expected


def test_an_empty_body_is_empty(simulator: Simulator, caller: Caller) -> None:
    simulator.fault(action="DeleteImage", empty=True)
    reply = caller.call("DeleteImage", ImageId="m-in-use", Force="true")
    assert (reply.status, reply.text) == (200, "")
    assert caller.image("m-in-use") is None


@pytest.mark.parametrize(("fault", "status"), [({}, 502), ({"status": 200}, 200)])
def test_a_proxy_may_answer_with_a_page(
    simulator: Simulator, caller: Caller, fault: dict[str, int], status: int
) -> None:
    simulator.fault(action="DescribeImages", html=True, **fault)
    reply = caller.call("DescribeImages")
    assert (reply.status, reply.headers["Content-Type"].split(";")[0]) == (status, "text/html")
    assert "502 Bad Gateway" in reply.text


def test_failure_may_come_with_status_200(simulator: Simulator, caller: Caller) -> None:
    simulator.fault(action="DeleteImage", asapi_success=False, code="ImageIsCreating")
    reply = caller.call("DeleteImage", ImageId="m-in-use", Force="true")
    assert reply.status == 200
    assert (reply.body["asapiSuccess"], reply.body["asapiErrorCode"]) == (False, "ImageIsCreating")
    assert caller.image("m-in-use") is not None


def test_a_list_may_hide_the_new_image(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create()
    simulator.fault(action="DescribeImages", hide=60, times=2)
    assert caller.find(ImageId=image_id) == []
    assert [image["ImageId"] for image in caller.find()] == ["m-in-use"]
    assert caller.image(image_id) is not None


@pytest.mark.parametrize(
    ("action", "name"),
    [("DescribeImages", "Images"), ("DescribeInstances", "Instances"), ("DescribeSnapshots", "Snapshots")],
)
def test_an_answer_may_lack_its_list(simulator: Simulator, caller: Caller, action: str, name: str) -> None:
    simulator.fault(action=action, missing_list=True)
    damaged, whole = caller.call(action), caller.call(action)
    assert damaged.status == 200
    assert damaged.body["TotalCount"] == whole.body["TotalCount"] > 0
    assert name not in damaged.body
    assert name in whole.body


@pytest.mark.parametrize("outcome", ["CreateFailed", "UnAvailable"])
def test_an_image_may_fail(simulator: Simulator, caller: Caller, outcome: str) -> None:
    simulator.fault(action="CreateImage", image=outcome)
    image_id = caller.create()
    image = caller.image(image_id)
    assert image is not None
    assert image["Status"] == "Creating"
    simulator.advance(10)
    image = caller.image(image_id)
    assert image is not None
    assert image["Status"] == outcome


def test_an_image_may_vanish_when_it_should_be_ready(simulator: Simulator, caller: Caller) -> None:
    simulator.fault(action="CreateImage", image="gone")
    image_id = caller.create()
    assert caller.image(image_id) is not None
    simulator.advance(10)
    assert caller.image(image_id) is None


def test_somebody_else_may_delete_the_image_between_two_calls(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create()
    simulator.advance(10)
    simulator.fault(action="DescribeImages", image="deleted")
    assert caller.image(image_id) is not None
    assert caller.image(image_id) is None
    assert caller.call("ModifyImageAttribute", ImageId=image_id, ImageName="late").code == "InvalidImageId.NotFound"


def test_a_lookup_by_name_affects_the_image_of_that_name_and_not_others_in_the_list(
    simulator: Simulator, caller: Caller
) -> None:
    simulator.knobs(name_match="fuzzy")
    meant, other = caller.create("web"), caller.create("web-2")
    simulator.advance(10)
    simulator.fault(action="DescribeImages", image="deleted")
    assert [each["ImageId"] for each in caller.find(ImageName="web")] == [other, meant]
    assert (caller.image(meant), caller.image(other) is not None) == (None, True)


def test_a_lookup_by_name_affects_nothing_where_no_image_has_that_name(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(name_match="fuzzy")
    other = caller.create("web-2")
    simulator.advance(10)
    simulator.fault(action="DescribeImages", image="deleted")
    assert [each["ImageId"] for each in caller.find(ImageName="web")] == [other]
    assert caller.image(other) is not None


def test_faults_are_selected_by_action_occurrence_and_index(simulator: Simulator, caller: Caller) -> None:
    simulator.fault(action="Describe*", skip=1, times=2, code="InternalError")
    simulator.fault(call=5, code="Throttling")
    codes = [caller.call("DescribeImages").code for _time in range(4)]
    assert codes == ["", "InternalError", "InternalError", ""]
    assert caller.call("DeleteImage", ImageId="m-unknown").code == "InvalidImageId.NotFound"
    assert caller.call("DescribeInstances").code == "Throttling"
    assert [fault["hits"] for fault in simulator.faults()] == [2, 1]


def test_times_zero_means_forever(simulator: Simulator, caller: Caller) -> None:
    simulator.fault(code="ServiceUnavailable", times=0)
    assert {caller.call("DescribeImages").status for _time in range(5)} == {503}
    simulator.clear_faults()
    assert caller.call("DescribeImages").status == 200


def test_a_fault_does_not_replace_the_verification_of_a_call(simulator: Simulator, caller: Caller) -> None:
    simulator.fault(code="ServiceUnavailable")
    caller.secret_key = "simulator-secret-wrong"
    assert caller.call("DescribeImages").code == "SignatureDoesNotMatch"
