# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that YAML has read as another type than the task meant, and templates that are left in a string."""

from __future__ import annotations

import os
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.arguments import connection_spec
from hypothesis import settings
from option_values import EXPORT, IMAGE, INFO, MODULES, RETENTION, outcome, refusal, task_of

if t.TYPE_CHECKING:
    import types


EXPLORE = int(os.environ.get("EXPLORE", "0"))
# What ansible-core 2.16 to 2.18 put in place of `omit`, with other digits in each run.
OMIT = "__omit_place_holder__0e356fded112f3e8c19aaae288f08f487cb4a9e8"
FUZZED = settings(max_examples=EXPLORE or 150, deadline=None, derandomize=not EXPLORE, database=None)


def text_options(module: types.ModuleType) -> list[tuple[types.ModuleType, str]]:
    spec = {**connection_spec(), **module.ARGUMENTS}
    return [(module, name) for name, rule in spec.items() if rule["type"] in ("str", "path") and "choices" not in rule]


each_text = pytest.mark.parametrize(("module", "option"), [row for module in MODULES for row in text_options(module)])


@each_text
@pytest.mark.parametrize("value", [["web-golden"], {"web-golden": "web-silver"}])
def test_a_list_or_a_dictionary_is_refused_as_a_string(module: types.ModuleType, option: str, value: t.Any) -> None:
    message = refusal(module, **{**task_of(module, option), option: value})
    assert f"{option} must be a string, but is a {type(value).__name__}" in message


@each_text
@pytest.mark.parametrize("value", [True, False, 1.1])
def test_a_string_that_yaml_may_have_changed_causes_a_warning(
    module: types.ModuleType, option: str, value: t.Any
) -> None:
    result, _site = outcome(module, **{**task_of(module, option), option: value})
    # Newer releases of ansible-core print more of a warning than its sentence.
    (warning,) = [text for text in map(str, result["warnings"]) if f"read {option} as" in text]
    assert "quote it" in warning
    assert "`| string`" in warning
    is_secret = option in ("access_key", "secret_key", "security_token", "proxy")
    assert (repr(value) in warning) == (not is_secret)


NESTED = [
    (options, value)
    for value in (True, False, 1.1)
    for options in (
        {"disk_device_mapping[0].snapshot_id": value},
        {"disk_device_mapping[0].device": value},
        {"import_from[0].bucket": value},
        {"import_from[0].object": value},
        {"copy_from.image_id": value},
        {"copy_from.image_name": value},
        {"copy_from.region": value},
        {"copy_from.endpoint": value},
        {"copy_from.kms_key_id": value},
        {"assume_role.role_arn": value},
        {"assume_role.session_name": value},
    )
]


@pytest.mark.parametrize(("options", "value"), NESTED)
def test_a_string_in_a_dictionary_that_yaml_may_have_changed_causes_a_warning(
    options: dict[str, t.Any], value: t.Any
) -> None:
    ((path, _value),) = options.items()
    option, _dot, suboption = path.partition(".")
    entry = {suboption: value}
    if option.startswith("import_from"):
        entry = {"bucket": "images", "object": "a.raw", **entry}
    elif option == "assume_role":
        entry = {"role_arn": "acs:ram::1:role/imager", **entry}
    task = {option.removesuffix("[0]"): [entry] if option.endswith("[0]") else entry}
    result, _site = outcome(IMAGE, image_name="new", **task)
    (warning,) = [text for text in map(str, result["warnings"]) if f"read {path} as {value!r}" in text]
    assert "quote it" in warning


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("import_from", "a/b", "import_from must be a list of dictionaries with bucket and object, but is a string"),
        ("import_from", ["a/b"], "import_from[0] must be a dictionary with bucket and object"),
        ("import_from", {"bucket": "a"}, "list of dictionaries with bucket and object, but is of the type dict"),
        ("disk_device_mapping", "s-1", "disk_device_mapping must be a list of dictionaries, but is a string"),
    ],
)
def test_the_message_about_another_type_says_what_is_expected(option: str, value: t.Any, told: str) -> None:
    message = refusal(IMAGE, image_name="new", **{option: value})
    assert told in message


INTEGERS = [
    (module, name)
    for module in MODULES
    for name, rule in {**connection_spec(), **module.ARGUMENTS}.items()
    if rule["type"] == "int"
]


@pytest.mark.parametrize(("module", "option"), INTEGERS)
@pytest.mark.parametrize(
    ("value", "told"),
    [
        (True, "'True'"),
        (False, "'False'"),
        (2.9, "'2.9'"),
        ("2.9", "'2.9'"),
        ("three", "'three'"),
        (float("inf"), "'inf'"),
        ("inf", "'inf'"),
        ([0, [2], 0], "of the type list"),
        ({"three": 3}, "of the type dict"),
    ],
)
def test_an_integer_must_be_one(module: types.ModuleType, option: str, value: t.Any, told: str) -> None:
    """ansible-core takes true for 1: it would keep one image instead of all."""
    message = refusal(module, **{**task_of(module, option), option: value})
    assert f"{option} must be an integer, but is {told}" in message


