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
