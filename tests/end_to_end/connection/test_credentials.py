# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every kind of credentials, with real sockets."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of, result_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.context import Context
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    RefusalError,
    ServiceError,
    TaskFailedError,
)
from sites import KEYS, REGION, TENANT, client, own_images, proxy

from apsarastack_simulator.testing import Simulator

ARN = "acs:ram::1000000000000037:role/imager"
PAIR = {"access_key_id": KEYS["access_key"], "access_key_secret": KEYS["secret_key"]}
STS = {"access_key": "STS.simulator37", "secret_key": "simulator-secret-sts-0037"}
STS_TOKEN = "simulator-token-0037"
PROFILES: list[dict[str, t.Any]] = [
    {"name": "lasting", "mode": "AK", **PAIR},
    {
        "name": "temporary",
        "mode": "StsToken",
        "access_key_id": STS["access_key"],
        "access_key_secret": STS["secret_key"],
        "sts_token": STS_TOKEN,
    },
    {"name": "role", "mode": "RamRoleArn", **PAIR, "ram_role_arn": ARN, "expired_seconds": 900},
    {"name": "instance", "mode": "EcsRamRole", "ram_role_name": "instance-role"},
    {"name": "any-instance", "mode": "EcsRamRole"},
]
PLACE = {"region": REGION, **TENANT}
each_gateway = pytest.mark.parametrize("path", ["/", "/asapi/v3"])


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"current": "lasting", "profiles": PROFILES}), encoding="utf-8")
    return str(path)


@pytest.fixture
def metadata(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """The simulator as the metadata service of this machine."""
    monkeypatch.setenv("APSARASTACK_METADATA_ADDRESS", simulator.endpoint)
    return simulator


def signers(simulator: Simulator) -> list[tuple[str, str]]:
    """Action and access key of each call that was carried out, except those to the metadata service."""
    calls = [call for call in simulator.calls() if call["processed"] and call["access_key"]]
    return [(call["action"], call["access_key"][:4]) for call in calls]


def test_an_access_key_needs_no_further_call(simulator: Simulator) -> None:
    assert own_images(client(**PLACE, **KEYS, endpoint=simulator.endpoint)) == ["in-use"]
    assert len(simulator.calls()) == 1


def test_a_temporary_key_requires_its_token(simulator: Simulator) -> None:
    where = {**PLACE, **STS, "endpoint": simulator.endpoint}
    assert own_images(client(**where, security_token=STS_TOKEN)) == ["in-use"]
    with pytest.raises(ServiceError, match="MissingSecurityToken"):
        own_images(client(**where))


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("lasting", [("DescribeImages", "LTAI")]),
        ("temporary", [("DescribeImages", "STS.")]),
        ("role", [("AssumeRole", "LTAI"), ("DescribeImages", "STS.")]),
        ("instance", [("DescribeImages", "STS.")]),
        ("any-instance", [("DescribeImages", "STS.")]),
    ],
)
def test_each_mode_of_a_profile_is_supported(
    metadata: Simulator, config: str, name: str, calls: list[tuple[str, str]]
) -> None:
    calling = client(**PLACE, profile=name, shared_credentials_file=config, endpoint=metadata.endpoint)
    assert own_images(calling) == ["in-use"]
    assert signers(metadata) == calls


