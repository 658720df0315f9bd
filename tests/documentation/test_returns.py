# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules return what RETURN documents: the keys, the types, and the samples."""

from __future__ import annotations

import dataclasses
import re
import typing as t

import pytest
from examples import MODULES, module_document

if t.TYPE_CHECKING:
    from own_modules import Modules

    from apsarastack_simulator.testing import Simulator

IMAGE, EXPORT, INFO, RETENTION = MODULES
TENANT = {"organization": 37, "resource_group": 412}
# Every Ansible module returns these, so modules do not document them.
COMMON = {"changed", "diff", "failed", "msg", "warnings", "invocation"}
TYPES: t.Mapping[str, type] = {"str": str, "int": int, "bool": bool, "dict": dict, "list": list}
GOLDEN = {
    "image_name": "web-golden-2026-11",
    "description": "nginx 1.27 on CentOS 7.9",
    "instance_id": "i-web-running",
    "tags": {"team": "web", "stage": "golden"},
}
# Values that differ between sites or runs.
VARYING = re.compile(r"tsk-\w+|m-\w+|s-\w+|https?://\S+|[0-9A-F-]{36}|\d{4}-\d\d-\d\dT[\d:]+Z")
Document = dict[str, t.Any]


def problems(value: t.Any, document: t.Mapping[str, t.Any], where: str) -> list[str]:
    """How a value differs from its documentation; null is always allowed."""
    if value is None:
        return []
    # In Python, a bool is an int, but not in the documentation.
    is_fitting = isinstance(value, TYPES[document["type"]]) and (
        isinstance(value, bool) == (document["type"] == "bool")
    )
    if not is_fitting:
        return [f"{where} is {value!r}, which is not of type {document['type']}"]
    parts = document.get("contains")
    if isinstance(value, list):
        element = {"type": document["elements"], "contains": parts}
        return [each for number, entry in enumerate(value) for each in problems(entry, element, f"{where}[{number}]")]
    if parts is None or not isinstance(value, dict):
        return []
    optional = {key for key, part in parts.items() if "returned" in part}
    differing = [
        f"{where}.{key} is either not returned or not documented"
        for key in sorted((value.keys() ^ parts.keys()) - (optional - value.keys()))
    ]
    known = [key for key in value if key in parts]
    return differing + [each for key in known for each in problems(value[key], parts[key], f"{where}.{key}")]


@dataclasses.dataclass(frozen=True)
class Case:
    """A task, its circumstances, and which documented keys its result has."""

    name: str
    module: str
    task: dict[str, t.Any]
    keys: frozenset[str]
    fails: bool = False
    fault: dict[str, t.Any] | None = None
    knobs: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    in_check_mode: bool = False


