# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The argument spec matches the doc fragment."""

from __future__ import annotations

import json
import os
import re
import typing as t

import pytest
import yaml
from ansible.module_utils.basic import PASSWORD_MATCH
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.apsarastack.cloud.plugins.doc_fragments.attributes import ModuleDocFragment as Attributes
from ansible_collections.apsarastack.cloud.plugins.doc_fragments.connection import (
    ModuleDocFragment as ConnectionOptions,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.origins import (
    ENVIRONMENT_PREFIXES,
    environment_names,
)
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.arguments import connection_spec
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.task import options_of

DOCUMENTATION = yaml.safe_load(ConnectionOptions.DOCUMENTATION)
DOCUMENTED: dict[str, dict[str, t.Any]] = DOCUMENTATION["options"]
GIVEN = {"access_key": "LTAIsimulator37", "secret_key": "simulator-secret-0037"}
each_option = pytest.mark.parametrize("option", sorted(connection_spec()))


def validated(**options: t.Any) -> dict[str, t.Any]:
    given, _origins = options_of(options, connection_spec(), os.environ)
    result = ArgumentSpecValidator(connection_spec()).validate(given.options)
    assert result.error_messages == []
    return dict(result.validated_parameters)


def test_every_option_is_documented_and_nothing_else() -> None:
    assert list(connection_spec()) == list(DOCUMENTED)


@each_option
def test_type_default_choices_and_aliases_are_documented_as_they_are(option: str) -> None:
    told = ("type", "default", "choices", "aliases", "required")
    spec = connection_spec()[option]
    assert {key: spec[key] for key in told if key in spec} == {
        key: DOCUMENTED[option][key] for key in told if key in DOCUMENTED[option]
    }


def test_the_options_of_a_role_are_documented_as_they_are() -> None:
    assert connection_spec()["assume_role"]["options"] == {
        name: {key: value for key, value in option.items() if key != "description"}
        for name, option in DOCUMENTED["assume_role"]["suboptions"].items()
    }


def test_the_environment_variables_are_documented_once_for_all_options() -> None:
    (note,) = [note for note in DOCUMENTATION["notes"] if "falls back to an environment variable" in note]
    assert [f"C({prefix})" for prefix in ENVIRONMENT_PREFIXES] == re.findall(r"C\([A-Z]+_\)", note)
    named = [*environment_names("region"), "APSARASTACK_ASSUME_ROLE"]
    assert [f"E({name})" for name in named] == re.findall(r"E\([A-Z_]+\)", note)


def test_options_with_secrets_are_no_log() -> None:
    assert {name for name, option in connection_spec().items() if option.get("no_log")} == {
        "access_key",
        "secret_key",
        "security_token",
        "proxy",
    }


@each_option
def test_the_argument_spec_causes_no_warning_of_ansible(option: str) -> None:
    looks_secret = PASSWORD_MATCH.search(option) is not None
    assert not looks_secret or "no_log" in connection_spec()[option]


def test_the_defaults_are_the_safe_ones() -> None:
    options = validated(**GIVEN)
    assert (options["protocol"], options["validate_certs"], options["is_center_region"]) == ("https", True, True)


def test_an_option_wins_over_the_environment_and_our_variable_over_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABACLOUDSTACK_REGION", "third")
    assert validated(**GIVEN)["region"] == "third"
    monkeypatch.setenv("APSARASTACK_REGION", "second")
    assert validated(**GIVEN)["region"] == "second"
    assert validated(**GIVEN, region="first")["region"] == "first"


def test_a_boolean_of_the_environment_wins_over_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APSARASTACK_IS_CENTER_REGION", "false")
    assert validated(**GIVEN)["is_center_region"] is False


def test_an_empty_variable_is_treated_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for option, spec in connection_spec().items():
        monkeypatch.setenv(f"APSARASTACK_{option.upper()}", "")
        assert validated()[option] == spec.get("default")
    monkeypatch.setenv("ALIBABACLOUDSTACK_REGION", "second")
    assert validated()["region"] == "second"


@pytest.mark.parametrize(("alias", "option"), [("region_id", "region"), ("organization_id", "department")])
def test_an_alias_sets_the_option(alias: str, option: str) -> None:
    assert validated(**GIVEN, **{alias: "37"})[option] == "37"


def test_an_id_given_as_a_number_becomes_a_string() -> None:
    options = validated(**GIVEN, department=37, resource_group=412)
    assert (options["department"], options["resource_group"]) == ("37", "412")


ROLE = {"role_arn": "acs:ram::1000000000000037:role/imager"}
WHOLE_ROLE = {**ROLE, "session_name": "ansible-apsarastack", "policy": None, "session_expiration": None}


def test_a_role_can_be_given_as_json_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APSARASTACK_ASSUME_ROLE", json.dumps(ROLE))
    assert validated()["assume_role"] == WHOLE_ROLE


@pytest.mark.parametrize("policy", [{"Version": "1"}, '{"Version": "1"}'])
def test_a_policy_becomes_a_json_string(policy: t.Any) -> None:
    role = validated(**GIVEN, assume_role={**ROLE, "policy": policy})["assume_role"]
    assert json.loads(role["policy"]) == {"Version": "1"}


def test_each_call_returns_a_new_argument_spec() -> None:
    connection_spec()["region"]["required"] = True
    assert "required" not in connection_spec()["region"]


def test_the_attributes_are_complete() -> None:
    attributes = yaml.safe_load(Attributes.DOCUMENTATION)["attributes"]
    assert set(attributes) == {"check_mode", "diff_mode", "idempotent", "action_group", "platform"}
    assert attributes["action_group"]["membership"] == ["apsarastack.cloud.apsarastack"]
    assert attributes["platform"]["platforms"] == "posix"
