# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
import requests
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.caller import Caller, Role
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.credentials import caller_from, client_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.failures import message_of
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.hiding import Secrets
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.connection import Keys
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import (
    RefusalError,
    ServiceError,
    TaskFailedError,
    may_be_done,
)
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.scripted import Exchange, Script
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.test_connection import COMPLETE

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.client import Client

ARN = "acs:ram::1000000000000037:role/imager"
ROLE = {"role_arn": ARN, "session_name": None, "policy": None, "session_expiration": None}
NOBODY = {"access_key": None, "secret_key": None}
OPS = {"id": 412, "organizationID": 37, "resourceGroupName": "ops"}
ASCM_PATH = "/ascm/auth/resource_group/list_resource_group"
TOKEN_PATH = "/latest/api/token"
ROLE_PATH = "/latest/meta-data/ram/security-credentials/instance-role"
EXPIRED = {"Code": "InvalidSecurityToken.Expired", "Message": "The token has expired."}


def keys(number: int) -> dict[str, str]:
    return {
        "AccessKeyId": f"STS.{number}",
        "AccessKeySecret": f"simulator-secret-{number}",
        "SecurityToken": f"simulator-token-{number}",
    }


def assumed(number: int) -> Exchange:
    return Exchange("AssumeRole", {"Credentials": keys(number)}, form={"RoleArn": ARN})


