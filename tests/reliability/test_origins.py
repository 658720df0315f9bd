# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task wins over the environment, and a refusal says where a value came from."""

from __future__ import annotations

import json
import typing as t
from unittest import mock

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.arguments import connection_spec
from ansible_collections.apsarastack.cloud.plugins.modules import apsarastack_image_info
from inside import CONNECTION, Answer, Site, run_main
from option_values import Recorder

if t.TYPE_CHECKING:
    from pathlib import Path

SECRET = "simulator-secret-of-"
# Every option has a value in the environment.
ENVIRONMENT = {
    "APSARASTACK_ENDPOINT": "http://ecs-internal.environment.example.com",
    "APSARASTACK_POPGW_DOMAIN": "popgw.environment.example.com",
    "APSARASTACK_DOMAIN": "http://asapi.environment.example.com",
    "APSARASTACK_REGION": "region-of-the-environment",
    "APSARASTACK_ACCESS_KEY": "LTAIenvironment",
    "APSARASTACK_SECRET_KEY": f"{SECRET}environment",
    "APSARASTACK_SECURITY_TOKEN": "token-of-the-environment",
    "APSARASTACK_PROFILE": "profile-of-the-environment",
    "APSARASTACK_ECS_ROLE_NAME": "role-of-the-environment",
    "APSARASTACK_DEPARTMENT": "37",
    "APSARASTACK_RESOURCE_GROUP": "412",
    "APSARASTACK_RESOURCE_GROUP_SET_NAME": "set-of-the-environment",
}


def alone(environment: t.Mapping[str, str], **options: t.Any) -> tuple[dict[str, t.Any], Recorder]:
    """The parameters of a task with only ``options``, in this environment."""
    site = Recorder()
    nothing = dict.fromkeys(CONNECTION.keys() - {"wait_timeout", "_ansible_no_log"})
    with mock.patch.dict("os.environ", environment):
        return run_main({**nothing, **options}, site, apsarastack_image_info), site


def host(site: Recorder) -> str:
    return str(site.requests[0].url).split("/")[2]


# --- the task wins over the environment ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "ecs-internal.environment.example.com"),
        ({"endpoint": "http://task.example.com"}, "task.example.com"),
        ({"popgw_domain": "task.example.com"}, "ecs-internal.task.example.com"),
        ({"domain": "asapi.task.example.com"}, "asapi.task.example.com"),
        ({"endpoint": None, "popgw_domain": "", "domain": " "}, "ecs-internal.environment.example.com"),
        ({"is_center_region": False}, "ecs-internal.environment.example.com"),
    ],
)
def test_an_endpoint_option_wins_over_every_endpoint_variable(options: dict[str, t.Any], expected: str) -> None:
    _result, site = alone(ENVIRONMENT, **options)
    assert host(site) == expected


def test_an_endpoint_option_ignores_the_center_region_of_the_environment() -> None:
    environment = {**ENVIRONMENT, "APSARASTACK_IS_CENTER_REGION": "false"}
    _result, site = alone(environment, popgw_domain="task.example.com")
    assert host(site) == "ecs-internal.task.example.com"
    del environment["APSARASTACK_ENDPOINT"]
    _result, site = alone(environment)
    assert host(site) == "ecs-internal.region-of-the-environment.popgw.environment.example.com"


def profiles(folder: Path) -> str:
    entries = [
        {"name": name, "mode": "AK", "access_key_id": f"LTAI{name}", "access_key_secret": f"{SECRET}{name}"}
        for name in ("current", "named", "profile-of-the-environment")
    ]
    path = folder / "config.json"
    path.write_text(json.dumps({"current": "current", "profiles": entries}), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("options", "without", "signer"),
    [
        ({}, (), "LTAIenvironment"),
        ({"access_key": "LTAItask", "secret_key": f"{SECRET}task"}, (), "LTAItask"),
        ({"profile": "named", "shared_credentials_file": ...}, (), "LTAInamed"),
        ({"shared_credentials_file": ...}, ("PROFILE",), "LTAIcurrent"),
        # A profile and its file belong together.
        ({"shared_credentials_file": ...}, (), "LTAIprofile-of-the-environment"),
    ],
)
def test_credential_options_win_over_every_credential_variable(
    tmp_path: Path, options: dict[str, t.Any], without: tuple[str, ...], signer: str
) -> None:
    environment = {name: value for name, value in ENVIRONMENT.items() if not name.endswith(without or "-")}
    filled = {name: profiles(tmp_path) if value is ... else value for name, value in options.items()}
    _result, site = alone(environment, **filled)
    assert site.form()["AccessKeyId"] == signer
    assert site.form().get("SecurityToken") == (None if options else "token-of-the-environment")


