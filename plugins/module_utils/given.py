# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which options a task gives: decided here once, for every option of every module. Pure.

ansible-core hands a null on like any other value: it keeps defaults and the environment away, excludes alternatives and
satisfies ``required_one_of``. So nulls are left out before the argument spec is applied.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.apsarastack.cloud.plugins.module_utils import texts

Spec = t.Mapping[str, t.Mapping[str, t.Any]]


@dataclass(frozen=True)
class Given:
    """``options``: without nulls, each under its own name. ``nulls``: the options that the task leaves out with a null.
    ``problems``: a sentence for each value that cannot be meant."""

    options: dict[str, t.Any]
    nulls: tuple[str, ...]
    problems: tuple[str, ...]


def given_in(raw: t.Mapping[str, t.Any], spec: Spec) -> Given:
    """What ``raw``, the parameters as Ansible hands them over, gives of the options in ``spec``."""
    problems: list[str] = []
    options = _options(raw, spec, "", problems)
    named = {_names(spec).get(name, name) for name in raw}
    return Given(options, tuple(sorted(named - options.keys())), tuple(problems))


def _names(spec: Spec) -> dict[str, str]:
    """The option that each alias stands for."""
    return {alias: option for option, rule in spec.items() for alias in rule.get("aliases", ())}


def _options(raw: t.Mapping[str, t.Any], spec: Spec, prefix: str, problems: list[str]) -> dict[str, t.Any]:
    names = _names(spec)
    found: dict[str, t.Any] = {}
    for name, value in raw.items():
        option = names.get(name, name)
        if option not in spec:
            # Ansible's own parameters, and unsupported ones, which it refuses.
            found[name] = value
        elif value is not None:
            kept = _value(value, spec[option], prefix + name, problems)
            if str(found.setdefault(option, kept)) != str(kept):
                problems.append(_contradiction(prefix + option, spec[option], found[option], kept))
    return found


def _contradiction(option: str, rule: t.Mapping[str, t.Any], one: t.Any, other: t.Any) -> str:
    values = "two values" if rule.get("no_log") else f"two values, {one!r} and {other!r}"
    aliases = " or ".join(rule["aliases"])
    return f"{option} has {values}: it is also set by its alias {aliases}, perhaps in module_defaults; give only one"


def _value(value: t.Any, rule: t.Mapping[str, t.Any], where: str, problems: list[str]) -> t.Any:
    suboptions = rule.get("options")
    if isinstance(value, dict) and suboptions is not None:
        return _options(value, suboptions, f"{where}.", problems)
    if rule.get("type") == "list":
        return _entries(value, rule, where, problems) if isinstance(value, list) else value
    problem = None if rule.get("type", "str") not in ("str", "path") else _text_problem(value, rule, where)
    if problem is not None:
        problems.append(problem)
    return value


def _entries(values: list[t.Any], rule: t.Mapping[str, t.Any], where: str, problems: list[str]) -> list[t.Any]:
    entry_rule = {**rule, "type": rule.get("elements", "raw")}
    kept = [
        _value(value, entry_rule, f"{where}[{number}]", problems)
        for number, value in enumerate(values)
        if value is not None
    ]
    if values and not kept:
        # As a filter it would select everything, or nothing at all: both are guesses.
        problems.append(f"{where} holds nothing but null: give values, or omit the option")
    return kept


def _text_problem(value: t.Any, rule: t.Mapping[str, t.Any], where: str) -> str | None:
    is_secret = rule.get("no_log", False)
    # Ansible turns back what YAML makes of choices such as yes and no.
    problem = None if "choices" in rule else texts.type_problem(where, value, shown=not is_secret)
    return problem if problem is not None or is_secret else texts.template_problem(where, value)
