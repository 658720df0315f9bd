# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._engine import tags
from hypothesis import given
from hypothesis import strategies as st

TAGS = st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=5)
RESERVED = st.dictionaries(st.sampled_from(["acs:a", "ASCM:b", "aliyun-c", "http://d"]), st.text(max_size=2))


@pytest.mark.parametrize(
    ("current", "desired", "purge", "to_set", "to_unset"),
    [
        ({"a": "1"}, None, True, {}, ()),
        ({"a": "1"}, {}, True, {}, ("a",)),
        ({"a": "1"}, {}, False, {}, ()),
        ({"a": "1"}, {"a": "1"}, True, {}, ()),
        ({"a": "1"}, {"a": "2"}, True, {"a": "2"}, ()),
        ({"a": "1"}, {"a": "2"}, False, {"a": "2"}, ()),
        ({"a": "1", "b": "1"}, {"c": ""}, True, {"c": ""}, ("a", "b")),
        ({"a": "1", "b": "1"}, {"c": ""}, False, {"c": ""}, ()),
        ({"acs:a": "1", "Ascm:b": "1", "aliyun": "1", "https://x": "1"}, {}, True, {}, ()),
        ({"a": ""}, {"a": ""}, True, {}, ()),
    ],
)
def test_tag_changes(
    current: dict[str, str],
    desired: dict[str, str] | None,
    purge: bool,
    to_set: dict[str, str],
    to_unset: tuple[str, ...],
) -> None:
    assert tags.tag_changes(current, desired, purge) == (to_set, to_unset)


@given(TAGS, RESERVED, TAGS, st.booleans())
def test_after_applying_the_changes_none_are_left(
    current: dict[str, str], reserved: dict[str, str], desired: dict[str, str], purge: bool
) -> None:
    before = {**current, **reserved}
    after = tags.merged(before, *tags.tag_changes(before, desired, purge))
    assert tags.tag_changes(after, desired, purge) == ({}, ())
    assert desired.items() <= after.items()
    assert reserved.keys() <= after.keys()
    if purge:
        assert tags.own_tags(after) == tags.own_tags(desired)
    else:
        assert before.keys() <= after.keys()


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ({"a": "b"}, {"a": "b"}),
        ({"a": 5}, {"a": "5"}),
        ({7: ""}, {"7": ""}),
        ({}, {}),
    ],
)
def test_strings_and_integers_are_accepted(raw: dict[t.Any, t.Any], text: dict[str, str]) -> None:
    problems: list[str] = []
    assert (tags.read(raw, problems), problems) == (text, [])


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"ready": True}, "the value of 'ready' in tags must be a string, but is True (bool): quote it where"),
        (
            {"version": 1.1},
            "the value of 'version' in tags must be a string, but is 1.1 (float): quote",
        ),
        ({"empty": None}, "the value of 'empty' in tags must be a string, but is null; '' is an empty one"),
        ({"list": ["x"]}, "the value of 'list' in tags must be a string, but is a list"),
        ({True: "x"}, "a key in tags must be a string, but is True (bool)"),
        ({"a": "{{ b }}"}, "the value of 'a' in tags is '{{ b }}': Ansible has not evaluated this template"),
        ({"{% a %}": "b"}, "a key in tags is '{% a %}': Ansible has not evaluated this template"),
    ],
)
def test_values_that_are_neither_strings_nor_integers_and_templates_are_refused(
    raw: dict[t.Any, t.Any], told: str
) -> None:
    problems: list[str] = []
    assert tags.read(raw, problems) is None
    (problem,) = problems
    assert problem.startswith(told)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"": "x"}, "must have 1 to 128 characters and must not start with aliyun, acs:, ascm:, http://"),
        ({" ": "x"}, "a key in tags must have 1 to 128 characters"),
        ({"k" * 129: "x"}, "...' (129 characters)"),
        ({"acs:x": ""}, "a key in tags must have 1 to 128 characters"),
        ({"Aliyun": ""}, "but is 'Aliyun'"),
        ({"a": "v" * 129}, "the value of 'a' in tags must have at most 128 characters"),
        ({"a": "ACS:x"}, "but is 'ACS:x'"),
        ({"a": "https://x"}, "must not start with acs:, http:// or https://, but is 'https://x'"),
        ({"a": "http://x"}, "but is 'http://x'"),
        ({"apsarastack.cloud/replaces": "m-1"}, "is reserved for images that replace another one"),
        ({f"k{number}": "" for number in range(21)}, "at most 20 tags, but these would be 21"),
    ],
)
def test_tags_that_the_cloud_would_reject_are_reported(given: dict[str, str], told: str) -> None:
    problems = tags.problems(given)
    assert len(problems) == 1
    assert told in problems[0]


def test_tags_that_the_cloud_accepts_are_accepted() -> None:
    assert tags.problems({"k" * 128: "v" * 128, "ä": "", **{f"k{number}": "" for number in range(18)}}) == []


def test_the_tags_of_the_platform_do_not_count() -> None:
    full = {f"k{number}": "" for number in range(20)}
    assert tags.count_problem({**full, "ascm:x": "", "acs:y": ""}) is None
    assert tags.count_problem({**full, "x": ""}) is not None