def test_the_current_profile_of_a_file_is_used_unless_the_environment_names_another(
    simulator: Simulator, config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APSARASTACK_SHARED_CREDENTIALS_FILE", config)
    own_images(client(**PLACE, endpoint=simulator.endpoint))
    monkeypatch.setenv("ALIBABACLOUDSTACK_PROFILE", "temporary")
    own_images(client(**PLACE, endpoint=simulator.endpoint))
    assert signers(simulator) == [("DescribeImages", "LTAI"), ("DescribeImages", "STS.")]


def test_the_credentials_of_the_task_have_priority_over_those_of_the_environment(
    simulator: Simulator, config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APSARASTACK_ACCESS_KEY", "LTAInobody")
    monkeypatch.setenv("APSARASTACK_SECRET_KEY", "simulator-secret-nobody")
    where = {**PLACE, "endpoint": simulator.endpoint}
    for credentials in (
        {"profile": "temporary", "shared_credentials_file": config},
        {"shared_credentials_file": config},
        KEYS,
    ):
        assert own_images(client(**where, **credentials)) == ["in-use"]
    assert [key for _action, key in signers(simulator)] == ["STS.", "LTAI", "LTAI"]
    with pytest.raises(ServiceError, match="InvalidAccessKeyId"):
        own_images(client(**where))


@each_gateway
def test_calls_of_an_assumed_role_use_its_token(simulator: Simulator, path: str) -> None:
    role = {"role_arn": ARN, "session_name": "nightly", "policy": {"Version": "1"}, "session_expiration": 900}
    calling = client(**PLACE, **KEYS, assume_role=role, endpoint=simulator.endpoint + path)
    assert own_images(calling) == ["in-use"]
    assume, describe = simulator.calls()
    assert (assume["action"], assume["access_key"]) == ("AssumeRole", KEYS["access_key"])
    assert assume["parameters"]["RoleSessionName"] == "nightly"
    assert assume["parameters"]["DurationSeconds"] == "900"
    assert json.loads(assume["parameters"]["Policy"]) == {"Version": "1"}
    assert describe["access_key"] == calling.connection.access_key
    assert {call["path"] for call in (assume, describe)} == {path}


def test_a_role_is_assumed_at_the_security_token_service_of_the_same_site_and_always_over_https(
    tmp_path: Path,
) -> None:
    with Simulator(tls_in=str(tmp_path)) as simulator, proxy(tmp_path, simulator.port) as leading:
        where = {"popgw_domain": "env30.example.com", "is_center_region": False, "protocol": "http"}
        calling = client(
            **PLACE, **KEYS, **where, proxy=leading.url, validate_certs=False, assume_role={"role_arn": ARN}
        )
        assert calling.connection.endpoint == f"http://ecs-internal.{REGION}.env30.example.com/"
        assert leading.requested() == [f"CONNECT sts.{REGION}.env30.example.com:443"]


@pytest.mark.parametrize(
    ("arn", "code", "advice"),
    [
        ("acs:ram::1000000000000037:role/nobody", "EntityNotExist.Role", "Check role_arn"),
        ("not-an-arn", "InvalidParameter.RoleArn", "Check role_arn"),
        ("acs:ram::1000000000000038:role/imager", "NoPermission", "not allowed to call AssumeRole"),
    ],
)
def test_a_failure_names_the_role_that_cannot_be_assumed(
    simulator: Simulator, arn: str, code: str, advice: str
) -> None:
    with pytest.raises(TaskFailedError) as raised:
        client(**PLACE, **KEYS, assume_role={"role_arn": arn}, endpoint=simulator.endpoint)
    result = result_of(raised.value, Context({"assume_role": {"role_arn": arn}}))
    assert (result["error"]["action"], result["error"]["code"]) == ("AssumeRole", code)
    assert result["msg"].startswith(f"Could not assume role {arn}: {code}")
    assert advice in result["msg"]


@pytest.mark.parametrize("session_token", ["optional", "required"])
def test_the_role_of_the_instance_provides_keys(metadata: Simulator, session_token: str) -> None:
    metadata.knobs(metadata_token=session_token)
    calling = client(**PLACE, ecs_role_name="instance-role", endpoint=metadata.endpoint)
    assert own_images(calling) == ["in-use"]
    assert calling.connection.access_key.startswith("STS.")


def test_a_failure_names_the_option_for_a_role_that_the_instance_does_not_have(metadata: Simulator) -> None:
    with pytest.raises(TaskFailedError) as raised:
        client(**PLACE, ecs_role_name="other", endpoint=metadata.endpoint)
    assert "HTTP 404. Check ecs_role_name" in message_of(raised.value)


def test_a_missing_metadata_service_is_reported_at_once(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APSARASTACK_METADATA_ADDRESS", "http://127.0.0.1:9")
    with pytest.raises(TaskFailedError) as raised:
        client(**PLACE, ecs_role_name="instance-role", endpoint=simulator.endpoint)
    message = message_of(raised.value)
    assert "Connection refused" in message and "Check ecs_role_name" in message


@pytest.mark.parametrize(
    "credentials",
    [{**KEYS, "assume_role": {"role_arn": ARN}}, {"ecs_role_name": "instance-role"}],
    ids=["role", "instance"],
)
def test_temporary_keys_that_expire_during_a_task_are_renewed(
    metadata: Simulator, credentials: dict[str, t.Any]
) -> None:
    calling = client(**PLACE, **credentials, endpoint=metadata.endpoint)
    first = calling.connection.access_key
    assert own_images(calling) == ["in-use"]
    metadata.advance(21600)
    assert own_images(calling) == ["in-use"]
    assert calling.connection.access_key != first


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "is not valid JSON"),
        ('{"profiles": []}', "has no such profile"),
        ('{"profiles": [{"name": "lasting", "mode": "AK", "access_key_id": "LTAI1"}]}', "has no access_key_secret"),
    ],
)
def test_an_unusable_profile_file_is_refused_before_the_first_request(
    simulator: Simulator, config: str, content: str, problem: str
) -> None:
    Path(config).write_text(content, encoding="utf-8")
    with pytest.raises(RefusalError) as raised:
        client(**PLACE, profile="lasting", shared_credentials_file=config, endpoint=simulator.endpoint)
    assert problem in raised.value.message
    assert config in raised.value.message
    assert simulator.calls() == []
