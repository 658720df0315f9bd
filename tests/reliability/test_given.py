# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Option values, from the parameters that Ansible passes to the requests that are sent, for all modules."""

from __future__ import annotations

import json
import os
import typing as t
import urllib.parse

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._module.arguments import connection_spec
from ansible_collections.apsarastack.cloud.plugins.modules import (
    apsarastack_image,
    apsarastack_image_export,
    apsarastack_image_info,
    apsarastack_image_retention,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from inside import CONNECTION, Answer, Site, run_main

if t.TYPE_CHECKING:
    import types

    import requests

EXPLORE = int(os.environ.get("EXPLORE", "0"))
FUZZED = settings(max_examples=EXPLORE or 150, deadline=None, derandomize=not EXPLORE, database=None)

IMAGE, INFO = apsarastack_image, apsarastack_image_info
EXPORT, RETENTION = apsarastack_image_export, apsarastack_image_retention
MODULES = [IMAGE, INFO, EXPORT, RETENTION]
# A null here would widen what is removed.
NEVER_NULL = ("keep", "name_regex", "tags", "image_family", "older_than", "action")
WEB = {"ImageId": "m-1", "ImageName": "web", "Status": "Available", "ImageOwnerAlias": "self", "Tags": {"Tag": []}}
SNAPSHOT = {"SnapshotId": "s-1", "SourceDiskType": "system", "SourceDiskSize": "40", "Status": "accomplished"}
ANSWERS: dict[str, t.Any] = {
    "DescribeImages": {"Images": {"Image": [WEB]}, "TotalCount": 1},
    "DescribeTasks": {"TaskSet": {"Task": []}, "TotalCount": 0},
    "DescribeSnapshots": {"Snapshots": {"Snapshot": [SNAPSHOT]}, "TotalCount": 1},
}


def task_of(module: types.ModuleType, *options: str) -> dict[str, t.Any]:
    """A task that the module accepts, and to which these options can be added."""
    named = {} if {"image_id", "image_name"} & {*options} else {"image_id": "m-1"}
    tasks: dict[types.ModuleType, dict[str, t.Any]] = {
        IMAGE: {"state": "absent", **named},
        INFO: {},
        EXPORT: {"bucket": "exports", **named},
        RETENTION: {"name_regex": "^web-golden", "keep": 1},
    }
    return tasks[module]


class Recorder(Site):
    """A site with one image that records its requests."""

    def __init__(self) -> None:
        super().__init__(lambda _number, action: Answer(json.dumps(ANSWERS.get(action, {})).encode()))
        self.requests: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *arguments: t.Any, **options: t.Any) -> requests.Response:
        self.requests.append(request)
        return super().send(request, *arguments, **options)

    def form(self) -> dict[str, str]:
        """The parameters of the first request."""
        return sent_in(self.requests[0])


def sent_in(request: requests.PreparedRequest) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(str(request.body)))


def outcome(module: types.ModuleType, **options: t.Any) -> tuple[dict[str, t.Any], Recorder]:
    site = Recorder()
    return run_main({"_ansible_check_mode": True, **options}, site, module), site


def refusal(module: types.ModuleType, **options: t.Any) -> str:
    """The message with which the module refuses the options before its first request."""
    result, site = outcome(module, **options)
    assert result.get("failed"), result
    assert result["reason"] == "invalid_input"
    assert site.requests == []
    return str(result["msg"])


# --- null means omitted ----------------------------------------------------------------------------------------------


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


def test_a_misspelled_option_is_refused_even_if_null() -> None:
    assert "image_nam" in refusal(INFO, image_nam=None)


NEW = {"name": "new", "snapshot_id": "s-1", "tags": {"a": "b"}, "description": "text"}


@pytest.mark.parametrize(
    ("module", "option"),
    [
        *[(IMAGE, option) for option in sorted({*connection_spec(), *IMAGE.ARGUMENTS} - {"image_name"})],
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


# --- aliases ---------------------------------------------------------------------------------------------------------


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


# --- YAML types ------------------------------------------------------------------------------------------------------


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
    for options in ({"name_regex": "{{ x }}"}, {"image_ids": ["{{ x }}"]}, {"tags": {"a": "{{ x }}"}}):
        assert "'{{ x }}'" in refusal(INFO, **options)
