# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
import requests
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.metadata import ADDRESS_VARIABLE, keys_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Keys
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import NoAnswerError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.scripted import Exchange, Script

TOKEN_PATH = "/latest/api/token"
ROLES_PATH = "/latest/meta-data/ram/security-credentials/"
ROLE_PATH = f"{ROLES_PATH}instance-role"
CREDENTIALS = {
    "Code": "Success",
    "AccessKeyId": "STS.1",
    "AccessKeySecret": "simulator-secret-role",
    "SecurityToken": "simulator-token-role",
}
KEYS = Keys("STS.1", "simulator-secret-role", "simulator-token-role")
SESSION = Exchange(TOKEN_PATH, b"session-token")
REFUSED = requests.ConnectionError(ConnectionRefusedError(111, "Connection refused"))
SLOW = requests.exceptions.ReadTimeout("slow")
TOKEN_HEADER = "X-aliyun-ecs-metadata-token"


def ask(*exchanges: Exchange, role: str = "instance-role") -> tuple[Keys, Script]:
    script = Script(*exchanges)
    keys = keys_of(role, Clock().deadline(), script.session())
    assert script.expected == []
    return keys, script


def failure(*exchanges: Exchange, role: str = "instance-role") -> NoAnswerError:
    with pytest.raises(NoAnswerError) as raised:
        ask(*exchanges, role=role)
    error = raised.value
    assert error.permanent
    assert "simulator-" not in message_of(error)
    assert error.advice == "Check ecs_role_name, and that the task runs on an ECS instance which has this RAM role."
    return error


def test_the_role_is_requested_with_a_session_token() -> None:
    keys, script = ask(SESSION, Exchange(ROLE_PATH, CREDENTIALS))
    assert keys == KEYS
    first, second = script.seen
    assert (first.method, first.url) == ("PUT", f"http://100.100.100.200{TOKEN_PATH}")
    assert first.headers["X-aliyun-ecs-metadata-token-ttl-seconds"] == "21600"
    assert (second.method, second.url) == ("GET", f"http://100.100.100.200{ROLE_PATH}")
    assert second.headers[TOKEN_HEADER] == "session-token"


def test_the_timeout_is_short_and_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.com:1")
    monkeypatch.setenv("http_proxy", "http://proxy.example.com:1")
    _keys, script = ask(SESSION, Exchange(ROLE_PATH, CREDENTIALS))
    assert [seen.options["timeout"] for seen in script.seen] == [(1.0, 1.0), (1.0, 1.0)]
    assert [requests.utils.select_proxy(seen.url, seen.options["proxies"]) for seen in script.seen] == ["", ""]


@pytest.mark.parametrize(
    "refused",
    [
        Exchange(TOKEN_PATH, b"Not Found", 404),
        Exchange(TOKEN_PATH, b"<html> a page </html>"),
        Exchange(TOKEN_PATH, b""),
        Exchange(TOKEN_PATH, error=REFUSED),
    ],
)
def test_a_server_without_session_tokens_is_queried_without_one(refused: Exchange) -> None:
    keys, script = ask(refused, Exchange(ROLE_PATH, CREDENTIALS))
    assert keys == KEYS
    assert TOKEN_HEADER not in script.seen[1].headers


def test_without_a_name_the_role_of_the_instance_is_used() -> None:
    keys, script = ask(SESSION, Exchange(ROLES_PATH, b"instance-role\n"), Exchange(ROLE_PATH, CREDENTIALS), role="")
    assert keys == KEYS
    assert [seen.headers.get(TOKEN_HEADER) for seen in script.seen] == [None, "session-token", "session-token"]


@pytest.mark.parametrize("answer", [b"", b"<html>a page</html>", b"two\nroles"])
def test_an_instance_without_a_role_is_reported(answer: bytes) -> None:
    assert "the instance has no role" in message_of(failure(SESSION, Exchange(ROLES_PATH, answer), role=""))


def test_a_role_that_the_instance_does_not_have_is_reported() -> None:
    error = failure(SESSION, Exchange(ROLE_PATH, b"Not Found", 404))
    assert error.message == "no usable response from http://100.100.100.200: HTTP 404"
    assert error.http_status == 404


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>a page</html>",
        b"[]",
        {**CREDENTIALS, "Code": "Failed"},
        {**CREDENTIALS, "AccessKeySecret": ""},
        {**CREDENTIALS, "SecurityToken": None},
    ],
)
def test_an_answer_without_complete_keys_is_refused_and_not_quoted(answer: t.Any) -> None:
    error = failure(SESSION, Exchange(ROLE_PATH, answer))
    assert (
        error.message
        == "no usable response from http://100.100.100.200: its answer does not contain complete credentials"
    )


def test_a_host_that_is_not_an_instance_is_reported_quickly() -> None:
    error = failure(Exchange(TOKEN_PATH, error=REFUSED), Exchange(ROLE_PATH, error=REFUSED))
    assert error.action == f"GET {ROLE_PATH}"
    assert error.problem == "no connection could be made (Connection refused)"


def test_a_slow_server_is_queried_again() -> None:
    keys, _script = ask(SESSION, Exchange(ROLE_PATH, error=SLOW), Exchange(ROLE_PATH, CREDENTIALS))
    assert keys == KEYS


def test_a_timeout_does_not_name_options_of_the_cloud() -> None:
    error = failure(SESSION, Exchange(ROLE_PATH, error=SLOW), Exchange(ROLE_PATH, error=SLOW))
    assert error.problem == "it did not answer within 1 second"


def test_undecodable_tokens_and_answers_are_handled() -> None:
    noise = b"\xff\xfe"
    keys, script = ask(Exchange(TOKEN_PATH, noise), Exchange(ROLE_PATH, CREDENTIALS))
    assert keys == KEYS
    assert TOKEN_HEADER not in script.seen[1].headers
    assert "complete credentials" in message_of(failure(SESSION, Exchange(ROLE_PATH, noise)))


def test_the_address_can_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS_VARIABLE, "http://127.0.0.1:18999/")
    _keys, script = ask(SESSION, Exchange(ROLE_PATH, CREDENTIALS))
    assert script.seen[1].url == f"http://127.0.0.1:18999{ROLE_PATH}"
