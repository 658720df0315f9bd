# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._login import credentials
from ansible_collections.apsarastack.cloud.plugins.module_utils._login.login import client_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.hiding import Secrets
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.fakes import Clock
from ansible_collections.apsarastack.cloud.tests.unit.plugins.module_utils.test_connection import COMPLETE

ROLE = {"role_arn": "acs:ram::1000000000000037:role/imager"}
NOBODY = {"access_key": None, "secret_key": None}
# A new process, since this one may have imported everything.
SCRIPT = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("conftest", {conftest!r})
spec.loader.exec_module(importlib.util.module_from_spec(spec))
from {package}._wire.deadline import Deadline
from {package}._module.hiding import Secrets
from {package}._login.login import client_from
client_from({params!r}, Deadline(1), Secrets({{}}).add)
print([name for name in {modules!r} if "{package}." + name in sys.modules])
"""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[t.Any]:
    """The parameters that were passed to the module for other credentials."""
    handed_on: list[t.Any] = []
    monkeypatch.setattr(credentials, "client_from", lambda params, deadline, hide, origins: handed_on.append(params))
    return handed_on


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"profile": "work", "ecs_role_name": "role", "shared_credentials_file": "/file"},
        {"resource_group_set_name": "ops", "department": "37", "resource_group": "412"},
    ],
)
def test_with_plain_keys_no_other_credentials_are_read(asked: list[t.Any], options: dict[str, t.Any]) -> None:
    client = client_from({**COMPLETE, **options}, Clock().deadline(), Secrets({}).add)
    assert (client.connection.access_key, client.connection.endpoint) == ("LTAIsimulator37", "https://ecs.example.com/")
    assert asked == []


@pytest.mark.parametrize(
    "options",
    [
        {"assume_role": ROLE},
        {"resource_group_set_name": "ops"},
        {"resource_group_set_name": "ops", "department": "37"},
        {**NOBODY, "profile": "work"},
        {**NOBODY, "shared_credentials_file": "/file"},
        {**NOBODY, "ecs_role_name": "role"},
    ],
)
def test_other_credentials_are_read_by_another_module(asked: list[t.Any], options: dict[str, t.Any]) -> None:
    client_from({**COMPLETE, **options}, Clock().deadline(), Secrets({}).add)
    assert asked == [{**COMPLETE, **options}]


@pytest.mark.parametrize("missing", ["access_key", "secret_key"])
def test_an_access_key_without_its_secret_key_is_refused_even_with_other_credentials(missing: str) -> None:
    with pytest.raises(RefusalError) as raised:
        client_from(
            {**COMPLETE, missing: None, "profile": "work", "ecs_role_name": "role"}, Clock().deadline(), Secrets({}).add
        )
    assert f"(option {missing}, environment" in raised.value.message
    assert "in their place" not in raised.value.message


def test_without_keys_the_alternatives_are_named() -> None:
    with pytest.raises(RefusalError) as raised:
        client_from({**COMPLETE, **NOBODY}, Clock().deadline(), Secrets({}).add)
    assert (
        "; and nothing in their place (option profile, environment APSARASTACK_PROFILE or ALIBABACLOUDSTACK_PROFILE;"
        " or option ecs_role_name, environment APSARASTACK_ECS_ROLE_NAME or ALIBABACLOUDSTACK_ECS_ROLE_NAME)."
    ) in raised.value.message


def test_a_task_with_plain_keys_imports_no_other_credentials() -> None:
    conftest = str(Path(__file__).resolve().parents[2] / "conftest.py")
    modules = tuple(f"_login.{name}" for name in ("credentials", "caller", "profile", "sts", "metadata", "tenancy"))
    package = "ansible_collections.apsarastack.cloud.plugins.module_utils"
    script = SCRIPT.format(conftest=conftest, package=package, params=COMPLETE, modules=modules)
    process = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True)
    assert process.stdout == "[]\n"
