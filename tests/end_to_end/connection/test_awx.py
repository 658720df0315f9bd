# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The AWX credential type, rendered like in AWX, and how the modules use the resulting environment."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.arguments import connection_spec
from jinja2 import StrictUndefined, sandbox
from sites import KEYS, REGION, TENANT, client, own_images

from apsarastack_simulator.testing import Simulator

ROOT = Path(__file__).resolve().parents[3]
TYPE = ROOT / "playbooks" / "awx"
INPUTS = yaml.safe_load((TYPE / "inputs.yml").read_text(encoding="utf-8"))
INJECTORS = yaml.safe_load((TYPE / "injectors.yml").read_text(encoding="utf-8"))
FIELDS: dict[str, dict[str, t.Any]] = {field["id"]: field for field in INPUTS["fields"]}
ROLE = "acs:ram::1000000000000037:role/imager"


def environment(folder: Path, filled: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The variables of a job whose credential has these fields filled in. AWX omits empty string fields."""
    defaults = {name: field.get("default", False) for name, field in FIELDS.items() if field["type"] == "boolean"}
    choices = {name: field["default"] for name, field in FIELDS.items() if "choices" in field}
    jinja = sandbox.ImmutableSandboxedEnvironment()
    namespace: dict[str, t.Any] = {**defaults, **choices, **filled}
    ca = folder / "ca-of-the-job.pem"
    ca.write_text(jinja.from_string(INJECTORS["file"]["template.ca"]).render(namespace), encoding="utf-8")
    namespace["tower"] = {"filename": {"ca": str(ca)}}
    return {name: jinja.from_string(text).render(namespace) for name, text in INJECTORS["env"].items()}


def images(folder: Path, monkeypatch: pytest.MonkeyPatch, filled: t.Mapping[str, t.Any]) -> list[str]:
    for name, value in environment(folder, filled).items():
        monkeypatch.setenv(name, value)
    return list(own_images(client()))


def test_a_credential_with_an_access_key_and_a_ca_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(tls_in=str(tmp_path)) as simulator:
        filled = {
            **KEYS,
            **TENANT,
            "region": REGION,
            "endpoint": simulator.endpoint,
            "ca_certificate": Path(simulator.ca_path).read_text(encoding="utf-8"),
        }
        assert images(tmp_path, monkeypatch, filled) == ["in-use"]


@pytest.mark.parametrize(
    "credentials",
    [
        KEYS,
        {**KEYS, "role_arn": ROLE},
        {
            "access_key": "STS.simulator37",
            "secret_key": "simulator-secret-sts-0037",
            "security_token": "simulator-token-0037",
        },
        {"ecs_role_name": "instance-role"},
    ],
    ids=["a key", "a role", "a token", "an instance"],
)
def test_each_kind_of_credentials_with_the_name_of_a_resource_set(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, credentials: dict[str, str]
) -> None:
    monkeypatch.setenv("APSARASTACK_METADATA_ADDRESS", simulator.endpoint)
    filled = {**credentials, "region": REGION, "endpoint": simulator.endpoint, "resource_group_set_name": "ops"}
    assert images(tmp_path, monkeypatch, filled) == ["in-use"]


def test_the_boolean_fields_of_a_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled = {**KEYS, "region": REGION, "popgw_domain": "env30.example.com", "other_region": True, "unverified": True}
    for name, value in environment(tmp_path, filled).items():
        monkeypatch.setenv(name, value)
    connection = client().connection
    assert connection.endpoint == f"https://ecs-internal.{REGION}.env30.example.com/"
    assert connection.verify is False


def test_every_variable_belongs_to_an_option_and_every_field_is_used() -> None:
    names = {f"APSARASTACK_{option.upper()}" for option in connection_spec()}
    assert set(INJECTORS["env"]) <= names
    # AWX refuses an injector that names a field that does not exist.
    jinja = sandbox.ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    namespace = {**dict.fromkeys(FIELDS, "x"), "tower": {"filename": {"ca": "x"}}}
    texts = [*INJECTORS["env"].values(), *INJECTORS["file"].values()]
    assert all(jinja.from_string(text).render(namespace) != "" for text in texts)
    assert [field for field in FIELDS if not any(field in text for text in texts)] == []


def test_exactly_the_secret_key_and_the_token_are_secret() -> None:
    assert {name for name, field in FIELDS.items() if field.get("secret")} == {"secret_key", "security_token"}


@pytest.mark.parametrize("name", ["inputs.yml", "injectors.yml"])
def test_the_page_contains_the_files_unchanged(name: str) -> None:
    shown = (TYPE / name).read_text(encoding="utf-8").partition("---\n")[2]
    assert f"```yaml\n{shown}```" in (ROOT / "docs" / "awx.md").read_text(encoding="utf-8")
