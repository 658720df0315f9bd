# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Null means omitted, for all options of all modules, except where it would widen what a task does."""

from __future__ import annotations

import json
import os
import typing as t

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.arguments import connection_spec
from hypothesis import given, settings
from hypothesis import strategies as st
from inside import CONNECTION, run_main
from option_values import (
    EXPORT,
    IMAGE,
    INFO,
    MODULES,
    NEVER_NULL,
    RETENTION,
    Recorder,
    outcome,
    refusal,
    sent_in,
    task_of,
)

if t.TYPE_CHECKING:
    import types


EXPLORE = int(os.environ.get("EXPLORE", "0"))
FUZZED = settings(max_examples=EXPLORE or 150, deadline=None, derandomize=not EXPLORE, database=None)


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"image_id": None},
        {"image_name": None},
        {"name": None},
        {"image_id": None, "image_name": None, "name": None},
    ],
)
def test_null_selects_no_image(state: str, options: dict[str, t.Any]) -> None:
    message = refusal(IMAGE, state=state, snapshot_id="s-1", **options)
    assert message == "one of the following is required: image_id, image_name"


@pytest.mark.parametrize("blank", ["", " ", "\n", " \t "])
@pytest.mark.parametrize(
    ("module", "options"),
    [
        *[(IMAGE, {"state": state, **who}) for state in ("present", "absent") for who in (
            {"image_id": ...},
            {"image_name": ...},
            {"name": ...},
            {"image_id": "m-1", "image_name": ...},
            {"image_id": ..., "image_name": "web"},
        )],
        *[(IMAGE, {"image_name": "web", option: ...}) for option in ("snapshot_id", "instance_id", "image_version")],
        (IMAGE, {"image_name": "web", "disk_device_mapping": [{"snapshot_id": ...}]}),
        *[(INFO, {option: ...}) for option in ("image_name", "name", "name_regex", "snapshot_id")],
        *[(INFO, {"image_ids": ids}) for ids in ([...], ["m-1", ...])],
        *[(EXPORT, {**task_of(EXPORT, option), option: ...}) for option in ("image_id", "image_name", "bucket")],
        *[(EXPORT, {**task_of(EXPORT), option: ...}) for option in ("prefix", "role_name")],
        *[
            (RETENTION, {**task_of(RETENTION), option: ...})
            for option in ("name_regex", "image_family", "older_than")
        ],
    ],
)  # fmt: skip
def test_a_blank_string_is_refused_with_its_option(
    module: types.ModuleType, options: dict[str, t.Any], blank: str
) -> None:
    (option,) = [name for name, value in options.items() if "Ellipsis" in str(value)]
    filled = json.loads(json.dumps(options, default=lambda _ellipsis: blank))
    assert {"name": "image_name"}.get(option, option) in refusal(module, **filled)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"instance_id": "", "snapshot_id": "s-1"}, "instance_id is an empty string"),
        ({"instance_id": "i-1", "snapshot_id": " "}, "snapshot_id is a blank string"),
        ({"instance_id": "i-1", "disk_device_mapping": []}, "disk_device_mapping is empty"),
        ({"instance_id": "", "snapshot_id": "", "disk_device_mapping": []}, "snapshot_id is an empty string"),
        ({"instance_id": "i-1", "import_from": []}, "import_from is empty"),
        ({"instance_id": "i-1", "copy_from": {}}, "copy_from is empty"),
        ({"instance_id": "i-1", "copy_from": ""}, "copy_from is an empty string"),
    ],
)
def test_an_empty_source_is_not_reported_as_a_second_one(options: dict[str, t.Any], told: str) -> None:
    message = refusal(IMAGE, image_name="web", **options)
    assert told in message
    assert "mutually exclusive" not in message


def test_an_empty_id_or_name_of_an_export_is_not_reported_as_a_second_one() -> None:
    for options in ({"image_id": "", "image_name": "web"}, {"image_id": "m-1", "image_name": ""}):
        message = refusal(EXPORT, bucket="exports", **options)
        assert "is an empty string" in message
        assert "mutually exclusive" not in message


