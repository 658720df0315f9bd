# Copyright: (c) 2026, apsarastack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every reason for a failure occurs through the module's `main`."""

from __future__ import annotations

import dataclasses
import functools
import hmac
import os
import signal
import typing as t
from unittest import mock

import pytest
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire import transport
from ansible_collections.apsarastack.cloud.plugins.module_utils._wire.codes import Reason
from ansible_collections.apsarastack.cloud.plugins.modules import (
    apsarastack_image,
    apsarastack_image_export,
    apsarastack_image_info,
    apsarastack_image_retention,
)
from bench import Detour, Meanwhile, call_as_colleague
from through_main import run_main

from apsarastack_simulator.testing import Simulator

if t.TYPE_CHECKING:
    import types

    from requests.adapters import HTTPAdapter

Document = dict[str, t.Any]
BUILD = 300.0
# Of another run, which creates the new image from another source.
MARK = f"m-web/{'0' * 16}/20261126T000000Z"
TENANT = {"organization": 37, "resource_group": 412, "created": -86400}


def image(image_id: str, name: str, **known: t.Any) -> Document:
    disk = {"device": "/dev/xvda", "type": "system", "size": 40, "snapshot_id": "s-old"}
    return {"id": image_id, "name": name, "mappings": [disk], **TENANT, **known}


NEW = {"image_name": "new", "instance_id": "i-web-running"}
REPLACE = {"image_name": "web", "snapshot_id": "s-system", "recreate": "on_source_change"}
GONE = {"image_name": "web", "state": "absent"}
EXPORT = {"image_name": "web", "bucket": "exports"}
# Removes m-web: the newer image is kept.
RETENTION = {"name_regex": "^web", "keep": 1}
PAIR = (image("m-web", "web"), image("m-newer", "web-newer", created=-60))


@dataclasses.dataclass(frozen=True)
class Case:
    """A task that fails. ``msg``: the start of its message. ``adapter``: creates the transport adapter."""

    reason: Reason
    desired: Document
    msg: str
    images: tuple[Document, ...] = (image("m-web", "web"),)
    knobs: Document = dataclasses.field(default_factory=dict)
    fault: Document | None = None
    adapter: t.Callable[[Simulator], HTTPAdapter] | None = None
    patch: tuple[t.Any, str, t.Any] | None = None
    module: types.ModuleType = apsarastack_image


def without_signing(*_arguments: t.Any) -> t.NoReturn:
    raise ValueError("[digital envelope routines] unsupported")


def changing(simulator: Simulator) -> HTTPAdapter:
    """Somebody else changes the old image while the new one is being built."""
    changed = {"ImageId": "m-web", "Description": "somebody else's"}
    deed = functools.partial(call_as_colleague, simulator, "ModifyImageAttribute", **changed)
    return Meanwhile("DescribeImages", deed, skip=4)


def canceling(simulator: Simulator) -> HTTPAdapter:
    """Somebody else cancels the export while the task waits for it."""

    def deed() -> None:
        (task,) = simulator.state()["tasks"]
        call_as_colleague(simulator, "CancelTask", TaskId=task["task_id"])

    return Meanwhile("DescribeTaskAttribute", deed, skip=1)


def interrupting(_simulator: Simulator) -> HTTPAdapter:
    return Meanwhile("CreateImage", lambda: os.kill(os.getpid(), signal.SIGTERM))


