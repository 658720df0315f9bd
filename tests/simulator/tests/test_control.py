# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control interface, the log and the command."""

from __future__ import annotations

import asyncio
import http.client
import json
import pathlib
import ssl
import time
import typing as t

import pytest
from aiohttp.test_utils import make_mocked_request

from apsarastack_simulator.control import Control, is_loopback
from apsarastack_simulator.knobs import Knobs
from apsarastack_simulator.testing import Simulator

if t.TYPE_CHECKING:
    from .rpc import Caller

SECRET = "simulator-secret-0037"


def control(port: int, method: str, path: str, document: t.Any = None) -> tuple[int, t.Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, f"/_simulator/{path}", None if document is None else json.dumps(document))
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


def test_health_says_ok(simulator: Simulator) -> None:
    status, answer = control(simulator.port, "GET", "health")
    assert (status, answer["ok"]) == (200, True)


def test_reset_brings_back_the_seed_and_empties_the_rest(simulator: Simulator, caller: Caller) -> None:
    caller.create()
    simulator.fault(action="*", status=500, times=0)
    simulator.knobs(create_time=99, names_unique=True)
    assert control(simulator.port, "POST", "reset") == (200, {"ok": True})
    assert [image["ImageId"] for image in caller.find()] == ["m-in-use"]
    assert [call["action"] for call in simulator.calls()] == ["DescribeImages"]
    assert simulator.faults() == []
    assert simulator.knobs() == Knobs().as_dict()


def test_reset_takes_sections_of_a_seed_and_knobs(simulator: Simulator, caller: Caller) -> None:
    images = [{"id": "m-mine", "name": "mine", "organization": 37, "resource_group": 412, "tags": {"a": "b"}}]
    changes = {"seed": {"images": images, "generated_images": 3}, "knobs": {"max_page_size": 50}}
    assert control(simulator.port, "POST", "reset", changes)[0] == 200
    names = [image["ImageName"] for image in caller.find()]
    assert names == ["generated-00003", "generated-00002", "generated-00001", "mine"]
    assert caller.call("DescribeImages", PageSize="51").code == "InvalidParameter"


@pytest.mark.parametrize(
    ("method", "path", "document", "word"),
    [
        ("POST", "reset", {"seeds": {}}, "seeds"),
        ("POST", "reset", {"seed": {"pets": []}}, "pets"),
        ("POST", "reset", {"seed": {"images": [{"name": "x"}]}}, "images"),
        ("PATCH", "knobs", {"no_such": 1}, "no_such"),
        ("PATCH", "knobs", {"body": "pretty"}, "asapi200"),
        ("PATCH", "knobs", {"create_time": "soon"}, "create_time"),
        ("PATCH", "knobs", {"names_unique": "perhaps"}, "names_unique"),
        ("POST", "faults", {"action": "CreateImage"}, "nothing"),
        ("POST", "faults", {"actoin": "CreateImage", "status": 500}, "actoin"),
        ("POST", "faults", {"status": "500"}, "status"),
        ("POST", "faults", {"action": "DeleteImages", "status": 500}, "never strike"),
        ("POST", "faults", {"drop": "sometimes"}, "before or after"),
        ("POST", "clock", {"advance": -1}, "not negative"),
        ("POST", "clock", {"back": 1}, "back"),
        ("PATCH", "instances/i-nowhere", {"status": "Running"}, "i-nowhere"),
        ("PATCH", "instances/i-web-running", {"status": "Sleeping"}, "Stopped"),
        ("POST", "faults", [], "object"),
        ("PATCH", "knobs", "create_time=1", "not a JSON object"),
    ],
)
def test_an_invalid_control_request_is_refused_with_a_message(
    simulator: Simulator, method: str, path: str, document: t.Any, word: str
) -> None:
    status, answer = control(simulator.port, method, path, document)
    assert status == 400
    assert word in answer["error"]


def test_a_body_that_is_not_json_is_refused_with_a_message(simulator: Simulator, caller: Caller) -> None:
    reply = caller.request("PATCH", "/_simulator/knobs", "create_time=1", {})
    assert reply.status == 400
    assert "not valid JSON" in reply.body["error"]


def test_the_clock_can_be_moved_and_sped_up(simulator: Simulator, caller: Caller) -> None:
    simulator.knobs(create_time=1000)
    image_id = caller.create()
    assert control(simulator.port, "POST", "clock", {"advance": 1001, "speed": 0})[1]["speed"] == 0
    image = caller.image(image_id)
    assert image is not None
    assert image["Status"] == "Available"


def test_the_clock_runs_at_its_speed(simulator: Simulator) -> None:
    simulator.speed(1000)
    then = control(simulator.port, "GET", "clock")[1]["now"]
    give_up = time.monotonic() + 10
    while control(simulator.port, "GET", "clock")[1]["now"] < then + 5:
        assert time.monotonic() < give_up


def test_other_pages_in_a_browser_cannot_control_the_simulator(simulator: Simulator) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=10)
    connection.request("POST", "/_simulator/reset", headers={"Sec-Fetch-Site": "cross-site"})
    assert connection.getresponse().status == 403
    connection.close()


def test_a_simulator_in_the_process_serves_https_too(tmp_path: pathlib.Path) -> None:
    with Simulator(tls_in=str(tmp_path)) as simulator:
        context = ssl.create_default_context(cafile=simulator.ca_path)
        connection = http.client.HTTPSConnection("127.0.0.1", simulator.port, timeout=10, context=context)
        connection.request("GET", "/_simulator/health")
        assert connection.getresponse().status == 200
        connection.close()


def test_an_image_fails_when_its_instance_changes_meanwhile(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create()
    assert control(simulator.port, "PATCH", "instances/i-web-running", {"status": "Stopping"})[0] == 200
    image = caller.image(image_id)
    assert image is not None
    assert image["Status"] == "CreateFailed"


def test_the_state_shows_everything_but_secrets(simulator: Simulator, caller: Caller) -> None:
    image_id = caller.create()
    state = control(simulator.port, "GET", "state?limit=1")[1]
    assert [image["image_id"] for image in state["images"]] == [image_id]
    assert state["image_count"] == 5
    assert {instance["instance_id"] for instance in state["instances"]} >= {"i-web-running", "i-other-tenant"}
    assert "simulator-secret" not in json.dumps(state)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.0.2.1", False),
        ("::ffff:192.0.2.1", False),
        ("fe80::1%eth0", False),
        ("", False),
        (None, False),
    ],
)
def test_only_loopback_may_control(address: str | None, expected: bool) -> None:
    assert is_loopback(address) is expected


@pytest.mark.parametrize(("control_for", "status"), [("loopback", 403), ("any", 200)])
def test_other_hosts_may_control_only_if_they_are_let_in(control_for: str, status: int, simulator: Simulator) -> None:
    request = make_mocked_request("GET", "/_simulator/health").clone(remote="192.0.2.1")
    (health,) = [
        route.handler
        for route in Control(simulator.service, control_for).routes()
        if (route.method, route.path) == ("GET", "/_simulator/health")
    ]
    answer = asyncio.run(t.cast("t.Any", health)(request))
    assert answer.status == status