@pytest.mark.parametrize("option", ["disk_device_mapping", "import_from"])
def test_the_size_of_a_disk_must_be_an_integer(option: str) -> None:
    message = refusal(IMAGE, image_name="new", **{option: [{"size": True}]})
    assert f"{option}[0].size must be an integer, but is 'True'" in message


@pytest.mark.parametrize("option", ["keep", "keep_deprecated", "wait_timeout"])
def test_an_empty_string_is_not_an_integer(option: str) -> None:
    assert f"{option} must be an integer, but is ''" in refusal(RETENTION, **{**task_of(RETENTION), option: ""})


@pytest.mark.parametrize("value", [1, "1", " 1 "])
def test_an_integer_may_be_a_string_as_extra_variables_are(value: t.Any) -> None:
    result, _site = outcome(RETENTION, **{**task_of(RETENTION), "keep": value})
    assert not result.get("failed"), result


@pytest.mark.parametrize("value", [2024, 0, 10**20])
def test_an_integer_becomes_a_decimal_string(value: int) -> None:
    result, _site = outcome(IMAGE, image_id="m-1", description=value, tags={"ticket": value})
    assert f"description {str(value)!r}" in result["actions"][0] or str(value) in str(result["diff"]["after"])
    assert result["diff"]["after"]["tags"] == {"ticket": str(value)}


@pytest.mark.parametrize(
    ("module", "options"),
    [
        (IMAGE, {"image_id": "m-1", "tags": {"backup": True}}),
        (IMAGE, {"image_id": "m-1", "tags": {"version": 1.10}}),
        (INFO, {"tags": {"backup": False}}),
        (RETENTION, {"keep": 1, "tags": {"backup": 1.1}}),
    ],
)
def test_a_tag_that_yaml_has_read_as_another_type_is_refused_with_both_solutions(
    module: types.ModuleType, options: dict[str, t.Any]
) -> None:
    message = refusal(module, **options)
    assert "quote it" in message
    assert "`| string`" in message


@pytest.mark.parametrize("option", ["image_id", "image_name", "description", "region", "department", "snapshot_id"])
@pytest.mark.parametrize("template", ["{{ name }}", "web-{% if x %}a{% endif %}"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_unevaluated_template_is_refused_and_quoted(option: str, template: str, state: str) -> None:
    assert repr(template) in refusal(IMAGE, **{"image_name": "web", "state": state, option: template})


def test_a_template_in_a_filter_is_refused() -> None:
    for options in (
        {"name_regex": "{{ x }}"},
        {"image_ids": ["{{ x }}"]},
        {"image_ids": "{{ x }}"},
        {"tags": {"a": "{{ x }}"}},
    ):
        assert "'{{ x }}'" in refusal(INFO, **options)


@pytest.mark.parametrize(
    ("module", "options", "what"),
    [
        (IMAGE, {"image_name": f"web-{OMIT}"}, "image_name"),
        (IMAGE, {"image_name": "web", "description": f"build {OMIT}"}, "description"),
        (IMAGE, {"image_name": "web", "tags": {"owner": f"team {OMIT}"}}, "The value of 'owner' in tags"),
        (IMAGE, {"image_name": "web", "tags": {f"owner-{OMIT}": "web"}}, "A key in tags"),
        (IMAGE, {"image_name": "web", "share_with": ["1000000000000038", OMIT]}, "share_with[1]"),
        (IMAGE, {"image_name": "web", "share_with": f"1000000000000038,{OMIT}"}, "share_with"),
        (IMAGE, {"image_name": "web", "copy_from": {"image_name": f"web-{OMIT}"}}, "copy_from.image_name"),
        (INFO, {"image_ids": [OMIT]}, "image_ids[0]"),
        (INFO, {"name_regex": f"^web-{OMIT}"}, "name_regex"),
        (RETENTION, {"keep": 1, "name_regex": f"^web-{OMIT}"}, "name_regex"),
        (EXPORT, {"image_name": f"web-{OMIT}", "bucket": "exports"}, "image_name"),
    ],
)
def test_an_omit_that_older_releases_of_ansible_leave_in_a_value_is_refused(
    module: types.ModuleType, options: dict[str, t.Any], what: str
) -> None:
    # It differs in each run: each run would create another image.
    message = refusal(module, **options)
    assert f"{what} contains the mark that this release of ansible-core puts in place of `omit`" in message
    assert OMIT not in message
