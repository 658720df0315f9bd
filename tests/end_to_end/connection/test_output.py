# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The output of ansible-playbook with -vvv never contains a secret key or a token, with any kind of credentials."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_process import Ansible
from sites import REGION
from test_credentials import ARN, KEYS, PROFILES, STS, STS_TOKEN
from test_secrets import encodings

from apsarastack_simulator.testing import Simulator

INFO = "apsarastack.cloud.apsarastack_image_info"
WRONG = "simulator-secret-wrong"
WRONG_TOKEN = "simulator-token-wrong"


@pytest.fixture
def ansible(simulator: Simulator, collections: Path, tmp_path: Path) -> Ansible:
    """An Ansible whose environment has the endpoint of the simulator, and no credentials."""
    place = {
        "APSARASTACK_ENDPOINT": simulator.endpoint,
        "APSARASTACK_REGION": REGION,
        "APSARASTACK_METADATA_ADDRESS": simulator.endpoint,
    }
    return Ansible(tmp_path, collections, place)


def profiles(ansible: Ansible) -> str:
    broken = {"name": "broken", "mode": "StsToken", "access_key_id": "LTAI1", "access_key_secret": WRONG}
    wrong = {"name": "wrong", "mode": "AK", "access_key_id": KEYS["access_key"], "access_key_secret": WRONG}
    return str(ansible.write("profiles.json", json.dumps({"profiles": [*PROFILES, broken, wrong]})))


def test_no_kind_of_credentials_prints_a_secret(ansible: Ansible, simulator: Simulator) -> None:
    file = profiles(ansible)
    truncated = ansible.write("truncated.json", f'{{"profiles": [{{"name": "lasting", "access_key_secret": "{WRONG}" ')
    # From a file, since Ansible prints the lines of a failed task.
    secrets = {"lasting": KEYS["secret_key"], "temporary": STS["secret_key"], "token": STS_TOKEN}
    secrets = {**secrets, "wrong": WRONG, "wrong_token": WRONG_TOKEN}
    variables = ansible.write("secrets.json", json.dumps(secrets))
    lasting = {"access_key": KEYS["access_key"], "secret_key": "{{ lasting }}"}
    temporary = {"access_key": STS["access_key"], "secret_key": "{{ temporary }}"}
    cases: list[tuple[str | None, dict[str, t.Any]]] = [
        (None, lasting),
        (None, {**temporary, "security_token": "{{ token }}"}),
        *((None, {"profile": entry["name"], "shared_credentials_file": file}) for entry in PROFILES),
        (None, {**lasting, "assume_role": {"role_arn": ARN}, "resource_group_set_name": "ops"}),
        (None, {"ecs_role_name": "instance-role"}),
        ("SignatureDoesNotMatch", {**lasting, "secret_key": "{{ wrong }}"}),
        ("SignatureDoesNotMatch", {"profile": "wrong", "shared_credentials_file": file}),
        ("InvalidSecurityToken", {**temporary, "security_token": "{{ wrong_token }}"}),
        ("SignatureDoesNotMatch", {**lasting, "secret_key": "{{ wrong }}", "assume_role": {"role_arn": ARN}}),
        ("EntityNotExist.Role", {**lasting, "assume_role": {"role_arn": f"{ARN}-x"}}),
        ("has no sts_token", {"profile": "broken", "shared_credentials_file": file}),
        ("is not valid JSON", {"profile": "lasting", "shared_credentials_file": str(truncated)}),
        ("HTTP 404", {"ecs_role_name": "other"}),
    ]
    tasks = [{INFO: options, "ignore_errors": problem is not None} for problem, options in cases]

    run = ansible.play(tasks, "-vvv", "-e", f"@{variables}")

    assert run.code == 0
    for (problem, _options), result in zip(cases, run.results):
        if problem is None:
            assert [image["image_name"] for image in result["images"]] == ["in-use"]
        else:
            assert problem in result["msg"]
    assert len(run.results) == len(cases)
    issued = [(key.secret, key.token) for key in simulator.service.world.access_keys.values()]
    hidden = {text for pair in [*issued, (WRONG, WRONG_TOKEN)] for text in pair if text}
    assert len(hidden) > len(secrets), "the cloud has issued no keys"
    output = run.output + json.dumps(simulator.calls()) + json.dumps(simulator.state())
    assert [form for secret in hidden for form in encodings(secret) if form in output] == []


SWAPPED = {"access_key": KEYS["secret_key"], "secret_key": KEYS["access_key"]}


@pytest.mark.parametrize("is_from_environment", [False, True])
def test_a_secret_key_that_was_swapped_with_its_access_key_is_not_shown(
    ansible: Ansible, simulator: Simulator, is_from_environment: bool
) -> None:
    swapped = {"name": "swapped", "access_key_id": SWAPPED["access_key"], "access_key_secret": SWAPPED["secret_key"]}
    document = {"profiles": [{**swapped, "mode": "AK"}]}
    file = str(ansible.write("profiles.json", json.dumps(document)))
    # From a file, since Ansible prints the lines of a failed task.
    variables = ansible.write("secrets.json", json.dumps(SWAPPED))
    keys = {} if is_from_environment else {option: "{{ " + option + " }}" for option in SWAPPED}
    if is_from_environment:
        ansible.environment.update({f"APSARASTACK_{option.upper()}": value for option, value in SWAPPED.items()})
    # Newer releases of ansible-core show it only on request.
    ansible.environment["ANSIBLE_INJECT_INVOCATION"] = "true"
    cases: list[dict[str, t.Any]] = [
        keys,
        {**keys, "assume_role": {"role_arn": ARN}},
        {**keys, "resource_group_set_name": "ops"},
        {**keys, "wait_timeout": "long"},
        {**keys, "newest": 0},
        # Ansible itself would not know which options to hide.
        {**keys, "assume_role": "nonsense"},
        {**keys, "assume_role": ["nonsense"]},
        {"profile": "swapped", "shared_credentials_file": file},
    ]
    run = ansible.play([{INFO: each, "ignore_errors": True} for each in cases], "-vvv", "-e", f"@{variables}")

    messages = [result["msg"] for result in run.results]
    assert len(messages) == len(cases)
    origin = "set by APSARASTACK_" if is_from_environment else "set in the task"
    for number in (0, 1, 2):
        assert "InvalidAccessKeyId.NotFound" in messages[number]
        assert "that the access key and its secret key are not swapped" in messages[number]
        assert f"Check access_key ({origin}" in messages[number]
        assert f"and secret_key ({origin}" in messages[number]
    assert "Check profile 'swapped'" in messages[-1]
    assert [form for form in encodings(KEYS["secret_key"]) if form in run.output] == []


def test_an_unverified_site_causes_no_warnings(collections: Path, tmp_path: Path) -> None:
    with Simulator(tls_in=str(tmp_path / "tls")) as simulator:
        ansible = Ansible(tmp_path, collections, {"APSARASTACK_REGION": REGION})
        options = {"endpoint": simulator.endpoint, "access_key": KEYS["access_key"], "secret_key": "{{ lasting }}"}
        variables = ansible.write("secrets.json", json.dumps({"lasting": KEYS["secret_key"]}))
        run = ansible.play([{INFO: {**options, "validate_certs": False}}], "-vvv", "-e", f"@{variables}")
    assert [image["image_name"] for image in run.result["images"]] == ["in-use"]
    assert "warnings" not in run.result
    assert "[WARNING]" not in run.output
    assert "Insecure" not in run.output
