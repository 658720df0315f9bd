# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides which options a task gives, for all options of all modules. Pure.

ansible-core treats null like any other value: it overrides defaults and the environment, excludes alternatives and
satisfies ``required_one_of``. So nulls are removed before the argument spec is applied.
"""

from __future__ import annotations

import typing as t

from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import validation

Spec = t.Mapping[str, t.Mapping[str, t.Any]]


class Given:
    """``options``: without nulls and aliases. ``nulls``: the options that are null. ``problems``: a sentence for each
    invalid value. ``warnings``: a sentence for each value that may be a mistake."""

    def __init__(self) -> None:
        self.options: dict[str, t.Any] = {}
        self.nulls: list[str] = []
        self.problems: list[str] = []
        self.warnings: list[str] = []


def given_in(raw: t.Mapping[str, t.Any], spec: Spec) -> Given:
    """The options of ``spec`` in ``raw``, the parameters as Ansible passes them."""
    given, names = Given(), _names(spec)
    given.options = _options(raw, spec, "", given)
    given.nulls = sorted({names.get(name, name) for name in raw} - given.options.keys())
    return given


def _names(spec: Spec) -> dict[str, str]:
    """The option of each alias."""
    return {alias: option for option, rule in spec.items() for alias in rule.get("aliases", ())}


def _options(raw: t.Mapping[str, t.Any], spec: Spec, prefix: str, given: Given) -> dict[str, t.Any]:
    names = _names(spec)
    found: dict[str, t.Any] = {}
    for name, value in raw.items():
        option = names.get(name, name)
        if option not in spec:
            # Ansible's own parameters, and unsupported ones, which it refuses.
            found[name] = value
        elif value is not None:
            kept = _value(value, spec[option], prefix + name, given)
            if str(found.setdefault(option, kept)) != str(kept):
                given.problems.append(_contradiction(prefix + option, spec[option], found[option], kept))
    return found


def _contradiction(option: str, rule: t.Mapping[str, t.Any], one: t.Any, other: t.Any) -> str:
    values = "two values" if rule.get("no_log") else f"two values, {one!r} and {other!r}"
    aliases = " or ".join(rule["aliases"])
    return f"{option} has {values}: it is also set by its alias {aliases}, perhaps in module_defaults; give only one"


def _value(value: t.Any, rule: t.Mapping[str, t.Any], where: str, given: Given) -> t.Any:
    suboptions = rule.get("options")
    if isinstance(value, dict) and suboptions is not None:
        return _options(value, suboptions, f"{where}.", given)
    if rule.get("type") == "list":
        return _entries(value, rule, where, given) if isinstance(value, list) else value
    # Ansible converts the booleans that YAML makes of choices such as yes and no.
    if rule.get("type", "str") in ("str", "path") and "choices" not in rule:
        _judge_text(value, where, given, is_secret=rule.get("no_log", False))
    return value


def _entries(values: list[t.Any], rule: t.Mapping[str, t.Any], where: str, given: Given) -> list[t.Any]:
    entry_rule = {**rule, "type": rule.get("elements", "raw")}
    kept = [
        _value(value, entry_rule, f"{where}[{number}]", given)
        for number, value in enumerate(values)
        if value is not None
    ]
    if values and not kept:
        # As a filter it could mean everything or nothing, and guessing is not safe.
        given.problems.append(f"{where} contains only null: give values, or omit the option")
    return kept


def _judge_text(value: t.Any, where: str, given: Given, *, is_secret: bool) -> None:
    if isinstance(value, (bool, float)):
        shown = "another type" if is_secret else repr(value)
        given.warnings.append(f"YAML has read {where} as {shown}, and its spelling may be lost: {validation.QUOTE_IT}")
    elif isinstance(value, (list, dict)):
        given.problems.append(f"{where} must be a string, but is a {type(value).__name__}")
    elif not is_secret:
        given.problems += filter(None, [validation.template_problem(where, value)])