KNOWN = frozenset({"image_id", "image"})
BEGUN = KNOWN | {"actions", "snapshots_deleted", "snapshots_failed", "snapshots_left"}
ERROR = frozenset({"error"})
IMAGES = frozenset({"images"})
OF_EXPORT = frozenset({"actions", "task_id", "task_status", "task_progress", "objects", "image_id", "image"})
OF_RETENTION = BEGUN - KNOWN | {"kept", "removed", "skipped_images"}
KEEP_ONE = {"name_regex": "^(in-use|old|newer|failed)$", "keep": 1}
EXPORTED = {"image_name": "old", "bucket": "exports", "prefix": "nightly"}
IMPORTED = {
    "image_name": "imported",
    "import_from": [{"bucket": "golden-images", "object": "ubuntu-22.04.qcow2"}],
}
OLD = {"image_name": "old", "state": "absent", "delete_snapshots": True}
CASES = (
    Case("created", IMAGE, GOLDEN, BEGUN),
    Case("would be created", IMAGE, GOLDEN, BEGUN, in_check_mode=True),
    Case("replaced", IMAGE, {**GOLDEN, "image_name": "old", "recreate": "always"}, BEGUN | {"replaced_image_id"}),
    Case("imported", IMAGE, IMPORTED, BEGUN | {"task_id"}),
    Case("shared", IMAGE, {"image_name": "old", "share_with": ["1000000000000038"]}, BEGUN | {"shared_with"}),
    Case("no image", IMAGE, {"image_name": "nothing", "state": "absent"}, BEGUN),
    Case("a snapshot is kept", IMAGE, OLD, BEGUN, fault={"action": "DeleteSnapshot", "code": "SnapshotCreatedDisk"}),
    Case("refused early", IMAGE, {"image_name": "x" * 200}, frozenset(), fails=True),
    Case("refused", IMAGE, {"image_name": "nothing"}, frozenset(), fails=True),
    Case("refused with an image", IMAGE, {"image_name": "in-use", "state": "absent"}, KNOWN, fails=True),
    Case("no access", IMAGE, GOLDEN, ERROR, fails=True, fault={"action": "DescribeImages", "code": "Forbidden.RAM"}),
    Case(
        "a step fails",
        IMAGE,
        GOLDEN,
        BEGUN | ERROR,
        fails=True,
        fault={"action": "CreateImage", "code": "InvalidInstanceId.NotFound"},
    ),
    Case("timed out", IMAGE, {**GOLDEN, "wait_timeout": 3}, BEGUN, fails=True, knobs={"create_time": 60}),
    Case("exported", EXPORT, EXPORTED, OF_EXPORT),
    Case("would be exported", EXPORT, EXPORTED, OF_EXPORT, in_check_mode=True),
    Case("no export", EXPORT, {"image_name": "nothing", "state": "absent"}, OF_EXPORT),
    Case("no image to export", EXPORT, {**EXPORTED, "image_name": "nothing"}, frozenset(), fails=True),
    Case("not exportable", EXPORT, {**EXPORTED, "image_name": "failed"}, KNOWN, fails=True),
    Case("no role", EXPORT, {**EXPORTED, "role_name": "nobody"}, OF_EXPORT | ERROR, fails=True),
    Case("export timed out", EXPORT, {**EXPORTED, "wait_timeout": 3}, OF_EXPORT, fails=True, knobs={"export_time": 60}),
    Case("listed", INFO, {"owner": "all"}, IMAGES),
    Case("listed with accounts", INFO, {"owner": "all", "gather_shares": True}, IMAGES),
    Case("none listed", INFO, {"image_name": "nothing"}, IMAGES),
    Case("no pattern", INFO, {"name_regex": "["}, frozenset(), fails=True),
    Case("retained", RETENTION, {**KEEP_ONE, "delete_snapshots": True}, OF_RETENTION),
    Case("would be retained", RETENTION, KEEP_ONE, OF_RETENTION, in_check_mode=True),
    Case("nothing retained", RETENTION, {"image_family": "nothing", "keep": 1}, OF_RETENTION),
    Case("everything selected", RETENTION, {"keep": 1}, frozenset(), fails=True),
    Case(
        "not retained",
        RETENTION,
        KEEP_ONE,
        OF_RETENTION | ERROR,
        fails=True,
        fault={"action": "DeleteImage", "code": "Forbidden.RAM"},
    ),
    Case(
        "a snapshot is left",
        RETENTION,
        {**KEEP_ONE, "delete_snapshots": True},
        OF_RETENTION,
        fault={"action": "DeleteSnapshot", "code": "SnapshotCreatedDisk"},
    ),
    Case("no list", INFO, {}, ERROR, fails=True, fault={"action": "DescribeImages", "code": "Forbidden.RAM"}),
)


@pytest.fixture
def site(simulator: Simulator) -> Simulator:
    snapshot = {"id": "s-old", "name": "SnapshotForImage-m-old", "disk_type": "system", "created": -3600, **TENANT}
    disk = {"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": snapshot["id"]}
    used = {"id": "m-in-use", "name": "in-use", "created": -7200, **TENANT}
    old = {"id": "m-old", "name": "old", "created": -3600, "mappings": [disk], **TENANT}
    newer = {"id": "m-newer", "name": "newer", "created": -60, **TENANT}
    failed = {"id": "m-failed", "name": "failed", "fails_as": "CreateFailed", "created": -3600, **TENANT}
    simulator.reset(
        seed={"images": [used, old, newer, failed], "snapshots": [snapshot]},
        knobs={"create_time": 0.1, "import_time": 0.1, "export_time": 0.1},
    )
    return simulator


def run(modules: Modules, site: Simulator, case: Case) -> Document:
    site.knobs(**case.knobs)
    if case.fault is not None:
        site.fault(**case.fault)
    result = modules.run(case.module, case.task, case.in_check_mode)
    assert result.get("failed", False) == case.fails, result
    return result


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_result_has_exactly_the_documented_keys_and_types(case: Case, modules: Modules, site: Simulator) -> None:
    documented = module_document(case.module, "RETURN")
    result = run(modules, site, case)
    own = {key: value for key, value in result.items() if key not in COMMON}

    assert set(own) == case.keys | ({"reason"} if case.fails else set())
    assert [each for key in own for each in problems(own[key], documented[key], key)] == []