def test_a_role_of_the_task_is_assumed_with_credentials_of_the_environment() -> None:
    _result, site = alone(ENVIRONMENT, assume_role={"role_arn": "acs:ram::1:role/imager"})
    assert (site.form()["Action"], site.form()["AccessKeyId"]) == ("AssumeRole", "LTAIenvironment")


def test_credentials_of_the_task_assume_no_role_of_the_environment() -> None:
    environment = {**ENVIRONMENT, "APSARASTACK_ASSUME_ROLE": '{"role_arn": "acs:ram::1:role/imager"}'}
    _result, site = alone(environment, access_key="LTAItask", secret_key=f"{SECRET}task")
    assert (site.form()["Action"], site.form()["AccessKeyId"]) == ("DescribeImages", "LTAItask")


@pytest.mark.parametrize(
    ("options", "action", "department", "resource_group"),
    [
        ({}, "DescribeImages", "37", "412"),
        ({"department": "38"}, "DescribeImages", "38", None),
        ({"department": "38", "resource_group": "500"}, "DescribeImages", "38", "500"),
        ({"resource_group_set_name": "of-the-task"}, "ListResourceGroup", None, None),
    ],
)
def test_tenant_options_win_over_every_tenant_variable(
    options: dict[str, t.Any], action: str, department: str | None, resource_group: str | None
) -> None:
    _result, site = alone(ENVIRONMENT, **options)
    headers = site.requests[0].headers
    told = site.form().get("Action", "ListResourceGroup")
    assert (told, headers.get("x-acs-organizationid"), headers.get("x-acs-resourcegroupid")) == (
        action,
        department,
        resource_group,
    )


@pytest.mark.parametrize(
    ("options", "unused", "rival"),
    [
        ({"resource_group": "500"}, "APSARASTACK_DEPARTMENT", "resource_group"),
        ({"secret_key": f"{SECRET}task"}, "APSARASTACK_ACCESS_KEY", "secret_key"),
        ({"security_token": "token-of-the-task"}, "APSARASTACK_SECRET_KEY", "security_token"),
    ],
)
def test_a_refusal_says_that_a_variable_is_set_and_why_it_is_not_used(
    options: dict[str, t.Any], unused: str, rival: str
) -> None:
    result, site = alone(ENVIRONMENT, **options)
    assert site.requests == []
    assert f"The environment variable {unused} is set, but is not used because the task gives {rival}." in result["msg"]


def test_without_keys_the_environment_that_was_read_is_named() -> None:
    result, site = alone({}, endpoint="http://x.example.com", region="r")
    assert "keyword environment" in result["msg"]
    assert site.requests == []


# --- where a value came from -----------------------------------------------------------------------------------------

# A value of each connection option that is refused before the first request, with the other options that it requires.
REFUSED: dict[str, tuple[str, dict[str, str]]] = {
    "access_key": ("LTAI x", {}),
    "secret_key": ("simulator x", {}),
    "security_token": ("simulator\n", {}),
    "profile": ("nobody", {"shared_credentials_file": "PROFILES"}),
    "shared_credentials_file": ("/nowhere/config.json", {"profile": "x"}),
    "assume_role": ('{"role_arn": "acs:ram::1:role/x", "session_expiration": 1}', {}),
    "ecs_role_name": ("role", {"profile": "x"}),
    "region": ("a b", {}),
    "department": ("3 7", {}),
    "resource_group": ("412", {}),
    "endpoint": ("ftp://x", {}),
    "popgw_domain": ("http://x", {}),
    "is_center_region": ("perhaps", {}),
    "domain": ("ftp://x", {}),
    "protocol": ("gopher", {}),
    "validate_certs": ("perhaps", {}),
    "ca_path": ("/nowhere/ca.pem", {}),
    "proxy": ("gopher://bob:simulator-password@x", {}),
    "connect_timeout": ("0", {}),
    "read_timeout": ("soon", {}),
}
# It is a name, and only the cloud knows which ones exist.
NEVER_REFUSED = {"resource_group_set_name"}
each_refused = pytest.mark.parametrize("option", REFUSED)


