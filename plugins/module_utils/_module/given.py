# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides which options a task gives, for all options of all modules. Pure.

ansible-core treats null like any other value: it overrides defaults and the environment, excludes alternatives and
satisfies ``required_one_of``. So nulls are removed before the argument spec is applied.
"""

from __future__ import annotations

import json
import typing as t

from ansible.module_utils.common.validation import check_type_bool, check_type_dict, check_type_int
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import validation
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import inserted

Rule = t.Mapping[str, t.Any]
Spec = t.Mapping[str, Rule]

# What an environment variable must hold. Ansible does not say where a value of another type comes from.
_TYPES: t.Mapping[str, tuple[t.Callable[[t.Any], t.Any], str]] = {
    "bool": (check_type_bool, "must be true or false"),
    "int": (check_type_int, "must be an integer"),
}


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


def from_environment(texts: t.Mapping[str, str], spec: Spec, named: t.Callable[[str], str], given: Given) -> None:
    """Adds the values of environment variables to ``given``.

    ``texts``: option to the value of its variable. ``named``: the option and its variable, for a message.
    """
    for option, text in texts.items():
        value = _value(_read(text, spec[option], named(option), given), spec[option], named(option), given)
        if value is not None:
            given.options[option] = value


def _read(text: str, rule: Rule, where: str, given: Given) -> t.Any:
    """The value of a variable; None, with a problem, if it has another type."""
    check, wanted = _TYPES.get(rule.get("type", "str"), (str, ""))
    try:
        return check(text)
    except (OverflowError, TypeError, ValueError):
        given.problems.append(f"{where} {wanted}, but is {validation.quoted(text)}")
        return None


def drop_blank_rivals(given: Given, groups: t.Iterable[t.Collection[str]]) -> None:
    """Refuses empty values of mutually exclusive options: Ansible would only say that several are given."""
    for group in groups:
        here = [option for option in group if option in given.options]
        blank = {option: given.options[option] for option in here if _is_blank(given.options[option])}
        for option, value in blank.items() if len(here) > 1 else ():
            del given.options[option]
            given.problems += validation.blank_problems({option: value}) or [
                f"{option} is empty: give a value, or omit the option"
            ]


def _is_blank(value: t.Any) -> bool:
    return value in ([], {}) or (isinstance(value, str) and not value.strip())


def _names(spec: Spec) -> dict[str, str]:
    """The option of each alias."""
    return {alias: option for option, rule in spec.items() for alias in rule.get("aliases", ())}


def _options(raw: t.Mapping[str, t.Any], spec: Spec, prefix: str, given: Given) -> dict[str, t.Any]:
    names = _names(spec)
    found: dict[str, t.Any] = {}
    nulls: list[str] = []
    for name, value in raw.items():
        option = names.get(name, name)
        if option not in spec:
            # Ansible's own parameters, and unsupported ones, which it refuses.
            found[name] = value
        elif value is None:
            nulls.append(name)
        else:
            kept = _value(value, spec[option], prefix + name, given)
            if kept is None:
                continue
            if str(found.setdefault(option, kept)) != str(kept):
                given.problems.append(_contradiction(prefix + option, spec[option], found[option], kept))
    # The value may be that of module_defaults, and the null that of the task: neither may win.
    given.problems += (
        _half_null(prefix, name, names.get(name, name), spec) for name in nulls if names.get(name, name) in found
    )
    return found


def _half_null(prefix: str, null: str, option: str, spec: Spec) -> str:
    others = " or ".join(prefix + name for name in (option, *spec[option]["aliases"]) if name != null)
    return (
        f"{prefix}{null} is null, but the same option is set as {others}, perhaps in module_defaults; "
        "give only one of them"
    )


def _contradiction(option: str, rule: Rule, one: t.Any, other: t.Any) -> str:
    values = "two values" if rule.get("no_log") else f"two values, {inserted(one)} and {inserted(other)}"
    aliases = " or ".join(rule["aliases"])
    return f"{option} has {values}: it is also set by its alias {aliases}, perhaps in module_defaults; give only one"


def _value(value: t.Any, rule: Rule, where: str, given: Given) -> t.Any:
    """None, with a problem, if Ansible could not handle the value."""
    if rule.get("type") == "list":
        if isinstance(value, list):
            return _entries(value, rule, where, given)
        suboptions = rule.get("options")
        if suboptions is not None:
            return _no_list(value, suboptions, where, given)
        # Ansible also accepts one entry, or a string with commas.
        given.problems += filter(None, [validation.template_problem(where, value)])
        return value
    if rule.get("options") is not None:
        return _suboptions(value, rule["options"], where, given)
    if rule.get("type") == "int":
        return _integer(value, where, given)
    # Ansible converts the booleans that YAML makes of choices such as yes and no.
    if rule.get("type", "str") in ("str", "path") and "choices" not in rule:
        _judge_text(value, where, given, is_secret=rule.get("no_log", False))
    return value


def _integer(value: t.Any, where: str, given: Given) -> int | None:
    """Ansible takes true for 1 and ``[0, [2], 0]`` for 2, and fails with a traceback for infinity."""
    try:
        if not isinstance(value, (bool, list)):
            return t.cast("int", check_type_int(value))
    except (OverflowError, TypeError, ValueError):
        pass
    found = f"of the type {type(value).__name__}" if isinstance(value, (list, dict)) else validation.quoted(str(value))
    given.problems.append(f"{where} must be an integer, but is {found}")
    return None


def _suboptions(value: t.Any, spec: Spec, where: str, given: Given) -> dict[str, t.Any] | None:
    """Ansible also accepts JSON and ``key=value``. It shows all secrets of a task if it cannot read such an option."""
    if _is_blank(value) and isinstance(value, str):
        given.problems += validation.blank_problems({where: value})
        return None
    if isinstance(value, str):
        try:
            value = check_type_dict(value)
        except TypeError:
            return _refused(value, f"a dictionary{_with(spec)}, for example in JSON", where, given)
    if not isinstance(value, dict):
        return _refused(value, f"a dictionary{_with(spec)}", where, given)
    return _options(value, spec, f"{where}.", given)


def _no_list(value: t.Any, suboptions: Spec, where: str, given: Given) -> None:
    """Adds the problem of a value that is not the list of dictionaries that it must be."""
    found = "a string" if isinstance(value, str) else f"of the type {type(value).__name__}"
    given.problems.append(f"{where} must be a list of dictionaries{_with(suboptions)}, but is {found}")


def _with(suboptions: Spec) -> str:
    """What a dictionary must contain, as words."""
    required = [name for name, rule in suboptions.items() if rule.get("required")]
    return f" with {' and '.join(required)}" if required else ""


def _refused(value: t.Any, wanted: str, where: str, given: Given) -> dict[str, t.Any] | None:
    """Adds the problem of a value of another type, which is not quoted, since it may contain anything."""
    given.problems.append(f"{where} must be {wanted}, but is {_kind(value)}")
    return None


def _kind(value: t.Any) -> str:
    if not isinstance(value, str):
        return f"of the type {type(value).__name__}"
    try:
        return f"JSON of the type {type(json.loads(value)).__name__}"
    except json.JSONDecodeError as error:
        return f"a string that is not valid JSON: {error.msg} in line {error.lineno}, column {error.colno}"
    except RecursionError:
        return "a string that is nested too deeply"
    except ValueError:
        return "JSON that holds a number with too many digits"


def _entries(values: list[t.Any], rule: Rule, where: str, given: Given) -> list[t.Any]:
    entry_rule = {**rule, "type": rule.get("elements", "raw")}
    if rule.get("options") is not None and None in values:
        # Without it, the other entries would move up: the first disk is the system disk.
        given.problems += (f"{where}[{number}] is null" for number, value in enumerate(values) if value is None)
        return []
    kept = [
        _value(value, entry_rule, f"{where}[{number}]", given)
        for number, value in enumerate(values)
        if value is not None
    ]
    if values and all(value is None for value in values):
        # As a filter it could mean everything or nothing, and guessing is not safe.
        given.problems.append(f"{where} contains only null: give values, or omit the option")
    return [value for value in kept if value is not None]


def _judge_text(value: t.Any, where: str, given: Given, *, is_secret: bool) -> None:
    if isinstance(value, (bool, float)):
        shown = "another type" if is_secret else repr(value)
        given.warnings.append(f"YAML has read {where} as {shown}, and its spelling may be lost: {validation.QUOTE_IT}")
    elif isinstance(value, (list, dict)):
        given.problems.append(f"{where} must be a string, but is a {type(value).__name__}")
    elif not is_secret:
        given.problems += filter(None, [validation.template_problem(where, value)])