def test_every_documented_key_is_returned_in_some_case() -> None:
    for module in MODULES:
        seen = frozenset[str]().union(*(case.keys for case in CASES if case.module == module))
        assert seen | {"reason"} == module_document(module, "RETURN").keys()


def samples(documented: t.Mapping[str, Document]) -> Document:
    """A result that consists of the samples."""
    return {key: _sample(document) for key, document in documented.items()}


def _sample(document: t.Mapping[str, t.Any]) -> t.Any:
    if "contains" not in document:
        return document["sample"]
    parts = samples(document["contains"])
    return [parts] if document["type"] == "list" else parts


def without_varying(value: t.Any) -> t.Any:
    """The value without what differs between sites or runs."""
    if isinstance(value, dict):
        return {key: without_varying(each) for key, each in value.items()}
    if isinstance(value, list):
        return [without_varying(each) for each in value]
    return VARYING.sub("...", value) if isinstance(value, str) else value


def test_the_samples_of_an_image_match_a_run(modules: Modules, site: Simulator) -> None:
    created = run(modules, site, CASES[0])
    listed = modules.run(INFO, {"image_name": GOLDEN["image_name"]})["images"]
    # An instance with a data disk has two mappings; the sample shows the first.
    expected = {**created["image"], "disk_device_mappings": created["image"]["disk_device_mappings"][:1]}
    documented = samples(module_document(IMAGE, "RETURN"))

    assert listed == [created["image"]]
    assert without_varying(documented["image"]) == without_varying(expected)
    assert documented["actions"] == created["actions"]
    (of_info,) = samples(module_document(INFO, "RETURN"))["images"]
    assert of_info.pop("shared_with")
    assert of_info == documented["image"]


def test_the_samples_of_an_export_match_a_run(modules: Modules, site: Simulator) -> None:
    modules.run(IMAGE, GOLDEN)
    result = modules.run(EXPORT, {**EXPORTED, "image_name": GOLDEN["image_name"]})
    documented = samples(module_document(EXPORT, "RETURN"))
    for key in ("task_id", "objects", "actions"):
        # An instance with a data disk has two objects; the sample shows the first.
        shown = result[key][:1] if isinstance(result[key], list) else result[key]
        assert without_varying(documented[key]) == without_varying(shown)
    assert documented["image"] == samples(module_document(IMAGE, "RETURN"))["image"]


def test_the_samples_of_a_retention_match_a_run(modules: Modules, site: Simulator) -> None:
    snapshot = {"id": "s-10", "name": "SnapshotForImage-m-10-system", "disk_type": "system", "created": -7200, **TENANT}
    disk = {"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": snapshot["id"]}
    images = [
        {"id": image_id, "name": f"web-golden-2026-{month}", "created": -created, "mappings": disks, **TENANT}
        for image_id, month, created, disks in (
            ("m-11", "11", 3600, []),
            ("m-10", "10", 7200, [disk]),
            ("m-in-use", "09", 10800, []),
        )
    ]
    site.reset(seed={"images": images, "snapshots": [snapshot]})
    task = {"name_regex": "^web-golden-", "keep": 1, "delete_snapshots": True}
    result = modules.run(RETENTION, task)
    # The id of an image that an instance of the seed uses.
    result["skipped_images"][0]["image_id"] = "m-9"
    documented = samples(module_document(RETENTION, "RETURN"))
    for key in OF_RETENTION - {"snapshots_failed"}:
        assert without_varying(documented[key]) == without_varying(result[key])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("a snapshot is kept", "snapshots_failed"),
        ("a snapshot is left", "snapshots_failed"),
        ("a step fails", "error"),
        ("no list", "error"),
        ("no role", "error"),
        ("not retained", "error"),
    ],
)
def test_the_samples_of_a_failure_match_a_run(name: str, key: str, modules: Modules, site: Simulator) -> None:
    (case,) = (case for case in CASES if case.name == name)
    # Behind some gateways a response has more than one id.
    site.knobs(body="plain")
    result = run(modules, site, case)

    assert without_varying(samples(module_document(case.module, "RETURN"))[key]) == without_varying(result[key])
