# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invalid values in a playbook: through the argument spec, they become a desired image or a message."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.apsarastack.cloud.plugins.module_utils._image.desired import DesiredImage, desired_from
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.given import given_in
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.errors import RefusalError
from ansible_collections.apsarastack.cloud.plugins.modules.apsarastack_image import ARGUMENTS
from hypothesis import given, settings
from hypothesis import strategies as st
from inside import Answer, Site, run_main

# With EXPLORE in the environment, new cases in each run, and this many.
EXPLORE = int(os.environ.get("EXPLORE", "0"))
FUZZED = settings(max_examples=EXPLORE or 400, deadline=None, derandomize=not EXPLORE, database=None)

TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", " ", "\0", "\ud800", "web", "m-1", "None", "{{ x }}", "x" * 300, "镜像", "HTTP://x", "yes"]),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 40000), st.sampled_from([10**30, -1]), st.floats(), TEXTS
)
JUNK = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)


BY_TYPE: dict[str, st.SearchStrategy[t.Any]] = {
    "str": TEXTS,
    "bool": st.booleans(),
    "int": st.integers(-5, 40_000),
    "dict": st.dictionaries(TEXTS, SCALARS, max_size=25),
    "list": st.lists(SCALARS, max_size=20),
}


def fitting(spec: t.Mapping[str, t.Any]) -> st.SearchStrategy[t.Any]:
    """Values of the type of an option."""
    if "choices" in spec:
        return st.sampled_from(spec["choices"])
    if "options" not in spec:
        return BY_TYPE[spec["type"]]
    entry = st.fixed_dictionaries({}, optional={name: any_value(inner) for name, inner in spec["options"].items()})
    return entry if spec["type"] == "dict" else st.lists(entry | JUNK, max_size=20)


def any_value(spec: t.Mapping[str, t.Any]) -> st.SearchStrategy[t.Any]:
    """Half of the values have the right type, so that not all are refused by the argument spec."""
    return fitting(spec) | JUNK


OPTIONS = st.fixed_dictionaries({}, optional={name: any_value(spec) for name, spec in ARGUMENTS.items()})
PLACES = ("endpoint", "region", "department", "resource_group", "popgw_domain", "domain", "proxy", "protocol")
ADDRESSES = st.sampled_from(["http://", "[::1", "::1", "host:99999", "a b", "//x", "http://x?y#z", "é.example"])
CONNECTIONS = st.fixed_dictionaries({}, optional=dict.fromkeys(PLACES, JUNK | ADDRESSES))


@FUZZED
@given(OPTIONS)
def test_values_of_any_type_become_a_desired_image_or_a_message(options: dict[str, t.Any]) -> None:
    task = given_in(options, ARGUMENTS)
    validated = ArgumentSpecValidator(ARGUMENTS).validate(task.options)
    if task.problems or validated.error_messages:
        return
    desired = desired_or_sentence(validated.validated_parameters)
    if isinstance(desired, str):
        assert desired.endswith("Nothing was sent.")
    else:
        assert all(isinstance(text, str) for pair in (desired.tags or {}).items() for text in pair)


def desired_or_sentence(parameters: dict[str, t.Any]) -> DesiredImage | str:
    try:
        return desired_from(parameters)
    except RefusalError as error:
        return error.message


@FUZZED
@given(OPTIONS, CONNECTIONS)
def test_a_task_with_any_values_ends_with_a_result_or_a_message(
    options: dict[str, t.Any], connection: dict[str, t.Any]
) -> None:
    empty = Site(lambda _number, _action: Answer(json.dumps({"RequestId": "r-1", "ImageId": "m-1"}).encode()))
    result = run_main({"wait_timeout": 120, **options, **connection}, empty)
    assert "exception" not in result, result
    assert isinstance(result.get("msg", ""), str)
    assert result.get("failed") or isinstance(result["actions"], list)