def test_every_connection_option_is_tested() -> None:
    assert REFUSED.keys() | NEVER_REFUSED == connection_spec().keys()


def refused(folder: Path, option: str, *, in_environment: bool) -> str:
    value, others = REFUSED[option]
    base = {"endpoint": "http://x.example.com", "region": "r", "access_key": "LTAI1", "secret_key": "simulator-1"}
    rivals = {
        "profile": ("access_key", "secret_key"),
        "shared_credentials_file": ("access_key", "secret_key"),
        "ecs_role_name": ("access_key", "secret_key"),
        "popgw_domain": ("endpoint",),
        "domain": ("endpoint",),
    }.get(option, ())
    filled = {name: profiles(folder) if text == "PROFILES" else text for name, text in others.items()}
    options: dict[str, t.Any] = {**{name: text for name, text in base.items() if name not in rivals}, **filled}
    whole = {**options, option: value}
    environment = {f"APSARASTACK_{name.upper()}": text for name, text in whole.items()} if in_environment else {}
    result, site = alone(environment, **({} if in_environment else whole))
    assert result.get("failed"), result
    assert site.requests == []
    assert result["reason"] == ("credentials" if option in ("profile", "shared_credentials_file") else "invalid_input")
    assert "simulator" not in json.dumps(result)
    return str(result["msg"])


@each_refused
def test_a_refusal_names_the_variable_with_the_value(tmp_path: Path, option: str) -> None:
    assert f"APSARASTACK_{option.upper()}" in refused(tmp_path, option, in_environment=True)


@each_refused
def test_a_refusal_says_that_the_value_comes_from_the_task(tmp_path: Path, option: str) -> None:
    message = refused(tmp_path, option, in_environment=False)
    assert option in message
    assert "set by" not in message
    # The messages of Ansible's own checks are not ours.
    by_ansible = option in ("is_center_region", "protocol", "validate_certs", "read_timeout")
    assert by_ansible or "set in the task" in message


ROLE_HIDDEN = "role-of-nobody"
# A value of each type that is not a string, and what the message says about it.
OF_ANOTHER_TYPE = [
    ("assume_role", '{"role_arn": "' + ROLE_HIDDEN,
     "must be a dictionary with role_arn, for example in JSON, but is a string"
     " that is not valid JSON: Unterminated string starting at in line 1, column 14"),
    ("assume_role", "{" + ROLE_HIDDEN + "}", "not valid JSON: Expecting property name enclosed in double quotes"),
    ("assume_role", ROLE_HIDDEN, "not valid JSON: Expecting value in line 1, column 1"),
    ("assume_role", f'["{ROLE_HIDDEN}"]', "but is JSON of the type list"),
    ("assume_role", "37", "but is JSON of the type int"),
    ("assume_role", "[" * 100_000, "but is a string that is nested too deeply"),
    # Python refuses to read so many digits, unless it is old.
    ("assume_role", "1" * 5000, "but is JSON "),
    ("connect_timeout", "soon", "must be an integer, but is 'soon'"),
    ("read_timeout", "1.5", "must be an integer, but is '1.5'"),
    ("is_center_region", "perhaps", "must be true or false, but is 'perhaps'"),
    ("validate_certs", "[true]", "must be true or false, but is '[true]'"),
]  # fmt: skip


