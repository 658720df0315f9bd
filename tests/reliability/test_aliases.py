# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Aliases that contradict their option, or the environment."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.arguments import connection_spec
from inside import CONNECTION
from option_values import INFO, MODULES, outcome, refusal, task_of

if t.TYPE_CHECKING:
    import types


def aliases(module: types.ModuleType) -> list[tuple[types.ModuleType, str, str]]:
    spec = {**connection_spec(), **module.ARGUMENTS}
    return [(module, option, alias) for option, rule in spec.items() for alias in rule.get("aliases", ())]


each_alias = pytest.mark.parametrize(("module", "option", "alias"), [row for one in MODULES for row in aliases(one)])


@each_alias
def test_an_alias_that_contradicts_its_option_is_refused(module: types.ModuleType, option: str, alias: str) -> None:
    message = refusal(module, **{**task_of(module), option: "mine", alias: "other"})
    assert f"{option} has two values, 'mine' and 'other'" in message
    assert alias in message


@each_alias
@pytest.mark.parametrize("pair", [("12", "12"), (12, "12")])
def test_an_alias_with_the_value_of_its_option_is_accepted(
    module: types.ModuleType, option: str, alias: str, pair: tuple[t.Any, t.Any]
) -> None:
    if option == "image_name":
        pair = ("web", "web")
    result, site = outcome(module, **{**task_of(module, option), option: pair[0], alias: pair[1]})
    assert not result.get("failed"), result
    assert "warnings" not in result
    assert site.requests != []


@each_alias
def test_null_beside_a_value_of_an_alias_is_refused(module: types.ModuleType, option: str, alias: str) -> None:
    """One of them may be from module_defaults: the value would then win over the null of the task."""
    for null, given_as in ((option, alias), (alias, option)):
        message = refusal(module, **{**task_of(module, option), null: None, given_as: "web"})
        assert f"{null} is null, but the same option is set as {given_as}, perhaps in module_defaults" in message


@pytest.mark.parametrize("alias", ["region_id", "organization_id"])
def test_an_alias_wins_over_the_environment_without_a_warning(monkeypatch: pytest.MonkeyPatch, alias: str) -> None:
    option = {"region_id": "region", "organization_id": "department"}[alias]
    monkeypatch.setenv(f"APSARASTACK_{option.upper()}", "of-the-environment")
    monkeypatch.delitem(CONNECTION, option, raising=False)
    result, site = outcome(INFO, **{alias: "of-the-task"})
    header = {"region": "x-acs-regionid", "department": "x-acs-organizationid"}[option]
    assert site.requests[0].headers[header] == "of-the-task"
    assert "warnings" not in result