CASES = (
    Case("timed_out", {**NEW, "wait_timeout": 60}, "Could not wait for image m-"),
    Case("interrupted", NEW, "Could not create image 'new' from instance i-web-running: ", adapter=interrupting),
    Case("invalid_input", {"image_name": "-"}, "image_name must have"),
    Case("invalid_input", {**NEW, "region": "cn-nowhere"}, "Could not look up image 'new': InvalidRegionId"),
    Case(
        "missing_library",
        NEW,
        "Failed to import the required Python library (requests)",
        patch=(transport, "HAS_REQUESTS", False),
    ),
    Case("not_found", {"image_name": "nothing"}, "No image named 'nothing' was found in any status"),
    Case("not_found", {**NEW, "instance_id": "i-nowhere"}, "Instance i-nowhere"),
    Case(
        "not_found",
        NEW,
        "Could not create image 'new' from instance i-web-running: InvalidInstanceId.NotFound: ",
        fault={"action": "CreateImage", "code": "InvalidInstanceId.NotFound"},
    ),
    Case("not_found", {**NEW, "resource_group": None, "resource_group_set_name": "no"}, "resource_group_set_name"),
    Case("ambiguous_name", GONE, "More than one image is named 'web': ", (image("m-1", "web"), image("m-2", "web"))),
    Case(
        "name_taken",
        {"image_id": "m-1", "image_name": "other"},
        "Image m-1 ('web') cannot be renamed",
        (image("m-1", "web"), image("m-2", "other")),
    ),
    Case(
        "name_taken",
        NEW,
        "Could not create image 'new' from instance i-web-running: InvalidImageName.Duplicated: ",
        # In a resource set that the task cannot see.
        (image("m-hidden", "new", resource_group=413),),
        knobs={"names_unique": True},
    ),
    Case("in_use", GONE, "Image m-in-use ('web') is in use by i-", (image("m-in-use", "web"),)),
    Case(
        "in_use",
        GONE,
        "Could not delete image m-web 'web': ImageUsingByInstance: ",
        fault={"action": "DeleteImage", "code": "ImageUsingByInstance"},
    ),
    Case(
        "shared",
        GONE,
        "Could not delete image m-web 'web': ImageUseShared: ",
        fault={"action": "DeleteImage", "code": "ImageUseShared"},
    ),
    Case("source_differs", {**REPLACE, "recreate": "never"}, "Image m-web ('web') already exists: it was created fr"),
    Case("source_not_usable", {**NEW, "instance_id": "i-web-locked"}, "No image can be created from instance i-web-lo"),
    Case(
        "source_not_usable",
        {**NEW, "instance_id": None, "snapshot_id": "s-too-old"},
        "Could not create image 'new' from snapshot s-too-old: InvalidSnapshot.TooOld: ",
    ),
    Case(
        "creation_failed",
        GONE | {"state": "present"},
        "Image m-1 ('web'): its creation failed",
        (image("m-1", "web", fails_as="CreateFailed"),),
    ),
    Case(
        "creation_failed",
        NEW,
        "Could not wait for image m-",
        fault={"action": "CreateImage", "image": "CreateFailed"},
    ),
    Case(
        "unavailable",
        {**GONE, "state": "present"},
        "Image m-1 ('web') is UnAvailable",
        (image("m-1", "web", fails_as="UnAvailable"),),
    ),
    Case(
        "unfinished_replacement",
        REPLACE,
        "Image m-other ('web-replacement') is still being created",
        (
            image("m-web", "web"),
            image("m-other", "web-replacement", created=-1, ready_at=3600, tags={"apsarastack.cloud/replaces": MARK}),
        ),
    ),
    Case(
        "changed_meanwhile",
        REPLACE,
        "Could not ",
        adapter=changing,
    ),
    Case("vanished", NEW, "Could not wait for image m-", fault={"action": "CreateImage", "image": "gone"}),
    Case(
        "not_supported_by_site",
        NEW,
        "Could not create image 'new' from instance i-web-running: InvalidAction.NotFound: ",
        knobs={"missing_actions": "CreateImage"},
    ),
    Case(
        "access_denied",
        {"image_name": "web", "description": "d"},
        "Could not set the description of image m-web to 'd': Forbidden.RAM: ",
        fault={"action": "ModifyImageAttribute", "code": "Forbidden.RAM"},
    ),
    Case("credentials", {**NEW, "access_key": "LTAInobody"}, "Could not look up image 'new': InvalidAccessKeyId."),
    Case("credentials", {**NEW, "secret_key": "wrong"}, "Could not look up image 'new': SignatureDoesNotMatch: "),
    Case(
        "credentials", {**NEW, "access_key": None, "secret_key": None}, "Cannot connect to ApsaraStack: no access key"
    ),
    Case("signing_unavailable", NEW, "The calls of this API are signed", patch=(hmac, "new", without_signing)),
    Case(
        "unreachable",
        NEW,
        "Could not look up image 'new': no usable response from ",
        adapter=lambda _simulator: Detour(0, float("inf")),
    ),
    Case("tls", NEW, "Could not look up image 'new': no usable response from https://"),
    Case(
        "throttled",
        {**NEW, "wait_timeout": 20},
        "Could not create image 'new' from instance i-web-running: timed out after ",
        fault={"action": "CreateImage", "code": "Throttling.User", "times": 0},
    ),
    Case(
        "unexpected_answer",
        NEW,
        "Could not look up image 'new': no usable response from ",
        fault={"html": True, "status": 200, "times": 0},
    ),
    Case(
        "cloud_error",
        NEW,
        "Could not create image 'new' from instance i-web-running: QuotaExceed.Image: ",
        knobs={"image_quota": 1},
    ),
    Case(
        "bucket_not_authorized",
        {**EXPORT, "role_name": "nobody"},
        "Could not export image m-web to bucket 'exports': NoSetRoletoECSServiceAcount: ",
        module=apsarastack_image_export,
    ),
    Case(
        "export_failed",
        EXPORT,
        "Could not wait for export task tsk-",
        knobs={"fail_next_task": "The bucket is full."},
        module=apsarastack_image_export,
    ),
    Case(
        "canceled",
        EXPORT,
        "Could not wait for export task tsk-",
        knobs={"export_time": BUILD},
        adapter=canceling,
        module=apsarastack_image_export,
    ),
    *(
        dataclasses.replace(case, images=PAIR, module=apsarastack_image_retention)
        for case in (
            Case("timed_out", {**RETENTION, "wait_timeout": 60}, "Could not ", knobs={"delete_latency": 3600}),
            Case(
                "interrupted",
                RETENTION,
                "Could not ",
                adapter=lambda _simulator: Meanwhile("DeleteImage", lambda: os.kill(os.getpid(), signal.SIGTERM)),
            ),
            Case("invalid_input", {"name_regex": "^web", "keep": 0}, "keep must be at least 1"),
            Case(
                "not_supported_by_site",
                RETENTION,
                "Could not delete image m-web 'web': InvalidAction.NotFound: ",
                knobs={"missing_actions": "DeleteImage"},
            ),
            Case(
                "not_supported_by_site",
                {**RETENTION, "action": "deprecate"},
                "Could not deprecate image m-web 'web': ",
                knobs={"ignored_parameters": "ModifyImageAttribute.Status"},
            ),
            Case(
                "access_denied",
                RETENTION,
                "Could not ",
                fault={"action": "DeleteImage", "code": "Forbidden.RAM", "times": 0},
            ),
            Case("credentials", {**RETENTION, "access_key": "LTAInobody"}, "Could not "),
            Case(
                "throttled",
                {**RETENTION, "wait_timeout": 20},
                "Could not delete image m-web 'web': timed out after ",
                fault={"action": "DeleteImage", "code": "Throttling.User", "times": 0},
            ),
            Case("unexpected_answer", RETENTION, "Could not ", fault={"html": True, "status": 200, "times": 0}),
            Case(
                "cloud_error",
                RETENTION,
                "Could not ",
                fault={"action": "DeleteImage", "code": "OperationDenied", "times": 0},
            ),
        )
    ),
)