def test_every_type_of_a_connection_option_is_tested() -> None:
    types = {rule["type"] for rule in connection_spec().values()} - {"str", "path"}
    assert types == {connection_spec()[option]["type"] for option, _value, _told in OF_ANOTHER_TYPE}


@pytest.mark.parametrize(("option", "value", "told"), OF_ANOTHER_TYPE)
def test_a_variable_of_another_type_is_refused_with_its_name(option: str, value: str, told: str) -> None:
    names = ("access_key", "secret_key")
    environment = {f"APSARASTACK_{name.upper()}": f"{SECRET}{name}" for name in names}
    result, site = alone({**environment, f"APSARASTACK_{option.upper()}": value})
    assert site.requests == []
    assert result["reason"] == "invalid_input"
    assert result["msg"].startswith(f"{option} (set by APSARASTACK_{option.upper()}) must be ")
    assert told in result["msg"]
    assert ROLE_HIDDEN not in result["msg"]
    assert SECRET not in json.dumps(result)


@pytest.mark.parametrize("value", [ROLE_HIDDEN, [ROLE_HIDDEN], 37, True])
def test_a_role_of_another_type_is_refused_without_its_value(value: t.Any) -> None:
    keys = {"access_key": f"{SECRET}id", "secret_key": f"{SECRET}key"}
    result, site = alone({}, endpoint="http://x.example.com", region="r", assume_role=value, **keys)
    assert site.requests == []
    assert result["msg"].startswith("assume_role must be a dictionary")
    assert ROLE_HIDDEN not in result["msg"]
    assert SECRET not in json.dumps(result)


def test_a_role_can_be_written_as_json_or_as_pairs() -> None:
    for role in ('{"role_arn": "acs:ram::1:role/x", "session_expiration": 1}', "role_arn=x session_expiration=1"):
        for environment, options in (({"APSARASTACK_ASSUME_ROLE": role}, {}), ({}, {"assume_role": role})):
            result, _site = alone({**ENVIRONMENT, **environment}, **options)
            assert "session_expiration must be 900 to 3600 seconds" in result["msg"]


@pytest.mark.parametrize("options", [{"image_nam": "web"}, {"assume_role": {"role_arn": "x", "role": "y"}}])
def test_a_mistyped_option_is_reported_without_the_variables_of_others(options: dict[str, t.Any]) -> None:
    result, _site = alone(ENVIRONMENT, **options)
    assert "Unsupported parameters" in result["msg"]
    assert "environment variable" not in result["msg"]


# --- empty variables -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nothing", ["", " "])
def test_an_empty_variable_is_unset(nothing: str) -> None:
    environment = {**ENVIRONMENT, "APSARASTACK_REGION": nothing, "ALIBABACLOUDSTACK_REGION": "second"}
    _result, site = alone(environment)
    assert site.requests[0].headers["x-acs-regionid"] == "second"


@pytest.mark.parametrize("option", sorted(connection_spec()))
@pytest.mark.parametrize("nothing", [None, "", " "])
def test_an_empty_option_does_not_override_its_variable(option: str, nothing: str | None) -> None:
    if option in ("proxy", "protocol", "is_center_region", "validate_certs", "connect_timeout", "read_timeout"):
        nothing = None
    expected, _site = alone(ENVIRONMENT)
    assert alone(ENVIRONMENT, **{option: nothing})[0] == expected


def test_an_empty_proxy_turns_off_the_proxy_of_the_environment() -> None:
    answers: list[t.Any] = []

    class Proxied(Site):
        def send(self, request: t.Any, *arguments: t.Any, **options: t.Any) -> t.Any:
            answers.append(options.get("proxies"))
            return super().send(request, *arguments, **options)

    site = Proxied(lambda _number, _action: Answer(b'{"Images": {"Image": []}}'))
    with mock.patch.dict("os.environ", {"APSARASTACK_PROXY": "http://127.0.0.1:9"}):
        for proxy in ("", None):
            run_main({"proxy": proxy}, site, apsarastack_image_info)
    assert [dict(proxies or {}).get("http") or None for proxies in answers] == [None, "http://127.0.0.1:9"]
