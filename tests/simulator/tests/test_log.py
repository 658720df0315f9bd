# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of calls: everything that arrived, and nothing that is secret."""

from __future__ import annotations

import http.client
import json
import socket
import urllib.parse

import pytest

from apsarastack_simulator.testing import Simulator

from .rpc import Caller
from .test_control import control

SECRET = "simulator-secret-0037"


def test_the_log_contains_each_call_and_no_secret(simulator: Simulator, caller: Caller) -> None:
    caller.create(ClientToken="token-1")
    caller.call("DeleteImage", ImageId="m-unknown")
    status, calls = control(simulator.port, "GET", "calls")
    assert status == 200
    created, deleted = calls
    assert created["parameters"]["ClientToken"] == "token-1"
    assert "Signature" not in created["parameters"]
    assert created["headers"]["x-acs-organizationid"] == "37"
    wanted = {"index": 0, "action": "CreateImage", "method": "POST", "path": "/", "access_key": "LTAIsimulator37"}
    assert {name: created[name] for name in wanted} == wanted
    outcome = ("status", "code", "processed", "write", "fault")
    assert [created[name] for name in outcome] == [200, "", True, True, ""]
    assert [deleted[name] for name in outcome] == [404, "InvalidImageId.NotFound", False, True, ""]
    assert created["duration_ms"] > 0
    assert "simulator-secret" not in json.dumps(calls)
    assert [call["action"] for call in simulator.calls("DeleteImage")] == ["DeleteImage"]
    assert control(simulator.port, "GET", "calls?after=0")[1] == [deleted]
    control(simulator.port, "DELETE", "calls")
    assert simulator.calls() == []


def exchanged(port: int) -> tuple[int, int]:
    """The bytes of a request and of its answer, as a socket sees them."""
    body = urllib.parse.urlencode({"Action": "DescribeImages", "Format": "JSON", "ImageName": "\u00fc"}).encode()
    head = f"POST /?x=%20 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
    sent = f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode() + body
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(sent)
        return len(sent), len(b"".join(iter(lambda: connection.recv(65536), b"")))


def test_the_log_counts_every_byte_of_a_call(simulator: Simulator) -> None:
    sent, received = exchanged(simulator.port)
    (call,) = simulator.calls()
    assert (call["request_bytes"], call["response_bytes"]) == (sent, received)


def test_a_damaged_answer_is_not_counted(simulator: Simulator) -> None:
    simulator.fault(action="*", truncate=10)
    sent, _received = exchanged(simulator.port)
    (call,) = simulator.calls()
    assert (call["request_bytes"], call["response_bytes"]) == (sent, 0)


def test_the_log_distinguishes_connections(simulator: Simulator, caller: Caller) -> None:
    caller.find()
    caller.find()
    with Caller(simulator.port) as second:
        second.find()
    one, two, three = [call["connection"] for call in simulator.calls()]
    assert one == two != three


@pytest.mark.parametrize(
    ("parameters", "headers"),
    [
        ({"AccessKeyId": SECRET}, {}),
        ({"Action": f"Describe{SECRET}"}, {}),
        ({SECRET: "value"}, {}),
        ({}, {"x-acs-organizationid": SECRET}),
        ({}, {"x-acs-resourcegroupid": SECRET}),
        ({}, {"User-Agent": f"agent/{SECRET}"}),
    ],
)
def test_the_log_contains_no_secret_wherever_it_is_sent(
    simulator: Simulator, parameters: dict[str, str], headers: dict[str, str]
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=10)
    query = urllib.parse.urlencode({"Action": "DescribeImages", **parameters})
    connection.request("GET", f"/?{query}", headers=headers)
    assert connection.getresponse().status in range(400, 500)
    connection.close()
    (call,) = control(simulator.port, "GET", "calls")[1]
    assert "simulator-secret" not in json.dumps(call)
    assert "(removed)" in json.dumps(call)


@pytest.mark.parametrize(("secret", "unknown"), [("Image", "DescribeMy(removed)s"), ("My", "Describe(removed)Images")])
def test_a_secret_that_is_part_of_an_action_leaves_its_name_in_the_log(secret: str, unknown: str) -> None:
    """Who reads the log asks for actions by their names, and a name of the API tells nothing."""
    with Simulator(seed_changes={"access_keys": [{"id": "LTAIshort", "secret": secret, "organization": 37}]}) as site:
        for action in ("DescribeImages", "DescribeMyImages"):
            connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
            connection.request("GET", f"/?Action={action}&AccessKeyId=LTAIshort")
            connection.getresponse().read()
            connection.close()
        assert [call["action"] for call in site.calls()] == ["DescribeImages", unknown]


def test_a_secret_that_is_part_of_a_field_leaves_its_name_in_the_log() -> None:
    with Simulator(seed_changes={"access_keys": [{"id": "LTAIshort", "secret": "e", "organization": 37}]}) as site:
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
        connection.request("GET", "/?Action=DescribeImages&AccessKeyId=LTAIshort")
        connection.getresponse().read()
        connection.close()
        (call,) = site.calls()
    assert {"index", "time", "write", "processed", "code"} <= set(call)
    assert call["action"] == "DescribeImages"
