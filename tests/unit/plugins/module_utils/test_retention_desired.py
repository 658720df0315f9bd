# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.apsarastack.cloud.plugins.module_utils._retention.desired import DesiredRetention, desired_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from ansible_collections.apsarastack.cloud.plugins.modules.apsarastack_image_retention import ARGUMENTS


def desired(nulls: t.Container[str] = (), **options: t.Any) -> DesiredRetention:
    given = {"keep": 3, **options}
    return desired_from(ArgumentSpecValidator(ARGUMENTS).validate(given).validated_parameters, nulls)


def refusal(nulls: t.Container[str] = (), **options: t.Any) -> str:
    with pytest.raises(RefusalError) as caught:
        desired(nulls, **options)
    assert caught.value.reason == "invalid_input"
    return caught.value.message


def test_the_options_become_the_desired_retention() -> None:
    found = desired(
        name_regex="^web-", tags={"release": 7}, image_family="web", older_than="2w", remove_failed=True, keep=1
    )
    assert found.name_regex is not None
    assert (found.name_regex.pattern, found.tags, found.image_family) == ("^web-", {"release": "7"}, "web")
    assert (found.keep, found.older_than, found.action) == (1, 14 * 86400.0, "delete")
    assert (found.remove_failed, found.remove_deprecated, found.delete_snapshots) == (True, False, False)


@pytest.mark.parametrize("options", [{}, {"older_than": "30d", "remove_failed": True}])
def test_a_selection_without_a_criterion_is_refused(options: dict[str, t.Any]) -> None:
    assert refusal(**options) == (
        "one of name_regex, tags, image_family is required, so that the task does not remove every image. Nothing was "
        "sent."
    )


@pytest.mark.parametrize("others", [{}, {"name_regex": "^web-"}, {"image_family": "web"}])
def test_empty_tags_are_refused_also_beside_another_criterion(others: dict[str, t.Any]) -> None:
    assert refusal(tags={}, **others) == (
        "tags is empty and fits every image: give tags, or omit the option (in a template: `default(omit, true)`). "
        "Nothing was sent."
    )


@pytest.mark.parametrize("option", ["name_regex", "tags", "image_family", "older_than", "action", "keep_deprecated"])
def test_null_is_refused_where_it_would_select_or_remove_more(option: str) -> None:
    options: dict[str, t.Any] = {"name_regex": "^web-", "tags": {"team": "web"}}
    options.pop(option, None)
    assert f"{option} is null: give a value, or omit the option" in refusal([option], **options)


@pytest.mark.parametrize("option", ["name_regex", "image_family", "older_than"])
@pytest.mark.parametrize("value", ["", "  "])
def test_a_blank_value_is_refused(option: str, value: str) -> None:
    assert f"{option} is a" in refusal(**{"tags": {"team": "web"}, option: value})


@pytest.mark.parametrize("keep", [0, -1])
def test_at_least_one_image_is_kept(keep: int) -> None:
    assert f"keep must be at least 1, but is {keep}" in refusal(name_regex="^web-", keep=keep)


WIDE = (
    ".",
    ".*",
    ".+",
    "^",
    "$",
    "^.",
    ".{5}",
    "^.{3,10}$",
    r"\w",
    "[a-z]",
    "[a-zA-Z0-9_-]+$",
    "e",
    "-",
    "^w",
    "^[a-m]",
    "[A-Z]",
    r"\d",
    r"\d+$",
    r"-\d+$",
    r"20\d\d",
    r"-\d{8}$",
    r"-v\d",
    "web-|",
    "web-|.",
    "(web-)?",
    "^(?!web-)",
    "(?i)x",
)


@pytest.mark.parametrize("name_regex", WIDE)
def test_a_pattern_that_fits_names_without_anything_in_common_is_refused(name_regex: str) -> None:
    message = refusal(name_regex=name_regex)
    assert f"name_regex '{name_regex}'" in message.replace("\\\\", "\\")
    assert "fits names of images that have nothing in common" in message
    assert "also give tags or image_family" in message


@pytest.mark.parametrize("name_regex", WIDE)
def test_such_a_pattern_is_accepted_if_another_criterion_restricts_the_selection(name_regex: str) -> None:
    assert desired(name_regex=name_regex, tags={"team": "web"}).name_regex
    assert desired(name_regex=name_regex, image_family="web").name_regex


@pytest.mark.parametrize(
    "name_regex",
    ["^web-golden-", "web", "^db", r"^web-\d{8}$", "golden", "(web|db)-", "(?i)WEB-", "^[wd]eb-", "nightly$", "^镜像"],
)
def test_a_pattern_that_names_images_is_accepted(name_regex: str) -> None:
    assert desired(name_regex=name_regex).name_regex


def test_an_invalid_pattern_is_refused() -> None:
    assert "name_regex '*golden*' is not a valid Python regular expression" in refusal(name_regex="*golden*")


@pytest.mark.parametrize(
    ("text", "seconds"), [("1h", 3600.0), ("36h", 129600.0), ("30d", 2592000.0), ("12w", 7257600.0)]
)
def test_an_age_is_a_number_with_a_unit(text: str, seconds: float) -> None:
    assert desired(name_regex="^web-", older_than=text).older_than == seconds


@pytest.mark.parametrize("text", ["30", "30m", "d", "0d", "-1d", "1.5d", "30 d", "30D", "1d2h", "999999d", "30d\n"])
def test_another_age_is_refused(text: str) -> None:
    assert "older_than must be a number with one of the units h, d and w" in refusal(
        name_regex="^web-", older_than=text
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"keep_deprecated": 1}, "keep_deprecated requires remove_deprecated=true"),
        ({"keep_deprecated": -1, "remove_deprecated": True}, "keep_deprecated must be at least 0, but is -1"),
    ],
)
def test_deprecated_images_are_kept_only_by_a_task_that_would_delete_them(
    options: dict[str, t.Any], message: str
) -> None:
    assert message in refusal(name_regex="^web-", **options)
    assert desired(name_regex="^web-", remove_deprecated=True, keep_deprecated=2).keep_deprecated == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"remove_deprecated": True}, "remove_deprecated requires action=delete"),
        ({"delete_snapshots": True}, "delete_snapshots requires action=delete or remove_failed=true"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(options: dict[str, t.Any], message: str) -> None:
    assert message in refusal(name_regex="^web-", action="deprecate", **options)
    assert desired(name_regex="^web-", **options)


def test_the_snapshots_of_failed_images_can_be_deleted_while_others_are_deprecated() -> None:
    assert desired(name_regex="^web-", action="deprecate", delete_snapshots=True, remove_failed=True)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"name_regex": "^web-"}, "images with name_regex '^web-'"),
        (
            {"tags": {"team": "web", "stage": "golden"}, "image_family": "web"},
            "images with tags stage=golden,team=web and image_family web",
        ),
    ],
)
def test_the_selection_is_named_by_its_criteria(options: dict[str, t.Any], text: str) -> None:
    assert desired(**options).handle() == text
