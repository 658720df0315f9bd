# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secret key and the token stay in the process: nothing that is printed, told or logged holds them."""

from __future__ import annotations

import base64
import json
import typing as t
import urllib.parse

import pytest

if t.TYPE_CHECKING:
    from ansible_process import Ansible

    from apsarastack_simulator.testing import Simulator

# With everything that an encoding changes.
SECRET = "simulator/secret+0001=&%~*"
TOKEN = "simulator/token+0001=&%~*"
KEYS = [
    {"id": "LTAIspecial", "secret": SECRET, "organization": 37},
    {"id": "STS.special", "secret": SECRET, "organization": 37, "token": TOKEN},
    {"id": "STS.expired", "secret": SECRET, "organization": 37, "token": TOKEN, "expires": -60},
    {"id": "LTAIother", "secret": "simulator-secret-other", "organization": 37},
]


def encodings(secret: str) -> set[str]:
    """The secret as it might leak: as it is, as a part of JSON, of a URL, of a string to sign, or in Base64."""
    once = {secret, urllib.parse.quote(secret), urllib.parse.quote(secret, safe="~"), urllib.parse.quote_plus(secret)}
    twice = {urllib.parse.quote(text, safe="~") for text in once}
    return once | twice | {json.dumps(secret)[1:-1]} | set(_base64(secret.encode()))


def _base64(secret: bytes) -> t.Iterator[str]:
    """Wherever it begins within a group of three bytes; characters that also hold neighbouring bytes are left out."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + secret).decode().rstrip("=")
        yield text[(before * 8 + 5) // 6 : (before + len(secret)) * 8 // 6]


def test_each_encoding_would_be_found() -> None:
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
        pytest.param("LTAIspecial", "", None, id="a success"),
        pytest.param("STS.special", TOKEN, None, id="a success with a token"),
        pytest.param("LTAIother", "", "SignatureDoesNotMatch", id="the secret of another key"),
        pytest.param("STS.special", TOKEN + "x", "InvalidSecurityToken.MismatchWithAccessKey", id="another token"),
        pytest.param("STS.expired", TOKEN, "InvalidSecurityToken.Expired", id="a token that has expired"),
    ],
)
def test_no_output_result_or_log_holds_a_secret(
    ansible: Ansible, simulator: Simulator, key: str, token: str, code: str | None
) -> None:
    simulator.reset(seed={"access_keys": KEYS}, knobs={"create_time": 0})
    secrets = {"secret_key": SECRET, "security_token": token}
    # As options, since those are what Ansible prints. From a file, since it also prints the lines of a task that fails.
    variables = ansible.write("secrets.json", json.dumps(secrets))
    wish = {"image_name": "web", "instance_id": "i-web-running", "access_key": key}
    templates = {name: "{{ " + name + " }}" for name in secrets}

    run = ansible.image("-vvv", "-e", f"@{variables}", **wish, **templates)

    assert run.result.get("error", {}).get("code") == code
    assert (run.code == 0) == (code is None)
    assert simulator.calls() != []
    told = run.output + json.dumps(simulator.calls()) + json.dumps(simulator.state())
    assert [form for secret in (SECRET, TOKEN) for form in encodings(secret) if form in told] == []