class Bench:
    """All sessions share one script."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *exchanges: Exchange) -> None:
        self.script = Script(*exchanges)
        self.secrets = Secrets({})
        session = self.script.session()
        monkeypatch.setattr(requests, "Session", lambda: session)

    def client(self, **options: t.Any) -> Client:
        return client_from({**COMPLETE, **options}, Clock().deadline(), self.secrets.add)

    def signers(self) -> list[str]:
        """The access key of each signed request."""
        assert self.script.expected == []
        return [seen.form["AccessKeyId"] for seen in self.script.seen if "AccessKeyId" in seen.form]


def profile(folder: Path, **entry: t.Any) -> str:
    path = folder / "config.json"
    path.write_text(json.dumps({"profiles": [{"name": "work", **entry}]}), encoding="utf-8")
    return str(path)


def refusal(**options: t.Any) -> str:
    with pytest.raises(RefusalError) as raised:
        caller_from({**COMPLETE, **options})
    return raised.value.message


def test_keys_win_over_a_profile_and_the_role_of_the_instance() -> None:
    assert caller_from({**COMPLETE, "profile": "work", "ecs_role_name": "role"}) == Caller()


def test_a_role_is_assumed_with_whatever_the_other_options_give(tmp_path: Path) -> None:
    role = Role(ARN)
    assert caller_from({**COMPLETE, "assume_role": ROLE}) == Caller(role=role)
    instance = {**COMPLETE, **NOBODY, "ecs_role_name": "instance-role", "assume_role": ROLE}
    assert caller_from(instance) == Caller(instance_role="instance-role", role=role)
    file = profile(tmp_path, mode="AK", access_key_id="LTAIprofile", access_key_secret="simulator-secret")
    by_profile = {**COMPLETE, **NOBODY, "profile": "work", "shared_credentials_file": file, "assume_role": ROLE}
    assert caller_from(by_profile) == Caller(keys=Keys("LTAIprofile", "simulator-secret"), role=role)


def test_two_sources_of_credentials_are_refused() -> None:
    assert refusal(**NOBODY, profile="work", ecs_role_name="role") == (
        "profile (set in the task) and ecs_role_name (set in the task) are mutually exclusive: give one of them."
    )


@pytest.mark.parametrize("role", ["a/b", "../x", "a b", "a?b"])
def test_an_invalid_role_name_is_refused(tmp_path: Path, role: str) -> None:
    rule = "must contain only letters, digits, '.', '_' and '-'"
    assert refusal(**NOBODY, ecs_role_name=role) == f"ecs_role_name (set in the task) {rule}, but is {role!r}."
    file = profile(tmp_path, mode="EcsRamRole", ram_role_name=role)
    assert f"ram_role_name {rule}." in refusal(**NOBODY, profile="work", shared_credentials_file=file)


def test_a_security_token_without_its_keys_is_refused() -> None:
    message = refusal(**{**COMPLETE, **NOBODY, "security_token": "simulator-token", "profile": "work"})
    assert message.startswith("security_token (set in the task) requires its access key")
    assert "simulator-token" not in message


def test_two_roles_are_refused(tmp_path: Path) -> None:
    pair = {"access_key_id": "LTAIprofile", "access_key_secret": "simulator-secret"}
    file = profile(tmp_path, mode="RamRoleArn", ram_role_arn=ARN, **pair)
    assert refusal(**NOBODY, profile="work", shared_credentials_file=file, assume_role=ROLE).startswith(
        "assume_role (set in the task) is given, but the profile already assumes a role"
    )


def test_a_profile_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = profile(tmp_path, mode="AK", access_key_id="LTAIprofile", access_key_secret="simulator-secret")
    bench = Bench(monkeypatch, Exchange("DescribeImages"))
    bench.client(**NOBODY, shared_credentials_file=file, profile="work").call("DescribeImages")
    assert bench.signers() == ["LTAIprofile"]


def test_an_assumed_role_signs_with_its_temporary_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(monkeypatch, assumed(1), Exchange("DescribeImages", form={"SecurityToken": "simulator-token-1"}))
    bench.client(assume_role=ROLE, endpoint="ecs-internal.env30.example.com", protocol="http").call("DescribeImages")
    assert bench.signers() == ["LTAIsimulator37", "STS.1"]
    assert [seen.form["Version"] for seen in bench.script.seen] == ["2015-04-01", "2014-05-26"]
    assert [seen.url for seen in bench.script.seen] == [
        "https://sts.env30.example.com/",
        "http://ecs-internal.env30.example.com/",
    ]


def test_the_role_of_the_instance_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(
        monkeypatch,
        Exchange(TOKEN_PATH, b"session-token"),
        Exchange(ROLE_PATH, keys(1)),
        Exchange("DescribeImages", form={"SecurityToken": "simulator-token-1"}),
    )
    bench.client(**NOBODY, ecs_role_name="instance-role").call("DescribeImages")
    assert bench.signers() == ["STS.1"]


def test_no_service_is_called_while_an_option_is_invalid(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(monkeypatch)
    with pytest.raises(RefusalError, match="no region"):
        bench.client(**NOBODY, ecs_role_name="instance-role", assume_role=ROLE, region=None)
    assert bench.script.seen == []


def test_expired_keys_are_renewed_and_the_call_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(
        monkeypatch,
        assumed(1),
        Exchange("CreateImage", EXPIRED, 400),
        assumed(2),
        Exchange("CreateImage", {"ImageId": "m-1"}),
    )
    assert bench.client(assume_role=ROLE).call("CreateImage") == {"ImageId": "m-1"}
    assert bench.signers() == ["LTAIsimulator37", "STS.1", "LTAIsimulator37", "STS.2"]


def test_the_keys_of_the_instance_are_renewed_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(
        monkeypatch,
        Exchange(TOKEN_PATH, b"session-token"),
        Exchange(ROLE_PATH, keys(1)),
        assumed(2),
        Exchange("DescribeImages", EXPIRED, 400),
        Exchange(TOKEN_PATH, b"session-token"),
        Exchange(ROLE_PATH, keys(3)),
        assumed(4),
        Exchange("DescribeImages"),
    )
    bench.client(**NOBODY, ecs_role_name="instance-role", assume_role=ROLE).call("DescribeImages")
    assert bench.signers() == ["STS.1", "STS.2", "STS.3", "STS.4"]


def test_all_keys_that_a_task_obtains_are_hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stored = {"mode": "AK", "access_key_id": "LTAI1", "access_key_secret": "simulator-secret-0"}
    bench = Bench(
        monkeypatch, assumed(1), Exchange("DescribeImages", EXPIRED, 400), assumed(2), Exchange("DescribeImages")
    )
    file = profile(tmp_path, **stored)
    bench.client(**NOBODY, profile="work", shared_credentials_file=file, assume_role=ROLE).call("DescribeImages")
    obtained = ["simulator-secret-0", *(keys(number)[name] for number in (1, 2) for name in list(keys(1))[1:])]
    assert [secret for secret in obtained if secret in bench.secrets.out_of(f"it said {secret}")] == []


def test_a_lost_answer_is_still_reported_if_the_keys_cannot_be_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = Exchange("DeleteImage", error=requests.ConnectionError(ConnectionResetError(104, "reset")))
    refused = Exchange("AssumeRole", {"Code": "NoPermission", "Message": "no"}, 403)
    bench = Bench(monkeypatch, assumed(1), lost, Exchange("DeleteImage", EXPIRED, 400), refused)
    with pytest.raises(TaskFailedError) as raised:
        bench.client(assume_role=ROLE).call("DeleteImage")
    assert raised.value.reason == "access_denied"
    assert may_be_done(raised.value)


def test_unchanged_keys_do_not_count_as_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(monkeypatch, assumed(1), Exchange("DescribeImages", EXPIRED, 400), assumed(1))
    with pytest.raises(ServiceError, match="Expired"):
        bench.client(assume_role=ROLE).call("DescribeImages")
    assert bench.script.expected == []


def test_keys_given_as_options_are_not_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(monkeypatch, Exchange(ASCM_PATH, {"data": [OPS]}), Exchange("DescribeImages", EXPIRED, 400))
    client = bench.client(security_token="simulator-token", resource_group_set_name="ops")
    with pytest.raises(ServiceError, match="Expired"):
        client.call("DescribeImages")


def test_a_resource_set_is_found_by_its_name_with_the_keys_of_the_role(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(monkeypatch, assumed(1), Exchange(ASCM_PATH, {"data": [OPS]}), Exchange("DescribeImages"))
    client = bench.client(
        assume_role=ROLE, resource_group_set_name="ops", endpoint=None, popgw_domain="env30.example.com"
    )
    client.call("DescribeImages")
    _sts, ascm, ecs = bench.script.seen
    assert ascm.url.startswith("https://ascm.env30.example.com/ascm/auth/")
    assert ascm.headers["Authorization"].startswith("acs STS.1:")
    assert (ecs.headers["x-acs-organizationid"], ecs.headers["x-acs-resourcegroupid"]) == ("37", "412")


def test_the_tenancy_stays_when_keys_are_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(
        monkeypatch,
        assumed(1),
        Exchange(ASCM_PATH, {"data": [OPS]}),
        Exchange("DescribeImages", EXPIRED, 400),
        assumed(2),
        Exchange("DescribeImages"),
    )
    bench.client(assume_role=ROLE, resource_group_set_name="ops").call("DescribeImages")
    assert bench.script.seen[-1].headers["x-acs-resourcegroupid"] == "412"


def test_a_given_organization_narrows_the_search_for_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    same_name = {"id": 500, "organizationID": 38, "resourceGroupName": "ops"}
    bench = Bench(monkeypatch, Exchange(ASCM_PATH, {"data": [OPS, same_name]}))
    client = bench.client(resource_group_set_name="ops", department="38")
    assert (client.connection.department, client.connection.resource_group) == ("38", "500")


def test_an_invalid_role_is_reported_with_its_option() -> None:
    assert refusal(assume_role={**ROLE, "session_expiration": 1}).startswith(
        "assume_role (set in the task): session_expiration"
    )


def test_given_ids_win_over_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(monkeypatch, assumed(1))
    client = bench.client(assume_role=ROLE, resource_group_set_name="lab", department="37", resource_group="412")
    assert client.connection.resource_group == "412"


@pytest.mark.parametrize(
    ("option", "action", "options"),
    [
        ("assume_role", "AssumeRole", {"assume_role": ROLE}),
        ("resource_group_set_name", ASCM_PATH, {"resource_group_set_name": "ops"}),
    ],
)
def test_an_endpoint_that_serves_only_ecs_is_reported_with_the_option_that_needs_another_service(
    monkeypatch: pytest.MonkeyPatch, option: str, action: str, options: dict[str, t.Any]
) -> None:
    unknown = {"Code": "InvalidAction.NotFound", "Message": "The specified api is not found."}
    bench = Bench(monkeypatch, Exchange(action, unknown, 404))
    with pytest.raises(TaskFailedError) as raised:
        bench.client(**options)
    assert raised.value.reason == "not_supported_by_site"
    assert f"{option} requires another service of the site" in message_of(raised.value)
    assert "popgw_domain" in message_of(raised.value)


def test_another_error_of_the_service_says_what_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {"Code": "NoPermission", "Message": "You are not authorized."}
    bench = Bench(monkeypatch, Exchange("AssumeRole", refused, 403))
    with pytest.raises(TaskFailedError) as raised:
        bench.client(assume_role=ROLE)
    assert raised.value.reason == "access_denied"
    assert message_of(raised.value).startswith(f"Could not assume role {ROLE['role_arn']}: NoPermission: ")
