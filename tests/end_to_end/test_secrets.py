# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secret key and the token stay in the process: no output, result or log contains them."""

from __future__ import annotations

import base64
import json
import typing as t
import urllib.parse

import pytest
from ansible_process import MODULE

if t.TYPE_CHECKING:
    from ansible_process import Ansible

    from apsarastack_simulator.testing import Simulator

# With all characters that an encoding changes.
SECRET = "simulator/secret+0001=&%~*"
TOKEN = "simulator/token+0001=&%~*"
KEYS = [
    {"id": "LTAIspecial", "secret": SECRET, "organization": 37},
    {"id": "STS.special", "secret": SECRET, "organization": 37, "token": TOKEN},
    {"id": "STS.expired", "secret": SECRET, "organization": 37, "token": TOKEN, "expires": -60},
    {"id": "LTAIother", "secret": "simulator-secret-other", "organization": 37},
]


def encodings(secret: str) -> set[str]:
    """The forms in which the secret might leak: verbatim, or in JSON, a URL, a string to sign, or Base64."""
    once = {secret, urllib.parse.quote(secret), urllib.parse.quote(secret, safe="~"), urllib.parse.quote_plus(secret)}
    twice = {urllib.parse.quote(text, safe="~") for text in once}
    return once | twice | {json.dumps(secret)[1:-1]} | set(_base64(secret.encode()))


def _base64(secret: bytes) -> t.Iterator[str]:
    """At each offset in a group of three bytes, without characters that also encode neighboring bytes."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + secret).decode().rstrip("=")
        yield text[(before * 8 + 5) // 6 : (before + len(secret)) * 8 // 6]


def test_each_encoding_of_a_secret_is_detected() -> None:
    text = f"before {SECRET} after"
    leaks = [
        text,
        urllib.parse.quote_plus(text),
        urllib.parse.quote(urllib.parse.quote(text, safe="~"), safe="~"),
        *(base64.b64encode(b"x" * before + text.encode()).decode() for before in range(3)),
    ]
    assert [leak for leak in leaks if not any(form in leak for form in encodings(SECRET))] == []


@pytest.mark.parametrize(
    ("key", "token", "code"),
    [
        pytest.param("LTAIspecial", "", None, id="success"),
        pytest.param("STS.special", TOKEN, None, id="success with a token"),
        pytest.param("LTAIother", "", "SignatureDoesNotMatch", id="secret of another key"),
        pytest.param("STS.special", TOKEN + "x", "InvalidSecurityToken.MismatchWithAccessKey", id="another token"),
        pytest.param("STS.expired", TOKEN, "InvalidSecurityToken.Expired", id="expired token"),
    ],
)
def test_no_output_result_or_log_contains_a_secret(
    ansible: Ansible, simulator: Simulator, key: str, token: str, code: str | None
) -> None:
    simulator.reset(seed={"access_keys": KEYS}, knobs={"create_time": 0})
    secrets = {"secret_key": SECRET, "security_token": token}
    # As options, since Ansible prints them. From a file, since Ansible also prints the lines of a failed task.
    variables = ansible.write("secrets.json", json.dumps(secrets))
    task = {"image_name": "web", "instance_id": "i-web-running", "access_key": key}
    templates = {name: "{{ " + name + " }}" for name in secrets}

    run = ansible.image("-vvv", "-e", f"@{variables}", **task, **templates)

    assert run.result.get("error", {}).get("code") == code
    assert (run.code == 0) == (code is None)
    assert simulator.calls() != []
    output = run.output + json.dumps(simulator.calls()) + json.dumps(simulator.state())
    assert [form for secret in (SECRET, TOKEN) for form in encodings(secret) if form in output] == []


def test_a_secret_with_a_line_break_is_refused_without_showing_it(ansible: Ansible, simulator: Simulator) -> None:
    secrets = {"secret": SECRET, "token": TOKEN}
    variables = ansible.write("secrets.json", json.dumps({name: f"{value}\n" for name, value in secrets.items()}))
    clean = {"access_key": "STS.special", "secret_key": "{{ secret | trim }}", "security_token": "{{ token | trim }}"}
    flawed: list[dict[str, t.Any]] = [
        {"secret_key": "{{ secret }}"},
        {"security_token": "{{ token }}"},
        {"security_token": " {{ token | trim }}"},
        {"access_key": "LTAIspecial\n"},
    ]
    # Each of these sends the keys to a service first.
    elsewhere: list[dict[str, t.Any]] = [
        {},
        {"resource_group_set_name": "ops"},
        {"assume_role": {"role_arn": "acs:ram::1000000000000037:role/imager"}},
    ]
    tasks = [{MODULE: {"image_name": "web", **clean, **where, **way}} for way in flawed for where in elsewhere]

    run = ansible.play([{**task, "ignore_errors": True} for task in tasks], "-vvv", "-e", f"@{variables}")

    refused = [next(iter(way)) for way in flawed for _where in elsewhere]
    assert len(run.results) == len(refused)
    for option, result in zip(refused, run.results):
        assert result["reason"] == "invalid_input"
        assert result["msg"].startswith(
            f"{option} (set in the task) must contain only printable ASCII characters and no whitespace"
        )
    assert simulator.calls() == []
    output = run.output + json.dumps(simulator.state())
    assert [form for secret in secrets.values() for form in encodings(secret) if form in output] == []


PASSWORD = "simulator/password-of:proxy"


@pytest.mark.parametrize("quoted", [urllib.parse.quote(PASSWORD, safe=""), "simulator-password"])
def test_no_output_and_no_invocation_contains_the_password_of_a_proxy(ansible: Ansible, quoted: str) -> None:
    proxy = f"http://bob:{quoted}@127.0.0.1:1"
    variables = ansible.write("secrets.json", json.dumps({"proxy": proxy}))
    short = {"image_name": "web", "wait_timeout": 1}
    by_option: list[dict[str, t.Any]] = [
        # A failed connection, and refusals by the module and by Ansible itself.
        {**short, "proxy": "{{ proxy }}"},
        {**short, "proxy": "{{ proxy }}", "image_name": "web golden"},
        {**short, "proxy": "gopher{{ proxy }}"},
        {**short, "proxy": ["{{ proxy }}"]},
        {**short, "proxy": "{{ proxy }}", "wait": "perhaps"},
        {**short, "proxy": "{{ proxy }}", "no_such_option": 1},
        {"proxy": "{{ proxy }}"},
    ]
    by_variable: list[dict[str, t.Any]] = [short, {**short, "wait": "perhaps"}, {**short, "image_name": "web golden"}]
    environment = {"APSARASTACK_PROXY": "{{ proxy }}"}
    # Newer releases of ansible-core show it only on request.
    ansible.environment["ANSIBLE_INJECT_INVOCATION"] = "true"
    tasks: list[dict[str, t.Any]] = [{MODULE: options} for options in by_option]
    tasks += [{MODULE: options, "environment": environment} for options in by_variable]

    run = ansible.play([{**task, "ignore_errors": True} for task in tasks], "-vvv", "-e", f"@{variables}")

    assert len(run.results) == len(tasks)
    assert all("msg" in result for result in run.results)
    assert all(result["invocation"]["module_args"]["proxy"] for result in run.results)
    # Ansible itself prints the environment of a task as part of the command.
    output = "".join(line for line in run.output.splitlines() if "APSARASTACK_PROXY=" not in line)
    assert [form for form in encodings(quoted) if form in output] == []
