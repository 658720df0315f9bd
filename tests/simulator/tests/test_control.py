# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control interface, the log and the command."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import time
import typing as t
import urllib.parse

import pytest
from aiohttp.test_utils import make_mocked_request

import apsarastack_simulator
from apsarastack_simulator.__main__ import main
from apsarastack_simulator.control import Control, is_loopback
from apsarastack_simulator.knobs import Knobs
from apsarastack_simulator.server import DEFAULT_PORT
from apsarastack_simulator.testing import Simulator

from .rpc import Caller

SECRET = "simulator-secret-0037"
PACKAGE = pathlib.Path(__file__).resolve().parents[1]


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


class Command:
    """The command as a process."""

    def __init__(self, tmp_path: pathlib.Path, *words: str) -> None:
        self._port_file = tmp_path / "port"
        environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
        command = [sys.executable, "-m", "apsarastack_simulator", "--port=0", f"--port-file={self._port_file}", *words]
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def port(self) -> int:
        """Waits for the port file."""
        give_up = time.monotonic() + 20
        while not self._port_file.exists():
            assert self.process.poll() is None
            assert time.monotonic() < give_up
            time.sleep(0.02)
        return int(self._port_file.read_text())

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@pytest.fixture
def command(tmp_path: pathlib.Path) -> t.Iterator[t.Callable[..., Command]]:
    started: list[Command] = []

    def start(*words: str) -> Command:
        started.append(Command(tmp_path, *words))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_prints_the_environment_and_stops_cleanly(
    command: t.Callable[..., Command], number: int
) -> None:
    running = command("--knob", "create_time=60", "--knob", "names_unique=true", "--speed", "2")
    port = running.port()
    assert control(port, "GET", "knobs")[1]["create_time"] == 60
    with Caller(port) as caller:
        assert caller.call("DescribeImages").status == 200
    code, out, err = running.stop(number)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert f"export APSARASTACK_ENDPOINT=http://127.0.0.1:{port}" in lines
    assert "export APSARASTACK_ACCESS_KEY=LTAIsimulator37" in lines
    assert "export APSARASTACK_SECRET_KEY=simulator-secret-0037" in lines
    assert "export APSARASTACK_DEPARTMENT=37" in lines
    assert "export APSARASTACK_RESOURCE_GROUP=412" in lines
    assert "export APSARASTACK_REGION=cn-neimeng-env30-d01" in lines


def test_the_command_serves_https_with_a_ca_of_its_own(
    command: t.Callable[..., Command], tmp_path: pathlib.Path
) -> None:
    running = command("--tls", str(tmp_path / "tls"))
    port = running.port()
    context = ssl.create_default_context(cafile=str(tmp_path / "tls" / "ca.pem"))
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    connection.request("GET", "/_simulator/health")
    assert connection.getresponse().status == 200
    connection.close()
    with pytest.raises(ssl.SSLCertVerificationError):
        http.client.HTTPSConnection("127.0.0.1", port, timeout=10).request("GET", "/_simulator/health")
    assert f"export APSARASTACK_CA_PATH={tmp_path}/tls/ca.pem" in running.stop()[1].splitlines()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--knob", "color=blue"), "unknown knob color"),
        (("--knob", "create_time"), "name=value"),
        (("--seed", "/no/such/seed.yml"), "cannot be read"),
        (("--speed", "-1"), "not negative"),
    ],
)
def test_the_command_refuses_invalid_arguments_with_a_message(
    command: t.Callable[..., Command], words: tuple[str, ...], sentence: str
) -> None:
    process = command(*words).process
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("apsarastack-simulator: ")
    assert sentence in err
    assert "Traceback" not in err


def test_the_command_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"apsarastack-simulator {apsarastack_simulator.__version__}\n"


def test_the_port_is_fixed_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    # Somebody may already use it: whether the test or another process holds it, the message names it.
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            holder.bind(("127.0.0.1", DEFAULT_PORT))
            holder.listen()
        assert main([]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        f"apsarastack-simulator: port {DEFAULT_PORT} of 127.0.0.1 is already in use, perhaps by another simulator."
        " Stop that one, or choose another port with --port; --port 0 takes a free one.\n"
    )


def test_lines_name_an_address_that_a_client_can_use_if_every_address_is_listened_on(
    command: t.Callable[..., Command],
) -> None:
    running = command("--host", "0.0.0.0")
    port = running.port()
    lines = running.stop()[1].splitlines()
    assert f"export APSARASTACK_ENDPOINT=http://127.0.0.1:{port}" in lines