def failure(case: Case) -> Document:
    with Simulator(speed=0, seed_changes={"images": list(case.images)}, **{"create_time": BUILD, **case.knobs}) as site:
        if case.fault is not None:
            site.fault(**case.fault)
        adapter = None if case.adapter is None else case.adapter(site)
        desired = dict(case.desired)
        if case.reason == "tls":
            desired["endpoint"] = site.endpoint.replace("http:", "https:")
        call = functools.partial(run_main, site, desired, case.module, adapter)
        if case.patch is None:
            return call()
        with mock.patch.object(*case.patch):
            return call()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.reason}-{case.msg[:40]}")
def test_a_failure_has_its_reason_and_says_what_was_tried(case: Case) -> None:
    result = failure(case)
    assert result["failed"] is True
    assert (result["reason"], result["msg"][: len(case.msg)]) == (case.reason, case.msg)
    assert "  " not in result["msg"]
    assert ".." not in result["msg"].replace("...", "")


def test_every_reason_is_tested() -> None:
    assert {case.reason for case in CASES} == set(t.get_args(Reason))


@pytest.mark.parametrize(
    "module", [apsarastack_image, apsarastack_image_export, apsarastack_image_info, apsarastack_image_retention]
)
def test_the_checks_of_ansible_itself_give_a_reason(module: t.Any) -> None:
    with Simulator(speed=0) as site:
        assert run_main(site, {"protocol": "ftp", "image_name": "web"}, module)["reason"] == "invalid_input"
        assert run_main(site, {"unknown": 1, "image_name": "web"}, module)["reason"] == "invalid_input"


def test_a_search_says_what_was_tried() -> None:
    with Simulator(speed=0) as site:
        site.fault(action="DescribeImages", code="Forbidden.RAM")
        result = run_main(site, {"image_name": "web"}, apsarastack_image_info)
    assert result["msg"].startswith("Could not search for images: Forbidden.RAM: ")
    assert result["reason"] == "access_denied"