@pytest.mark.parametrize(
    ("module", "option"),
    [(INFO, "image_ids"), (INFO, "status")],
)
@pytest.mark.parametrize("nulls", [[None], [None, None]])
def test_a_list_of_nulls_is_refused(module: types.ModuleType, option: str, nulls: list[None]) -> None:
    assert f"{option} contains only null" in refusal(module, **{"name": "web", option: nulls})


def test_null_between_values_is_omitted() -> None:
    _result, site = outcome(INFO, image_ids=[None, "m-1", None, "m-2"])
    assert site.form()["ImageId"] == "m-1,m-2"
    result, _site = outcome(IMAGE, name="new", disk_device_mapping=[{"snapshot_id": "s-1", "size": None}])
    assert result["actions"] == ["create image 'new' from disks: snapshot s-1"]


@pytest.mark.parametrize(
    ("option", "disk"),
    [("disk_device_mapping", {"snapshot_id": "s-1"}), ("import_from", {"bucket": "images", "object": "a.raw"})],
)
@pytest.mark.parametrize("place", [0, 1])
def test_null_in_a_list_of_disks_is_refused_since_the_first_one_is_the_system_disk(
    option: str, disk: dict[str, str], place: int
) -> None:
    disks: list[dict[str, str] | None] = [disk]
    disks.insert(place, None)
    assert f"{option}[{place}] is null" in refusal(IMAGE, name="new", **{option: disks})


def test_a_source_of_null_excludes_no_other() -> None:
    result, _site = outcome(IMAGE, name="new", instance_id=None, snapshot_id="s-1", disk_device_mapping=None)
    assert result["actions"] == ["create image 'new' from snapshot s-1"]


@pytest.mark.parametrize("source", ["instance_id", "snapshot_id", "disk_device_mapping", "copy_from", "import_from"])
def test_a_missing_image_without_another_source_is_reported_with_the_source_that_is_null(source: str) -> None:
    told = f"({source} is null in the task, which counts as omitted)"
    result, _site = outcome(IMAGE, name="new", **{source: None})
    assert result["reason"] == "not_found"
    assert f"the task gives nothing to create it from {told}" in result["msg"]
    assert told in refusal(IMAGE, name="new", recreate="always", **{source: None})
    assert "null" not in outcome(IMAGE, name="new")[0]["msg"]


def test_all_sources_that_are_null_are_named() -> None:
    result, _site = outcome(IMAGE, name="new", copy_from=None, import_from=None)
    assert "(copy_from and import_from are null in the task, which counts as omitted)" in result["msg"]


def test_a_misspelled_option_is_refused_even_if_null() -> None:
    assert "image_nam" in refusal(INFO, image_nam=None)


NEW = {"name": "new", "snapshot_id": "s-1", "tags": {"a": "b"}, "description": "text"}


@pytest.mark.parametrize(
    ("module", "option"),
    [
        # Of a source that is null, the message tells more; see below.
        *[(IMAGE, option) for option in sorted({*connection_spec(), *IMAGE.ARGUMENTS} - {"image_name", "snapshot_id"})],
        *[(EXPORT, option) for option in sorted(EXPORT.ARGUMENTS)],
        *[(RETENTION, option) for option in sorted(RETENTION.ARGUMENTS.keys() - {*NEVER_NULL})],
    ],
)
def test_an_option_of_null_is_the_same_as_an_omitted_one(
    monkeypatch: pytest.MonkeyPatch, module: types.ModuleType, option: str
) -> None:
    monkeypatch.setenv("APSARASTACK_REGION", "region-of-the-environment")
    base = NEW if module is IMAGE else task_of(module)
    dropped = {name: value for name, value in {**CONNECTION, **base}.items() if name != option}
    without = run_main_of(dropped, module)
    assert run_main_of({**dropped, option: None}, module) == without


@pytest.mark.parametrize("option", NEVER_NULL)
def test_a_null_that_would_widen_what_is_removed_is_refused(option: str) -> None:
    message = refusal(RETENTION, **{**task_of(RETENTION), "tags": {"a": "b"}, option: None})
    assert f"{option} is null" in message or message == f"missing required arguments: {option}"


def run_main_of(options: dict[str, t.Any], module: types.ModuleType) -> t.Any:
    """The outcome of exactly these options, including those of the connection."""
    site = Recorder()
    absent = {name: None for name in CONNECTION if name not in options}
    result = run_main({**absent, "_ansible_check_mode": True, **options}, site, module)
    result.pop("invocation", None)
    return result, [(request.url, sent_in(request).get("Action")) for request in site.requests]


OPTIONS = {one: sorted({*connection_spec(), *one.ARGUMENTS} - CONNECTION.keys() - {*NEVER_NULL}) for one in MODULES}
TASKS: list[tuple[types.ModuleType, dict[str, t.Any]]] = [
    (IMAGE, {"image_name": "new", "snapshot_id": "s-1", "tags": {"a": "b"}}),
    (IMAGE, {"image_name": "new", "disk_device_mapping": [{"snapshot_id": "s-1", "size": 40}], "wait": False}),
    (IMAGE, {"image_name": "web", "description": "other", "purge_tags": False}),
    (IMAGE, {"image_id": "m-1", "state": "absent", "delete_snapshots": True}),
    (IMAGE, {"image_id": "m-1", "assume_role": {"policy": None}}),
    (IMAGE, {"state": "absent"}),
    (EXPORT, {"image_name": "web", "bucket": "exports"}),
    (EXPORT, {"image_id": "m-1", "state": "absent"}),
    (RETENTION, {"name_regex": "^web-golden", "keep": 1}),
]


@FUZZED
@given(st.sampled_from(TASKS), st.data())
def test_nulls_anywhere_change_nothing(told: tuple[types.ModuleType, dict[str, t.Any]], data: st.DataObject) -> None:
    module, task = told
    nulls = data.draw(st.sets(st.sampled_from(OPTIONS[module])))
    expected, _site = outcome(module, **task)
    found, _site = outcome(module, **{**dict.fromkeys(nulls), **task})
    expected.pop("invocation", None)
    found.pop("invocation", None)
    assert found == expected


@pytest.mark.parametrize("option", sorted(name for name, rule in INFO.ARGUMENTS.items() if "default" not in rule))
def test_a_filter_of_null_filters_nothing_and_causes_a_warning(option: str) -> None:
    result, site = outcome(INFO, **{option: None})
    (warning,) = map(str, result["warnings"])
    assert f"{option} is null and does not narrow the list" in warning
    plain, plain_site = outcome(INFO)
    assert (result["images"], site.form().keys()) == (plain["images"], plain_site.form().keys())
    assert "warnings" not in plain


def test_a_filter_of_no_tags_causes_a_warning() -> None:
    (warning,) = map(str, outcome(INFO, tags={})[0]["warnings"])
    assert "tags is empty and does not narrow the list" in warning


def test_an_empty_list_of_statuses_selects_nothing_and_causes_a_warning() -> None:
    result, _site = outcome(INFO, status=[])
    (warning,) = map(str, result["warnings"])
    assert result["images"] == []
    assert "status is an empty list and selects no image" in warning


def test_an_empty_list_of_ids_selects_nothing() -> None:
    # It is often the result of another task, and not a mistake.
    result, _site = outcome(INFO, image_ids=[])
    assert (result["images"], result.get("warnings")) == ([], None)


@pytest.mark.parametrize("value", ["m-in-use ", " m-in-use", "m-in-use,m-other", "m-in\nuse"])
@pytest.mark.parametrize("option", ["image_id", "instance_id", "snapshot_id"])
def test_image_id_must_be_one_id(option: str, value: str) -> None:
    """The API reads a comma as a list separator, and finds nothing for an id with blanks: absent would succeed."""
    state = {"state": "absent"} if option == "image_id" else {"image_name": "web"}
    assert f"{option} is {value!r}" in refusal(IMAGE, **{**state, option: value})


@pytest.mark.parametrize("options", [{"image_ids": ["m-1", "m-2,m-3"]}, {"snapshot_id": "s-1 "}])
def test_an_id_in_a_filter_must_be_one_id(options: dict[str, t.Any]) -> None:
    assert "one id" in refusal(INFO, **options)
